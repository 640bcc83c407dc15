"""The actions of the offices as their modules have them, and the lines of `actions.toml`."""

import ast
import inspect
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

import hocba.apps

OFFICES = ("accounts", "certificates", "gradebook", "issuing", "ledger", "roster")
ROOT = Path(hocba.apps.__file__).parent
TABLE = tomllib.loads((Path(__file__).parent / "actions.toml").read_text(encoding="utf-8"))
_ONE_OF = ("may", "through", "inside", "system", "public")


@dataclass(frozen=True)
class Line:
    """One line of the table."""

    name: str
    may: frozenset[str] = frozenset()
    refuses: frozenset[str] = frozenset()
    silent: bool = False
    anywhere: bool = False
    through: tuple[str, ...] = ()
    inside: tuple[str, ...] = ()
    system: str = ""  # why nobody's right is asked

    def admits(self, role: str, *, colleague: bool, elsewhere: bool) -> bool:
        """Whether somebody with this role is let in."""
        words = {word.partition(":")[0]: word.partition(":")[2] for word in self.may}
        if role not in words or (elsewhere and not self.anywhere):
            return False
        return not colleague or words[role] == "school"


def lines() -> dict[str, Line]:
    """Every line of the table, by "office.action"."""
    found = {}
    for office, rows in TABLE.items():
        for action, told in rows.items():
            if len(set(told) & set(_ONE_OF)) != 1:
                raise ValueError(f"actions.toml: one of {_ONE_OF} in {office}.{action}")
            name = f"{office}.{action}"
            found[name] = Line(
                name,
                may=frozenset(told.get("may", "").split()),
                refuses=frozenset(told.get("refuses", "").split()),
                silent=told.get("silent", False),
                anywhere=told.get("anywhere", False),
                through=tuple(told.get("through", "").split()),
                inside=tuple(told.get("inside", "").split()),
                system=told.get("system", ""),
            )
    return found


@cache
def actions() -> dict[str, Callable[..., Any]]:
    """Every function of an office that takes who acts and when."""
    found = {}
    for office in OFFICES:
        for file in [*_files(office, "actions"), *_files(office, "sweeps")]:
            for name, one in vars(import_module(_module(file))).items():
                if _is_action(one) and one.__module__ == _module(file):
                    found[f"{office}.{name}"] = one
    return found


def _is_action(one: Any) -> bool:
    if not inspect.isfunction(one) or one.__name__.startswith("_"):
        return False
    parts = inspect.signature(one).parameters
    return {"actor", "at"} <= {
        name for name, part in parts.items() if part.kind is inspect.Parameter.KEYWORD_ONLY
    }


def _files(office: str, room: str) -> list[Path]:
    house = ROOT / office
    return [*house.glob(f"{room}.py"), *sorted((house / room).rglob("*.py"))]


def _module(file: Path) -> str:
    return "hocba.apps." + ".".join(file.relative_to(ROOT).with_suffix("").parts)


@cache
def callers() -> dict[str, set[tuple[str, str]]]:
    """Where each action is called in the offices: (module, top-level function or class)."""
    found: dict[str, set[tuple[str, str]]] = {name: set() for name in actions()}
    for file in sorted(ROOT.rglob("*.py")):
        if "migrations" not in file.parts:
            for name, where in _calls(file):
                found[name].add((_module(file), where))
    return found


def _calls(file: Path) -> Iterator[tuple[str, str]]:
    tree, here = ast.parse(file.read_text(encoding="utf-8")), vars(import_module(_module(file)))
    known = {one: name for name, one in actions().items()}
    for top in tree.body:
        for node in ast.walk(top):
            if isinstance(node, ast.Name | ast.Attribute) and isinstance(node.ctx, ast.Load):
                one = _meant(node, here)
                if inspect.isfunction(one) and one in known:
                    yield known[one], getattr(top, "name", "")


def _meant(node: ast.Name | ast.Attribute, here: dict[str, Any]) -> Any:
    """What a name, or a name of a module that was imported, stands for in a file."""
    if isinstance(node, ast.Name):
        return here.get(node.id)
    if isinstance(node.value, ast.Name) and inspect.ismodule(here.get(node.value.id)):
        return getattr(here[node.value.id], node.attr, None)
    return None

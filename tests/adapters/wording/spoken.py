"""Which codes the source speaks: every code that can reach a refusal, a finding or a reason.

Found in the syntax trees. Whoever hands its own parameter on as the code (`about`, `_stop`, …) is
itself a speaker, so the search goes on until no speaker is new.
"""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

SOURCE = Path(__file__).parents[3] / "src" / "hocba"
CODE = re.compile(r"[a-z]+(_[a-z]+)*\.[a-z0-9_]+")
_SOLE_WORD = re.compile(r"[a-z0-9_]+")
# What a code can be handed to, and how its argument is called when it is named.
ROOTS = {
    "HocbaError": "code",
    "Finding": "code",
    "UnreadableWorkbookError": "code",
    "MarkReading": "problem",
    "Reason": "code",
    "UnbelievablePdfError": "code",
    "PdfContents": "refusal",
}
Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Speaker:
    """A callable that takes a code: at which argument, what it writes before it, where it lives.

    A private name speaks in its own module alone.
    """

    name: str
    position: int
    keyword: str
    prefix: str = ""
    home: Path | None = None


@dataclass(frozen=True)
class Spoken:
    """One code as given at one place, with the names of its parameters when they are written."""

    code: str
    place: str
    params: frozenset[str] | None


@cache
def trees() -> tuple[tuple[Path, ast.Module], ...]:
    """Every module but the wording itself and the migrations."""
    return tuple(
        (path, ast.parse(path.read_text(encoding="utf-8")))
        for path in sorted(SOURCE.rglob("*.py"))
        if not {"migrations", "wording"} & set(path.parts)
    )


@cache
def spoken_by(*roots: str) -> frozenset[Spoken]:
    """All codes that reach one of the root callables (`HocbaError`, `Finding`, `Reason`)."""
    speakers = {Speaker(root, 0, ROOTS[root]) for root in roots}
    while True:
        found = speakers | {one for speaker in speakers for one in _handing_on(speaker)}
        if found == speakers:
            break
        speakers = found
    return frozenset(one for speaker in speakers for one in _said_through(speaker))


def told_by(function: str) -> frozenset[str]:
    """Codes among the literals of the functions called so, for those that return a code."""
    return frozenset(
        text
        for _, tree in trees()
        for node in ast.walk(tree)
        if isinstance(node, Function) and node.name == function
        for text in _constants(node)
        if CODE.fullmatch(text)
    )


def _calls(speaker: Speaker) -> Iterator[tuple[Path, ast.Module, Function | None, ast.Call]]:
    for path, tree in trees():
        for scope, call in _scoped_calls(tree):
            name = getattr(call.func, "id", getattr(call.func, "attr", ""))
            if name == speaker.name and speaker.home in (None, path):
                yield path, tree, scope, call


@cache
def _scoped_calls(tree: ast.Module) -> tuple[tuple[Function | None, ast.Call], ...]:
    found: list[tuple[Function | None, ast.Call]] = []

    def walk(node: ast.AST, scope: Function | None) -> None:
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.Call):
                found.append((scope, child))
            walk(child, child if isinstance(child, Function) else scope)

    walk(tree, None)
    return tuple(found)


def _argument(call: ast.Call, speaker: Speaker) -> ast.expr | None:
    for keyword in call.keywords:
        if keyword.arg == speaker.keyword:
            return keyword.value
    return call.args[speaker.position] if len(call.args) > speaker.position else None


def _own_parameters(scope: Function | None) -> list[str]:
    if scope is None:
        return []
    arguments = (*scope.args.posonlyargs, *scope.args.args, *scope.args.kwonlyargs)
    names = [one.arg for one in arguments]
    return names[1:] if names[:1] in (["self"], ["cls"]) else names


def _handing_on(speaker: Speaker) -> Iterator[Speaker]:
    for path, _, scope, call in _calls(speaker):
        argument = _argument(call, speaker)
        parameters = _own_parameters(scope)
        prefix, name = speaker.prefix, argument
        if isinstance(argument, ast.JoinedStr) and len(argument.values) == 2:
            start, rest = argument.values
            if isinstance(start, ast.Constant) and isinstance(rest, ast.FormattedValue):
                prefix, name = f"{prefix}{start.value}", rest.value
        if isinstance(name, ast.Name) and name.id in parameters and scope is not None:
            home = path if scope.name.startswith("_") else None
            yield Speaker(scope.name, parameters.index(name.id), name.id, prefix, home)


def _said_through(speaker: Speaker) -> Iterator[Spoken]:
    for path, tree, scope, call in _calls(speaker):
        argument = _argument(call, speaker)
        params = None
        if (
            speaker.name in ("HocbaError", "Finding")
            and isinstance(argument, ast.Constant | ast.IfExp)
            and all(one.arg for one in call.keywords)
        ):
            params = frozenset(str(one.arg) for one in call.keywords)
        place = f"{path.relative_to(SOURCE)}:{call.lineno}"
        for text in _texts(argument, tree, scope):
            code = f"{speaker.prefix}{text}"
            shape = _SOLE_WORD if speaker.prefix else CODE
            if shape.fullmatch(text):
                yield Spoken(code, place, params)


def _texts(argument: ast.expr | None, tree: ast.Module, scope: Function | None) -> Iterator[str]:
    """The literals an argument can be: its own, or those of the function and its tables."""
    if argument is None or isinstance(argument, ast.JoinedStr):
        return
    if isinstance(argument, ast.Constant | ast.IfExp):
        yield from _constants(argument)
        return
    if isinstance(argument, ast.Name) and scope is not None:
        if argument.id in _own_parameters(scope):
            return
        yield from _constants(scope)
        named = {node.id for node in ast.walk(scope) if isinstance(node, ast.Name)}
        for node in tree.body:
            targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", 0)]
            if any(isinstance(one, ast.Name) and one.id in named for one in targets):
                yield from _constants(node)


def _constants(node: ast.AST) -> Iterator[str]:
    for one in ast.walk(node):
        if isinstance(one, ast.Constant) and isinstance(one.value, str):
            yield one.value

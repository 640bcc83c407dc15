"""Invariant 6: one write = one action = one transaction = at least one audit event.

An action module that writes rows must record an event; models are written nowhere else.
"""

import ast
from pathlib import Path

APPS = Path(__file__).parents[2] / "src" / "hocba" / "apps"
WRITES = {"create", "bulk_create", "update", "bulk_update", "delete", "save", "get_or_create"}
# The audit office is the sink itself; guards against guessing and when a session was last seen are
# no state of the school's records.
EXEMPT = {
    "audit/actions.py",
    "accounts/sessions.py",
    "accounts/throttling.py",
    "portal/throttling.py",
}
# They write inside the transaction of an action elsewhere, which records the event.
JOINED = {"write_cells", "write_workbook"}


def calls(tree: ast.AST) -> set[str]:
    """Return the names of everything called in a syntax tree."""
    names = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            function = node.func
            if isinstance(function, ast.Attribute):
                names.add(function.attr)
            elif isinstance(function, ast.Name):
                names.add(function.id)
    return names


def writes_rows(tree: ast.AST) -> bool:
    """Say whether a tree writes through a Django manager (`….objects.create(…)` and the like)."""
    return any(
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in WRITES
        and any(
            isinstance(part, ast.Attribute) and part.attr in {"objects", "_default_manager"}
            for part in ast.walk(node.func.value)
        )
        for node in ast.walk(tree)
    )


def test_rows_are_written_by_actions_and_sweeps_alone() -> None:
    strangers = []
    for path in sorted(APPS.rglob("*.py")):
        name = path.relative_to(APPS).as_posix()
        if "migrations" in path.parts or name in EXEMPT:
            continue
        is_door = {"actions", "sweeps"} & {path.stem, path.parent.name}
        if not is_door and writes_rows(ast.parse(path.read_text(encoding="utf-8"))):
            strangers.append(name)
    assert not strangers


def test_every_action_that_writes_records_an_event() -> None:
    silent = []
    for path in sorted(APPS.rglob("*.py")):
        name = path.relative_to(APPS).as_posix()
        if not {"actions", "sweeps"} & {path.stem, path.parent.name} or name in EXEMPT:
            continue
        tree = ast.parse(path.read_text(encoding="utf-8"))
        reachable = {
            node.name: calls(node) for node in tree.body if isinstance(node, ast.FunctionDef)
        }
        for node in tree.body:
            if not isinstance(node, ast.FunctionDef) or node.name.startswith("_"):
                continue
            seen, frontier = set(), {node.name}
            while frontier:
                step = frontier.pop()
                seen.add(step)
                frontier |= (reachable.get(step, set()) & set(reachable)) - seen
            called = set().union(*(reachable[step] for step in seen))
            wrote = any(
                writes_rows(item)
                for item in tree.body
                if isinstance(item, ast.FunctionDef) and item.name in seen
            )
            if wrote and "record_event" not in called and node.name not in JOINED:
                silent.append(f"{name}:{node.name}")
    assert not silent

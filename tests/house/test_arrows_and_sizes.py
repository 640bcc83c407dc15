"""House rules about shape: sizes, room names, docstrings, keyword-only doors."""

import ast
from collections.abc import Iterator
from pathlib import Path

SOURCE = Path(__file__).parents[2] / "src" / "hocba"
TESTS = Path(__file__).parents[2] / "tests"
FORBIDDEN_ROOMS = {
    "utils",
    "util",
    "helpers",
    "helper",
    "common",
    "services",
    "manager",
    "managers",
}
FILE_LIMIT, FUNCTION_LIMIT, TEST_FUNCTION_LIMIT = 450, 60, 40


def modules(folder: Path) -> Iterator[tuple[Path, ast.Module]]:
    """Yield each hand-written module with its syntax tree."""
    for path in sorted(folder.rglob("*.py")):
        if "migrations" not in path.parts:
            yield path, ast.parse(path.read_text(encoding="utf-8"))


def functions(tree: ast.Module) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """Yield every function of a module, nested ones too."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def public_doors(tree: ast.Module) -> Iterator[ast.FunctionDef]:
    """Yield the public top-level functions of a module."""
    for node in tree.body:
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
            yield node


def place(path: Path, line: int = 1) -> str:
    """Name a place the way an editor jumps to it."""
    return f"{path.relative_to(SOURCE.parents[1])}:{line}"


def test_no_file_outgrows_its_room() -> None:
    long = [
        place(path)
        for path in [*SOURCE.rglob("*.py"), *TESTS.rglob("*.py")]
        if "migrations" not in path.parts
        and len(path.read_text(encoding="utf-8").splitlines()) > FILE_LIMIT
    ]
    assert not long


def test_no_function_outgrows_a_page() -> None:
    long = [
        place(path, node.lineno)
        for folder, limit in ((SOURCE, FUNCTION_LIMIT), (TESTS, TEST_FUNCTION_LIMIT))
        for path, tree in modules(folder)
        for node in functions(tree)
        if (node.end_lineno or 0) - node.lineno + 1 > limit
    ]
    assert not long


def test_no_room_is_named_after_nothing() -> None:
    nameless = [
        place(path)
        for path in SOURCE.rglob("*")
        if path.stem in FORBIDDEN_ROOMS and "__pycache__" not in path.parts
    ]
    assert not nameless


def test_every_module_and_public_core_name_says_what_it_is() -> None:
    silent = []
    for path, tree in modules(SOURCE):
        if path.read_text(encoding="utf-8").strip() and not ast.get_docstring(tree):
            silent.append(place(path))
        if "core" not in path.parts:
            continue
        for node in tree.body:
            named = isinstance(node, ast.FunctionDef | ast.ClassDef)
            if named and not node.name.startswith("_") and not ast.get_docstring(node):
                silent.append(place(path, node.lineno))
    assert not silent


def test_actions_are_keyword_only_and_say_who_and_when() -> None:
    bad = []
    for path, tree in modules(SOURCE / "apps"):
        if path.stem != "actions" and path.parent.name != "actions":
            continue
        for node in public_doors(tree):
            names = [argument.arg for argument in node.args.kwonlyargs]
            if node.args.args or names[-2:] != ["actor", "at"]:
                bad.append(place(path, node.lineno))
    assert not bad


def test_core_takes_no_mark_as_a_float() -> None:
    floats = [
        place(path, node.lineno)
        for path, tree in modules(SOURCE / "core" / "assessment")
        for node in ast.walk(tree)
        if (isinstance(node, ast.Name) and node.id == "float" and "read_mark" not in path.stem)
        or (isinstance(node, ast.Constant) and isinstance(node.value, float))
    ]
    assert not floats

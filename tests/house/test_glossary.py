"""Every public type of the law is bound to its Vietnamese term in docs/glossary.md."""

import ast
from pathlib import Path

ROOT = Path(__file__).parents[2]


def public_core_types() -> set[str]:
    """Return the names of all public classes of core."""
    names = set()
    for path in (ROOT / "src" / "hocba" / "core").rglob("*.py"):
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                names.add(node.name)
    return names


def test_glossary_binds_every_public_core_type() -> None:
    glossary = (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8")
    missing = sorted(name for name in public_core_types() if f"`{name}`" not in glossary)
    assert not missing


def test_glossary_names_nothing_that_is_gone() -> None:
    glossary = (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8")
    bound = {
        line.split("|")[1].strip().strip("`")
        for line in glossary.splitlines()
        if line.startswith("| `") and line.split("|")[1].strip()[1].isupper()
    }
    assert bound <= public_core_types()

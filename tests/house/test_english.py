"""English is whole on every public page: each text has its translation, and it is compiled.

The catalogue is `web/locale/en/LC_MESSAGES/django.po`; after an edit, `HOCBA_WRITE_ENGLISH=1` with
this test writes the compiled file beside it and adds texts that are new (empty, to be translated).
"""

import ast
import os
import re
from collections.abc import Iterator
from pathlib import Path

import polib

from hocba.adapters.wording import histories, refusals, verdicts

WEB = Path(__file__).parents[2] / "src" / "hocba" / "web"
PORTAL = WEB.parent / "apps" / "portal"
CATALOGUE = WEB / "locale" / "en" / "LC_MESSAGES" / "django.po"
TEMPLATES = [
    *(WEB / "templates" / "public").glob("*.html"),
    *(WEB / "templates").glob("*.html"),
    WEB / "templates" / "accounts" / "sign_in.html",
]
_TRANS = re.compile(r"{%\s*trans\s+(?P<quote>[\"'])(?P<text>.*?)(?P=quote)")
_BLOCK = re.compile(r"{%\s*blocktrans.*?%}(?P<text>.*?){%\s*endblocktrans\s*%}", re.DOTALL)
_VARIABLE = re.compile(r"{{\s*(\w+)\s*}}")
_PLACEHOLDER = re.compile(r"%\(\w+\)s")
READING = (
    "api.",
    "archive.",
    "timestamp.",
    "transcript.",
    "bundle.",
    "pdf.",
    "registry.",
    "trust.",
    "request.",
    "file.",
    "access.",
)


def template_texts() -> Iterator[str]:
    """Texts of the public templates."""
    for path in TEMPLATES:
        source = path.read_text(encoding="utf-8")
        yield from (match["text"] for match in _TRANS.finditer(source))
        yield from (_VARIABLE.sub(r"%(\1)s", one["text"]) for one in _BLOCK.finditer(source))


def code_texts() -> Iterator[str]:
    """Texts that the portal's code says through gettext."""
    for path in PORTAL.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if (
                isinstance(node, ast.Call)
                and getattr(node.func, "id", "") == "_"
                and isinstance(node.args[0], ast.Constant)
            ):
                yield node.args[0].value


def worded_texts() -> Iterator[str]:
    """Verdicts, and the refusals that a stranger can meet."""
    yield from verdicts.msgids()
    yield from histories.msgids()
    yield from (
        sentence
        for code, sentence in refusals.SENTENCES.items()
        if code.startswith(READING) or code == "ledger.no_trust_list"
    )


def texts() -> list[str]:
    """Every Vietnamese text of the public pages."""
    return sorted({*template_texts(), *code_texts(), *worded_texts()})


def write() -> None:
    """Add new texts to the catalogue and compile it."""
    catalogue = polib.pofile(str(CATALOGUE))
    for text in set(texts()) - {entry.msgid for entry in catalogue}:
        catalogue.append(polib.POEntry(msgid=text, msgstr=""))
    for entry in [entry for entry in catalogue if entry.msgid not in texts()]:
        catalogue.remove(entry)
    catalogue.sort(key=lambda entry: entry.msgid)
    catalogue.save()
    catalogue.save_as_mofile(str(CATALOGUE.with_suffix(".mo")))


if os.environ.get("HOCBA_WRITE_ENGLISH"):
    write()


def test_every_public_text_is_translated() -> None:
    known = {entry.msgid: entry.msgstr for entry in polib.pofile(str(CATALOGUE))}
    assert [text for text in texts() if not known.get(text)] == []
    assert sorted(known) == texts(), "texts that no page says any more"


def test_translations_keep_their_placeholders() -> None:
    for entry in polib.pofile(str(CATALOGUE)):
        assert sorted(_PLACEHOLDER.findall(entry.msgid)) == sorted(
            _PLACEHOLDER.findall(entry.msgstr)
        ), entry.msgid


def test_the_compiled_catalogue_is_of_this_source() -> None:
    compiled = polib.mofile(str(CATALOGUE.with_suffix(".mo")))
    assert {entry.msgid: entry.msgstr for entry in compiled} == {
        entry.msgid: entry.msgstr for entry in polib.pofile(str(CATALOGUE))
    }

"""No page is without help, no help without its page; codes of refusals differ when read aloud."""

from collections import Counter

import pytest
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from hocba.adapters.wording.refusals import SENTENCES
from hocba.adapters.wording.spoken_codes import spoken_code, spoken_number
from hocba.apps.accounts.models import ROLES
from hocba.web.help_pages import texts

_ELSEWHERE = ("hocba.apps.portal.", "django.contrib.admin")


def _elsewhere(pattern: URLPattern) -> bool:
    return f"{getattr(pattern.callback, '__module__', '')}.".startswith(_ELSEWHERE)


def page_names(resolver: URLResolver) -> set[str]:
    """Names of the workplace's addresses."""
    names: set[str] = set()
    for one in resolver.url_patterns:
        if isinstance(one, URLResolver):
            names |= page_names(one) if one.app_name != "admin" else set()
        elif isinstance(one, URLPattern) and one.name and not _elsewhere(one):
            names.add(one.name)
    return names - {"view_on_site"}


def test_every_page_has_its_help() -> None:
    known, said = page_names(get_resolver()), texts("pages")
    told = {name for name in said if name != "silent"} | set(said["silent"])
    assert sorted(known - told) == [], "add two lines to src/hocba/web/help/pages.toml"
    assert sorted(told - known) == [], "help about pages that are gone"


def test_help_is_short() -> None:
    for name, said in texts("pages").items():
        if name == "silent":
            continue
        assert 1 <= len(said["lines"]) <= 4, name
        assert all(len(line) <= 130 for line in said["lines"]), name
        assert all(len(pair) == 2 for pair in said.get("keys", [])), name


@pytest.mark.parametrize("role", ROLES)
def test_every_role_knows_its_jobs(role: str) -> None:
    for job in texts("roles")[role]:
        assert job["title"]
        assert job["how"]
        if "page" in job:
            assert reverse(job["page"])


def test_no_two_refusals_sound_alike() -> None:
    heard = Counter(map(spoken_code, SENTENCES))
    assert [code for code, count in heard.items() if count > 1] == []
    assert all(len(code) == 7 and not set(code[3:]) & set("ILOU") for code in heard)


def test_codes_stay_what_they_were() -> None:
    """Somebody has written them down."""
    assert spoken_code("access.denied") == "HB-7F7J"
    assert spoken_number("7c9a21f0aa") == "7C9A 21F0"

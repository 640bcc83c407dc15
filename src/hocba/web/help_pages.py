"""Help: a few sentences and the keys of every page, the jobs of every role, what each code means.

The texts stand in `help/*.toml`, one place per page and per role, so that whoever writes a page
writes three lines there; a house test holds that no page is without.
"""

import tomllib
from functools import cache
from pathlib import Path
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse
from django.views.decorators.http import require_GET

from hocba.adapters.wording.refusals import SENTENCES
from hocba.adapters.wording.spoken_codes import spoken_code
from hocba.apps.accounts.models import ROLES
from hocba.apps.accounts.queries import viewer_of_request

_FOLDER = Path(__file__).parent / "help"


@cache
def texts(name: str) -> dict[str, Any]:
    """Return one file of texts."""
    return tomllib.loads((_FOLDER / f"{name}.toml").read_text(encoding="utf-8"))


def help_of(url_name: str | None) -> dict[str, Any] | None:
    """Return the sentences and keys of a page."""
    found = texts("pages").get(url_name or "")
    return found if isinstance(found, dict) else None


@require_GET
def jobs(request: HttpRequest) -> HttpResponse:
    """Say how each role does its work, the viewer's own first."""
    held = {role for role, _unit in viewer_of_request(request).roles}
    sections = [
        {"role": role, "name": name, "jobs": _jobs(role), "own": role in held}
        for role, name in ROLES.items()
        if role in texts("roles")
    ]
    sections.sort(key=lambda one: not one["own"])
    return render(request, "work/help_jobs.html", {"sections": sections})


@require_GET
def error_codes(request: HttpRequest) -> HttpResponse:
    """Explain the codes that pages of refusals show; `ma` finds one as it was heard."""
    heard = "".join(request.GET.get("ma", "").upper().split()).removeprefix("HB").strip("-")
    rows = sorted(
        (spoken_code(code), _open(sentence), code)
        for code, sentence in SENTENCES.items()
        if heard in spoken_code(code) or heard in code.upper()
    )
    return render(request, "work/error_codes.html", {"rows": rows, "heard": heard})


def _jobs(role: str) -> list[dict[str, str]]:
    """Return a role's jobs; those with a page of their own lead there."""
    found = []
    for job in texts("roles")[role]:
        try:
            url = reverse(job["page"]) if "page" in job else ""
        except NoReverseMatch:  # a page that needs to know of which school or class
            url = ""
        found.append({"title": job["title"], "how": job["how"], "url": url})
    return found


def _open(sentence: str) -> str:
    """Show a place that is filled in when the sentence is said."""
    parts = sentence.split("%(")
    return parts[0] + "".join("…" + part.partition(")s")[2] for part in parts[1:])

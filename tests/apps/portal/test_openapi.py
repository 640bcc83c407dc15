"""The interface keeps what its description says: a machine tries to prove otherwise."""

import json
import os
from datetime import timedelta
from pathlib import Path

import pytest
import schemathesis
from django.utils import timezone
from hypothesis import HealthCheck, Phase, given, seed, settings
from schemathesis.specs.openapi.checks import positive_data_acceptance

from hocba.apps.portal.actions import create_api_key
from hocba.apps.portal.api.openapi import description
from hocba.apps.portal.api.urls import urlpatterns


@schemathesis.serializer("application/zip")
def as_it_is(_context: object, value: object) -> bytes:
    return value if isinstance(value, bytes) else str(value).encode()


COPY = Path(__file__).parents[3] / "docs" / "openapi.json"


def test_the_copy_in_the_docs_is_this_description() -> None:
    text = json.dumps(description(), ensure_ascii=False, indent=1) + "\n"
    if os.environ.get("HOCBA_WRITE_OPENAPI"):
        COPY.write_text(text, encoding="utf-8")
    assert COPY.read_text(encoding="utf-8") == text


def test_every_address_is_described() -> None:
    assert len(description()["paths"]) == len(urlpatterns)


@pytest.mark.slow
@pytest.mark.across_schools
@pytest.mark.django_db(transaction=True)
def test_nobody_finds_an_answer_that_is_not_described(live_server: object, city: object) -> None:
    now = timezone.now()
    _, secret = create_api_key(
        name="schemathesis",
        owner_unit="01",
        purpose="thử",
        scopes=["files", "codes", "documents"],
        expires_at=now + timedelta(days=1),
        items_a_minute=60_000,
        actor=None,
        at=now,
    )
    schema = schemathesis.openapi.from_url(f"{live_server.url}/api/v1/openapi.json")
    tried = 0
    for result in schema.get_all_operations():
        operation = result.ok()

        @seed(5)
        @settings(
            max_examples=6,
            deadline=None,
            database=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(case=operation.as_strategy())
        def attack(case: schemathesis.Case) -> None:
            nonlocal tried
            tried += 1
            case.call_and_validate(
                headers={"Authorization": f"Bearer {secret}"},
                timeout=30,
                # Any bytes fit the schema of a ZIP; most of them are none, which 400 says.
                excluded_checks=[positive_data_acceptance] if "files" in case.path else [],
            )

        attack()
    assert tried >= 40

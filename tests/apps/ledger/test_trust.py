"""The operator publishes the trust list from the register of authorities."""

from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from hocba.apps.ledger.queries import trust
from hocba.web.demo.city import City

REGISTER = """
[[authority]]
code = "QUOC_GIA"
role = "anchor"
certificate = "root.der"
crls = ["root.crl", "issuing.crl"]

[[authority]]
code = "BAN_CO_YEU"
role = "issuer"
certificate = "issuing.der"
trusted_to = 2040-01-01
"""


def test_publishing_takes_authorities_from_the_register(
    city: City, capsys: pytest.CaptureFixture[str]
) -> None:
    before = trust()
    register = city.keys / "so-noi-cap.toml"
    register.write_text(REGISTER, encoding="utf-8")
    call_command("publish_trust", str(register))
    after = trust()
    assert (after.anchors, after.intermediates) == (before.anchors, before.intermediates)
    assert (after.seals, after.log_keys) == (before.seals, before.log_keys)
    assert [one.code for one in after.authorities] == ["QUOC_GIA", "BAN_CO_YEU"]
    assert "1 gốc, 1 nơi cấp, 2 danh sách thu hồi" in capsys.readouterr().out


def test_a_wrong_register_changes_nothing(city: City) -> None:
    before = trust()
    register = city.keys / "so-noi-cap.toml"
    register.write_text(REGISTER.replace("issuing.der", "thieu.der"), encoding="utf-8")
    with pytest.raises(CommandError, match="mục thứ 2: trường certificate"):
        call_command("publish_trust", str(register))
    with pytest.raises(CommandError, match="Không đọc được"):
        call_command("publish_trust", str(Path("/khong/co.toml")))
    assert trust() == before

"""Golden bundles: files of each format as they lie on citizens' disks. They never change.

Each is judged with nothing but itself and the trust file beside it, at a fixed instant. A change
that fails here would make old files unreadable: change the code, never the files.
"""

import json
import os
from hashlib import sha256
from pathlib import Path

import pytest

from hocba.cli import main
from hocba.core.registry.bundle import read_bundle, write_bundle
from hocba.core.registry.tlog_proof import check_tlog_proof, read_tlog_proof
from hocba.core.signing.keys import ed25519_verify
from hocba.core.signing.trust import dump_trust, load_trust

FOLDER = Path(__file__).parents[2] / "vectors" / "bundles"
LIST = FOLDER / "sha256.txt"
# In 2025 the trust file knows the issuers and their lists; in 2040 it knows the roots alone, all
# certificates have expired, and the bundle itself must carry what was known.
DAYS = {"2025": "2025-06-10T00:00:00+07:00", "2040": "2040-01-01T00:00:00+07:00"}
WORDS = {
    ("1", "2025"): "hop_le",
    ("2", "2025"): "hop_le",
    ("2", "2040"): "chua_kiem_tra_duoc",
    ("3", "2040"): "hop_le",
    ("4", "2040"): "hop_le",
}
FORMATS = ("1", "2", "3", "4")


if os.environ.get("HOCBA_WRITE_GOLDEN"):
    from tests.core.verification.golden import golden

    for _name, _data in golden().items():
        if not (FOLDER / _name).exists():
            (FOLDER / _name).write_bytes(_data)
            with LIST.open("a", encoding="ascii") as _list:
                _list.write(f"{sha256(_data).hexdigest()}  {_name}\n")


def digests() -> dict[str, str]:
    """The list, in the form that `sha256sum -c` reads."""
    lines = LIST.read_text("ascii").splitlines()
    return {name: digest for digest, name in (line.split("  ") for line in lines)}


def file_of(form: str) -> Path:
    return FOLDER / f"hoc-ba-{form}.hocba.json"


def judged(
    form: str, year: str, capsys: pytest.CaptureFixture[str], more: str = ""
) -> dict[str, object]:
    trust = str(FOLDER / f"trust-{year}{more}.json")
    main(["verify", str(file_of(form)), "--trust", trust, "--at", DAYS[year], "--json"])
    return dict(json.loads(capsys.readouterr().out)["files"][0])


def test_the_files_are_those_that_were_listed() -> None:
    found = {
        path.name: sha256(path.read_bytes()).hexdigest()
        for path in FOLDER.iterdir()
        if path.suffix == ".json"
    }
    assert found == digests()
    # The list itself: a line may be added for a new format, none may be changed.
    assert sha256(LIST.read_bytes()).hexdigest() == LISTED


@pytest.mark.parametrize(("form", "year"), sorted(WORDS))
def test_a_file_is_judged_as_on_its_day(
    form: str, year: str, capsys: pytest.CaptureFixture[str]
) -> None:
    told = judged(form, year, capsys)
    assert told["word"] == WORDS[form, year]
    questions = told["questions"]
    assert questions["unaltered"]["answer"] == "passed"  # type: ignore[index]
    assert questions["in_force"]["answer"] == "passed"  # type: ignore[index]
    assert len(told["log"]["witnesses"]) == (form == "4")  # type: ignore[index, arg-type]


@pytest.mark.parametrize("form", FORMATS)
def test_a_file_is_written_as_it_was(form: str) -> None:
    data = file_of(form).read_bytes()
    assert f'"format": "hocba-bundle/{form}"'.encode() in data[:60]
    assert write_bundle(read_bundle(data)) == data


def test_one_witness_is_enough_where_one_is_demanded(capsys: pytest.CaptureFixture[str]) -> None:
    assert judged("4", "2040", capsys, "-nhan-chung")["word"] == "hop_le"
    alone = judged("3", "2040", capsys, "-nhan-chung")
    assert alone["word"] == "chua_kiem_tra_duoc"
    reasons = alone["questions"]["in_force"]["reasons"]  # type: ignore[index]
    assert [one["code"] for one in reasons] == ["log.witnesses"]


def test_the_proofs_stand_alone() -> None:
    trust = load_trust((FOLDER / "trust-2040.json").read_bytes())
    for item in json.loads(file_of("4").read_bytes())["entries"]:
        proof = read_tlog_proof(item["tlog_proof"])
        proven = check_tlog_proof(
            proof=proof,
            leaf=proof.extra,
            keys=trust.log_keys,
            witnesses=trust.witnesses,
            verify=ed25519_verify,
        )
        assert proven is not None
        assert len(proven.cosignatures) == 1


@pytest.mark.parametrize(
    "name", ["trust-2025.json", "trust-2040.json", "trust-2040-nhan-chung.json"]
)
def test_the_trust_files_are_written_as_they_were(name: str) -> None:
    data = (FOLDER / name).read_bytes()
    assert dump_trust(load_trust(data)) == data


LISTED = "63feac7e0ea9c981610950019a9ac22e4b9b17c34f34e234d97aa2644dd8a118"

"""The three clients against a service that fails in every way it can (F11-F13)."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from hocba.adapters.remote_signing import load_remote_signers
from hocba.adapters.remote_signing.exchange import as_bytes
from hocba.adapters.remote_signing.simulator import Fault, Simulator
from hocba.core.errors import HocbaError
from hocba.core.signing.ports import RemoteSigner
from hocba.core.signing.remote import RemoteAnswer, RemoteState, value_holds
from tests.adapters.remote_signing.people import (
    ACCOUNT,
    DIGESTS,
    DOCUMENTS,
    KINDS,
    OTHER,
    client,
    key_of,
    serving,
)

each_kind = pytest.mark.parametrize("kind", KINDS)


@pytest.fixture
def service() -> Iterator[tuple[Simulator, str]]:
    with serving() as running:
        yield running


def begin(signer: RemoteSigner, *, account: str = ACCOUNT, request: str = "yeu-cau-1") -> str:
    return signer.begin(
        account=account,
        certificate=key_of(ACCOUNT).certificate,
        documents=DOCUMENTS,
        request_id=request,
    ).id


def poll(signer: RemoteSigner, transaction: str) -> RemoteAnswer:
    return signer.poll(
        account=ACCOUNT,
        certificate=key_of(ACCOUNT).certificate,
        transaction_id=transaction,
        digests=DIGESTS,
    )


def truly_signed(answer: RemoteAnswer) -> set[int]:
    """Places of the digests that got a value; every value must hold."""
    certificate = key_of(ACCOUNT).certificate
    assert all(value_holds(certificate, *pair) for pair in answer.signatures.items())
    return {DIGESTS.index(digest) for digest in answer.signatures}


@each_kind
def test_many_digests_are_signed_with_one_confirmation(
    service: tuple[Simulator, str], kind: str
) -> None:
    simulator, url = service
    signer = client(kind, url)
    assert signer.certificates(account=ACCOUNT) == (key_of(ACCOUNT).certificate,)
    simulator.confirm_after = 2
    transaction = begin(signer)
    assert [poll(signer, transaction).state for _ in range(2)] == [RemoteState.WAITING] * 2
    answer = poll(signer, transaction)
    assert (answer.state, answer.refusal) == (RemoteState.ANSWERED, None)
    assert truly_signed(answer) == {0, 1, 2, 3}
    assert len(simulator.transactions) == 1


@each_kind
@pytest.mark.parametrize(
    ("fault", "code"),
    [
        (Fault.REFUSED, "remote.refused_by_signer"),
        (Fault.LATE, "remote.confirmation_late"),
        (Fault.NO_QUOTA, "remote.no_quota"),
    ],
)
def test_a_refusal_on_the_phone_has_its_reason(
    service: tuple[Simulator, str], kind: str, fault: Fault, code: str
) -> None:
    simulator, url = service
    signer = client(kind, url)
    transaction = begin(signer)
    simulator.fail(fault, on="poll")
    answer = poll(signer, transaction)
    assert answer.refusal is not None
    assert (answer.refusal.code, truly_signed(answer)) == (code, set())
    assert not simulator.signed


@each_kind
@pytest.mark.parametrize(
    ("fault", "code"),
    [(Fault.NO_QUOTA, "remote.no_quota"), (Fault.REVOKED, "remote.new_certificate")],
)
def test_a_request_that_is_turned_down_at_once(
    service: tuple[Simulator, str], kind: str, fault: Fault, code: str
) -> None:
    simulator, url = service
    simulator.fail(fault, on="sign")
    with pytest.raises(HocbaError) as refused:
        begin(client(kind, url))
    assert refused.value.code == code
    assert not simulator.transactions


@each_kind
@pytest.mark.parametrize(
    ("fault", "code"),
    [
        (Fault.TIMEOUT, "fetch.failed"),
        (Fault.TIMEOUT_AFTER, "fetch.failed"),
        (Fault.SLOW, "fetch.failed"),
        (Fault.ERROR_500, "remote.unavailable"),
        (Fault.GARBAGE, "remote.answer_unreadable"),
    ],
)
@pytest.mark.parametrize("call", ["list", "sign", "poll"])
def test_no_answer_says_nothing_of_what_was_done(
    service: tuple[Simulator, str], kind: str, fault: Fault, code: str, call: str
) -> None:
    simulator, url = service
    signer = client(kind, url, seconds=0.3)
    if call == "poll":
        transaction = begin(signer)
        simulator.fail(fault, on="poll")
        with pytest.raises(HocbaError) as refused:
            poll(signer, transaction)
    else:
        simulator.fail(fault, on="list" if call == "list" else "sign")
        with pytest.raises(HocbaError) as refused:
            begin(signer)
    assert refused.value.code == code


@each_kind
@pytest.mark.parametrize(
    ("fault", "signed"),
    [
        (Fault.SWAPPED, {1, 2, 3}),
        (Fault.ALTERED, {1, 2, 3}),
        (Fault.DUPLICATE, {0, 2, 3}),
        (Fault.REVOKED, {0, 1}),
        (Fault.LINE_BREAKS, {0, 1, 2, 3}),
    ],
)
def test_a_value_counts_only_where_it_verifies(
    service: tuple[Simulator, str], kind: str, fault: Fault, signed: set[int]
) -> None:
    simulator, url = service
    signer = client(kind, url)
    transaction = begin(signer)
    simulator.fail(fault, on="poll")
    answer = poll(signer, transaction)
    assert truly_signed(answer) == signed
    if fault is Fault.REVOKED and kind != "csc":  # the standard has no word for a half answer
        assert answer.refusal is not None
        assert answer.refusal.code == "remote.new_certificate"


def test_another_order_puts_no_value_in_a_wrong_place(service: tuple[Simulator, str]) -> None:
    """By value where there are no names; a named value in another's place is refused."""
    simulator, url = service
    for kind, signed in (("csc", {0, 1, 2, 3}), ("mysign", {0, 1, 2, 3}), ("smartca", set())):
        signer = client(kind, url)
        transaction = begin(signer)
        simulator.fail(Fault.WRONG_ORDER, on="poll")
        assert truly_signed(poll(signer, transaction)) == signed


@each_kind
def test_a_transaction_that_nobody_knows(service: tuple[Simulator, str], kind: str) -> None:
    assert poll(client(kind, service[1]), "khong-co").state is RemoteState.UNKNOWN


def test_smartca_takes_the_same_request_twice_as_one(service: tuple[Simulator, str]) -> None:
    simulator, url = service
    signer = client("smartca", url)
    simulator.fail(Fault.TIMEOUT_AFTER, on="sign")
    with pytest.raises(HocbaError, match=r"fetch\.failed"):
        begin(signer, request="r-1")
    assert signer.transaction_of(request_id="r-1") == "r-1"
    assert poll(signer, "r-1").state is RemoteState.ANSWERED
    assert begin(signer, request="r-1") == "r-1"
    assert len(simulator.transactions) == 1


@each_kind
def test_who_has_another_certificate_there_does_not_sign(
    service: tuple[Simulator, str], kind: str
) -> None:
    with pytest.raises(HocbaError, match=r"remote\.certificate_missing"):
        begin(client(kind, service[1]), account=OTHER)


@each_kind
def test_a_wrong_secret_is_said_and_not_shown(service: tuple[Simulator, str], kind: str) -> None:
    signer = client(kind, service[1], secret="mat-khau-that")
    with pytest.raises(HocbaError, match=r"remote\.sign_in") as refused:
        begin(signer)
    assert "mat-khau-that" not in repr(signer) + repr(refused.value) + repr(refused.value.params)


def test_more_than_the_credential_takes_is_refused(service: tuple[Simulator, str]) -> None:
    service[0].multisign = 2
    with pytest.raises(HocbaError, match=r"remote\.too_many"):
        begin(client("csc", service[1]))


@pytest.mark.parametrize("text", ["QUJD\r\n", " QU\nJD", "QUJD"])
def test_line_breaks_are_all_that_is_forgiven(text: str) -> None:
    assert as_bytes(text) == b"ABC"


@pytest.mark.parametrize("text", ["QUJ", "QUJD=", "QU-D", "QR==", "QUJD\x00", "", None, 7])
def test_other_base64_is_no_base64(text: object) -> None:
    with pytest.raises(HocbaError, match=r"remote\.answer_unreadable"):
        as_bytes(text)


def test_the_file_of_services(tmp_path: Path, service: tuple[Simulator, str]) -> None:
    path = tmp_path / "services.toml"
    url = service[1]
    path.write_text(
        f'[thu]\nkind = "smartca"\nurl = "{url}"\nsp_id = "x"\nsp_password = "bi-mat"\n'
        f'[thu.accounts]\n"1" = "{ACCOUNT}"\n'
    )
    signers = load_remote_signers(path, seconds=2)
    assert signers["thu"].certificates(account="1") == (key_of(ACCOUNT).certificate,)


@pytest.mark.parametrize(
    "text",
    [
        'kind = "smartca"',
        '[a]\nkind = "smartca"\nurl = "http://sca.example/"\nsp_id = "x"\nsp_password = "y"',
        '[a]\nkind = "other"\nurl = "https://sca.example/"',
        '[a]\nkind = "smartca"\nurl = "https://sca.example/"',
        "[a",
    ],
)
def test_a_bad_file_is_refused_whole(tmp_path: Path, text: str) -> None:
    path = tmp_path / "services.toml"
    path.write_text(text)
    with pytest.raises(HocbaError, match=r"remote\.settings_unreadable"):
        load_remote_signers(path, seconds=2)
    with pytest.raises(HocbaError, match=r"remote\.settings_unreadable"):
        load_remote_signers(tmp_path / "none.toml", seconds=2)


def test_the_simulator_exists_in_the_demo_alone() -> None:
    with pytest.raises(HocbaError, match=r"software_signer_forbidden"):
        Simulator(holder=key_of, demo=False)

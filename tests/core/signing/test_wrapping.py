"""No wrapping passes: millions of enumerated forgeries, of which every run tries a spread.

`HOCBA_WRAPPING=1000 pytest tests/core/signing/test_wrapping.py -s` tries so many of each family.
"""

import os
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from hashlib import sha256

import pytest
from lxml import etree

from hocba.core.errors import HocbaError
from hocba.core.signing.foreign import verify_signed_xml
from hocba.core.signing.verdict import Indication
from hocba.core.signing.verify import verify_document
from hocba.core.signing.xades import canonical
from tests.core.signing.test_sheets import signed_class
from tests.core.signing.test_timestamps import good, judged
from tests.core.signing.wrapping import Family, Forged, Forgery, build, families
from tests.core.verification.issued import NOW, city, issued
from tests.fuzz.mutations import elements_of, written

Judge = Callable[[bytes], Indication]
_PRIMES = (7919, 7907, 7901, 7883)


def by_city(document: bytes) -> Indication:
    """The verdict with the city's trust."""
    return verify_document(document=document, trust=city().trust, at=NOW).indication


def by_stamps(document: bytes) -> Indication:
    """The verdict on a stamped document."""
    return judged(document).indication


DOCUMENTS: dict[str, tuple[Callable[[], bytes], Judge]] = {
    "document": (lambda: issued().document, by_city),
    "sheet": (lambda: signed_class()[0], by_city),
    "stamped": (good, by_stamps),
}


@cache
def all_forgeries(name: str) -> list[Family]:
    """Every forgery of one of the documents."""
    return families(DOCUMENTS[name][0]())


@pytest.mark.parametrize("name", DOCUMENTS)
def test_what_is_not_forged_passes(name: str) -> None:
    """The forger writes as we do, so nothing but the forgery makes a file fail."""
    make, judge = DOCUMENTS[name]
    assert written(etree.fromstring(make())) == make()
    assert judge(make()) is Indication.TOTAL_PASSED
    assert all(one.accepted for one in verify_signed_xml(data=make()))


def sample(name: str, each: int, start: int) -> Iterator[Forgery]:
    """Up to `each` forgeries of every family, spread over it, the same at every run."""
    each = int(os.environ.get("HOCBA_WRAPPING", each))
    for family in all_forgeries(name):
        count = min(each * (5 if len(family) > 10_000 else 1), len(family))
        # Steps of a prime wander over all axes instead of staying at one value of the last.
        step = 1 if count == len(family) else next(p for p in _PRIMES if len(family) % p)
        for number in range(count):
            yield family[(start + number * step) % len(family)]


def try_all(name: str, chosen: Iterable[Forgery]) -> Counter[str]:
    """Try forgeries on both readers and count them."""
    make, judge = DOCUMENTS[name]
    genuine, tried = make(), Counter[str]()
    for forgery in chosen:
        forged = build(genuine, forgery)
        if forged is None:
            tried["changes nothing"] += 1
            continue
        assert judge(forged.document) is Indication.TOTAL_FAILED, forgery
        assert not misleading(genuine, forged), forgery
        tried[forgery.operation] += 1
    return tried


def misleading(genuine: bytes, forged: Forged) -> bool:
    """Whether the reader of foreign files calls anything signed that nobody signed."""
    try:
        found = verify_signed_xml(data=forged.document)
    except HocbaError:
        return False
    root = etree.fromstring(forged.document)
    tree = root.getroottree()
    altered = root.find(forged.altered) if forged.altered else None
    around = [] if altered is None else [altered, *altered.iterancestors()]
    for reference in (each for one in found if one.accepted for each in one.references):
        (covered,) = [one for one in root.iter() if tree.getpath(one) == reference.covers]
        if covered in around or sha256(canonical(covered)).digest() not in signed_parts(genuine):
            return True
    return False


@cache
def signed_parts(genuine: bytes) -> set[bytes]:
    """Digests of what the signers signed."""
    root = etree.fromstring(genuine)
    return {sha256(canonical(one)).digest() for one in elements_of(root) if one.get("Id")}


@pytest.mark.parametrize("name", DOCUMENTS)
def test_no_wrapping_passes(name: str) -> None:
    report(name, try_all(name, sample(name, 3, 7)))


def report(name: str, tried: Counter[str]) -> None:
    """Tell how many were tried, of how many there are."""
    everything = sum(len(family) for family in all_forgeries(name))
    print(f"{name}: {tried.total()} of {everything} forgeries: {dict(tried)}")
    assert len(tried) >= 12


@pytest.mark.slow
@pytest.mark.parametrize("name", DOCUMENTS)
def test_no_wrapping_of_a_thousand_passes(name: str) -> None:
    report(name, try_all(name, sample(name, 15, 101)))


@pytest.mark.slow
def test_signatures_hold_where_the_layout_does_not_look(monkeypatch: pytest.MonkeyPatch) -> None:
    """The second wall alone: without the comparison of the whole file, no altered data pass."""
    monkeypatch.setattr("hocba.core.signing.verify._layout_holds", lambda *_: True)
    genuine, passed = issued().document, 0
    for forgery in sample("document", 8, 5):
        forged = build(genuine, forgery)
        if forged is None or by_city(forged.document) is not Indication.TOTAL_PASSED:
            continue
        passed += 1
        assert same_data(genuine, forged.document), forgery
    print(f"{passed} would pass without the layout, all with the same data")


def same_data(genuine: bytes, forged: bytes) -> bool:
    """Whether a business reader would read the same."""
    first, second = (canonical(etree.fromstring(one)[0]) for one in (genuine, forged))
    return first == second

"""What signing and judging cost, beside signxml, python-xmlsec and the bare key operation.

    .venv/bin/python benchmarks/signing.py [--rounds 15] [--documents 10000]

A transcript with 17 signatures (14 subject teachers, homeroom teacher, principal, seal), with
RSA-2048 and with P-256 keys, under the trust list of a city of 1,000 schools. Our figures are of
the whole work: a verdict with plan, roles, schema, layout and warm certificate paths; a signature
from `prepare` to the completed document. What the peers do is told in `signing_peers.py`.

In every round each candidate runs once, one after the other, so that all see the same machine;
figures are medians, in processor time of this process (wall-clock time beside it). Verdicts go
round among different documents, and nothing of a document is kept between them.
"""

import argparse
import os
import statistics
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import cycle
from multiprocessing import get_context
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))
sys.path.insert(0, str(Path(__file__).parent))
from signing_peers import signing, verifying, without_values
from signing_school import NOW, SIGNED_AT, School, school

from hocba.core.signing import trust as trust_room
from hocba.core.signing.rounds import complete, prepare, prepare_sheet
from hocba.core.signing.verdict import Indication
from hocba.core.signing.verify import verify_document
from hocba.core.transcript.canonical import to_xml

CLASS_SIZE, DIFFERENT = 45, 20
LINE = "{:<58}{:>10}  {:<26}{}"


@dataclass(frozen=True)
class Cost:
    """Milliseconds of one run: processor and wall-clock."""

    cpu: float
    wall: float


def side_by_side(works: Mapping[str, Callable[[], object]], rounds: int) -> dict[str, Cost]:
    """Run every candidate once a round; medians."""
    taken: dict[str, list[tuple[float, float]]] = {name: [] for name in works}
    for _ in range(rounds):
        for name, work in works.items():
            cpu, wall = time.process_time(), time.perf_counter()
            work()
            taken[name].append((time.process_time() - cpu, time.perf_counter() - wall))
    return {
        name: Cost(*(statistics.median(column) * 1000 for column in zip(*runs, strict=True)))
        for name, runs in taken.items()
    }


def say(name: str, figure: str, beside: str = "", met: bool | None = None) -> None:
    """Print one line, with its aim if it has one."""
    verdict = "" if met is None else ("aim met" if met else "AIM NOT MET")
    print(LINE.format(name, figure, beside, verdict).rstrip(), flush=True)


def judge(place: School, document: bytes) -> None:
    """The whole verdict, which must pass."""
    verdict = verify_document(document=document, trust=place.trust, at=NOW)
    if verdict.indication is not Indication.TOTAL_PASSED:
        raise AssertionError(verdict.reasons)


def verifying_costs(place: School, documents: Sequence[bytes], rounds: int) -> None:
    """A verdict on a whole transcript against the peers."""
    ring = cycle(documents)
    peers = verifying(place, documents[0])
    works: dict[str, Callable[[], object]] = {"ours": lambda: judge(place, next(ring))}
    works |= {name: lambda work=work: work(documents[0]) for name, work in peers.items()}
    costs = side_by_side(works, rounds)
    ours, count = costs["ours"], len(place.slots(place.transcript))
    say(
        "verdict on a transcript, warm trust",
        f"{ours.cpu:.2f} ms",
        f"wall {ours.wall:.2f} ms, aim 2.5",
        ours.cpu <= 2.5,
    )
    say("  a signature of it", f"{ours.cpu / count:.3f} ms")
    for name, aim in (("signxml", 10.0), ("python-xmlsec", 4.0)):
        ratio = costs[name].cpu / ours.cpu
        figure = f"{costs[name].cpu / count:.3f} ms"
        say(f"  {name}, a signature", figure, f"{ratio:.1f} × ours, aim {aim:.0f}", ratio >= aim)
    bare = costs["bare"].cpu
    say(
        "  bare verifications + SHA-256 of the bytes",
        f"{bare:.2f} ms",
        f"{ours.cpu / bare:.1f} × in ours",
    )


def signing_costs(place: School, document: bytes, rsa: School, rounds: int) -> Cost:
    """A signature from `prepare` to the completed document; each round another student."""
    numbers = iter(range(1_000, 1_000_000))
    count = len(place.slots(place.transcript))
    empty = without_values(document)
    peers = signing(place, document)
    operation = [rsa.holders[slot.signer_id] for slot in rsa.slots(rsa.transcript)]
    works: dict[str, Callable[[], object]] = {
        "ours": lambda: place.sign(place.numbered(next(numbers))),
        "bare": lambda: peers["bare"](document),
        "RSA": lambda: [one.sign_digests((b"\x11" * 32,)) for one in operation],
        "python-xmlsec": lambda: peers["python-xmlsec"](empty),
        "signxml": lambda: peers["signxml"](document),
    }
    costs = side_by_side(works, rounds)
    each = {name: cost.cpu / count for name, cost in costs.items()}
    say(
        "prepare + sign + complete, a signature",
        f"{each['ours']:.3f} ms",
        f"wall {costs['ours'].wall / count:.3f} ms",
    )
    for name in ("signxml", "python-xmlsec"):
        say(
            f"  {name}, a signature",
            f"{each[name]:.3f} ms",
            f"{each[name] / each['ours']:.1f} × ours",
        )
    keyed = sum(one.cpu for one in (costs["bare"],)) / count
    overhead = each["ours"] - keyed
    share = overhead / each["RSA"]
    say("  bare key operation", f"{keyed:.3f} ms")
    say(
        "  preparation + embedding",
        f"{overhead:.3f} ms",
        f"{share:.2f} × raw RSA, aim 1",
        share <= 1,
    )
    return Cost(each["ours"], costs["ours"].wall / count)


def sheet_costs(place: School, one_signature: Cost, rounds: int) -> None:
    """One teacher signs a class: key operations and processor time for a transcript."""
    students = [place.numbered(number) for number in range(1, CLASS_SIZE + 1)]
    slot = place.slots(place.transcript)[0]
    holder = place.holders[slot.signer_id]
    class_documents = [to_xml(one) for one in students]
    used = []

    def sheet() -> None:
        pages = prepare_sheet(
            documents=class_documents,
            slot_keys=[slot.key] * CLASS_SIZE,
            salts=[number.to_bytes(16) for number in range(CLASS_SIZE)],
            certificate=holder.certificate,
            at=SIGNED_AT,
        )
        digests = {page.digest for page in pages}
        used.append(len(digests))
        (value,) = holder.sign_digests(tuple(digests))
        for document, page in zip(class_documents, pages, strict=True):
            complete(document=document, prepared=page, signature=value)

    cost = side_by_side({"sheet": sheet}, rounds)["sheet"]
    operations = max(used) / CLASS_SIZE
    say(
        f"sheet over {CLASS_SIZE}: key operations a transcript",
        f"{operations:.3f}",
        "aim 0.1",
        operations <= 0.1,
    )
    each = cost.cpu / CLASS_SIZE
    ratio = each / one_signature.cpu
    say(
        "  processor time a transcript",
        f"{each:.3f} ms",
        f"{ratio:.2f} × a signature, aim 0.1",
        ratio <= 0.1,
    )


def other_costs(place: School, document: bytes, rounds: int) -> None:
    """Stamped by an authority; under a trust list never seen before."""
    stamped = [place.sign(place.numbered(number), stamped=True) for number in range(1, 6)]
    ring = cycle(stamped)

    def cold() -> None:
        trust_room._passed.cache_clear()
        judge(place, document)

    for one in stamped:
        judge(place, one)
    # First, since forgetting all paths would make the others pay for the authority's.
    costs = side_by_side({"stamped": lambda: judge(place, next(ring))}, rounds)
    costs |= side_by_side({"cold": cold, "warm": lambda: judge(place, document)}, rounds)
    say("verdict, principal and seal time-stamped, warm", f"{costs['stamped'].cpu:.2f} ms")
    count = len(place.slots(place.transcript))
    extra = (costs["cold"].cpu - costs["warm"].cpu) / count
    say(
        "verdict, cold trust (17 new paths, 500 revoked)",
        f"{costs['cold'].cpu:.1f} ms",
        f"{extra:.2f} ms a certificate",
    )


def resident() -> float:
    """MiB of memory that this process holds."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def memory(place: School, documents: Sequence[bytes], count: int) -> None:
    """Growth of resident memory, after a tenth of the work, over the rest."""
    slot = place.slots(place.transcript)[0]
    holder = place.holders[slot.signer_id]

    def sign(number: int) -> None:
        document = to_xml(place.numbered(number + 1))
        asked = prepare(document=document, slot=slot, certificate=holder.certificate, at=SIGNED_AT)
        (value,) = holder.sign_digests((asked.digest,))
        complete(document=document, prepared=asked, signature=value)

    for name, work in (
        ("verified", lambda number: judge(place, documents[number % len(documents)])),
        ("signed", sign),
    ):
        for number in range(count // 10):
            work(number)
        before = resident()
        for number in range(count // 10, count):
            work(number)
        grown = resident() - before
        say(
            f"memory over {count:,} documents {name}",
            f"{grown:+.1f} MiB",
            f"of {before:.0f} MiB, aim flat",
            grown < 5,
        )


def _worker(
    kind_place: School, documents: Sequence[bytes], seconds: float, ready, gate, done
) -> None:
    for document in documents:
        judge(kind_place, document)
    ready.release()
    gate.wait()
    began, cpu, judged = time.perf_counter(), time.process_time(), 0
    while time.perf_counter() - began < seconds:
        judge(kind_place, documents[judged % len(documents)])
        judged += 1
    done.put((judged / (time.perf_counter() - began), judged / (time.process_time() - cpu)))


def throughput(place: School, documents: Sequence[bytes], processes: int) -> tuple[float, float]:
    """Transcripts judged a second by so many processes, and by their processor time."""
    context = get_context("fork")
    ready, gate, done = context.Semaphore(0), context.Event(), context.Queue()
    workers = [
        context.Process(target=_worker, args=(place, documents, 2.0, ready, gate, done))
        for _ in range(processes)
    ]
    for one in workers:
        one.start()
    for _ in workers:
        ready.acquire()
    gate.set()
    rates = [done.get() for _ in workers]
    for one in workers:
        one.join()
    return sum(wall for wall, _ in rates), sum(cpu for _, cpu in rates)


def scaling(place: School, documents: Sequence[bytes]) -> None:
    """Two processes against one, taken in turns; what others take of the two cores is told."""
    runs = [(throughput(place, documents, 1), throughput(place, documents, 2)) for _ in range(3)]
    wall = statistics.median(two[0] / one[0] for one, two in runs)
    cpu = statistics.median(two[1] / one[1] for one, two in runs)
    rate = statistics.median(two[0] for _, two in runs)
    say(
        "two processes ÷ one",
        f"{wall:.2f} ×",
        f"{rate:.0f}/s, load {os.getloadavg()[0]:.1f}, aim 1.8",
        wall >= 1.8,
    )
    say("  by processor time (what others take left out)", f"{cpu:.2f} ×", "aim 1.8", cpu >= 1.8)


def main() -> int:
    """Print each figure with its ratio to a peer or limit of the same run."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--documents", type=int, default=10_000)
    asked = parser.parse_args()
    places = {kind: school(kind) for kind in ("RSA-2048", "P-256")}
    rsa = places["RSA-2048"]
    for kind, place in places.items():
        documents = [place.sign(place.numbered(number)) for number in range(1, DIFFERENT + 1)]
        count = len(place.slots(place.transcript))
        print(f"{kind}: {count} signatures, {len(documents[0]) / 1024:.0f} KiB")
        for document in documents:
            judge(place, document)
        verifying_costs(place, documents, asked.rounds)
        one = signing_costs(place, documents[0], rsa, asked.rounds)
        sheet_costs(place, one, max(3, asked.rounds // 3))
        other_costs(place, documents[0], asked.rounds)
        if place is rsa:
            scaling(place, documents)
            memory(place, documents, asked.documents)
    return 0


if __name__ == "__main__":
    sys.exit(main())

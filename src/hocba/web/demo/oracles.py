"""Second opinions: every transcript is also shown to verifiers that are not ours, where present."""

from collections.abc import Sequence
from pathlib import Path

from hocba.adapters.xmldsig_oracles import available_oracles
from hocba.web.demo.report import Report


def second_opinions(paths: Sequence[Path], report: Report) -> int:
    """Ask every oracle on this machine; return how many files all of them accepted."""
    accepted = set(paths)
    for oracle in available_oracles():
        with report.step(f"Ý kiến thứ hai: {oracle.name}", total=len(paths)) as step:
            good = oracle.accepted(paths)
            accepted &= good
            step.advance(len(paths))
            step.done(f"{len(good)}/{len(paths)} chấp nhận")
    return len(accepted)

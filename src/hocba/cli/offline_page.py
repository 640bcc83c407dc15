"""`hocba offline-page`: make the page that checks QR codes on paper without network.

    hocba offline-page --trust trust.json [--status-list status-list] --out FOLDER

One HTML file, to be kept on a phone, a USB stick, an office's machine. It holds the portal's keys
of the trust list and the status list, which must be signed by one of them. Exit code: 0, or 2 with
the reason.
"""

import argparse
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console

from hocba.adapters.offline_page import offline_page
from hocba.adapters.wording.refusals import refusal_sentence
from hocba.cli.opening import bounded_bytes
from hocba.core.errors import HocbaError
from hocba.core.offline import open_list
from hocba.core.registry.status_list import MAX_BYTES
from hocba.core.signing.trust import load_trust

NAME = "kiem-tra-ngoai-tuyen.html"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what the command takes."""
    parser.add_argument("--trust", type=Path, required=True, help="tệp danh sách tin cậy")
    parser.add_argument("--status-list", type=Path, help="danh sách tình trạng đã ký")
    parser.add_argument("--out", type=Path, required=True, help="thư mục để ghi trang")


def run(options: argparse.Namespace) -> int:
    """Write the page and return the exit code."""
    console = Console(stderr=True, highlight=False, soft_wrap=True, markup=False)
    path, token = options.trust, b""
    try:
        trust = load_trust(bounded_bytes(path, limit=MAX_BYTES))
        if options.status_list is not None:
            path = options.status_list
            token = bounded_bytes(path, limit=MAX_BYTES)
            open_list(data=token, trust=trust, at=_now())
    except HocbaError as refusal:
        console.print(f"{path}: {refusal_sentence(refusal)}")
        return 2
    target = options.out / NAME
    try:
        options.out.mkdir(parents=True, exist_ok=True)
        target.write_bytes(offline_page(trust=trust, status_list=token))
    except OSError as error:
        console.print(f"Không ghi được {target}: {error.strerror}")
        return 2
    Console(highlight=False, soft_wrap=True, markup=False).print(f"Đã ghi {target}")
    return 0


def _now() -> datetime:
    return datetime.now(UTC)  # noqa: TID251 - the command line is an edge of its own

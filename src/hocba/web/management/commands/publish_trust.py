"""`manage publish_trust REGISTER.toml`: publish the trust list from the register of authorities.

The register (see `core.signing.register`) names roots, issuers and their dates; approved seals and
the log's key come from the database and the key file. The same content again changes nothing.
"""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from hocba.adapters.wording.refusals import refusal_sentence
from hocba.apps.ledger.actions import publish_trust
from hocba.core.errors import HocbaError
from hocba.core.signing.register import read_register


class Command(BaseCommand):
    """Read the register, write the trust list."""

    help = "Công bố danh sách tin cậy từ sổ đăng ký nơi cấp chứng thư"

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Tell the command line."""
        parser.add_argument("register", type=Path, metavar="SỔ.toml")

    def handle(self, *_: Any, **options: Any) -> None:
        """Publish; nothing is written when an entry is wrong."""
        path: Path = options["register"]
        try:
            register = read_register(
                text=path.read_text(encoding="utf-8"),
                read_file=lambda name: (path.parent / name).read_bytes(),
            )
            publish_trust(
                anchors=register.anchors,
                intermediates=register.intermediates,
                crls=register.crls,
                authorities=register.authorities,
                retired=register.retired,
                actor=None,
                at=timezone.now(),
            )
        except OSError as error:
            raise CommandError(f"Không đọc được {path}.") from error
        except HocbaError as refusal:
            raise CommandError(refusal_sentence(refusal)) from refusal
        self.stdout.write(
            f"Đã công bố: {len(register.anchors)} gốc, {len(register.intermediates)} nơi cấp, "
            f"{len(register.crls)} danh sách thu hồi."
        )

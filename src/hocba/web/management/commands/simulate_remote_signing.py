"""`manage simulate_remote_signing`: a remote signing service for the demo, with the demo's keys.

It writes the file of services into the demo's folder, where the site finds it at its next start.
"""

import threading
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from hocba.adapters.remote_signing.simulator import Simulator
from hocba.adapters.software_signer import SoftwareSigner

_SERVICES = """[smartca]
kind = "smartca"
url = "{url}"
sp_id = "mau"
sp_password = "bi-mat"

[mysign]
kind = "mysign"
url = "{url}"
client_id = "mau"
client_secret = "bi-mat"
profile_id = "mau"

[csc]
kind = "csc"
url = "{url}"
client_id = "mau"
client_secret = "bi-mat"
"""


class Command(BaseCommand):
    """Serve until interrupted."""

    help = "Dịch vụ ký số từ xa mô phỏng cho bản dùng thử"

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the port, and how long people think."""
        parser.add_argument("--port", type=int, default=8765)
        parser.add_argument("--polls", type=int, default=1, help="số lần hỏi trước khi xác nhận")

    def handle(self, *_: Any, port: int, polls: int, **__: Any) -> None:
        """Start the service, write the file, wait."""
        if not settings.HOCBA_DEMO:
            raise CommandError("Chỉ dùng trong bản dùng thử (HOCBA_DEMO=1).")
        keys = Path(settings.HOCBA_DATA_DIR) / "demo-pki"

        def holder(account: str) -> SoftwareSigner:
            path = keys / f"{Path(account).name}.p12"
            if not path.exists():
                raise LookupError(account)
            return SoftwareSigner.load(path, settings.HOCBA_DEMO_KEY_PASSWORD, demo=True)

        simulator = Simulator(holder=holder, demo=settings.HOCBA_DEMO, confirm_after=polls)
        url = simulator.start(port)
        path = Path(settings.HOCBA_DATA_DIR) / "remote-signing.toml"
        path.touch(mode=0o600)
        path.write_text(_SERVICES.format(url=url), encoding="utf-8")
        self.stdout.write(f"{url}: smartca, mysign, csc; {path}")
        try:
            threading.Event().wait()
        except KeyboardInterrupt:
            simulator.stop()

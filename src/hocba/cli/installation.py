"""`hocba backup` and `hocba restore`: commands of an installation, handed to its Django.

In a process of their own, so that the offline commands stay without Django; the settings are those
of the environment, as for `./run manage`.
"""

import subprocess
import sys
from collections.abc import Sequence

COMMANDS = {
    "backup": "sao lưu nơi cài đặt này (cần cấu hình HOCBA_… như khi chạy máy chủ)",
    "restore": "khôi phục một bản sao lưu vào nơi còn trống, hoặc kiểm tra nó",
}


def run(arguments: Sequence[str]) -> int:
    """Run the command and return its exit code."""
    command = [sys.executable, "-m", "hocba.web", *arguments]
    return subprocess.run(command, check=False).returncode  # noqa: S603 - our own command

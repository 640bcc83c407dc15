"""The diagrams in docs/states/ are those of the state tables; drift fails here.

Regenerate with `HOCBA_WRITE_STATES=1 ./run test tests/house/test_states.py`.
"""

import os
from collections.abc import Mapping
from pathlib import Path

import pytest

from hocba.apps.gradebook.reopenings import REOPENING
from hocba.apps.issuing import states
from hocba.apps.roster.setup import states as setup_states
from hocba.core.registry import lifecycle
from hocba.core.registry.procedures import REQUEST_STEPS

FOLDER = Path(__file__).parents[2] / "docs" / "states"
MACHINES: dict[str, tuple[str, Mapping[tuple[str, str], str]]] = {
    "draft": ("Bản thảo học bạ", states.DRAFT),
    "remote-item": ("Phần gửi ký từ xa", states.REMOTE_ITEM),
    "remote-session": ("Lượt ký từ xa", states.REMOTE_SESSION),
    "reopening": ("Mở khóa sổ", REOPENING),
    "request": (
        "Đề nghị về học bạ đã phát hành",
        {(str(state), str(event)): str(after) for (state, event), after in REQUEST_STEPS.items()},
    ),
    "return": ("Học bạ được trả lại", states.RETURN),
    "setup-import": (
        "Tệp thiết lập năm học",
        {
            (str(state), str(event)): str(after)
            for (state, event), after in setup_states.TABLE.items()
        },
    ),
    "slot": ("Ô ký", states.SLOT),
    "transcript": (
        "Học bạ đã phát hành",
        {(str(state), str(event)): str(after) for (state, event), after in lifecycle.STEPS.items()},
    ),
}


def diagram(title: str, table: Mapping[tuple[str, str], str]) -> str:
    """Draw a state table as Mermaid in Markdown."""
    arrows = "\n".join(
        f"    {state} --> {after}: {event}" for (state, event), after in table.items()
    )
    return f"# {title}\n\n```mermaid\nstateDiagram-v2\n{arrows}\n```\n"


@pytest.mark.parametrize("name", sorted(MACHINES))
def test_diagram_is_true(name: str) -> None:
    path, wanted = FOLDER / f"{name}.md", diagram(*MACHINES[name])
    if os.environ.get("HOCBA_WRITE_STATES"):
        path.write_text(wanted, encoding="utf-8")
    assert path.read_text(encoding="utf-8") == wanted

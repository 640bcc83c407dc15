"""What the portal writes: keys of other systems, their batches, the record of their pulls."""

from hocba.apps.portal.actions.batches import FileToJudge, open_batch, work_off
from hocba.apps.portal.actions.keys import create_api_key, revoke_api_key
from hocba.apps.portal.actions.pulls import record_pull

__all__ = [
    "FileToJudge",
    "create_api_key",
    "open_batch",
    "record_pull",
    "revoke_api_key",
    "work_off",
]

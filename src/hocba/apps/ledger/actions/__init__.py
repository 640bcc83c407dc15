"""What the ledger does: issue, publish checkpoints and the trust list, list a year for its archive.

Whether a document may be issued is judged by `issuing` before it comes here.
"""

from hocba.apps.ledger.actions.archive import list_for_archive
from hocba.apps.ledger.actions.issue import IssueRequest, issue
from hocba.apps.ledger.actions.publish import publish_checkpoint
from hocba.apps.ledger.actions.stop import resume_issuing, stop_issuing
from hocba.apps.ledger.actions.trust_list import publish_trust

__all__ = [
    "IssueRequest",
    "issue",
    "list_for_archive",
    "publish_checkpoint",
    "publish_trust",
    "resume_issuing",
    "stop_issuing",
]

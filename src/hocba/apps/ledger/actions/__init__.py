"""What the ledger does: issue, publish checkpoints and the trust list, list a year for its archive;
ask for, decide and execute later events of a transcript's life, and tell who received it.

Whether a document may be issued is judged by `issuing` before it comes here.
"""

from hocba.apps.ledger.actions.archive import list_for_archive
from hocba.apps.ledger.actions.ask import AskedChange, request_recall
from hocba.apps.ledger.actions.decide import approve, refuse, withdraw
from hocba.apps.ledger.actions.execute import execute, issue_replacement, keep_difference
from hocba.apps.ledger.actions.issue import IssueRequest, issue
from hocba.apps.ledger.actions.publish import publish_checkpoint
from hocba.apps.ledger.actions.tell import Recipient, record_delivery, record_forwarded
from hocba.apps.ledger.actions.trust_list import publish_trust

__all__ = [
    "AskedChange",
    "IssueRequest",
    "Recipient",
    "approve",
    "execute",
    "issue",
    "issue_replacement",
    "keep_difference",
    "list_for_archive",
    "publish_checkpoint",
    "publish_trust",
    "record_delivery",
    "record_forwarded",
    "refuse",
    "request_recall",
    "withdraw",
]

"""What the ledger does: issue, publish checkpoints and lists, have them witnessed, compare the
stores, list a year for its archive; ask for, decide and execute later events of a transcript's
life, and tell who received it.

Whether a document may be issued is judged by `issuing` before it comes here.
"""

from hocba.apps.ledger.actions.archive import list_for_archive
from hocba.apps.ledger.actions.ask import AskedChange, request_recall
from hocba.apps.ledger.actions.check import check_stores
from hocba.apps.ledger.actions.claim import claim_for_paper
from hocba.apps.ledger.actions.decide import approve, refuse, withdraw
from hocba.apps.ledger.actions.execute import execute, issue_replacement, keep_difference
from hocba.apps.ledger.actions.issue import IssueRequest, issue
from hocba.apps.ledger.actions.lookups import index_lookups
from hocba.apps.ledger.actions.pdf import (
    PDF_TOKEN_LIFETIME,
    PdfToSeal,
    complete_pdf_seal,
    obtain_sealed_pdf,
    prepare_pdf_seal,
)
from hocba.apps.ledger.actions.publish import publish_checkpoint
from hocba.apps.ledger.actions.status_list import publish_status_list
from hocba.apps.ledger.actions.stop import resume_issuing, stop_issuing
from hocba.apps.ledger.actions.tell import Recipient, record_delivery, record_forwarded
from hocba.apps.ledger.actions.trust_list import publish_trust
from hocba.apps.ledger.actions.witnesses import (
    add_witnessed_log,
    ask_witnesses,
    cosign_checkpoint,
)

__all__ = [
    "PDF_TOKEN_LIFETIME",
    "IssueRequest",
    "PdfToSeal",
    "claim_for_paper",
    "complete_pdf_seal",
    "add_witnessed_log",
    "ask_witnesses",
    "check_stores",
    "cosign_checkpoint",
    "AskedChange",
    "Recipient",
    "approve",
    "execute",
    "index_lookups",
    "issue",
    "issue_replacement",
    "keep_difference",
    "list_for_archive",
    "obtain_sealed_pdf",
    "prepare_pdf_seal",
    "publish_checkpoint",
    "publish_status_list",
    "publish_trust",
    "resume_issuing",
    "stop_issuing",
    "record_delivery",
    "record_forwarded",
    "refuse",
    "request_recall",
    "withdraw",
]

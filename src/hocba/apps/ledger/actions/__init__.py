"""What the ledger does: issue, publish checkpoints and the trust list, list a year for its archive.

Whether a document may be issued is judged by `issuing` before it comes here.
"""

from hocba.apps.ledger.actions.archive import list_for_archive
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
from hocba.apps.ledger.actions.trust_list import publish_trust

__all__ = [
    "PDF_TOKEN_LIFETIME",
    "IssueRequest",
    "PdfToSeal",
    "complete_pdf_seal",
    "index_lookups",
    "issue",
    "list_for_archive",
    "obtain_sealed_pdf",
    "prepare_pdf_seal",
    "publish_checkpoint",
    "publish_trust",
]

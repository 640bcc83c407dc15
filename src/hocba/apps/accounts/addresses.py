"""From which network address a request comes; the portal counts by the same."""

from hocba.apps.addresses import client_address

__all__ = ["client_address"]

"""Time-stamping authorities (`core.signing.ports.TimeStamper`): over HTTP, or the demo's own."""

from hocba.adapters.timestamping.http import HttpTimeStamper
from hocba.adapters.timestamping.software import SoftwareTimeStamper

__all__ = ["HttpTimeStamper", "SoftwareTimeStamper"]

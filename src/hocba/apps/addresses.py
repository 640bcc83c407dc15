"""From which network address a request comes, and which network that is."""

from ipaddress import IPv6Address, ip_address, ip_network

from django.conf import settings
from django.http import HttpRequest

_IPV6_SITE = 64  # a household or a phone chooses freely below it


def client_address(request: HttpRequest) -> str:
    """Return the peer, or what our own proxies say of it.

    X-Forwarded-For is read from the right, as far as each hop is one of HOCBA_PROXIES: the first
    other address is what our proxy saw; whatever stands before it the client wrote itself.
    """
    address = str(request.META.get("REMOTE_ADDR", ""))
    if not settings.HOCBA_BEHIND_PROXY:
        return address
    claimed = str(request.META.get("HTTP_X_FORWARDED_FOR", "")).split(",")
    while claimed and is_own_proxy(address) and (last := claimed.pop().strip()):
        address = last
    return address


def is_own_proxy(address: str) -> bool:
    """Whether an address is a proxy of ours; a peer without one came through our socket."""
    if not address:
        return True
    try:
        known = ip_address(address)
    except ValueError:
        return False
    return any(known in ip_network(network) for network in settings.HOCBA_PROXIES)


def network_of(address: str) -> str:
    """Return what one subscriber is likely to hold: an IPv4 address, an IPv6 /64."""
    try:
        known = ip_address(address)
    except ValueError:
        return "unknown"
    if isinstance(known, IPv6Address):
        mapped = known.ipv4_mapped
        return str(mapped or ip_network((int(known), _IPV6_SITE), strict=False))
    return str(known)

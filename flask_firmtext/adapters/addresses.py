"""Which addresses may be asked when somebody else has named the host: public ones, and nothing inside."""

from __future__ import annotations

import ipaddress

from ..settings import Settings

#: That of an https address which names none.
PORT = 443
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
#: Of IPv6, all that is given out. What lies outside, such as old site-local addresses, may lead to somewhere inside.
_GIVEN_OUT = ipaddress.ip_network("2000::/3")


def is_literal(host: str) -> bool:
    """Whether a host is written as an address."""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def is_public(peer: str) -> bool:
    """Whether an address leads out, whatever other address is wrapped in it."""
    address = ipaddress.ip_address(peer.partition("%")[0])
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour
        if address in _NAT64:
            inner = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        if inner is None and address not in _GIVEN_OUT:
            return False
        if inner is not None:
            address = inner
    return address.is_global and not address.is_multicast


def is_listed(settings: Settings, host: str, port: int) -> bool:
    """Whether the operator lets webhooks go there though it is inside: ``host`` alone stands for port 443."""
    return f"{host}:{port}" in settings.webhook_hosts or (port == PORT and host in settings.webhook_hosts)

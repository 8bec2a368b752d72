"""Which IP addresses a connection may go to.

Called by the guard of the sessions with the very address a socket is about to connect to. `ipaddress.is_private` and
`is_global` are no guard: NAT64, v4-compatible, 6to4 and multicast addresses pass them.
"""

from __future__ import annotations

from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

type Address = IPv4Address | IPv6Address
type Network = IPv4Network | IPv6Network


def _networks(*texts: str) -> tuple[Network, ...]:
    return tuple(ip_network(text) for text in texts)


# IANA's special-purpose registry, and all that is no single host on the public internet.
_CLOSED_V4 = _networks(
    "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24",
    "192.0.2.0/24", "192.31.196.0/24", "192.52.193.0/24", "192.88.99.0/24", "192.168.0.0/16", "192.175.48.0/24",
    "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
)  # fmt: skip
# Only 2000::/3 is handed out; mapped, compatible, NAT64, unique local, link-local and multicast lie outside of it.
_OPEN_V6 = _networks("2000::/3")
_CLOSED_V6 = _networks("2001::/23", "2001:db8::/32", "2002::/16", "2620:4f:8000::/48", "3ffe::/16", "3fff::/20")
_PRIVATE = _networks(
    "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "::1/128", "fc00::/7"
)  # fmt: skip
# Where clouds keep the credentials of the machine, although it is a unique local address.
_METADATA = _networks("fd00:ec2::254/128", "100.100.100.200/32")


def is_public(address: Address) -> bool:
    """Whether this is the address of a single host on the public internet."""
    if isinstance(address, IPv4Address):
        return not _within(address, _CLOSED_V4)
    return _within(address, _OPEN_V6) and not _within(address, _CLOSED_V6)


def is_allowed(text: str, networks: tuple[str, ...] = (), private: bool = False, inside: bool = False) -> bool:
    """Whether a connection to this address may be opened; a text that is no address is not allowed. Never raises.

    `networks` (CIDR; one that cannot be read allows nothing) are allowed besides; `private` allows loopback, RFC 1918,
    shared and unique local addresses, but no link-local ones and no cloud metadata services. With `inside` no public
    address is allowed, whatever the networks hold.
    """
    try:
        address = ip_address(text)
    except ValueError:
        return False
    if is_public(address):
        return not inside
    if _within(address, _parsed(networks)):
        return True
    return private and _within(address, _PRIVATE) and not _within(address, _METADATA)


def _within(address: Address, networks: tuple[Network, ...]) -> bool:
    return any(address in network for network in networks)


@lru_cache(maxsize=256)
def _parsed(networks: tuple[str, ...]) -> tuple[Network, ...]:
    found: list[Network] = []
    for text in networks:
        try:
            found.append(ip_network(text, strict=False))
        except ValueError:
            continue
    return tuple(found)

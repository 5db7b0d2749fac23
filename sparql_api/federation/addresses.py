"""Which IP addresses a call to another service may be connected to: public unicast ones, and blocks the operator adds.

The standard library's `is_global` follows the IANA special-purpose registries, but answers True for addresses that this
purpose has to refuse: all of IPv4 multicast (224.0.0.0/4), the 6to4 relay anycast block (192.88.99.0/24), IPv6 site-local
addresses (fec0::/10), IPv4-compatible ones (::/96), and forms that carry an IPv4 address to whoever translates them: 6to4
(2002::/16) and NAT64 (64:ff9b::/96, RFC 6052). Its tables changed between patch releases of Python 3.11 and 3.12, too, so
what matters is listed here. A translator with a prefix of its own (RFC 6052, 2.2) cannot be recognised: a network that has
one must keep it from private destinations.
"""

from __future__ import annotations

from collections.abc import Iterable
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

NOT_PUBLIC: tuple[Network, ...] = tuple(
    ip_network(block)
    for block in (
        "0.0.0.0/8",  # this network, RFC 791
        "10.0.0.0/8",  # private, RFC 1918
        "100.64.0.0/10",  # shared by carrier-grade NAT, RFC 6598
        "127.0.0.0/8",  # loopback
        "168.63.129.16/32",  # the platform services of a Microsoft Azure machine, a public number
        "169.254.0.0/16",  # link-local, where clouds answer for a machine's metadata
        "172.16.0.0/12",  # private
        "192.0.0.0/24",  # IETF protocol assignments
        "192.0.2.0/24",  # documentation
        "192.88.99.0/24",  # 6to4 relays, RFC 7526
        "192.168.0.0/16",  # private
        "198.18.0.0/15",  # benchmarking
        "198.51.100.0/24",  # documentation
        "203.0.113.0/24",  # documentation
        "224.0.0.0/4",  # multicast
        "240.0.0.0/4",  # reserved, and broadcast
    )
)
GLOBAL_UNICAST_6 = IPv6Network("2000::/3")  # all that IANA has given out; the rest is special or unused
NOT_PUBLIC_6: tuple[IPv6Network, ...] = tuple(
    IPv6Network(block)
    for block in (
        "2001::/23",  # IETF protocol assignments, Teredo among them
        "2001:db8::/32",  # documentation
        "3fff::/20",  # documentation
    )
)
MAPPED = IPv6Network("::ffff:0:0/96")
SIX_TO_FOUR = IPv6Network("2002::/16")
NAT64 = IPv6Network("64:ff9b::/96")


def carried_ipv4(address: Address) -> IPv4Address | None:
    """The IPv4 address inside an IPv4-mapped, 6to4 or NAT64 address, where a packet to it really goes."""
    if isinstance(address, IPv6Address):
        if address in MAPPED or address in NAT64:
            return IPv4Address(int(address) & 0xFFFFFFFF)
        if address in SIX_TO_FOUR:
            return IPv4Address(int(address) >> 80 & 0xFFFFFFFF)
    return None


def is_public(address: Address) -> bool:
    """Whether an address belongs to one machine on the public internet, as far as its number tells."""
    carried = carried_ipv4(address)
    if carried is not None:
        return is_public(carried)
    if isinstance(address, IPv6Address):
        return address in GLOBAL_UNICAST_6 and address.is_global and not any(address in block for block in NOT_PUBLIC_6)
    return address.is_global and not any(address in block for block in NOT_PUBLIC)


class AddressRule:
    """Public addresses, and those in the `exceptions` of this deployment."""

    def __init__(self, exceptions: Iterable[Network] = ()) -> None:
        self._exceptions = tuple(exceptions)

    def allows(self, written: str) -> bool:
        """Whether a connection to this address, as a resolver writes it, is allowed."""
        address = ip_address(written)
        forms = [form for form in (address, carried_ipv4(address)) if form is not None]
        return is_public(address) or any(form in block for form in forms for block in self._exceptions)

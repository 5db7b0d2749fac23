"""Which addresses a call may be connected to; blocks and their purpose from the IANA special-purpose address registries."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

import pytest

from sparql_api.federation.addresses import NOT_PUBLIC, AddressRule, carried_ipv4, is_public

PUBLIC = ["91.198.174.192", "8.8.8.8", "1.1.1.1", "172.15.255.255", "172.32.0.0", "100.63.255.255", "100.128.0.0", "223.255.255.255",
          "2620:0:862:ed1a::1", "2a02:ec80:300:ed1a::1", "2001:4860:4860::8888"]  # fmt: skip
NOT_FOR_CALLS = {
    "0.0.0.0": "unspecified",
    "0.1.2.3": "this network",
    "10.0.0.1": "private",
    "10.255.255.255": "private",
    "172.16.0.1": "private",
    "172.31.255.254": "private",
    "192.168.1.1": "private",
    "100.64.0.1": "carrier-grade NAT",
    "100.100.100.200": "carrier-grade NAT, a cloud's metadata",
    "127.0.0.1": "loopback",
    "127.255.255.254": "loopback",
    "168.63.129.16": "a cloud's platform services",
    "169.254.169.254": "link-local, a cloud's metadata",
    "192.0.0.192": "protocol assignments, a cloud's metadata",
    "192.0.2.1": "documentation",
    "192.88.99.1": "6to4 relays",
    "198.18.0.1": "benchmarking",
    "198.51.100.1": "documentation",
    "203.0.113.1": "documentation",
    "224.0.0.1": "multicast",
    "239.255.255.250": "multicast",
    "240.0.0.1": "reserved",
    "255.255.255.255": "broadcast",
    "::": "unspecified",
    "::1": "loopback",
    "::127.0.0.1": "IPv4-compatible",
    "::ffff:0:127.0.0.1": "IPv4-translated",
    "::ffff:127.0.0.1": "IPv4-mapped loopback",
    "::ffff:10.0.0.1": "IPv4-mapped private",
    "::ffff:169.254.169.254": "IPv4-mapped link-local",
    "64:ff9b::7f00:1": "NAT64 loopback",
    "64:ff9b::a9fe:a9fe": "NAT64 link-local",
    "64:ff9b:1::1": "NAT64 for local use",
    "2002:7f00:1::1": "6to4 loopback",
    "2002:a00:1::": "6to4 private",
    "2001::1": "Teredo",
    "2001:db8::1": "documentation",
    "3fff::1": "documentation",
    "100::1": "discard",
    "5f00::1": "segment routing",
    "fc00::1": "unique local",
    "fd00:ec2::254": "unique local, a cloud's metadata",
    "fe80::1": "link-local",
    "fe80::1%eth0": "link-local with a zone",
    "fec0::1": "site-local",
    "ff02::1": "multicast",
    "4000::1": "not given out",
}


@pytest.mark.parametrize("written", PUBLIC)
def test_public_addresses(written: str) -> None:
    assert is_public(ip_address(written))
    assert AddressRule().allows(written)


@pytest.mark.parametrize("written", NOT_FOR_CALLS)
def test_other_addresses(written: str) -> None:
    assert not is_public(ip_address(written)), NOT_FOR_CALLS[written]
    assert not AddressRule().allows(written), NOT_FOR_CALLS[written]


@pytest.mark.parametrize("block", NOT_PUBLIC, ids=str)
@pytest.mark.parametrize("form", ["{}", "::ffff:{}", "64:ff9b::{}", "2002:{:x}:{:x}::1"])
def test_a_refused_block_is_refused_in_every_form_from_its_first_to_its_last_address(block: object, form: str) -> None:
    network = ip_network(str(block))
    for address in (network[0], network[-1]):
        number = int(address)
        written = form.format(number >> 16, number & 0xFFFF) if "x}" in form else form.format(address)
        assert not AddressRule().allows(written), written


def test_public_addresses_in_other_forms_stay_public() -> None:
    assert carried_ipv4(ip_address("64:ff9b::808:808")) == IPv4Address("8.8.8.8")
    for written in ("::ffff:8.8.8.8", "64:ff9b::808:808", "2002:808:808::1"):
        assert AddressRule().allows(written), written
    assert carried_ipv4(IPv6Address("2620:0:862:ed1a::1")) is None


def test_exceptions_open_their_block_and_nothing_else() -> None:
    rule = AddressRule([ip_network("127.0.0.1/32"), ip_network("fd12::/16")])
    assert rule.allows("127.0.0.1") and rule.allows("::ffff:127.0.0.1") and rule.allows("fd12::5") and rule.allows("8.8.8.8")
    assert not any(map(rule.allows, ("127.0.0.2", "::1", "10.0.0.1", "fd13::1", "::ffff:127.0.0.2")))

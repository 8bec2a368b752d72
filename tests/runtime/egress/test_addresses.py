"""Which addresses a socket may connect to: a corpus, and the invariant that nothing special-purpose is public."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime.egress import is_allowed, is_public

CLOSED = """
0.0.0.0 0.1.2.3 10.0.0.1 10.255.255.255 100.64.0.1 100.100.100.200 127.0.0.1 127.255.255.254 169.254.169.254 172.16.0.1
172.31.255.255 192.0.0.1 192.0.0.170 192.0.2.1 192.88.99.1 192.168.0.1 198.18.0.1 198.19.255.255 198.51.100.7
203.0.113.9 224.0.0.1 239.255.255.250 240.0.0.1 255.255.255.255
:: ::1 ::7f00:1 ::127.0.0.1 ::8.8.8.8 ::ffff:127.0.0.1 ::ffff:10.0.0.1 ::ffff:169.254.169.254 ::ffff:8.8.8.8
::ffff:0:127.0.0.1 64:ff9b::7f00:1 64:ff9b::a9fe:a9fe 64:ff9b::808:808 64:ff9b:1::1 100::1 2001::1
2001:0:4136:e378:8000:63bf:3fff:fdd2 2001:10::1 2001:20::1 2001:db8::1 2002:7f00:1:: 2002:a9fe:a9fe::1 2002:808:808::1
3ffe::1 3fff::1 4000::1 5f00::1 fc00::1 fd00::1 fd00:ec2::254 fe80::1 fe80::1%eth0 fec0::1 ff02::1 ff0e::1
"""

OPEN = "1.1.1.1 8.8.4.4 93.184.216.34 172.32.0.1 100.128.0.1 223.255.255.255 2606:4700::1111 2a00:1450:4001::1"


@pytest.mark.parametrize("text", CLOSED.split())
def test_an_address_that_is_no_single_public_host_is_refused(text: str) -> None:
    assert not is_allowed(text)


@pytest.mark.parametrize("text", OPEN.split())
def test_a_public_address_is_allowed(text: str) -> None:
    assert is_allowed(text)


@pytest.mark.parametrize(
    "text", ["", "localhost", "127.1", "2130706433", "0x7f000001", "example.com", "1.1.1.1 ", "[::1]"]
)
def test_a_text_that_is_no_plain_address_is_refused(text: str) -> None:
    assert not is_allowed(text, private=True)


@pytest.mark.parametrize("text", ["127.0.0.1", "10.1.2.3", "192.168.1.1", "172.20.0.1", "100.64.3.4", "::1", "fd12::1"])
def test_private_lets_loopback_and_local_networks_pass(text: str) -> None:
    assert is_allowed(text, private=True)


@pytest.mark.parametrize(
    "text",
    ["169.254.169.254", "fe80::1", "fd00:ec2::254", "100.100.100.200", "0.0.0.0", "224.0.0.1", "::ffff:127.0.0.1"],
)
def test_private_opens_neither_metadata_services_nor_odd_forms(text: str) -> None:
    assert not is_allowed(text, private=True)


def test_inside_lets_no_public_address_pass_whatever_the_networks_hold() -> None:
    assert is_allowed("10.1.2.3", ("10.1.0.0/16",), inside=True)
    assert is_allowed("127.0.0.1", private=True, inside=True)
    assert not is_allowed("127.0.0.1", ("10.0.0.0/8",), inside=True)
    assert not is_allowed("1.1.1.1", ("0.0.0.0/0",), inside=True)


def test_a_network_opens_itself_only_and_a_broken_one_nothing() -> None:
    assert is_allowed("10.1.2.3", ("10.1.0.0/16", "nonsense"))
    assert not is_allowed("10.2.2.3", ("10.1.0.0/16", "nonsense"))
    assert not is_allowed("10.2.2.3", ("nonsense",))


@given(st.ip_addresses())
def test_nothing_that_python_calls_special_is_public(address: IPv4Address | IPv6Address) -> None:
    if is_public(address):
        assert address.is_global
        assert not address.is_multicast
        assert not address.is_reserved


@given(st.ip_addresses(v=4))
def test_an_embedded_ipv4_address_never_opens_an_ipv6_one(inner: IPv4Address) -> None:
    low, high = int(inner) & 0xFFFF, int(inner) >> 16
    forms = [
        f"::{high:x}:{low:x}",
        f"::ffff:{high:x}:{low:x}",
        f"64:ff9b::{high:x}:{low:x}",
        f"2002:{high:x}:{low:x}::1",
    ]
    assert not any(is_public(ip_address(form)) for form in forms)

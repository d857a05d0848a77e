"""Addresses, prefixes, ports and ASNs: what is read, what is refused, and what each refusal says."""

from __future__ import annotations

from ipaddress import AddressValueError, IPv4Address, IPv4Network

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from core.domain.addresses import (
    InvalidAddress,
    InvalidCidr,
    Prefix,
    asn_refusal,
    asn_warning,
    customer_prefix,
    format_address,
    is_ipv6,
    parse_address,
    parse_prefix,
    parse_range,
    prefix_of_range,
)
from core.domain.ports import InvalidPort, parse_ports

HIGHEST = 2**32 - 1
addresses = st.integers(0, HIGHEST)
prefixes = st.builds(
    lambda address, length: Prefix(address >> (32 - length) << (32 - length), length), addresses, st.integers(0, 32)
)
near_addresses = st.from_regex(r"\A[0-9]{1,4}(?:[.:/ ][0-9]{0,4}){0,5}\Z")


@pytest.mark.parametrize(
    ("words", "number"),
    [("0.0.0.1", 1), ("203.0.113.7", 3405803783), ("255.255.255.255", HIGHEST), ("1.2.3.4", 0x01020304)],
)
def test_an_address_is_a_number(words: str, number: int) -> None:
    assert parse_address(words) == number
    assert format_address(number) == words


@pytest.mark.parametrize(
    ("words", "why"),
    [
        ("192.0.2.1.invalid", "expected 4 octets"),
        ("192.0.2.256", "octet 256"),
        ("192.0.2.01", "leading zeros"),
        ("203.0.113.07", "leading zeros"),
        (" 192.0.2.1", "only decimal digits"),
        ("192.0.2.1 ", "only decimal digits"),
        ("192.0.2.1\n", "only decimal digits"),
        ("192.0.2.1/32", "'/'"),
        ("192.0.2", "expected 4 octets"),
        ("192.0.2.", "empty octet"),
        ("0x7f.0.0.1", "only decimal digits"),
        ("1.2.3.\u0664", "only decimal digits"),
        ("203.0.113.7:443", "only decimal digits"),
        ("2130706433", "expected 4 octets"),
        ("-1", "expected 4 octets"),
        ("", "cannot be empty"),
        ("2001:db8::1", "IPv6"),
        ("::ffff:203.0.113.7", "IPv6"),
    ],
)
def test_another_spelling_is_refused_saying_why_and_what_to_write(words: str, why: str) -> None:
    with pytest.raises(InvalidAddress) as refusal:
        parse_address(words)
    assert why in str(refusal.value)
    assert "write one like 203.0.113.7." in str(refusal.value)


@pytest.mark.parametrize("number", [-1, 5, 2130706433])
def test_a_number_that_json_brought_is_no_address(number: int) -> None:
    with pytest.raises(InvalidAddress):
        parse_address(number)  # type: ignore[arg-type]


def test_a_refusal_repeats_hostile_text_short_and_spelled_out() -> None:
    with pytest.raises(InvalidAddress) as refusal:
        parse_address("\x1b]52;c;aGk=\x07" + "1" * 1_000_000)
    assert "\x1b" not in str(refusal.value)
    assert len(str(refusal.value)) < 250


@given(addresses)
def test_parse_and_format_are_each_other_s_inverse(number: int) -> None:
    assert parse_address(format_address(number)) == number
    assert format_address(number) == str(IPv4Address(number))


@given(st.text() | near_addresses)
def test_parse_address_agrees_with_the_standard_library(words: str) -> None:
    try:
        expected = int(IPv4Address(words))
    except AddressValueError:
        with pytest.raises(InvalidAddress):
            parse_address(words)
    else:
        assert parse_address(words) == expected


@pytest.mark.parametrize(("words", "answer"), [("::1", True), ("2001:DB8::7", True), ("1.2.3.4", False), ("", False)])
def test_ipv6_is_told_apart(words: str, answer: bool) -> None:  # noqa: FBT001  # a column of the table
    assert is_ipv6(words) is answer


@pytest.mark.parametrize(
    ("words", "why"),
    [
        ("203.0.113.0/33", "length is not 0 to 32"),
        ("::/129", "IPv6"),
        ("2001:db8::/32", "IPv6"),
        ("203.0.113.0", "has no length"),
        ("203.0.113.0/", "length is not 0 to 32"),
        ("203.0.113.0/255.255.255.0", "length is not 0 to 32"),
        ("203.0.113.0/024", "length is not 0 to 32"),
        ("203.0.113.0/-1", "length is not 0 to 32"),
        ("203.0.113.0/2\u0664", "length is not 0 to 32"),
        ("203.0.113.0/" + "9" * 5000, "length is not 0 to 32"),
        ("203.0.113.0/24/24", "length is not 0 to 32"),
        ("203.0.113.0/24 ", "length is not 0 to 32"),
        ("203.0.113.00/24", "leading zeros"),
        ("203.0.113/24", "expected 4 octets"),
        ("/24", "cannot be empty"),
        ("", "cannot be empty"),
    ],
)
def test_what_is_no_prefix_is_refused_saying_why_and_what_to_write(words: str, why: str) -> None:
    with pytest.raises(InvalidCidr) as refusal:
        parse_prefix(words)
    assert why in str(refusal.value)
    assert "like 203.0.113.0/24." in str(refusal.value)


@pytest.mark.parametrize(("words", "canonical"), [("192.0.2.1/24", "192.0.2.0/24"), ("128.0.0.1/0", "0.0.0.0/0")])
def test_host_bits_are_refused_and_the_canonical_form_offered(words: str, canonical: str) -> None:
    with pytest.raises(InvalidCidr, match=rf"host bits set; write {canonical}\."):
        parse_prefix(words)


@given(st.text() | near_addresses)
@example("1.2.3.0/" + "9" * 5000)
def test_parse_prefix_raises_nothing_but_its_own_refusal(words: str) -> None:
    try:
        prefix = parse_prefix(words)
    except InvalidCidr:
        return
    assert str(prefix) == words


@given(prefixes)
def test_a_prefix_agrees_with_the_standard_library(prefix: Prefix) -> None:
    network = IPv4Network(str(prefix))
    assert parse_prefix(str(network)) == prefix
    assert (prefix.first, prefix.last) == (int(network.network_address), int(network.broadcast_address))
    assert prefix.size == network.num_addresses
    assert prefix_of_range(prefix.first, prefix.last) == prefix


@given(prefixes, prefixes, addresses)
def test_the_laws_of_overlap(one: Prefix, other: Prefix, address: int) -> None:
    assert one.overlaps(one)
    assert one.overlaps(other) == other.overlaps(one) == IPv4Network(str(one)).overlaps(IPv4Network(str(other)))
    assert one.overlaps(other) == (one.contains(other.first) or other.contains(one.first))
    if one.contains(address) and other.contains(address):
        assert one.overlaps(other)
    assert one.contains(address) == (IPv4Address(address) in IPv4Network(str(one)))


@given(addresses, addresses)
def test_only_the_two_ends_of_a_prefix_are_one(first: int, last: int) -> None:
    try:
        prefix = prefix_of_range(first, last)
    except InvalidCidr:
        assert all(first != each.first or last != each.last for each in _prefixes_from(first))
    else:
        assert (prefix.first, prefix.last) == (first, last)


def _prefixes_from(first: int) -> list[Prefix]:
    return [Prefix(first, length) for length in range(33) if first % (1 << (32 - length)) == 0]


@pytest.mark.parametrize(("first", "last"), [(0, 2), (1, 2), (5, 4), (0, 2**32)])
def test_a_range_that_is_no_prefix_is_not_made_one(first: int, last: int) -> None:
    with pytest.raises(InvalidCidr):
        prefix_of_range(first, last)


@pytest.mark.parametrize(
    ("words", "last", "expected"),
    [
        (("10.0.0.1"), None, (0x0A000001, 0x0A000001)),
        (("10.0.0.1"), "10.0.0.9", (0x0A000001, 0x0A000009)),
        (("10.0.0.1-10.0.0.9"), None, (0x0A000001, 0x0A000009)),
    ],
)
def test_a_range_is_one_address_or_two_in_order(words: str, last: str | None, expected: tuple[int, int]) -> None:
    assert parse_range(words, last) == expected


@pytest.mark.parametrize("words", ["10.0.0.9-10.0.0.1", "10.0.0.1-", "-10.0.0.1", "10.0.0.1-9", "10.0.0.1 - 10.0.0.9"])
def test_another_range_is_refused(words: str) -> None:
    with pytest.raises(InvalidAddress):
        parse_range(words)


def test_a_range_that_runs_backwards_is_offered_forwards() -> None:
    with pytest.raises(InvalidAddress, match=r"write 10\.0\.0\.1-10\.0\.0\.9"):
        parse_range("10.0.0.9", "10.0.0.1")


@pytest.mark.parametrize(
    ("words", "block"),
    [
        ("10.1.2.0/24", "10.0.0.0/8"),
        ("172.31.255.0/24", "172.16.0.0/12"),
        ("192.168.0.0/16", "192.168.0.0/16"),
        ("192.0.0.0/8", "192.168.0.0/16"),
        ("100.127.255.0/24", "100.64.0.0/10"),
        ("0.1.0.0/16", "0.0.0.0/8"),
        ("127.0.0.1/32", "127.0.0.0/8"),
        ("169.254.169.0/24", "169.254.0.0/16"),
        ("239.0.0.0/8", "224.0.0.0/4"),
        ("255.255.255.255/32", "240.0.0.0/4"),
        ("0.0.0.0/0", "0.0.0.0/8"),
    ],
)
def test_space_that_nobody_can_own_is_refused_naming_the_block(words: str, block: str) -> None:
    with pytest.raises(InvalidCidr) as refusal:
        customer_prefix(words)
    assert f"overlaps {block} (" in str(refusal.value)


@pytest.mark.parametrize("words", ["8.8.8.0/24", "100.128.0.0/16", "172.32.0.0/16", "223.255.255.0/24", "11.0.0.0/8"])
def test_public_space_passes_without_a_word(words: str) -> None:
    assert customer_prefix(words) == (parse_prefix(words), ())


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("203.0.113.0/24", ("documentation space",)),
        ("198.51.100.0/24", ("documentation space",)),
        ("192.0.2.0/24", ("documentation space",)),
        ("198.18.0.0/15", ("benchmark space",)),
        ("198.19.0.0/16", ("benchmark space",)),
        ("8.8.8.0/25", ("longer than /24",)),
        ("203.0.113.0/28", ("documentation space", "longer than /24")),
    ],
)
def test_what_only_a_lab_would_bring_passes_with_a_warning(words: str, said: tuple[str, ...]) -> None:
    prefix, warnings = customer_prefix(words)
    assert prefix == parse_prefix(words)
    assert len(warnings) == len(said)
    assert all(part in warning for part, warning in zip(said, warnings, strict=True))


@pytest.mark.parametrize(
    "asn",
    [-1, 0, 23456, 64512, 65534, 65535, 65552, 131071, 4200000000, 4294967294, 4294967295, 4294967296],
)
def test_a_private_or_reserved_asn_is_refused_by_name(asn: int) -> None:
    assert f"AS{asn} is" in (asn_refusal(asn) or "")


@pytest.mark.parametrize("asn", [1, 23455, 23457, 64495, 131072, 4199999999])
def test_a_public_asn_passes_without_a_word(asn: int) -> None:
    assert asn_refusal(asn) is None
    assert asn_warning(asn) is None


@pytest.mark.parametrize("asn", [64496, 64511, 65536, 65551])
def test_a_documentation_asn_passes_with_a_warning(asn: int) -> None:
    assert asn_refusal(asn) is None
    assert "RFC 5398" in (asn_warning(asn) or "")


@pytest.mark.parametrize(
    ("words", "ports"),
    [("1", (1, 1)), ("443", (443, 443)), ("65535", (65535, 65535)), ("8000-8010", (8000, 8010)), ("7-7", (7, 7))],
)
def test_ports_are_one_or_a_range(words: str, ports: tuple[int, int]) -> None:
    assert parse_ports(words) == ports


@pytest.mark.parametrize(
    "words",
    ["0", "70000", "65536", "0-1", "1-65536", "9-8", "", "-", "1-", "-1", "1-2-3", "http", " 80", "80\n", "8\u0664"],
)
def test_other_ports_are_refused(words: str) -> None:
    with pytest.raises(InvalidPort):
        parse_ports(words)


@given(st.text() | st.from_regex(r"\A[0-9]{0,12}-?[0-9]{0,12}\Z"))
@example("9" * 5000)
def test_parse_ports_raises_nothing_but_its_own_refusal(words: str) -> None:
    try:
        first, last = parse_ports(words)
    except InvalidPort:
        return
    assert 1 <= first <= last <= 65535

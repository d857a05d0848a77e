"""A port range is a value: parsed once, compared as numbers, written as the contract has it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import PortRange, to_json
from core.domain.ports import parse_ports

ports = st.integers(1, 65535)
ranges = st.tuples(ports, ports).map(lambda ends: PortRange(min(ends), max(ends)))


@given(ranges)
def test_a_range_is_read_back_from_its_text(ports: PortRange) -> None:
    assert parse_ports(str(ports)) == ports


@given(st.integers(1, 200), st.integers(0, 20), st.integers(1, 200), st.integers(0, 20))
def test_ranges_overlap_when_they_share_a_port(first: int, more: int, other: int, others: int) -> None:
    one, two = PortRange(first, first + more), PortRange(other, other + others)
    shared = set(range(one.first, one.last + 1)) & set(range(two.first, two.last + 1))
    assert one.overlaps(two) is two.overlaps(one) is bool(shared)
    assert one.size == more + 1


@pytest.mark.parametrize(("ports", "text", "json"), [((443, 443), "443", 443), ((443, 445), "443-445", "443-445")])
def test_a_single_port_is_a_number_in_json(ports: tuple[int, int], text: str, json: int | str) -> None:
    assert (str(PortRange(*ports)), to_json(PortRange(*ports))) == (text, json)

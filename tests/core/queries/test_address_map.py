"""The address map of a CIDR: what each cell shows, and what it costs."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from ipaddress import ip_address, ip_network
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core import (
    AllocationRequest,
    CellState,
    DrainRequest,
    EipdeckError,
    Inventory,
    MapCell,
    ReserveRequest,
    RetireRequest,
)
from core.queries.address_map import COOLED_PROBES, COOLING_READ, LIVE_PROBES
from core.storage.connection import Connection, Cursor, Values
from tests.core.kit import Clock, customer_cidr, fresh_desk, many, nic, one, release, services

MARKS = {"!": CellState.PROBLEM, "#": CellState.BOUND, "o": CellState.IDLE, "c": CellState.COOLING}
MARKS |= {"r": CellState.RESERVED, ".": CellState.FREE, "=": CellState.LIVE}


def drawn(cells: tuple[MapCell, ...]) -> str:
    """The cells, a letter each."""
    letters = {state: letter for letter, state in MARKS.items()}
    return "".join(letters[cell.state] for cell in cells)


def test_a_cell_of_a_small_prefix_is_an_address(inventory: Inventory) -> None:
    services(inventory)
    customer_cidr(inventory, "203.0.113.0/28", cooldown=3600)
    many(inventory, 5)
    inventory.execute(nic("203.0.113.0"))
    release(inventory, "203.0.113.2")
    inventory.execute(ReserveRequest(cidr="203.0.113.0/28", first="203.0.113.14", last="203.0.113.15"))
    shown = inventory.address_map("203.0.113.0/28")
    assert drawn(shown.cells) == "#ocoo.........rr"
    assert (shown.first, shown.last, shown.block, shown.active) == ("203.0.113.0", "203.0.113.15", 1, True)
    assert shown.counts == Counter(cell.state for cell in shown.cells)
    assert shown.span(14) == ("203.0.113.14", "203.0.113.14")


def test_a_problem_outranks_what_its_eip_does(inventory: Inventory, clock: Clock) -> None:
    customer_cidr(inventory, "203.0.113.0/28")
    many(inventory, 2)
    inventory.execute(AllocationRequest(pool_id=None))
    landed = inventory.address_map("198.18.0.0/20").cells
    assert [(cell.state, cell.critical, cell.live) for cell in landed if cell.live] == [("problem", False, 1)]
    clock.advance(timedelta(days=400).total_seconds())
    assert drawn(inventory.address_map("203.0.113.0/28").cells)[:3] == "oo.", "an idle EIP is a state of its own"
    inventory.execute(DrainRequest(cidr="203.0.113.0/28"))
    shown = inventory.address_map("203.0.113.0/28")
    assert drawn(shown.cells) == "!!.............."
    assert not shown.active


@pytest.mark.parametrize("length", [16, 19, 20, 21, 23])
def test_a_cell_of_a_large_prefix_shows_the_worst_of_its_block(inventory: Inventory, length: int) -> None:
    cidr = f"44.0.0.0/{length}"
    block = 1 << 24 - length
    customer_cidr(inventory, cidr, cooldown=3600)
    base = int(ip_address("44.0.0.0"))
    at = {cell: str(ip_address(base + cell * block + cell % block)) for cell in (0, 3, 200, 255)}
    for address in at.values():
        one(inventory, address=address)
    release(inventory, at[3], at[200])
    inventory.execute(ReserveRequest(cidr=cidr, first=str(ip_address(base + 17 * block))))
    shown = inventory.address_map(cidr)
    wanted = {0: "=", 3: "c", 200: "c", 255: "=", 17: "r"}
    assert drawn(shown.cells) == "".join(wanted.get(cell, ".") for cell in range(256))
    assert shown.cells[0].live == (1 if length >= 20 else None)
    assert shown.counts[CellState.LIVE] == 2
    assert shown.counts[CellState.COOLING] == 2
    assert shown.counts[CellState.RESERVED] == 1
    assert sum(shown.counts.values()) == 256 * block
    assert shown.span(255)[1] == str(ip_network(cidr)[-1])


def test_a_block_has_a_map_of_its_own(inventory: Inventory) -> None:
    customer_cidr(inventory, "44.0.0.0/16")
    one(inventory, address="44.0.7.9")
    first, last = inventory.address_map("44.0.0.0/16").span(7)
    assert (first, last) == ("44.0.7.0", "44.0.7.255")
    shown = inventory.address_map("44.0.0.0/16", f"{first}/24")
    assert (shown.block, drawn(shown.cells)) == (1, "." * 9 + "o" + "." * 246)


def test_a_retired_prefix_is_empty_whoever_has_its_addresses_now(inventory: Inventory) -> None:
    customer_cidr(inventory, "203.0.113.0/24")
    many(inventory, 3)
    release(inventory, *(eip.address for eip in list(inventory.eips())))
    inventory.execute(DrainRequest(cidr="203.0.113.0/24"))
    inventory.execute(RetireRequest(cidr="203.0.113.0/24"))
    customer_cidr(inventory, "203.0.113.0/25", pool="other")
    many(inventory, 3, "other")
    shown = inventory.address_map("203.0.113.0/24")
    assert (drawn(shown.cells), shown.active) == ("." * 256, False)
    assert drawn(inventory.address_map("203.0.113.0/25").cells) == "ooo" + "." * 125


def test_many_cooling_addresses_are_probed(inventory: Inventory) -> None:
    customer_cidr(inventory, "44.0.0.0/16", cooldown=3600)
    eips = many(inventory, COOLING_READ + 10)
    release(inventory, *(eip.address for eip in eips))
    assert drawn(inventory.address_map("44.0.0.0/16").cells) == "ccc" + "." * 253


@pytest.mark.parametrize(
    ("cidr", "part", "code"),
    [
        ("203.0.113.0/24", None, "cidr_not_found"),
        ("203.0.113.1/24", None, "invalid_cidr"),
        ("44.0.0.0/24", "44.0.0.0/23", "address_not_in_pool"),
        ("44.0.0.0/24", "44.0.1.0/28", "address_not_in_pool"),
    ],
)
def test_a_map_of_nothing_is_refused(inventory: Inventory, cidr: str, part: str | None, code: str) -> None:
    customer_cidr(inventory, "44.0.0.0/24")
    with pytest.raises(EipdeckError) as refused:
        inventory.address_map(cidr, part)
    assert refused.value.code == code


@settings(max_examples=25, deadline=None)
@given(
    length=st.integers(min_value=17, max_value=26),
    taken=st.sets(st.integers(min_value=0, max_value=(1 << 15) - 1), min_size=1, max_size=12),
    back=st.sets(st.integers(min_value=0, max_value=11)),
    waited=st.sampled_from([0, 3600]),
    withheld=st.sets(st.integers(min_value=0, max_value=(1 << 15) - 1), max_size=3),
)
def test_the_map_says_what_the_addresses_say(
    length: int, taken: set[int], back: set[int], waited: int, withheld: set[int]
) -> None:
    """Compare every cell with the worst state of its addresses, each asked one by one from the lists."""
    clock = Clock()
    with TemporaryDirectory() as folder:
        inventory = fresh_desk(Path(folder), clock=clock)
        size, base = 1 << 32 - length, int(ip_address("44.0.0.0"))
        cidr = f"44.0.0.0/{length}"
        customer_cidr(inventory, cidr, cooldown=3600)
        places = sorted({place % size for place in taken})
        for place in places:
            one(inventory, address=str(ip_address(base + place)))
        given_back = [place for order, place in enumerate(places) if order in back]
        if given_back:
            release(inventory, *(str(ip_address(base + place)) for place in given_back))
        clock.advance(waited)
        for place in withheld:
            inventory.execute(ReserveRequest(cidr=cidr, first=str(ip_address(base + place % size))))
        shown = inventory.address_map(cidr)
        live = set(places) - set(given_back)
        cooling = set() if waited else set(given_back) - {place % size for place in withheld}
        reserved = {place % size for place in withheld} - live
        for cell, each in enumerate(shown.cells):
            block = set(range(cell * shown.block, (cell + 1) * shown.block))
            word = "IDLE" if shown.block == 1 else "LIVE"
            wanted = next(
                (word for word, there in ((word, live), ("COOLING", cooling), ("RESERVED", reserved)) if there & block),
                "FREE",
            )
            assert each.state is CellState[wanted]
            assert each.live in (None, len(live & block))
        inventory.close()


def test_a_large_map_reads_no_more_rows_than_it_has_cells(
    inventory: Inventory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever the CIDR holds: so many statements, each one probe a block."""
    customer_cidr(inventory, "44.0.0.0/12", cooldown=3600)
    eips = many(inventory, 3000)
    release(inventory, *(eip.address for eip in eips[::2]))
    inventory.address_map("44.0.0.0/12")
    ran: list[int] = []
    cursor = Connection.cursor

    def counted(self: Connection, statement: str, values: Values) -> Cursor:
        ran.append(1)
        return cursor(self, statement, values)

    monkeypatch.setattr(Connection, "cursor", counted)
    inventory.address_map("44.0.0.0/12")
    large = len(ran)
    customer_cidr(inventory, "203.0.113.0/24", pool="small")
    del ran[:]
    inventory.address_map("203.0.113.0/24")
    inventory.address_map("203.0.113.0/24")
    assert large <= len(ran)


@pytest.mark.parametrize("statement", [LIVE_PROBES, COOLED_PROBES], ids=["live", "cooled"])
def test_a_block_is_probed_by_an_index(inventory: Inventory, statement: str) -> None:
    """The plan searches an index by address in each step, and scans no table."""
    customer_cidr(inventory, "44.0.0.0/16")
    many(inventory, 2000)
    values: Values = {"first": 0, "block": 1, "cells": 256, "pool": "edge"}
    with inventory._store.read() as connection:
        plan = "EXPLAIN QUERY PLAN " if connection.words_are_indexed else "EXPLAIN "
        steps = [" ".join(map(str, row)) for row in connection.cursor(plan + statement, values)]
    text = "\n".join(steps)
    assert "SCAN eip" not in text
    assert "SCAN cooling" not in text
    assert "Seq Scan" not in text
    assert "SEARCH" in text or "Index" in text

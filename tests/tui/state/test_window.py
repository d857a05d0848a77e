"""Windows on the listing, against the listing itself."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from core import EipQuery, Inventory, ReleaseRequest
from tests.tui.deck_kit import demo_desk
from tui.state import window as paging
from tui.state.window import Window

QUERIES = [
    EipQuery(),
    EipQuery(sort="address"),
    EipQuery("own:yes", reverse=True),
    EipQuery("pool:hk-edge", "address"),
    EipQuery("is:idle"),
    EipQuery("is:problem"),
]


@pytest.fixture
def inventory(tmp_path: Path) -> Iterator[Inventory]:
    inventory = demo_desk(tmp_path)
    yield inventory
    inventory.close()


def listing(inventory: Inventory, query: EipQuery) -> list[str]:
    return [row.eip.address for row in inventory.page(query, limit=10_000).rows]


def held(window: Window) -> list[str]:
    return [row.eip.address for row in window.rows]


@pytest.mark.parametrize("query", QUERIES)
def test_a_window_grown_from_either_end_is_the_listing(inventory: Inventory, query: EipQuery) -> None:
    whole = listing(inventory, query)
    forward = paging.first_page(inventory, query, 7)
    for start in range(0, len(whole), 30):
        forward = paging.cover(inventory, forward, start, start + 40)
        assert held(forward) == whole[forward.first : forward.end]
        assert forward.covers(start, start + 40)
    backward = paging.last_page(inventory, query, 7)
    for stop in range(len(whole), 0, -30):
        backward = paging.cover(inventory, backward, stop - 40, stop)
        assert held(backward) == whole[backward.first : backward.end]
        assert backward.covers(stop - 40, stop)


@pytest.mark.parametrize("query", QUERIES)
def test_a_window_around_an_address_knows_where_it_is(inventory: Inventory, query: EipQuery) -> None:
    whole = listing(inventory, query)
    for position in range(0, len(whole), max(len(whole) // 12, 1)):
        window = paging.around(inventory, query, whole[position], 10)
        assert window is not None
        assert window.position_of(whole[position]) == position
        assert held(window) == whole[window.first : window.end]
    assert paging.around(inventory, query, "8.8.8.8", 10) is None


def test_reading_again_finds_the_row_or_its_place(inventory: Inventory) -> None:
    query = EipQuery()
    whole = listing(inventory, query)
    window = paging.cover(inventory, paging.first_page(inventory, query, 30), 40, 80)
    inventory.execute(ReleaseRequest(eips=(whole[45],), unbind=True))
    now = listing(inventory, query)
    kept = paging.reread(inventory, window, whole[60], 50, 30)
    assert kept.position_of(whole[60]) == 59
    assert held(kept) == now[kept.first : kept.end]
    gone = paging.reread(inventory, window, whole[45], 44, 30)
    assert held(gone) == now[gone.first : gone.end]
    assert gone.first == 44


@pytest.mark.parametrize("sort", ["problems", "address"])
def test_the_next_problem_goes_round_both_ways(inventory: Inventory, sort: str) -> None:
    query = EipQuery(sort=sort)
    rows = inventory.page(query, limit=1000).rows
    problems = [row.eip.address for row in rows if row.problem]
    by_address = {row.eip.address: row for row in rows}
    for here, after in zip(problems, [*problems[1:], problems[0]], strict=True):
        assert paging.problem_beyond(inventory, query, by_address[here], backwards=False) == after
        assert paging.problem_beyond(inventory, query, by_address[after], backwards=True) == here
    assert paging.problem_beyond(inventory, EipQuery("nothing-is-called-this"), None, backwards=False) is None

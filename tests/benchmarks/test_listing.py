"""Pages, orders and text search at a million EIPs."""

from __future__ import annotations

import pytest

from core import AllocationRequest, EipPage, EipQuery, Inventory
from tests.benchmarks.bench import POOL, Ratio, allocate, onboard

ROUNDS = 60
PAGE = 50


def page(inventory: Inventory, words: str = "", sort: str = "address", *, last: bool = False) -> EipPage:
    return inventory.page(EipQuery(words, sort), limit=PAGE, last=last, counted=False)


@pytest.mark.parametrize("sort", ["problems", "address", "newest", "name", "state"])
def test_the_last_page_against_the_first(ratio: Ratio, million: Inventory, sort: str) -> None:
    """Goal 8: a page costs the same anywhere."""
    says = f"the last page by {sort} / the first, 1M EIPs"
    ratio.of(
        lambda: page(million, sort=sort, last=True),
        lambda: page(million, sort=sort),
        number=8,
        says=says,
        goal=2.0,
        rounds=ROUNDS,
    )
    assert len(page(million, sort=sort, last=True).rows) == PAGE


def test_the_first_page_against_an_allocation(ratio: Ratio, million: Inventory) -> None:
    """Goal 8: the page that a dashboard opens with, the total with it."""
    says = "the first page with its total / one allocation, 1M EIPs"
    ratio.of(
        lambda: million.page(EipQuery(), limit=PAGE),
        lambda: allocate(million, POOL),
        number=8,
        says=says,
        goal=1.0,
        rounds=ROUNDS,
    )


@pytest.mark.parametrize("words", ["own:yes", "state:unbound", "pool:edge age:>0m"])
def test_a_page_of_a_filter_that_lets_all_through(
    ratio: Ratio, million: Inventory, inventory: Inventory, words: str
) -> None:
    """Goal 14, in the core: a million rows against a thousand."""
    few(inventory, ratio.size(1000, PAGE))
    says = f"a page of {words}, 1M EIPs / 1,000"
    ratio.of(
        lambda: page(million, words), lambda: page(inventory, words), number=14, says=says, goal=1.15, rounds=ROUNDS
    )
    assert len(page(million, words).rows) == len(page(inventory, words).rows) == PAGE


def few(inventory: Inventory, count: int) -> None:
    onboard(inventory, "44.0.0.0/11", POOL)
    allocate(inventory, POOL, count)


def test_a_text_search_against_an_allocation(ratio: Ratio, million: Inventory) -> None:
    """Goal 10: a piece of a name that fifty of a million have, the newest of them not in the index yet."""
    for number in range(PAGE):
        million.execute(AllocationRequest(pool_id=POOL, name=f"shop-front-{number:05}"))
    says = "a text search that finds 50 / one allocation, 1M EIPs"
    ratio.of(
        lambda: page(million, "op-front-0"),
        lambda: allocate(million, POOL),
        number=10,
        says=says,
        goal=5.0,
        rounds=ROUNDS,
    )
    assert len(page(million, "op-front-0").rows) == PAGE


def test_what_the_index_of_words_costs_an_allocation(
    ratio: Ratio, inventory: Inventory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Goal 10: 256 allocations that keep the index up, against as many that leave it behind."""
    few(inventory, 1)
    count = ratio.size(256, 1)

    def allocations() -> None:
        for _ in range(count):
            inventory.execute(AllocationRequest(pool_id=POOL, name="web-77"))

    def without() -> None:
        with monkeypatch.context() as patched:
            patched.setattr("core.operations.executor.follow", lambda *_: None)
            allocations()

    says = "256 allocations with the index of words / without"
    ratio.of(allocations, without, number=10, says=says, goal=1.1, rounds=9)
    assert inventory.pool(POOL).allocated > count

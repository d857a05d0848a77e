"""An operator far from the server, behind a proxy that takes 80 ms there and back."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from time import perf_counter

import pytest

from core import AllocationRequest, Inventory, open_inventory
from tests.benchmarks.bench import POOL, Ratio, onboard
from tests.proxy import Proxy, proxied
from tests.server import server

ROUND_TRIP = 0.08
WRITERS = 12


@pytest.fixture
def far() -> Iterator[tuple[Proxy, str]]:
    name = server().create()
    with closing(open_inventory(server().url(name), operator="bench")) as inventory:
        onboard(inventory, "44.0.0.0/16", POOL)
        inventory.execute(AllocationRequest(pool_id=POOL, count=16))
    with proxied(str(server().folder / ".s.PGSQL.5432")) as proxy:
        proxy.delay = ROUND_TRIP / 2
        yield proxy, f"postgresql://postgres@127.0.0.1:{proxy.port}/{name}"
    server().drop(name)


def allocate(inventory: Inventory) -> object:
    return inventory.execute(AllocationRequest(pool_id=POOL))


VERBS: dict[str, tuple[float, Callable[[Inventory], object]]] = {
    "lookup": (6, lambda inventory: inventory.lookup("44.0.0.1")),
    "lookup of 100": (7, lambda inventory: inventory.lookup_all([f"44.0.0.{last}" for last in range(100)])),
    "eips": (7, lambda inventory: list(inventory.eips())),
    "findings": (7, Inventory.findings),
    "a dashboard's rows": (9, Inventory.snapshot),
    "allocate": (6, allocate),
}


@pytest.mark.parametrize("verb", VERBS)
def test_a_verb_takes_few_round_trips(ratio: Ratio, far: tuple[Proxy, str], verb: str) -> None:
    """Goal 23: the time beyond that without delay, in round trips of 80 ms; connecting is one of them."""
    proxy, url = far
    goal, act = VERBS[verb]

    def once(delay: float) -> float:
        proxy.delay = delay
        begun = perf_counter()
        with closing(open_inventory(url, operator="bench")) as inventory:
            act(inventory)
        return perf_counter() - begun

    ratio.told(
        lambda: (once(ROUND_TRIP / 2) - once(0)) / ROUND_TRIP,
        number=23,
        says=f"round trips of {verb}, with connecting",
        goal=goal,
        rounds=5,
        unit="",
    )


def test_twelve_far_writers_share_the_turn(ratio: Ratio, far: tuple[Proxy, str]) -> None:
    """Goal 24: five allocations a second at least, by all of them together."""
    _, url = far
    seconds = ratio.size(6, 1)
    size = ratio.size(WRITERS, 2)

    def each() -> float:
        made: list[int] = []
        with ExitStack() as stack:
            desks = [stack.enter_context(closing(open_inventory(url, operator=f"far-{n}"))) for n in range(size)]
            begun = perf_counter()
            end = begun + seconds

            def work(desk: Inventory) -> None:
                count = 0
                while perf_counter() < end:
                    allocate(desk)
                    count += 1
                made.append(count)

            threads = [threading.Thread(target=work, args=(desk,)) for desk in desks]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            return 1000 * (perf_counter() - begun) / sum(made)

    ratio.told(
        each, number=24, says=f"ms for each allocation of {size} writers 80 ms away", goal=200, rounds=1, unit="ms"
    )

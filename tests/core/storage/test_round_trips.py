"""Far from the database a round trip costs what a thousand statements cost here, so each verb has a ceiling."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing

import pytest

from core import (
    AllocationRequest,
    BandwidthRequest,
    EipQuery,
    Inventory,
    ReleaseRequest,
    RenameRequest,
    UnbindRequest,
    open_inventory,
)
from tests.core.kit import balancer, customer_cidr, dnat, many, nic, services, snat
from tests.proxy import Proxy, proxied
from tests.server import server

CONNECTING = 2
"""Flights until a server talks: whether it has TLS, and who one is."""


@pytest.fixture(scope="module")
def filled() -> Iterator[str]:
    """A database with thirty EIPs, some bound, some released, and findings."""
    name = server().create()
    with closing(open_inventory(server().url(name), operator="alice")) as inventory:
        customer_cidr(inventory, "203.0.113.0/24")
        services(inventory)
        eips = many(inventory, 30)
        for number, asked in enumerate((nic(eips[0].address), balancer(eips[1].address), snat(eips[2].address))):
            inventory.execute(asked)
            inventory.execute(BandwidthRequest(eip=eips[number].address, bandwidth_mbps=100))
        inventory.execute(dnat(eips[2].address, "tcp", "443"))
        inventory.execute(ReleaseRequest(eips=(eips[9].address,)))
    yield name
    server().drop(name)


@pytest.fixture
def far(filled: str) -> Iterator[tuple[Proxy, str]]:
    """A proxy before a copy of the database."""
    name = server().create(filled)
    with proxied(str(server().folder / ".s.PGSQL.5432")) as proxy:
        proxy.delay = 0.01
        yield proxy, f"postgresql://postgres@127.0.0.1:{proxy.port}/{name}"
    server().drop(name)


def flights(far: tuple[Proxy, str], act: Callable[[Inventory], object]) -> int:
    """Return how often somebody waits who opens the database, acts once and leaves; the connection is not counted."""
    proxy, url = far
    proxy.flights = 0
    with closing(open_inventory(url, operator="bob")) as inventory:
        act(inventory)
    assert proxy.connections == 1
    return proxy.flights - CONNECTING


READS: dict[str, tuple[int, Callable[[Inventory], object]]] = {
    "open": (1, lambda inventory: inventory.url),
    "lookup, bound": (3, lambda inventory: inventory.lookup("203.0.113.0")),
    "lookup, free": (2, lambda inventory: inventory.lookup("203.0.113.99")),
    "lookup, cooling": (2, lambda inventory: inventory.lookup("203.0.113.9")),
    "lookup, not ours": (2, lambda inventory: inventory.lookup("8.8.8.8")),
    "lookup of 100": (4, lambda inventory: inventory.lookup_many(f"203.0.113.{last}" for last in range(100))),
    "lookup_all of 100": (4, lambda inventory: inventory.lookup_all([f"203.0.113.{last}" for last in range(100)])),
    "about": (5, lambda inventory: inventory.about(inventory.eip("203.0.113.0"))),
    "eips": (4, lambda inventory: list(inventory.eips())),
    "page": (5, lambda inventory: inventory.page(EipQuery())),
    "pools": (3, Inventory.pools),
    "cidrs": (3, Inventory.cidrs),
    "services": (2, Inventory.services),
    "findings": (2, Inventory.findings),
    "history": (3, Inventory.history),
    "snapshot": (2, Inventory.snapshot),
}


@pytest.mark.parametrize("verb", READS)
def test_a_read_takes_few_round_trips(far: tuple[Proxy, str], verb: str) -> None:
    ceiling, act = READS[verb]
    assert flights(far, act) <= ceiling


def test_a_dashboard_has_its_rows_after_few_round_trips_and_polls_in_one(far: tuple[Proxy, str]) -> None:
    proxy, url = far
    with closing(open_inventory(url, operator="bob")) as inventory:
        inventory.snapshot()
        inventory.page(EipQuery())
        assert proxy.flights <= CONNECTING + 6
        before = proxy.flights
        for _ in range(3):
            assert inventory.pulse()[1] == []
        assert proxy.flights - before == 3
    assert proxy.connections == 1


WRITES: dict[str, tuple[int, Callable[[Inventory], object]]] = {
    "allocate": (3, lambda inventory: inventory.execute(AllocationRequest(pool_id="edge"))),
    "allocate 50": (4, lambda inventory: inventory.execute(AllocationRequest(pool_id="edge", count=50))),
    "bind": (5, lambda inventory: inventory.execute(nic("203.0.113.5", 2))),
    "unbind": (6, lambda inventory: inventory.execute(UnbindRequest(eip="203.0.113.0"))),
    "bandwidth": (5, lambda inventory: inventory.execute(BandwidthRequest(eip="203.0.113.5", bandwidth_mbps=5))),
    "rename": (5, lambda inventory: inventory.execute(RenameRequest(eip="203.0.113.5", name="web"))),
    "release": (9, lambda inventory: inventory.execute(ReleaseRequest(eips=("203.0.113.5",)))),
    "release --unbind": (
        10,
        lambda inventory: inventory.execute(ReleaseRequest(eips=("203.0.113.0",), unbind=True)),
    ),
}


UNDER_TURN = {"allocate 50": 3}
"""Flights from the turn to the commit; two free ranges are cut one after the other."""


@pytest.mark.parametrize("verb", WRITES)
def test_a_write_takes_few_round_trips(far: tuple[Proxy, str], verb: str) -> None:
    ceiling, act = WRITES[verb]
    assert flights(far, act) <= ceiling
    assert far[0].under_turn == UNDER_TURN.get(verb, 2)

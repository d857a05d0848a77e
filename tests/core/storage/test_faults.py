"""A network that cuts, resets and stalls: what was made is told as made, and nothing is made twice."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import closing

import pytest

from core import AllocationRequest, EipdeckError, Inventory, open_inventory
from tests.core.kit import addresses, customer_cidr, one
from tests.proxy import Cut, Proxy, proxied
from tests.server import server


@pytest.fixture
def proxy() -> Iterator[Proxy]:
    with proxied(str(server().folder / ".s.PGSQL.5432")) as made:
        yield made


@pytest.fixture
def remote(proxy: Proxy) -> Iterator[Inventory]:
    """A desk behind the proxy."""
    name = server().create()
    open_inventory(server().url(name), operator="owner").close()
    with closing(open_inventory(f"postgresql://postgres@127.0.0.1:{proxy.port}/{name}", operator="alice")) as opened:
        customer_cidr(opened)
        yield opened
    server().drop(name)


@pytest.mark.parametrize("delay", [0.0, 0.01], ids=["near", "far"])
@pytest.mark.parametrize("cut", list(Cut), ids=[cut.value for cut in Cut])
def test_a_commit_that_is_cut_is_settled_by_itself(remote: Inventory, proxy: Proxy, cut: Cut, delay: float) -> None:
    proxy.delay, proxy.cut = delay, cut
    told: list[str] = []
    refusals: list[EipdeckError] = []
    try:
        told += addresses(remote.execute(AllocationRequest(pool_id="edge", request_id="cut")).eips)
    except EipdeckError as refusal:
        refusals.append(refusal)
    assert proxy.cut is None
    assert all(each.code == "store_unavailable" and "not made" in each.message for each in refusals)
    assert addresses(remote.eips()) == told
    assert bool(told) == (remote.settle("cut") is not None)
    assert bool(told) == (cut is not Cut.BEFORE)
    assert remote.execute(AllocationRequest(pool_id="edge", request_id="cut")).eips
    assert len(list(remote.eips())) == 1


def test_a_connection_that_was_reset_while_it_was_idle_is_not_noticed(remote: Inventory, proxy: Proxy) -> None:
    for act in (remote.pools, remote.data_version, lambda: one(remote), remote.pulse):
        before = proxy.connections
        proxy.reset()
        act()
        assert proxy.connections == before + 1


def test_a_stall_is_waited_for(remote: Inventory, proxy: Proxy) -> None:
    proxy.stall(on=True)
    begun = time.monotonic()
    with proxy.later(0.3, lambda: proxy.stall(on=False)):
        one(remote)
    assert time.monotonic() - begun >= 0.3
    assert len(list(remote.eips())) == 1

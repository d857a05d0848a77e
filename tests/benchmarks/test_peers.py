"""One durable allocation beside those of what a user would pick instead."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from core import Inventory
from tests.benchmarks.bench import POOL, Ratio, Told, allocate, onboard, timed
from tests.benchmarks.peers import moto, nautobot

GOALS = {0: 1 / 10, 50: 1 / 300, 99: 1 / 400}
"""Of a /16 that is so full, in percent."""


@pytest.fixture(autouse=True)
def _measured_only(pytestconfig: pytest.Config) -> None:
    if not pytestconfig.getoption("benchmark_enable"):
        pytest.skip("measured only: what it is compared to takes minutes to begin")


def test_an_allocation_against_moto(ratio: Ratio, inventory: Inventory) -> None:
    """Goal 22."""
    onboard(inventory, "44.0.0.0/16", POOL)
    says = "one durable allocation / AllocateAddress of moto's server, in memory"
    with moto() as theirs:
        ratio.told(timed(lambda: allocate(inventory, POOL)), theirs, number=22, says=says, goal=1.0, rounds=50)


@pytest.fixture(scope="module")
def ipam(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[int, Told]]:
    with nautobot(tmp_path_factory.mktemp("nautobot")) as told:
        yield told


@pytest.mark.parametrize("full", GOALS)
def test_an_allocation_against_nautobot(ratio: Ratio, inventory: Inventory, ipam: dict[int, Told], full: int) -> None:
    """Goal 22."""
    onboard(inventory, "44.0.0.0/16", POOL)
    if full:
        allocate(inventory, POOL, 65_536 * full // 100)
    says = f"one durable allocation / Nautobot's available-ips, a /16 {full} % full"
    mine = timed(lambda: allocate(inventory, POOL))
    ratio.told(mine, ipam[full], number=22, says=says, goal=GOALS[full], rounds=8 if full else 20)

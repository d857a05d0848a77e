"""What the benchmarks share: a ratio of two acts, and the acts that set the scene."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from statistics import median
from time import perf_counter
from typing import Any, cast

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from core import (
    ActivateRequest,
    AddCidrRequest,
    AllocationRequest,
    Desk,
    PoolOrder,
    PoolSettingsRequest,
    ReleaseRequest,
)

Act = Callable[[], object]
LINES = pytest.StashKey[list[str]]()
"""The ratios of a run, as its last lines print them."""


@dataclass(frozen=True)
class Ratio:
    """Times an act beside what it is compared to, turn by turn, so that a busy machine slows both alike."""

    benchmark: BenchmarkFixture
    lines: list[str]

    @property
    def measuring(self) -> bool:
        """False in the ordinary test run: then every act is done once, at a small size, to see that it works."""
        return not self.benchmark.disabled

    def size(self, measured: int, tried: int) -> int:
        return measured if self.measuring else tried

    def of(self, act: Act, to: Act, *, says: str, goal: float, rounds: int) -> None:
        """The median of `act` over the median of `to`, noted beside its goal."""
        beside: list[float] = []

        def other() -> None:
            begun = perf_counter()
            to()
            beside.append(perf_counter() - begun)

        cast("Any", self.benchmark).pedantic(act, setup=other, rounds=rounds, warmup_rounds=0)
        if not self.measuring:
            return
        ratio = median(cast("Any", self.benchmark.stats).stats.data) / median(beside)
        self.benchmark.extra_info.update(ratio=round(ratio, 2), goal=goal, says=says)
        self.lines.append(f"{ratio:8.2f} x   goal {goal:<5g} {says}")


def onboard(desk: Desk, cidr: str, pool: str, order: PoolOrder = PoolOrder.LOWEST) -> None:
    desk.platform.add_cidr(AddCidrRequest(cidr=cidr, isp="bgp-a", asn=64500, pool_id=pool))
    desk.platform.set_pool(PoolSettingsRequest(pool_id=pool, order=order))
    desk.platform.activate_cidr(ActivateRequest(cidr=cidr, reason="bench"))


def allocate(desk: Desk, pool: str, count: int = 1) -> tuple[str, ...]:
    done = desk.platform.allocate(AllocationRequest(pool_id=pool, count=count))
    return tuple(eip.address for eip in done.eips)


POOL = "edge"
_BATCH = 65_536


def fill(desk: Desk, batches: int) -> None:
    """A pool of a /11 with so many batches of EIPs, a quarter of them second tenancies; one batch is a small one."""
    size = _BATCH if batches > 1 else 64
    onboard(desk, "44.0.0.0/11", POOL)
    for number in range(batches):
        addresses = allocate(desk, POOL, size)
        if number % 4 == 0:
            desk.platform.release(ReleaseRequest(eips=addresses))
            allocate(desk, POOL, size)

"""What the benchmarks share: a ratio of two acts, and the acts that set the scene."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count
from statistics import median
from time import perf_counter
from typing import Any, cast

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from core import (
    ActivateRequest,
    AddCidrRequest,
    AllocationRequest,
    Inventory,
    PoolOrder,
    PoolSettingsRequest,
    ReleaseRequest,
    open_inventory,
)

Act = Callable[[], object]
Told = Callable[[], float]


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the table."""

    number: int
    """Of the goal, as the README beside this lists them."""
    says: str
    goal: float
    measured: float
    unit: str

    @property
    def met(self) -> bool:
        return self.measured <= self.goal


FIGURES = pytest.StashKey[list[Figure]]()
"""What a run has measured."""


@dataclass(frozen=True)
class Ratio:
    """Measures an act beside what it is compared to, turn by turn, so that a busy machine slows both alike."""

    benchmark: BenchmarkFixture
    figures: list[Figure]

    @property
    def measuring(self) -> bool:
        """False in the ordinary test run: then every act is done once, at a small size, to see that it works."""
        return not self.benchmark.disabled

    def size(self, measured: int, tried: int) -> int:
        return measured if self.measuring else tried

    def of(self, act: Act, to: Act, *, number: int, says: str, goal: float, rounds: int) -> None:
        """The median time of `act` over the median time of `to`, noted beside its goal."""
        self.told(timed(act), timed(to), number=number, says=says, goal=goal, rounds=rounds)

    def told(
        self,
        act: Told,
        to: Told | None = None,
        *,
        number: int,
        says: str,
        goal: float,
        rounds: int,
        unit: str = "x",
    ) -> None:
        """The median of what `act` tells, over the median of what `to` tells when it is given."""
        mine: list[float] = []
        others: list[float] = []

        def other() -> None:
            if to is not None:
                others.append(to())

        cast("Any", self.benchmark).pedantic(
            lambda: mine.append(act()), setup=other, rounds=rounds if self.measuring else 1, warmup_rounds=0
        )
        if not self.measuring:
            return
        measured = median(mine) / (median(others) if others else 1)
        self.benchmark.extra_info.update(number=number, measured=round(measured, 3), goal=goal, says=says)
        self.figures.append(Figure(number, says, goal, measured, unit))


def timed(act: Act) -> Told:
    """Seconds that an act takes."""

    def told() -> float:
        begun = perf_counter()
        act()
        return perf_counter() - begun

    return told


def onboard(inventory: Inventory, cidr: str, pool: str, order: PoolOrder = PoolOrder.LOWEST) -> None:
    inventory.execute(AddCidrRequest(cidr=cidr, isp="bgp-a", asn=64500, pool_id=pool))
    inventory.execute(PoolSettingsRequest(pool_id=pool, order=order))
    inventory.execute(ActivateRequest(cidr=cidr, reason="bench"))


def allocate(inventory: Inventory, pool: str, count: int = 1) -> tuple[str, ...]:
    done = inventory.execute(AllocationRequest(pool_id=pool, count=count))
    return tuple(eip.address for eip in done.eips)


@contextmanager
def before(path: str, ago: timedelta) -> Iterator[Inventory]:
    """A desk on a file as it was so long ago; there a millisecond passes whenever the time is asked for."""
    begun, ticks = datetime.now(UTC) - ago, count()
    with closing(
        open_inventory(path, operator="bench", clock=lambda: begun + timedelta(milliseconds=next(ticks)))
    ) as inventory:
        yield inventory


POOL = "edge"
_BATCH = 65_536


def fill(inventory: Inventory, batches: int) -> None:
    """A pool of a /8 with so many batches of EIPs, a quarter of them second tenancies; one batch is a small one."""
    size = _BATCH if batches > 1 else 64
    onboard(inventory, "44.0.0.0/8", POOL)
    for number in range(batches):
        addresses = allocate(inventory, POOL, size)
        if number % 4 == 0:
            inventory.execute(ReleaseRequest(eips=addresses))
            allocate(inventory, POOL, size)

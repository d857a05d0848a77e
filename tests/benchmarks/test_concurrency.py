"""Several processes on one SQLite file, and on one PostgreSQL that flushes what it commits."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from core import Inventory, open_inventory
from tests.benchmarks.bench import POOL, Ratio, onboard
from tests.server import new_server

PROCESSES = 8
PROGRAM = Path(__file__).with_name("worker.py")


class Team:
    """Processes that allocate when they are told."""

    def __init__(self, inventory: Inventory, size: int) -> None:
        program = [sys.executable, str(PROGRAM), inventory.url, POOL]
        self.workers = [
            subprocess.Popen(program, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) for _ in range(size)
        ]
        for worker in self.workers:
            assert worker.stdout is not None
            worker.stdout.readline()

    def allocate(self, count: int) -> list[float]:
        """So many addresses, shared among them; how many seconds each process took."""
        for worker in self.workers:
            assert worker.stdin is not None
            worker.stdin.write(f"{count // len(self.workers)}\n")
            worker.stdin.flush()
        return [float(worker.stdout.readline()) for worker in self.workers if worker.stdout is not None]

    def go_home(self) -> None:
        for worker in self.workers:
            worker.communicate()


@contextmanager
def team(inventory: Inventory, size: int) -> Iterator[Team]:
    made = Team(inventory, size)
    try:
        yield made
    finally:
        made.go_home()


def test_eight_processes_against_one(ratio: Ratio, inventory: Inventory) -> None:
    """Goal 5: the same number of addresses, one after another or by eight at once, in 1.25 times the time at most."""
    _compare(ratio, inventory, number=5, goal=1.25, where="")


def test_eight_processes_fare_alike(ratio: Ratio, inventory: Inventory) -> None:
    """Goal 5: each has as many addresses to take, and the slowest needs 1.5 times as long as the fastest at most."""
    onboard(inventory, "44.0.0.0/12", POOL)
    count, size = ratio.size(2048, 2), ratio.size(PROCESSES, 2)
    with team(inventory, size) as several:

        def spread() -> float:
            took = several.allocate(count)
            return max(took) / min(took)

        ratio.told(spread, number=5, says=f"the slowest of {size} processes / the fastest", goal=1.5, rounds=5)


def test_eight_clients_of_a_server_against_one(ratio: Ratio) -> None:
    """Goal 6: in 1.11 times the time at most."""
    made = new_server(on_disk=True, fsync="on", full_page_writes="on")
    try:
        with closing(open_inventory(made.url(made.create()), operator="alice")) as inventory:
            _compare(ratio, inventory, number=6, goal=1.11, where=" on PostgreSQL")
    finally:
        made.remove()


def _compare(ratio: Ratio, inventory: Inventory, *, number: int, goal: float, where: str) -> None:
    onboard(inventory, "44.0.0.0/12", POOL)
    count, size = ratio.size(2048, 2), ratio.size(PROCESSES, 2)
    with team(inventory, size) as several, team(inventory, 1) as alone:
        says = f"{count:,} allocations{where} by {size} processes / by one"
        ratio.of(
            lambda: several.allocate(count),
            lambda: alone.allocate(count),
            number=number,
            says=says,
            goal=goal,
            rounds=ratio.size(5, 1),
        )
    assert inventory.pool(POOL).allocated % count == 0

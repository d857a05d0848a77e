"""A program of the tests: many processes that allocate, bind and release at random on one pool.

python crowd.py URL PROCESSES OPERATIONS

Prints JSON: for each process its lines (the verb, and `ok` or the code of the refusal) and the addresses it holds. The
processes are forked from one that has loaded the core, open the database themselves, and start together.
"""

from __future__ import annotations

import json
import multiprocessing
import random
import sys
from multiprocessing.synchronize import Barrier

import core.operations.executor  # noqa: F401  # loaded once, before the forks
from core import AllocationRequest, BindingKind, BindRequest, EipdeckError, Inventory, ReleaseRequest, open_inventory


def step(inventory: Inventory, chance: random.Random, mine: list[str]) -> str:
    """One change; the verb."""
    verb = chance.choice(("allocate", "allocate", "bind", "release")) if mine else "allocate"
    if verb == "allocate":
        mine.append(inventory.execute(AllocationRequest(pool_id="edge")).eips[0].address)
    elif verb == "bind":
        request = BindRequest(eip=chance.choice(mine), kind=BindingKind.LOAD_BALANCER, service_id="lb-1")
        inventory.execute(request)
    else:
        inventory.execute(ReleaseRequest(eips=(mine.pop(chance.randrange(len(mine))),), unbind=True))
    return verb


_start: Barrier | None = None


def join(start: Barrier) -> None:
    """Keep what all processes wait for."""
    global _start  # noqa: PLW0603  # a process of a pool is told once
    _start = start


def live(url: str, number: int, operations: int) -> tuple[list[str], list[str]]:
    """Open the database, wait for the others, make the changes; return the lines and the addresses held."""
    inventory, chance = open_inventory(url, operator=f"operator-{number}"), random.Random(number)
    lines: list[str] = []
    mine: list[str] = []
    assert _start is not None
    _start.wait(120)
    for _ in range(operations):
        try:
            lines.append(f"{step(inventory, chance, mine)} ok")
        except EipdeckError as refusal:
            lines.append(f"allocate {refusal.code}")
    inventory.close()
    return lines, mine


def main(url: str, processes: int, operations: int) -> None:
    open_inventory(url, operator="crowd").close()
    fork = multiprocessing.get_context("fork")
    start = fork.Barrier(processes)
    with fork.Pool(processes, join, (start,)) as pool:
        lived = pool.starmap(live, [(url, number, operations) for number in range(processes)], chunksize=1)
    print(json.dumps(lived))  # noqa: T201


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))

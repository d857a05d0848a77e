"""A program of the tests: one of many who allocate, bind and release at random on one pool.

python crowd.py URL NUMBER OPERATIONS      prints a line for each: the verb, and `ok` or the code of the refusal
"""

from __future__ import annotations

import random
import sys

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


def main(url: str, number: int, operations: int) -> None:
    inventory, chance = open_inventory(url, operator=f"operator-{number}"), random.Random(number)
    mine: list[str] = []
    print("ready", flush=True)  # noqa: T201
    sys.stdin.readline()
    for _ in range(operations):
        try:
            print(step(inventory, chance, mine), "ok")  # noqa: T201
        except EipdeckError as refusal:
            print("allocate", refusal.code)  # noqa: T201
    print("holds", *mine)  # noqa: T201
    inventory.close()


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))

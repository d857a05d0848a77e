"""A program of the tests: allocates from a pool by many threads, or without end, printing what it was promised.

python worker.py DATABASE POOL THREADS      (0 threads: one address after another until it is killed)
"""

from __future__ import annotations

import sys
from concurrent.futures import ThreadPoolExecutor

from core import AllocationRequest, Inventory, open_inventory


def promised(inventory: Inventory, pool: str) -> str:
    """Allocate one; its address is out of here only after it is durable."""
    return inventory.execute(AllocationRequest(pool_id=pool)).eips[0].address


def main(url: str, pool: str, threads: int) -> None:
    inventory = open_inventory(url, operator="worker")
    print("ready", flush=True)  # noqa: T201
    while not threads:
        print(promised(inventory, pool), flush=True)  # noqa: T201
    with ThreadPoolExecutor(threads) as several:
        for address in several.map(lambda _: promised(inventory, pool), range(threads)):
            print(address)  # noqa: T201
    inventory.close()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))

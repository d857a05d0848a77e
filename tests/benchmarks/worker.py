"""A program of the benchmarks: allocates as many addresses as it is told, line by line, and says how long that took.

python worker.py DATABASE POOL
"""

from __future__ import annotations

import sys
from time import perf_counter

from core import AllocationRequest, open_inventory


def main(url: str, pool: str) -> None:
    inventory = open_inventory(url, operator="worker")
    print("ready", flush=True)  # noqa: T201
    for line in sys.stdin:
        begun = perf_counter()
        for _ in range(int(line)):
            inventory.execute(AllocationRequest(pool_id=pool))
        print(perf_counter() - begun, flush=True)  # noqa: T201
    inventory.close()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])

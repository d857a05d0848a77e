"""A program of the tests: allocates from a pool by many threads, or without end, printing what it was promised.

python worker.py DATABASE POOL THREADS      (0 threads: one address after another until it is killed)
"""

from __future__ import annotations

import sys
from concurrent.futures import ThreadPoolExecutor

from core import AllocationRequest, Desk, open_desk


def promised(desk: Desk, pool: str) -> str:
    """Allocate one; its address is out of here only after it is durable."""
    return desk.platform.allocate(AllocationRequest(pool_id=pool)).eips[0].address


def main(url: str, pool: str, threads: int) -> None:
    desk = open_desk(url, operator="worker")
    print("ready", flush=True)  # noqa: T201
    while not threads:
        print(promised(desk, pool), flush=True)  # noqa: T201
    with ThreadPoolExecutor(threads) as several:
        for address in several.map(lambda _: promised(desk, pool), range(threads)):
            print(address)  # noqa: T201
    desk.close()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))

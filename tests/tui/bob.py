"""A program of the tests: another operator, who makes one change for each line on stdin until it ends.

python bob.py DATABASE POOL
"""

from __future__ import annotations

import sys

from core import AllocationRequest, ReleaseRequest, open_inventory


def main(url: str, pool: str) -> None:
    inventory = open_inventory(url, operator="bob")
    held: list[str] = []
    for _line in sys.stdin:
        if len(held) < 3:
            held.append(inventory.execute(AllocationRequest(pool_id=pool)).eips[0].address)
        else:
            inventory.execute(ReleaseRequest(eips=(held.pop(0),), unbind=True))
    inventory.close()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])

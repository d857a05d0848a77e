"""A program of the tests: allocates and is killed, on a copy of a database, at every statement in turn.

    python crash.py SEEDED FOLDER VERB

Forks once a statement: the child sends itself SIGKILL just before its n-th statement, until one survives.
Prints how many were killed; the copies are FOLDER/n.db.
"""

from __future__ import annotations

import os
import shutil
import signal
import sys
from pathlib import Path

from core import (
    AllocationRequest,
    BindingKind,
    BindRequest,
    Inventory,
    RehomeRequest,
    ReleaseRequest,
    open_inventory,
)
from core.storage.sqlite_connection import SqliteConnection

VERBS = {
    "allocate": lambda inventory: inventory.execute(AllocationRequest(pool_id="edge", count=2, request_id="key")),
    "release": lambda inventory: inventory.execute(ReleaseRequest(eips=("203.0.113.0", "198.18.0.0"), unbind=True)),
    "rehome": lambda inventory: inventory.execute(RehomeRequest(eip="198.18.0.0", pool_id="edge")),
    "bind": lambda inventory: inventory.execute(
        BindRequest(eip="203.0.113.0", kind=BindingKind.LOAD_BALANCER, service_id="lb-1")
    ),
}


def die_at(inventory: Inventory, place: int) -> None:
    """Kill this process just before its statement number `place`; COMMIT counts as one, a trigger's as none."""
    seen = 0

    def count(statement: str) -> None:
        nonlocal seen
        if statement.startswith("--"):
            return
        if seen == place:
            os.kill(os.getpid(), signal.SIGKILL)
        seen += 1

    with inventory._store.write() as connection:
        assert isinstance(connection, SqliteConnection)
        connection.driver.set_trace_callback(count)


def survived(seeded: Path, copy: Path, verb: str, place: int) -> bool:
    shutil.copy(seeded, copy)
    child = os.fork()
    if child == 0:
        inventory: Inventory = open_inventory(str(copy), operator="crash")
        die_at(inventory, place)
        VERBS[verb](inventory)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    return not os.WIFSIGNALED(status)


def main(seeded: Path, folder: Path, verb: str) -> None:
    place = 0
    while not survived(seeded, folder / f"{place}.db", verb, place):
        place += 1
    print(place)  # noqa: T201


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3])

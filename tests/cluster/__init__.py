"""A primary and its standby, which can be parted from it before it is promoted: then it lacks what was done since."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass

from core import open_inventory
from tests.core.kit import customer_cidr
from tests.server import Server, new_server

__all__ = ["Cluster", "new_cluster", "stocked_cluster"]


@dataclass
class Cluster:
    """Two servers, and the name of a database on them."""

    primary: Server
    standby: Server
    name: str

    def url(self, user: str = "postgres") -> str:
        """The database on whichever of the two takes writes."""
        return f"postgresql+psycopg://{user}@/{self.name}?host={self.primary.folder},{self.standby.folder}"

    def part(self) -> None:
        """Let the standby miss whatever is done from here on."""
        self.standby.catch_up(self.primary)
        self.standby.execute("ALTER SYSTEM SET primary_conninfo = ''")
        self.standby.execute("SELECT pg_reload_conf()")
        with self.standby.connect() as watching:
            while watching.execute("SELECT 1 FROM pg_stat_wal_receiver").fetchone():
                pass

    def fail_over(self) -> None:
        """Kill the primary and promote the standby."""
        self.primary.kill()
        self.standby.promote()


@contextmanager
def new_cluster() -> Iterator[Cluster]:
    """A cluster with an empty database; checkpoints are half an hour apart."""
    primary = new_server(checkpoint_timeout="30min")
    standby = primary.standby()
    try:
        yield Cluster(primary, standby, primary.create())
    finally:
        standby.remove()
        primary.remove()


@contextmanager
def stocked_cluster() -> Iterator[Cluster]:
    """A cluster with an inventory in which nothing is allocated yet."""
    with new_cluster() as made:
        with closing(open_inventory(made.url(), operator="owner")) as inventory:
            customer_cidr(inventory)
        made.standby.catch_up(made.primary)
        yield made

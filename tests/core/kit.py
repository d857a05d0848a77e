"""What the tests of the core share: a clock, small inventories, and looking at the database itself."""

from __future__ import annotations

import os
import shutil
import sqlite3
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from ipaddress import IPv4Address
from pathlib import Path
from tempfile import mkdtemp
from typing import Any, Protocol

import psycopg
import pytest

from core import (
    ActivateRequest,
    AddCidrRequest,
    AddServiceRequest,
    AllocationRequest,
    BindingKind,
    BindRequest,
    Config,
    Eip,
    EipdeckError,
    Inventory,
    PoolOrder,
    PoolSettingsRequest,
    ReleaseRequest,
    ServiceKind,
    open_inventory,
)
from core.storage.history import event_hash
from tests.server import server

ON_POSTGRESQL = os.environ.get("EIPDECK_TESTS_ON") == "postgresql"
"""The tests of the core run on either database: `pytest tests/core --on postgresql`."""
of_a_file = pytest.mark.skipif(ON_POSTGRESQL, reason="about the file of the embedded database")
REFUSALS = (sqlite3.IntegrityError, psycopg.IntegrityError)
ROOT = Path(__file__).parents[2]
START = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
HASHED = ("at", "operator", "action", "eip_id", "address", "pool_id", "cidr", "reason", "request_id", "before", "after")
"""What of an event its hash covers."""
RULES_0010 = ("cidr_lived", "pool_begun")
UNDO_0010 = tuple(f"DROP TRIGGER IF EXISTS {name}" for name in RULES_0010)
UNDO_MIRROR = tuple(f"DROP TABLE mirror{end}" for end in ("_step", "_plan", "_aside", "_row", "_kind", ""))
UNDO_0007 = (*UNDO_0010, *UNDO_MIRROR)
"""The schema steps from 0007 on, undone in an embedded database."""
RULES_0006 = ("eip_begun", "eip_ended", "binding_begun", "binding_ended", "acceptance_told", "acceptance_kept")
"""The triggers of the schema step 0006 in an embedded database."""
UNDO_0006 = (
    *UNDO_0007,
    *(f"DROP TRIGGER IF EXISTS {name}" for name in RULES_0006),
    "ALTER TABLE event DROP COLUMN claimed",
)
"""The schema steps from 0006 on, undone in an embedded database."""
UNDO_0005 = (*UNDO_0006, "DROP TABLE epoch", "ALTER TABLE pool DROP COLUMN picks_from")
UNDO_0004 = (
    *UNDO_0005,
    "DROP INDEX cooling_released",
    "DROP INDEX eip_alive",
    "ALTER TABLE cooling DROP COLUMN released_at",
    "ALTER TABLE usage_day DROP COLUMN freed",
    "ALTER TABLE eip DROP COLUMN alive_since",
)
"""The schema steps from 0004 on, undone in an embedded database."""
Row = tuple[Any, ...]
Dump = dict[str, list[Row]]


@dataclass
class Clock:
    """Tells the time it was set to."""

    now: datetime = START

    def __call__(self) -> datetime:
        return self.now

    def advance(self, seconds: float = 1) -> datetime:
        self.now += timedelta(seconds=seconds)
        return self.now


@cache
def template() -> str:
    """A fresh database, made once a process: copying it is quicker than migrating."""
    if ON_POSTGRESQL:
        name = server().create()
        open_inventory(server().url(name), operator="tests").close()
        return name
    path = Path(mkdtemp(prefix="eipdeck-template-")) / "fresh.db"
    open_inventory(str(path), operator="tests").close()
    return str(path)


_made: list[str] = []


def fresh_url(folder: Path) -> str:
    """A database of its own, in the folder or on the server, with nothing in it but the default pool."""
    if ON_POSTGRESQL:
        _made.append(server().create(template()))
        return server().url(_made[-1])
    folder.mkdir(exist_ok=True)
    path = folder / "deck.db"
    shutil.copy(template(), path)
    return str(path)


def forget_databases() -> None:
    """Drop what `fresh_url` made on the server."""
    while _made:
        server().drop(_made.pop())


def fresh_desk(
    folder: Path, *, clock: Callable[[], datetime] | None = None, config: Config | None = None, operator: str = "alice"
) -> Inventory:
    """A desk on a database of its own."""
    return open_inventory(fresh_url(folder), operator=operator, clock=clock, config=config)


def another(inventory: Inventory, *, operator: str = "bob") -> Inventory:
    """A second desk on the same database, as another process would open it."""
    return open_inventory(inventory.url, operator=operator, clock=inventory.now, config=inventory.config)


def file_of(inventory: Inventory) -> Path:
    """The file that the desk is in."""
    assert inventory.file is not None
    return inventory.file


def customer_cidr(
    inventory: Inventory,
    cidr: str = "203.0.113.0/28",
    *,
    pool: str | None = "edge",
    order: PoolOrder = PoolOrder.LOWEST,
    cooldown: int = 0,
    active: bool = True,
    avoid_edges: bool = False,
    region: str | None = None,
) -> str:
    """Add a customer CIDR, activate it unless told not to, and settle its pool; answers with the pool's id."""
    added = inventory.execute(
        AddCidrRequest(cidr=cidr, isp="bgp-a", asn=64500, pool_id=pool, region=region, avoid_edges=avoid_edges)
    )
    inventory.execute(PoolSettingsRequest(pool_id=added.pool_id, order=order, cooldown_seconds=cooldown))
    if active:
        inventory.execute(ActivateRequest(cidr=cidr, reason="onboarding done"))
    return added.pool_id


def one(inventory: Inventory, pool: str | None = "edge", *, address: str | None = None, **options: Any) -> Eip:
    """Allocate one EIP."""
    (eip,) = inventory.execute(AllocationRequest(pool_id=pool, address=address, **options)).eips
    return eip


def many(inventory: Inventory, count: int, pool: str | None = "edge") -> tuple[Eip, ...]:
    return inventory.execute(AllocationRequest(pool_id=pool, count=count)).eips


def release(inventory: Inventory, *keys: str, unbind: bool = False) -> list[Eip]:
    return inventory.execute(ReleaseRequest(eips=keys, unbind=unbind))


def addresses(eips: Iterable[Eip]) -> list[str]:
    return [eip.address for eip in eips]


def services(inventory: Inventory) -> None:
    """Two interfaces, two gateways and a load balancer."""
    for number in (1, 2):
        nic = AddServiceRequest(kind=ServiceKind.NIC, service_id=f"nic-{number}", private_ips=(f"10.0.0.{number}",))
        inventory.execute(nic)
        inventory.execute(AddServiceRequest(kind=ServiceKind.NAT_GATEWAY, service_id=f"nat-{number}"))
    inventory.execute(AddServiceRequest(kind=ServiceKind.LOAD_BALANCER, service_id="lb-1", name="shop"))


def dnat(
    eip: str, protocol: str, port: str | None, *, gateway: str = "nat-1", to_port: str | None = None
) -> BindRequest:
    return BindRequest(
        eip=eip,
        kind=BindingKind.DNAT,
        service_id=gateway,
        private_ip="10.0.8.10",
        protocol=protocol,
        port=port,
        to_port=to_port,
    )


def snat(eip: str, *sources: str, gateway: str = "nat-1") -> BindRequest:
    return BindRequest(eip=eip, kind=BindingKind.SNAT, service_id=gateway, sources=sources or ("10.0.8.0/24",))


def nic(eip: str, number: int = 1) -> BindRequest:
    return BindRequest(eip=eip, kind=BindingKind.NIC, service_id=f"nic-{number}", private_ip=f"10.0.0.{number}")


def balancer(eip: str) -> BindRequest:
    return BindRequest(eip=eip, kind=BindingKind.LOAD_BALANCER, service_id="lb-1")


class Plain:
    """A plain connection, as any other program would make it; `?` stands for a value."""

    def __init__(self, driver: Any) -> None:
        self._driver = driver

    def execute(self, statement: str, values: Sequence[Any] = ()) -> Any:
        if ON_POSTGRESQL:
            return self._driver.execute(statement.replace("%", "%%").replace("?", "%s"), tuple(values))
        return self._driver.execute(statement, values)

    def drop_triggers(self, table: str, *names: str) -> None:
        """What only the owner of the database can do."""
        for name in names:
            self.execute(f"DROP TRIGGER {name} ON {table}" if ON_POSTGRESQL else f"DROP TRIGGER {name}")

    def refuse_inserts(self, table: str, condition: str) -> None:
        """A trigger `failure` that refuses a row of which the condition holds."""
        if ON_POSTGRESQL:
            body = "BEGIN RAISE EXCEPTION 'injected' USING ERRCODE = 'check_violation'; END"
            self.execute(f"CREATE FUNCTION failure() RETURNS trigger LANGUAGE plpgsql AS $${body}$$")
            self.execute(
                f"CREATE TRIGGER failure BEFORE INSERT ON {table} FOR EACH ROW WHEN ({condition})"
                " EXECUTE FUNCTION failure()"
            )
        else:
            refuse = "BEGIN SELECT RAISE(ABORT, 'injected'); END"
            self.execute(f"CREATE TRIGGER failure BEFORE INSERT ON {table} WHEN {condition} {refuse}")

    def unguarded(self) -> None:
        """What only the owner of the database can do: from here on no trigger and no foreign key refuses anything."""
        if ON_POSTGRESQL:
            self.execute("SET session_replication_role = replica")
            return
        for pragma in ("foreign_keys = OFF", "ignore_check_constraints = ON"):
            self.execute(f"PRAGMA {pragma}")
        for (name,) in self.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            self.drop_triggers("", name)

    def close(self) -> None:
        self._driver.close()


def connect(inventory: Inventory, *, foreign_keys: bool = True) -> Plain:
    """A plain connection to the database of a desk."""
    if ON_POSTGRESQL:
        return Plain(server().connect(inventory.url.partition("?")[0].rpartition("/")[2]))
    connection = sqlite3.connect(file_of(inventory), isolation_level=None)
    if foreign_keys:
        connection.execute("PRAGMA foreign_keys = ON")
    return Plain(connection)


class Read(Protocol):
    """Asks the database itself."""

    def __call__(self, statement: str, /, *values: Any) -> list[Row]: ...


@contextmanager
def reading(inventory: Inventory) -> Iterator[Read]:
    """One plain connection for several questions."""
    with closing(connect(inventory)) as connection:
        yield lambda statement, *values: connection.execute(statement, values).fetchall()


def rows(inventory: Inventory, statement: str, *values: Any) -> list[Row]:
    """What a statement of SQL reads from the database."""
    with reading(inventory) as read:
        return read(statement, *values)


_TABLES = (
    "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1"
    if ON_POSTGRESQL
    else "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name"
)


def dump(inventory: Inventory) -> Dump:
    """Every row of every table, in the order of its key."""
    with reading(inventory) as read:
        return {name: sorted(read(f'SELECT * FROM "{name}"'), key=repr) for (name,) in read(_TABLES)}


@contextmanager
def refused(inventory: Inventory, code: str) -> Iterator[pytest.ExceptionInfo[EipdeckError]]:
    """The block is refused with this code and leaves every table as it was."""
    before = dump(inventory)
    with pytest.raises(EipdeckError) as caught:
        yield caught
    assert caught.value.code == code, caught.value.message
    assert dump(inventory) == before


@contextmanager
def unchanged(inventory: Inventory) -> Iterator[None]:
    """The block succeeds and leaves every table as it was."""
    before = dump(inventory)
    yield
    assert dump(inventory) == before


def number(address: str) -> int:
    return int(IPv4Address(address))


def broken_links(read: Read) -> list[str]:
    """The pools whose chain of events does not verify, recomputed from the rows."""
    columns = [*HASHED, "hash"]
    ends: dict[str, tuple[int, bytes]] = {}
    broken: set[str] = set()
    for row in read(f"SELECT {', '.join(columns)} FROM event ORDER BY seq"):
        event = dict(zip(columns, row, strict=True))
        chain = event["pool_id"] or ""
        length, link = ends.get(chain, (0, b""))
        if event_hash(link, event) != event["hash"]:
            broken.add(chain)
        ends[chain] = (length + 1, event["hash"])
    stored = {pool: (length, link) for pool, length, link in read("SELECT pool_id, length, hash FROM chain")}
    broken.update(pool for pool in stored.keys() | ends.keys() if stored.get(pool) != ends.get(pool))
    return sorted(broken)


def at_once(inventory: Inventory, acts: Sequence[Callable[[Inventory], str]]) -> list[str]:
    """Each act on a desk of its own, all begun together; answers or codes, in the order of the acts."""
    desks = [another(inventory, operator=f"operator-{place}") for place in range(len(acts))]
    answers = [""] * len(acts)
    start = threading.Barrier(len(acts))

    def run(place: int) -> None:
        start.wait()
        try:
            answers[place] = acts[place](desks[place])
        except EipdeckError as refusal:
            answers[place] = refusal.code

    threads = [threading.Thread(target=run, args=(place,)) for place in range(len(acts))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert not any(thread.is_alive() for thread in threads), "somebody hangs"
    for each in desks:
        each.close()
    return answers

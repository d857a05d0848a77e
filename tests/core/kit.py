"""What the tests of the core share: a clock, small inventories, and looking at the database itself."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from ipaddress import IPv4Address
from pathlib import Path
from tempfile import mkdtemp
from typing import Any, Protocol

import pytest

from core import (
    ActivateRequest,
    AddCidrRequest,
    AddServiceRequest,
    AllocationRequest,
    BindingKind,
    BindRequest,
    Config,
    Desk,
    Eip,
    EipdeckError,
    PoolOrder,
    PoolSettingsRequest,
    ReleaseRequest,
    ServiceKind,
    open_desk,
)
from core.history import event_hash

ROOT = Path(__file__).parents[2]
START = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
HASHED = ("at", "operator", "action", "eip_id", "address", "pool_id", "cidr", "reason", "request_id", "before", "after")
"""What of an event its hash covers."""
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
def template() -> Path:
    """A fresh database, made once a process: copying it is quicker than migrating."""
    path = Path(mkdtemp(prefix="eipdeck-template-")) / "fresh.db"
    open_desk(str(path), operator="tests").close()
    return path


def fresh_desk(
    folder: Path, *, clock: Callable[[], datetime] | None = None, config: Config | None = None, operator: str = "alice"
) -> Desk:
    """A desk on a database of its own in the folder, with nothing in it but the default pool."""
    path = folder / "deck.db"
    shutil.copy(template(), path)
    return open_desk(str(path), operator=operator, clock=clock, config=config)


def another(desk: Desk, *, operator: str = "bob") -> Desk:
    """A second desk on the same database, as another process would open it."""
    return open_desk(str(desk.path), operator=operator, clock=desk.now, config=desk.config)


def customer_cidr(
    desk: Desk,
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
    added = desk.platform.add_cidr(
        AddCidrRequest(cidr=cidr, isp="bgp-a", asn=64500, pool_id=pool, region=region, avoid_edges=avoid_edges)
    )
    desk.platform.set_pool(PoolSettingsRequest(pool_id=added.pool_id, order=order, cooldown_seconds=cooldown))
    if active:
        desk.platform.activate_cidr(ActivateRequest(cidr=cidr, reason="onboarding done"))
    return added.pool_id


def one(desk: Desk, pool: str | None = "edge", *, address: str | None = None, **options: Any) -> Eip:
    """Allocate one EIP."""
    (eip,) = desk.platform.allocate(AllocationRequest(pool_id=pool, address=address, **options)).eips
    return eip


def many(desk: Desk, count: int, pool: str | None = "edge") -> tuple[Eip, ...]:
    return desk.platform.allocate(AllocationRequest(pool_id=pool, count=count)).eips


def release(desk: Desk, *keys: str, unbind: bool = False) -> list[Eip]:
    return desk.platform.release(ReleaseRequest(eips=keys, unbind=unbind))


def addresses(eips: Iterable[Eip]) -> list[str]:
    return [eip.address for eip in eips]


def services(desk: Desk) -> None:
    """Two interfaces, two gateways and a load balancer."""
    for number in (1, 2):
        nic = AddServiceRequest(kind=ServiceKind.NIC, service_id=f"nic-{number}", private_ips=(f"10.0.0.{number}",))
        desk.platform.add_service(nic)
        desk.platform.add_service(AddServiceRequest(kind=ServiceKind.NAT_GATEWAY, service_id=f"nat-{number}"))
    desk.platform.add_service(AddServiceRequest(kind=ServiceKind.LOAD_BALANCER, service_id="lb-1", name="shop"))


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


def connect(path: Path, *, foreign_keys: bool = True) -> sqlite3.Connection:
    """A plain connection of the standard library, as any other program would make it."""
    connection = sqlite3.connect(path, isolation_level=None)
    if foreign_keys:
        connection.execute("PRAGMA foreign_keys = ON")
    return connection


class Read(Protocol):
    """Asks the database file itself."""

    def __call__(self, statement: str, /, *values: Any) -> list[Row]: ...


@contextmanager
def reading(path: Path) -> Iterator[Read]:
    """One plain connection for several questions."""
    with closing(connect(path)) as connection:
        yield lambda statement, *values: connection.execute(statement, values).fetchall()


def rows(path: Path, statement: str, *values: Any) -> list[Row]:
    """What a statement of SQL reads from the database file."""
    with reading(path) as read:
        return read(statement, *values)


def dump(path: Path) -> Dump:
    """Every row of every table, in the order of its key."""
    with closing(connect(path)) as connection:
        names = [
            name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")
        ]
        return {name: sorted(connection.execute(f'SELECT * FROM "{name}"'), key=repr) for name in names}


@contextmanager
def refused(desk: Desk, code: str) -> Iterator[pytest.ExceptionInfo[EipdeckError]]:
    """The block is refused with this code and leaves every table as it was."""
    before = dump(desk.path)
    with pytest.raises(EipdeckError) as caught:
        yield caught
    assert caught.value.code == code, caught.value.message
    assert dump(desk.path) == before


@contextmanager
def unchanged(desk: Desk) -> Iterator[None]:
    """The block succeeds and leaves every table as it was."""
    before = dump(desk.path)
    yield
    assert dump(desk.path) == before


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

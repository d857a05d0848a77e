"""The history: events written in the transaction that makes the change, chained by hash, never altered."""

from __future__ import annotations

import json
from collections.abc import Hashable, Iterable, Iterator
from datetime import datetime
from functools import lru_cache
from json.encoder import encode_basestring_ascii
from operator import itemgetter
from typing import Final, NamedTuple

from core.domain.addresses import format_address
from core.domain.json_value import JsonObject
from core.domain.receipt import EventHead
from core.domain.values import Event, from_micros
from core.storage.connection import NO_LIMIT, Connection, Scalar, Value, Values
from core.storage.rows import reads
from core.storage.store import Seen
from core.storage.transaction import ChainHead, Transaction

__all__ = [
    "EVENT_COLUMNS",
    "EventData",
    "EventRow",
    "event_hash",
    "events",
    "foresee_chain",
    "last_event",
    "link_hash",
    "lost_since",
    "record",
    "record_all",
    "written_heads",
]


class EventData(NamedTuple):
    """The part of an event that differs within a transaction."""

    action: str
    eip_id: str | None = None
    address: int | None = None
    pool_id: str | None = None
    cidr: str | None = None
    before: JsonObject | None = None
    after: JsonObject | None = None


@reads("chain")
class _ChainRow(NamedTuple):
    length: int
    hash: bytes


_CHAIN: Final = "SELECT length, hash FROM chain WHERE pool_id = :chain"
_LINK: Final = (
    "INSERT INTO chain (pool_id, at, length, hash) VALUES (:chain, :at, :length, :hash)"
    " ON CONFLICT (pool_id) DO UPDATE SET at = excluded.at, length = excluded.length, hash = excluded.hash"
)
_EVENT: Final = (
    "INSERT INTO event (seq, at, operator, action, eip_id, address, pool_id, cidr, reason, request_id, before, after,"
    " hash, claimed) VALUES (:seq, :at, :operator, :action, :eip_id, :address, :pool_id, :cidr, :reason, :request_id,"
    " :before, :after, :hash, :claimed)"
)


def record(transaction: Transaction, fact: EventData, *, seq: int | None = None) -> None:
    """Write one event, linked to the previous event of its pool's chain; `seq` is its number, None: the next one."""
    record_all(transaction, fact.pool_id, (fact,), seq=seq)


def record_all(
    transaction: Transaction, pool_id: str | None, facts: Iterable[EventData], *, seq: int | None = None
) -> None:
    """Write events of one pool (None: of no pool) in order, with one statement.

    `seq` is the number of the first one; None: the next one.
    """
    chain = pool_id or ""
    seq = _next_number(transaction) if seq is None else seq
    length, link = _end_of(transaction, chain)
    shared: Values = {
        "at": transaction.now,
        "operator": transaction.operator,
        "pool_id": pool_id,
        "reason": transaction.reason,
        "request_id": transaction.request_id,
        "claimed": transaction.claimed,
    }
    before, after = _Dumped(), _Dumped()
    rows: list[dict[str, Scalar]] = []
    for fact in facts:
        row: dict[str, Scalar] = {
            "seq": seq + len(rows),
            "action": fact.action,
            "eip_id": fact.eip_id,
            "address": fact.address,
            "cidr": fact.cidr,
            "before": before.of(fact.before),
            "after": after.of(fact.after),
        }
        row["hash"] = link = event_hash(link, {**shared, **row})
        rows.append(row)
    if rows:
        transaction.connection.insert(_EVENT, rows, shared)
        if not transaction.connection.chains_events:
            transaction.later(_LINK, chain=chain, at=transaction.now, length=length + len(rows), hash=link)
        transaction.heads.pop(chain, None)
        transaction.heads[chain] = ChainHead(seq + len(rows) - 1, length + len(rows), link)


def foresee_chain(connection: Connection, pool_id: str) -> None:
    """Tell ahead that an event of this pool is written."""
    connection.ahead(_CHAIN, {"chain": pool_id})


def _end_of(transaction: Transaction, chain: str) -> tuple[int, bytes]:
    """Return the length and the last hash of a chain."""
    head = transaction.heads.get(chain)
    if head is not None:
        return head.length, head.hash
    return transaction.row(_ChainRow, _CHAIN, chain=chain) or (0, b"")


def _next_number(transaction: Transaction) -> int:
    for head in reversed(transaction.heads.values()):
        return head.seq + 1
    return (transaction.value(int, transaction.connection.newest("event")) or 0) + 1


def last_event(transaction: Transaction) -> EventHead | None:
    """Return the last event that the transaction wrote; None when it wrote none."""
    return next(iter(written_heads(transaction)[::-1]), None)


def written_heads(transaction: Transaction) -> tuple[EventHead, ...]:
    """Return the last event of each chain that the transaction wrote to, the last one last."""
    return tuple(
        EventHead(f"ev-{head.seq}", chain, head.length, head.hash.hex()) for chain, head in transaction.heads.items()
    )


_dumped: Final = json.JSONEncoder(separators=(",", ":")).encode
"""Made once: making an encoder takes longer than encoding one event."""


class _Dumped:
    """JSON of the values of events. Keeps the last text, since the events of a batch share their values."""

    def __init__(self) -> None:
        self._value: JsonObject | None = None
        self._text: str | None = None

    def of(self, value: JsonObject | None) -> str | None:
        if value is not self._value:
            self._value, self._text = value, None if value is None else _dumped(value)
        return self._text


_HASHED: Final = itemgetter(
    "at",
    "operator",
    "action",
    "eip_id",
    "address",
    "pool_id",
    "cidr",
    "reason",
    "request_id",
    "before",
    "after",
)


def event_hash(previous: bytes, row: Values) -> bytes:
    """Return SHA-256 over the previous event's hash and a JSON list of this event's columns; `claimed` where it is."""
    return link_hash(previous, _HASHED(row), row.get("claimed"))


def link_hash(previous: bytes, columns: Iterable[Hashable], claimed: Value) -> bytes:
    """Return the hash of an event from its columns in the order in which they are hashed."""
    import hashlib  # noqa: PLC0415  # a reading session starts without it

    content = ",".join(map(_json, columns))
    if claimed is not None:
        content += f",{json.dumps(claimed)}"
    return hashlib.sha256(b"%b[%b]" % (previous, content.encode())).digest()


@lru_cache(maxsize=64, typed=True)
def _json(value: str | int | None) -> str:
    """Return a value as JSON; cached, since the events of a batch share most of their values."""
    if type(value) is str:
        return encode_basestring_ascii(value)
    return "null" if value is None else str(value)


@reads("event")
class EventRow(NamedTuple):
    seq: int
    at: int
    operator: str
    action: str
    eip_id: str | None
    address: int | None
    pool_id: str | None
    cidr: str | None
    reason: str | None
    request_id: str | None
    before: str | None
    after: str | None
    hash: bytes
    claimed: str | None


EVENT_COLUMNS: Final = (
    "seq, at, operator, action, eip_id, address, pool_id, cidr, reason, request_id, before, after, hash, claimed"
)


def events(connection: Connection, where: str, values: Values, limit: int | None) -> list[Event]:
    """Return the newest `limit` events that match (all when None), newest last."""
    statement = f"SELECT {EVENT_COLUMNS} FROM event WHERE {where} ORDER BY seq DESC LIMIT :limit"
    rows = connection.rows(EventRow, statement, {**values, "limit": NO_LIMIT if limit is None else limit})
    return list(_read(rows))[::-1]


_SEEN: Final = "SELECT hash FROM event WHERE seq = :seen"
_RESTORED: Final = "SELECT 1 FROM event WHERE seq > :seen AND action = 'restore' LIMIT 1"
_BEFORE: Final = "SELECT at FROM event WHERE seq < :seen ORDER BY seq DESC LIMIT 1"


def lost_since(connection: Connection, seen: Seen) -> datetime | None:
    """Return the time of the newest event before a seen one that is not there any more.

    None when it is there, and when a later event tells that a backup was restored.
    """
    if not seen.seq:
        return None
    found = connection.value(bytes, _SEEN, {"seen": seen.seq})
    if (found is not None and seen.is_event(found)) or connection.value(int, _RESTORED, {"seen": seen.seq}):
        return None
    return from_micros(connection.value(int, _BEFORE, {"seen": seen.seq}) or 0)


def _read(rows: Iterable[EventRow]) -> Iterator[Event]:
    for row in rows:
        yield Event(
            id=f"ev-{row.seq}",
            at=from_micros(row.at),
            operator=row.operator,
            action=row.action,
            eip_id=row.eip_id,
            address=None if row.address is None else format_address(row.address),
            pool_id=row.pool_id,
            cidr=row.cidr,
            reason=row.reason,
            request_id=row.request_id,
            before=None if row.before is None else json.loads(row.before),
            after=None if row.after is None else json.loads(row.after),
            claimed=row.claimed,
        )

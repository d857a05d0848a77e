"""The history: events written in the transaction that makes the change, chained by hash, never altered."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from functools import lru_cache
from json.encoder import encode_basestring_ascii
from operator import itemgetter
from typing import Final, NamedTuple

from core.domain.addresses import format_address
from core.domain.json_value import JsonObject
from core.domain.receipt import EventHead
from core.domain.values import Event, from_micros
from core.storage.connection import NO_LIMIT, Connection, Scalar, Values
from core.storage.rows import reads
from core.storage.transaction import ChainHead, Transaction

__all__ = [
    "EVENT_COLUMNS",
    "EventData",
    "EventRow",
    "event_hash",
    "events",
    "last_event",
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
    "INSERT INTO event (at, operator, action, eip_id, address, pool_id, cidr, reason, request_id, before, after,"
    " hash) VALUES (:at, :operator, :action, :eip_id, :address, :pool_id, :cidr, :reason, :request_id, :before,"
    " :after, :hash)"
)


def record(transaction: Transaction, fact: EventData) -> None:
    """Write one event, linked to the previous event of its pool's chain."""
    record_all(transaction, fact.pool_id, (fact,))


def record_all(transaction: Transaction, pool_id: str | None, facts: Iterable[EventData]) -> None:
    """Write events of one pool (None: of no pool) in order, with one statement."""
    chain = pool_id or ""
    length, link = transaction.row(_ChainRow, _CHAIN, chain=chain) or (0, b"")
    shared: Values = {
        "at": transaction.now,
        "operator": transaction.operator,
        "pool_id": pool_id,
        "reason": transaction.reason,
        "request_id": transaction.request_id,
    }
    before, after = _Dumped(), _Dumped()
    rows: list[dict[str, Scalar]] = []
    for fact in facts:
        row: dict[str, Scalar] = {
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
        transaction.run(_LINK, chain=chain, at=transaction.now, length=length + len(rows), hash=link)
        _note_head(transaction.heads, chain, ChainHead(length + len(rows), link, len(rows)))


def _note_head(heads: dict[str, ChainHead], chain: str, head: ChainHead) -> None:
    """Note the head of a chain behind those of other chains; its count covers every event written so far."""
    written = _written(heads)
    heads.pop(chain, None)
    heads[chain] = head._replace(written=written + head.written)


def _written(heads: dict[str, ChainHead]) -> int:
    return next((head.written for head in reversed(heads.values())), 0)


_NUMBER: Final = "SELECT seq FROM event ORDER BY seq DESC LIMIT 1 OFFSET :later"


def last_event(transaction: Transaction) -> EventHead | None:
    """Return the last event that the transaction wrote; None when it wrote none."""
    for chain, head in reversed(transaction.heads.items()):
        return EventHead(f"ev-{transaction.value(int, _NUMBER, later=0)}", chain, head.length, head.hash.hex())
    return None


def written_heads(transaction: Transaction) -> tuple[EventHead, ...]:
    """Return the last event of each chain that the transaction wrote to."""
    heads = transaction.heads
    total = _written(heads)
    return tuple(
        EventHead(
            f"ev-{transaction.value(int, _NUMBER, later=total - head.written)}", chain, head.length, head.hash.hex()
        )
        for chain, head in heads.items()
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
    """Return SHA-256 over the previous event's hash and a JSON list of every column of this event."""
    import hashlib  # noqa: PLC0415  # a reading session starts without it

    content = ",".join(map(_json, _HASHED(row)))
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


EVENT_COLUMNS: Final = (
    "seq, at, operator, action, eip_id, address, pool_id, cidr, reason, request_id, before, after, hash"
)


def events(connection: Connection, where: str, values: Values, limit: int | None) -> list[Event]:
    """Return the newest `limit` events that match (all when None), newest last."""
    statement = f"SELECT {EVENT_COLUMNS} FROM event WHERE {where} ORDER BY seq DESC LIMIT :limit"
    rows = connection.rows(EventRow, statement, {**values, "limit": NO_LIMIT if limit is None else limit})
    return list(_read(rows))[::-1]


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
        )

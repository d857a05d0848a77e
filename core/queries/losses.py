"""Losses: events that a client remembers and that the history has no more, as after a rolled-back snapshot."""

from __future__ import annotations

from typing import Annotated, Final, NamedTuple

from core.domain.memory import Loss, Memory, Noted
from core.domain.values import from_micros
from core.storage.connection import Connection
from core.storage.history import lost_since
from core.storage.rows import COMPUTED, reads
from core.storage.store import Seen, mark_of

__all__ = ["ORIGIN", "follow_memory", "is_gone", "loss_of"]

ORIGIN: Final = "SELECT hash FROM event ORDER BY seq LIMIT 1"
"""The hash of the oldest event, which tells two histories apart."""
_TOLD: Final = "SELECT action FROM event WHERE seq > :seen AND action IN ('restore', 'failover') ORDER BY seq LIMIT 1"
_BEFORE: Final = "SELECT at FROM event WHERE seq < :seen ORDER BY seq DESC LIMIT 1"
_MADE: Final = (
    "SELECT request_id FROM request WHERE request_id IN :ids"
    " UNION SELECT request_id FROM event WHERE request_id IN :ids"
)
"""A restoration keeps no answer, and has its event alone."""


@reads("event")
class _SeenRow(NamedTuple):
    origin: Annotated[bytes | None, COMPUTED]
    hash: Annotated[bytes | None, COMPUTED]


_SEEN: Final = f"SELECT ({ORIGIN}) AS origin, (SELECT hash FROM event WHERE seq = :seen) AS hash"


def is_gone(seen: Noted, origin: bytes | None, found: bytes | None) -> bool:
    """Return whether a history lacks an event that was seen of it; one with another origin is another history."""
    same = origin is not None and mark_of(origin) == seen.origin
    return same and (found is None or mark_of(found) != seen.mark)


def loss_of(connection: Connection, memory: Memory, seen: Noted) -> tuple[Loss | None, bool]:
    """Return what is lost up to an event that is not in the history any more, and whether a later event tells so.

    A restoration that somebody ran is no loss.
    """
    told = connection.value(str, _TOLD, {"seen": seen.seq})
    if told == "restore":
        return None, True
    before = connection.value(int, _BEFORE, {"seen": seen.seq})
    own = memory.own()
    made = set(connection.column(str, _MADE, {"ids": [each.request_id for each in own]})) if own else set()
    lost = tuple(each for each in own if each.request_id not in made)
    return Loss(from_micros(before or 0), lost), told is not None


def follow_memory(connection: Connection, memory: Memory, version: int, now: int) -> Loss | None:
    """Return what is lost of what a data version saw; without one, of what the client remembers.

    The version now is remembered, unless no event tells yet of a loss: the first write of this client has to notice it.

    Args:
        connection: a read transaction.
        memory: of this client.
        version: the data version that was seen before; 0: none was.
        now: the data version that is seen now.

    """
    seen, newest = memory.seen(), Seen.of(now)
    row = connection.row(_SeenRow, _SEEN, {"seen": 0 if seen is None else seen.seq}) or _SeenRow(None, None)
    loss, told = None, True
    if seen is not None and is_gone(seen, *row):
        loss, told = loss_of(connection, memory, seen)
    if told and row.origin is not None and newest.seq:
        memory.keep(Noted(mark_of(row.origin), *newest), None)
    own = () if loss is None else loss.own
    if own:
        memory.forget_own()
    if version:
        since = lost_since(connection, Seen.of(version))
        return None if since is None else Loss(since, own)
    return None if told and not own else loss

"""Failover: a loss is recorded by the first write that notices it.

A write notices another server, another timeline of it, and a history that lacks an event which this client saw.
A promoted standby lacks what it had not received, a snapshot that was rolled back what came after it, though callers
were told that it was made. The numbers jump and the picks go on elsewhere, so that a lost id or address is not given to
somebody else.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Annotated, Final, NamedTuple

from core.domain.json_value import JsonObject
from core.domain.memory import Lineage
from core.domain.values import from_micros, iso
from core.storage.history import EventData, record
from core.storage.rows import COMPUTED, reads
from core.storage.transaction import Transaction

__all__ = ["NOWHERE", "follow_lineage"]

NOWHERE: Final = Lineage(0, 0)
"""The lineage of a server that does not tell it."""
_JUMP: Final = 1 << 20
"""Numbers of EIPs, bindings and events that are left out: more than a standby can be behind."""
_KEPT_AWAY: Final = 1_024
"""Addresses of each pool that are picked last; of a pool with less than twice as many, half of them."""


@reads()
class _NumbersRow(NamedTuple):
    event: Annotated[int, COMPUTED]
    eip: Annotated[int, COMPUTED]
    binding: Annotated[int, COMPUTED]


_AHEAD: Final = (
    "(SELECT r.hi, sum(r.hi - r.lo + 1) OVER (ORDER BY r.hi) AS ahead, sum(r.hi - r.lo + 1) OVER () AS room"
    " FROM (SELECT f.hi, CASE WHEN f.lo < b.begin THEN b.begin ELSE f.lo END AS lo FROM free_range f,"
    " (SELECT CASE WHEN EXISTS (SELECT 1 FROM free_range o WHERE o.pool_id = pool.id AND o.hi >= pool.picks_from)"
    " THEN pool.picks_from ELSE 0 END AS begin) b WHERE f.pool_id = pool.id AND f.hi >= b.begin) AS r)"
)
"""The free ranges of a pool in the order of picks, with the number of addresses up to the end of each."""
_PICK_ELSEWHERE: Final = (
    "UPDATE pool SET picks_from = coalesce((SELECT CAST(s.hi - (s.ahead - s.skipped) + 1 AS bigint) FROM"
    f" (SELECT t.hi, t.ahead, CASE WHEN t.room < {2 * _KEPT_AWAY} THEN (t.room - t.room % 2) / 2 ELSE {_KEPT_AWAY} END"
    f" AS skipped FROM {_AHEAD} AS t) AS s WHERE s.ahead > s.skipped ORDER BY s.hi LIMIT 1), picks_from)"
)
_COOLED_LAST: Final = (
    "UPDATE cooling SET released_at = :now WHERE (pool_id, address) IN (SELECT pool_id, address FROM"
    " (SELECT pool_id, address, row_number() OVER (PARTITION BY pool_id ORDER BY released_at, address) AS place,"
    " count(*) OVER (PARTITION BY pool_id) AS room FROM cooling WHERE ready_at <= :now) AS ready"
    f" WHERE place <= {_KEPT_AWAY} AND 2 * place <= room)"
)
"""Addresses whose cool-down is over are picked by the time of their release."""


def follow_lineage(
    transaction: Transaction,
    known: Lineage | None,
    server: Lineage | None,
    newest: int,
    new_id: Callable[[], str],
    lost: int | None = None,
) -> None:
    """Record the lineage of the server when it is not the known one, and a loss that this client noticed.

    Args:
        transaction: the write that finds it; its change follows.
        known: the lineage of the history so far; None when none was recorded.
        server: the lineage of the server; None when it has none or does not tell.
        newest: the time of the newest event, in microseconds.
        new_id: makes the request id of the event.
        lost: the number of an event that this client saw and that is not there any more; None: there is none.

    """
    moved = server is not None and server != known
    if not moved and lost is None:
        return
    (numbers,) = transaction.rows(_NumbersRow, _numbers(transaction))
    first = known is None and lost is None
    jump = 0 if first else _JUMP + max((lost or 0) - numbers.event, 0)
    event, eip, binding = (number + jump for number in numbers)
    system, timeline = server or known or NOWHERE
    for statement in transaction.connection.numbers_on:
        transaction.later(statement, event=event, system=system, timeline=timeline, eip=eip, binding=binding)
    if first:
        return
    transaction.later(_PICK_ELSEWHERE)
    transaction.later(_COOLED_LAST, now=transaction.now)
    before, after = _told(known, server, lost)
    told = replace(transaction, reason=None, request_id=new_id())
    record(told, EventData("failover", before={**before, "as_of": iso(from_micros(newest))}, after=after), seq=event)


def _told(known: Lineage | None, server: Lineage | None, lost: int | None) -> tuple[JsonObject, JsonObject]:
    """Return what the event tells of before and after."""
    before: JsonObject = {} if known is None else {"timeline": known.timeline}
    after: JsonObject = {} if server is None else {"timeline": server.timeline}
    if known is None or server is None or known == server:
        return before, {**after, "cause": "history_lost", "seen": f"ev-{lost}"}
    if known.system != server.system:
        before, after = {**before, "system": str(known.system)}, {**after, "system": str(server.system)}
    return before, {**after, "cause": "promotion" if known.system == server.system else "another_server"}


def _numbers(transaction: Transaction) -> str:
    """Return a statement for the numbers given so far."""
    newest = transaction.connection.newest
    return ", ".join(
        f"{'' if place else 'SELECT '}coalesce(({newest(table)}), 0) AS {table}"
        for place, table in enumerate(_NumbersRow._fields)
    )

"""Narrows a filter down to the few EIPs that can match, so that a search does not read a million of them.

`filter_sql` decides on each of them. A term that many EIPs match needs no index: the list finds them soon in its own
order. The text index follows the events, outside the transactions that write them. A search reads the events since the
index's mark directly, so it is always complete.
"""

from __future__ import annotations

import re
from contextlib import suppress
from time import perf_counter
from typing import Final

from core.domain.errors import EipdeckError
from core.domain.filters import Filter, Term, spellings
from core.storage.connection import Connection, Values
from core.storage.store import NEWEST, Store

__all__ = ["catch_up", "follow", "lag", "narrowed"]

LAG: Final = 128
"""The number of events that the index may be behind before a writer updates it."""
STEP: Final = 4096
"""The number of events that one transaction adds to the index."""
MOST: Final = 5000
"""The most EIPs that a search is narrowed down to; with more, reading the list in its order is as quick."""
_OUR_ID: Final = re.compile(r"(?:(?:e?i)?p)?-([0-9]*)|eip|ei|ip", re.IGNORECASE)
"""A text that can stand in an id made by eipdeck; of such an id the index has the number alone."""
_GRAM: Final = 3
_GRAMS: Final = 32
"""The number of parts of a long text that the index is asked for; `filter_sql` checks the rest."""

_MARK: Final = "SELECT seq FROM search_mark"
_MOVE_MARK: Final = "UPDATE search_mark SET seq = :upto"
_LAG: Final = "SELECT (SELECT coalesce(max(seq), 0) FROM event) - (SELECT seq FROM search_mark)"
_CHANGED: Final = (
    "SELECT e.seq FROM event v JOIN eip e ON e.id = v.eip_id WHERE v.seq > :mark AND v.seq <= :upto"
    " UNION SELECT e.seq FROM event v JOIN binding b ON b.service_id = json_extract(v.after, '$.id')"
    " AND b.unbound_at IS NULL JOIN eip e ON e.id = b.eip_id"
    " WHERE v.seq > :mark AND v.seq <= :upto AND v.eip_id IS NULL"
    " AND v.action IN ('add_service', 'remove_service', 'import')"
)
"""The EIPs of events: their own, and those of a service that was renamed."""
_WORDS: Final = (
    "coalesce(e.name, ''), CASE e.id WHEN 'eip-' || e.seq THEN e.seq ELSE e.id END,"
    " (e.address >> 24) || '.' || (e.address >> 16 & 255) || '.' || (e.address >> 8 & 255) || '.' || (e.address & 255),"
    " coalesce((SELECT group_concat(s.id || char(10) || coalesce(s.name, ''), char(10)) FROM binding b"
    " JOIN service s ON s.id = b.service_id WHERE b.eip_id = e.id AND b.unbound_at IS NULL), '')"
)
_INDEX: Final = (
    "INSERT OR REPLACE INTO eip_words (rowid, name, id, address, services)"
    f" SELECT e.seq, {_WORDS} FROM eip e WHERE e.seq IN ({_CHANGED})"
)
_UPTO: Final = f"SELECT max(seq) FROM (SELECT seq FROM event WHERE seq > :mark ORDER BY seq LIMIT {STEP}) AS next"
"""Event numbers have gaps: after a restoration they go on from the highest number that was lost."""
_FOUND: Final = f"SELECT rowid FROM eip_words WHERE eip_words MATCH :grams UNION {_CHANGED} LIMIT {MOST + 1}"


def follow(store: Store, seconds: float) -> None:
    """Update the index when it is behind; an error is ignored, since the change itself is durable.

    Takes about `seconds`, the time of the write, and at least one step: every write brings the index nearer, and a
    large one brings it up to date.
    """
    end = perf_counter() + seconds
    with suppress(EipdeckError):
        while _is_behind(store):
            with store.write() as connection:
                catch_up(connection)
            if perf_counter() >= end:
                return


def _is_behind(store: Store) -> bool:
    with store.read() as connection:
        return connection.words_are_indexed and lag(connection) >= LAG


def lag(connection: Connection) -> int:
    """Return how many events the index is behind."""
    return connection.value(int, _LAG) or 0


def catch_up(connection: Connection) -> None:
    """Add one step of events to the index, in a write transaction of its own."""
    mark = connection.value(int, _MARK)
    upto = connection.value(int, _UPTO, {"mark": mark}) or mark
    connection.execute(_INDEX, {"mark": mark, "upto": upto})
    connection.execute(_MOVE_MARK, {"upto": upto})


_SERVING: Final = "e.seq FROM binding b CROSS JOIN eip e WHERE e.id = b.eip_id AND b.unbound_at IS NULL AND"
_LIVE: Final = "seq FROM eip WHERE released_at IS NULL AND"
_NARROW: Final[dict[tuple[str, str], str]] = {
    ("kind", ""): f"{_SERVING} b.kind = :value",
    ("service", ""): f"{_SERVING} b.service_id IN (SELECT id FROM service WHERE id IN :values OR name IN :values)",
    ("region", ""): f"{_LIVE} pool_id IN (SELECT id FROM pool WHERE region = :value)",
    ("is", "landed"): f"{_LIVE} landed_in_default ORDER BY seq",
    ("age", ">"): f"{_LIVE} allocated_at < :then ORDER BY allocated_at",
    ("age", "<"): f"{_LIVE} allocated_at > :then ORDER BY allocated_at DESC",
}


def narrowed(connection: Connection, chosen: Filter, now: int) -> list[int] | None:
    """Return the EIPs (`seq`) that can match a filter, by its first term that narrows them down; None: any EIP.

    The index and the statements find live EIPs; a filter for released ones is not narrowed down.

    Args:
        connection: in a read transaction.
        chosen: the filter.
        now: microseconds since the epoch, UTC; ages count from it.

    """
    for term in () if chosen.released else chosen.terms:
        if term.negated:
            continue
        found = _worded(connection, term.value) if term.key == "text" else _looked_up(connection, term, now)
        if found is not None and len(found) <= MOST:
            return found
    return None


def _looked_up(connection: Connection, term: Term, now: int) -> list[int] | None:
    statement = _NARROW.get((term.key, "")) or _NARROW.get((term.key, term.value))
    if statement is None:
        return None
    words: Values = {"value": term.value, "values": list(spellings(term.value))}
    values: Values = {**words, "then": now - term.seconds * 1_000_000, "most": MOST + 1}
    return connection.column(int, f"SELECT {statement} LIMIT :most", values)


def _worded(connection: Connection, text: str) -> list[int] | None:
    numbered = _OUR_ID.fullmatch(text)
    text = text if numbered is None else numbered[1] or ""
    if len(spellings(text)) > 1:
        return None
    grams = list(dict.fromkeys(text[place : place + _GRAM] for place in range(len(text) - _GRAM + 1)))[:_GRAMS]
    if not grams or not connection.words_are_indexed:
        return None
    behind = lag(connection)
    if behind > MOST:
        return None
    newest = connection.value(int, NEWEST) or 0
    match = " AND ".join('"' + gram.replace('"', '""') + '"' for gram in grams)
    return connection.column(int, _FOUND, {"grams": match, "mark": newest - behind, "upto": newest})

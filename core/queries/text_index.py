"""Where a term of a filter can hold, when that is in few EIPs: the rest of a million need not be looked at.

The term itself is `core.selection`'s. What holds in many EIPs is found soon enough by going through them in the order
of the list. The index of words follows the events, outside the transactions that write them; what happened since its
mark is looked at directly, so a search is always complete.
"""

from __future__ import annotations

import re
from contextlib import suppress
from time import perf_counter
from typing import Final

from core.domain.errors import EipdeckError
from core.domain.filters import Filter, Term
from core.storage.connection import Connection
from core.storage.store import Store

__all__ = ["catch_up", "follow", "lag", "narrowed"]

LAG: Final = 128
"""Events that the index may be behind before a writer catches it up."""
STEP: Final = 4096
"""Events that the index takes in with one transaction."""
MOST: Final = 5000
"""EIPs that a search is narrowed down to; more are found as quickly by looking through the list in its order."""
_OUR_ID: Final = re.compile(r"(?:(?:e?i)?p)?-([0-9]*)|eip|ei|ip", re.IGNORECASE)
"""A text that can be found in an id of ours; of those, only the number is in the index."""
_GRAM: Final = 3
_GRAMS: Final = 32
"""How much of a long text is looked up in the index; the rest is checked on what that finds."""

_LAG: Final = "SELECT (SELECT coalesce(max(seq), 0) FROM event) - (SELECT seq FROM search_mark)"
_CHANGED: Final = (
    "SELECT e.seq FROM event v JOIN eip e ON e.id = v.eip_id WHERE v.seq > :mark AND v.seq <= :upto"
    " UNION SELECT e.seq FROM event v JOIN binding b ON b.service_id = json_extract(v.after, '$.id')"
    " AND b.unbound_at IS NULL JOIN eip e ON e.id = b.eip_id"
    " WHERE v.seq > :mark AND v.seq <= :upto AND v.eip_id IS NULL"
    " AND v.action IN ('add_service', 'remove_service', 'import')"
)
"""The EIPs that events are about, themselves or by a service of theirs that was named anew."""
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
"""Their numbers have gaps: after a restoration they go on where those that were lost had come to."""
_FOUND: Final = f"SELECT rowid FROM eip_words WHERE eip_words MATCH :grams UNION {_CHANGED} LIMIT {MOST + 1}"


def follow(store: Store, seconds: float) -> None:
    """Catch the index up when it is behind; that it cannot be now is no failure of what was written.

    Takes about `seconds`, what the write took, and one step at least: the index gets nearer with any write, and is
    there after a large one.
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
    """How many events the index is behind."""
    return int(connection.execute(_LAG).scalar())


def catch_up(connection: Connection) -> None:
    """Take the index a step nearer to now, in a write transaction of its own."""
    mark = connection.execute("SELECT seq FROM search_mark").scalar()
    upto = connection.execute(_UPTO, {"mark": mark}).scalar() or mark
    connection.execute(_INDEX, {"mark": mark, "upto": upto})
    connection.execute("UPDATE search_mark SET seq = :upto", {"upto": upto})


_SERVING: Final = "SELECT e.seq FROM binding b CROSS JOIN eip e WHERE e.id = b.eip_id AND b.unbound_at IS NULL AND"
_LIVE: Final = "SELECT seq FROM eip WHERE released_at IS NULL AND"
_NARROW: Final[dict[tuple[str, str], str]] = {
    ("kind", ""): f"{_SERVING} b.kind = :value",
    ("service", ""): f"{_SERVING} b.service_id IN (SELECT id FROM service WHERE id = :value OR name = :value)",
    ("region", ""): f"{_LIVE} pool_id IN (SELECT id FROM pool WHERE region = :value)",
    ("is", "landed"): f"{_LIVE} landed_in_default ORDER BY seq",
    ("age", ">"): f"{_LIVE} allocated_at < :then ORDER BY allocated_at",
    ("age", "<"): f"{_LIVE} allocated_at > :then ORDER BY allocated_at DESC",
}


_OF_RELEASED: Final = ("region", "age")
"""What holds in released EIPs too, of which the statements know nothing."""


def narrowed(connection: Connection, chosen: Filter, now: int) -> list[int] | None:
    """The EIPs (`seq`) that a filter can hold in, by the first of its terms that narrows them down; None: any.

    Args:
        connection: in a read transaction.
        chosen: the filter.
        now: microseconds; ages are counted from here.

    """
    for term in chosen.terms:
        if term.negated or (chosen.released and term.key in _OF_RELEASED):
            continue
        found = _worded(connection, term.value) if term.key == "text" else _looked_up(connection, term, now)
        if found is not None and len(found) <= MOST:
            return found
    return None


def _looked_up(connection: Connection, term: Term, now: int) -> list[int] | None:
    statement = _NARROW.get((term.key, "")) or _NARROW.get((term.key, term.value))
    if statement is None:
        return None
    values = {"value": term.value, "then": now - term.seconds * 1_000_000, "most": MOST + 1}
    return connection.execute(f"{statement} LIMIT :most", values).scalars()


def _worded(connection: Connection, text: str) -> list[int] | None:
    numbered = _OUR_ID.fullmatch(text)
    text = text if numbered is None else numbered[1] or ""
    grams = list(dict.fromkeys(text[place : place + _GRAM] for place in range(len(text) - _GRAM + 1)))[:_GRAMS]
    if not grams or not connection.words_are_indexed:
        return None
    behind = lag(connection)
    if behind > MOST:
        return None
    newest = connection.execute("SELECT coalesce(max(seq), 0) FROM event").scalar()
    match = " AND ".join('"' + gram.replace('"', '""') + '"' for gram in grams)
    return connection.execute(_FOUND, {"grams": match, "mark": newest - behind, "upto": newest}).scalars()

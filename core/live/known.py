"""The rows of the account that the database has, by a hash of the fields that are read."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Container, Iterable, Iterator, Sequence
from typing import Final, NamedTuple

from core.domain.json_value import JsonObject
from core.live.fields import ACTIONS
from core.storage.connection import Connection, Values
from core.storage.rows import reads

__all__ = [
    "KnownRow",
    "MissingRow",
    "aside_ids",
    "digest_of",
    "digests",
    "forget",
    "lacking",
    "missing",
    "note",
    "note_missing",
    "recycled_word",
]

_CHUNK: Final = 500
"""The number of ids in one statement."""
_MANY: Final = 5000
"""The number of rows that are read at once."""


@reads("mirror_row")
class KnownRow(NamedTuple):
    platform_id: str
    digest: str


@reads("mirror_row")
class MissingRow(NamedTuple):
    platform_id: str
    subject: str | None
    missing_since: int | None


_DIGESTS: Final = "SELECT platform_id, digest FROM mirror_row WHERE kind = :kind AND platform_id IN :keys"
_AFTER: Final = (
    "SELECT platform_id, subject, missing_since FROM mirror_row WHERE kind = :kind AND platform_id > :after"
    " ORDER BY platform_id LIMIT :most"
)
_GONE: Final = "SELECT platform_id FROM mirror_row WHERE kind = :kind AND missing_since IS NOT NULL"
_ASIDE: Final = "SELECT platform_id FROM mirror_aside WHERE kind = :kind"
_NOTE: Final = (
    "INSERT INTO mirror_row (kind, platform_id, digest, subject, missing_since)"
    " VALUES (:kind, :platform_id, :digest, :subject, NULL)"
)
_MISSING: Final = (
    "UPDATE mirror_row SET missing_since = :at WHERE kind = :kind AND platform_id IN :keys AND missing_since IS NULL"
)
_BACK: Final = "UPDATE mirror_row SET missing_since = NULL WHERE kind = :kind AND platform_id IN :keys"
_FORGET: Final = "DELETE FROM mirror_row WHERE kind = :kind AND platform_id IN :keys"


def digest_of(kind: str, row: JsonObject) -> str:
    """Return a hash of the fields of a row that are read: counters and times of others do not make it another row."""
    words = json.dumps([row.get(name) for name in ACTIONS[kind].reads], sort_keys=True)
    return hashlib.blake2b(words.encode(), digest_size=16).hexdigest()


def digests(connection: Connection, kind: str, ids: Sequence[str]) -> dict[str, str]:
    """Return the hashes of these rows, by id; a row that the database does not have is left out."""
    found: dict[str, str] = {}
    for keys in _chunks(ids):
        found.update(connection.rows(KnownRow, _DIGESTS, {"kind": kind, "keys": keys}))
    return found


def lacking(connection: Connection, kind: str, seen: Container[str]) -> Iterator[MissingRow]:
    """Yield the rows of a kind that are not among the seen ones."""
    after = ""
    while rows := connection.rows(MissingRow, _AFTER, {"kind": kind, "after": after, "most": _MANY}):
        yield from (row for row in rows if row.platform_id not in seen)
        after = rows[-1].platform_id


def missing(connection: Connection, kind: str) -> list[str]:
    """Return the rows of a kind that were missing when they were last looked for."""
    return connection.column(str, _GONE, {"kind": kind})


def aside_ids(connection: Connection, kind: str) -> set[str]:
    """Return the rows that were set aside."""
    return set(connection.column(str, _ASIDE, {"kind": kind}))


def note(connection: Connection, kind: str, rows: Iterable[tuple[str, str, str | None]]) -> None:
    """Write down rows that were taken over: id, hash, and the prefix of a CIDR."""
    values: list[Values] = [
        {"platform_id": row_id, "digest": digest, "subject": subject} for row_id, digest, subject in rows
    ]
    forget(connection, kind, [str(each["platform_id"]) for each in values])
    for start in range(0, len(values), _CHUNK):
        connection.insert(_NOTE, values[start : start + _CHUNK], {"kind": kind})


def note_missing(connection: Connection, kind: str, ids: Sequence[str], at: int | None) -> None:
    """Write down since when rows are missing; None: they are back."""
    for keys in _chunks(ids):
        if at is None:
            connection.execute(_BACK, {"kind": kind, "keys": keys})
        else:
            connection.execute(_MISSING, {"kind": kind, "keys": keys, "at": at})


def forget(connection: Connection, kind: str, ids: Sequence[str]) -> None:
    """Forget rows that are gone."""
    for keys in _chunks(ids):
        connection.execute(_FORGET, {"kind": kind, "keys": keys})


def recycled_word(row: JsonObject) -> str | None:
    """Return the word that marks an EIP in the recycle bin; None for another one."""
    return "RECYCLED" if row.get("status") in ("RECYCLED", "RECYCLE") else None


def _chunks(ids: Sequence[str]) -> Iterable[list[str]]:
    return (list(ids[start : start + _CHUNK]) for start in range(0, len(ids), _CHUNK))

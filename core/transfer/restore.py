"""Restores a backup into the embedded database while other sessions have it open.

The file stays, with its log and its locks: one SQLite transaction replaces its contents with the backup's, and every
open session sees that like any other change. The old contents are kept in a file beside it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import Annotated, Final, NamedTuple

from core.domain.errors import Code, OutcomeUnknown, error
from core.domain.json_value import JsonObject
from core.domain.results import Restored
from core.domain.values import from_micros, iso
from core.queries.integrity import prove
from core.storage.connection import Connection
from core.storage.history import EventData, last_event, record
from core.storage.rows import COMPUTED, reads
from core.storage.sqlite import EmbeddedStore
from core.storage.sqlite_connection import SqliteConnection
from core.storage.sqlite_copy import copy, copy_file, replace_contents, work_folder
from core.storage.transaction import Transaction
from core.storage.whole_file import is_same, written_whole

__all__ = ["restore_backup"]


def restore_backup(
    store: EmbeddedStore,
    path: Path,
    begin_transaction: Callable[[Connection], Transaction],
    *,
    agreed: Callable[[Restored], None] | None = None,
) -> Restored:
    """Replace the contents of a store with a backup, after proving the backup. The backup is only read.

    Args:
        store: the database.
        path: the backup, of this version or an older one.
        begin_transaction: makes the transaction that is recorded as the newest event.
        agreed: called with what would be lost, before anything is done; raises to cancel.

    Raises:
        EipdeckError: `store_unavailable` when the backup is missing, not a backup or damaged; `schema_newer`;
            `conflict` when the backup is the database itself, or the database changed after `agreed` was called;
            `store_busy`. Nothing changed then. `outcome_unknown`.

    """
    if any(is_same(path, each) for each in store.files):
        raise error(Code.CONFLICT, f"{path} is the database in use, or belongs to it.", hint="Name a backup of it.")
    with work_folder(store.path) as folder:
        part = folder / "backup.db"
        copy_file(path, part)
        with closing(EmbeddedStore(part)) as backup:
            _check_sound(path, backup)
            told = None
            if agreed is not None:
                with backup.read() as new, store.read() as old:
                    told = _difference(new, old)
                agreed(told)
            return _exchange(store, backup, begin_transaction, told)


def _check_sound(path: Path, backup: EmbeddedStore) -> None:
    """Refuse a damaged backup."""
    found = backup.health()
    wrong = [found[name] for name in ("integrity", "foreign_keys") if found[name] != "ok"]
    if not wrong:
        with backup.read() as connection:
            wrong = [f"{broken.subject}: {broken.message}" for broken in prove(connection).broken]
    if wrong:
        raise error(
            Code.STORE_UNAVAILABLE,
            f"{path} is damaged, {wrong[0]}; nothing changed.",
            hint="Restore another backup, after you verified it.",
        )


@reads("event")
class _EventRow(NamedTuple):
    seq: int
    at: int
    hash: bytes


_NEWEST_FIRST: Final = "SELECT seq, at, hash FROM event ORDER BY seq DESC"
_HAS: Final = "SELECT 1 FROM event WHERE seq = :seq AND hash = :hash"


def _difference(new: Connection, old: Connection) -> Restored:
    """Return what a restoration of `new` over `old` brings back and loses."""
    newest = new.value(int, "SELECT max(at) FROM event")
    eips = new.value(int, "SELECT count(*) FROM eip WHERE released_at IS NULL") or 0
    lost, since = 0, None
    for event in old.stream(_EventRow, _NEWEST_FIRST):
        if new.value(int, _HAS, {"seq": event.seq, "hash": event.hash}):
            break
        lost, since = lost + 1, event.at
    return Restored(
        eips, None if newest is None else from_micros(newest), lost, None if since is None else from_micros(since), None
    )


def _exchange(
    store: EmbeddedStore,
    backup: EmbeddedStore,
    begin_transaction: Callable[[Connection], Transaction],
    told: Restored | None,
) -> Restored:
    """Replace the store's contents with the backup's, while no other writer may write."""
    with store.alone() as old:
        with backup.read() as new:
            found = _difference(new, old)
        if told is not None and found != told:
            raise error(
                Code.CONFLICT,
                "The database changed after you were shown what would be lost. Nothing was restored.",
                hint="Send it again, and look at what would be lost.",
            )
        with _kept(store.path, old) as kept:
            with backup.write() as new:
                _number_on(new, old)
                as_of = None if found.as_of is None else iso(found.as_of)
                after: JsonObject = {"as_of": as_of, "lost": found.lost, "kept": kept.name}
                transaction = begin_transaction(new)
                record(transaction, EventData("restore", after=after))
                event = last_event(transaction)
            with backup.read() as new:
                replace_contents(new, store.path, old)
    return replace(found, kept=str(kept), request_id=transaction.request_id, event=event)


@contextmanager
def _kept(path: Path, old: SqliteConnection) -> Iterator[Path]:
    """Keep the old contents in a file beside the database; it is removed when the block fails and nothing changed."""
    names = (path.with_name(f"{path.name}.replaced-{number}") for number in count(1))
    kept = next(name for name in names if not name.exists())
    with written_whole(kept) as part:
        copy(old, part)
    try:
        yield kept
    except Exception as problem:  # not an interrupt: the change may be made by then
        if not isinstance(problem, OutcomeUnknown):
            kept.unlink()
        raise


@reads()
class _SequenceRow(NamedTuple):
    name: Annotated[str, COMPUTED]
    seq: Annotated[int, COMPUTED]


_SEQUENCES: Final = "SELECT name, seq FROM sqlite_sequence"
_RAISE: Final = "UPDATE sqlite_sequence SET seq = max(seq, :seq) WHERE name = :name"
_BEGIN: Final = "INSERT INTO sqlite_sequence (name, seq) VALUES (:name, :seq)"


def _number_on(new: Connection, old: Connection) -> None:
    """Continue the numbers of events, EIPs and bindings, so that none is used twice, not even a lost one."""
    for name, seq in old.rows(_SequenceRow, _SEQUENCES):
        if not new.execute(_RAISE, {"name": name, "seq": seq}):
            new.execute(_BEGIN, {"name": name, "seq": seq})

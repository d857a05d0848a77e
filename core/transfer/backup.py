"""A backup: a copy of the database in a SQLite file, taken while others write."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

from core.storage.sqlite import EmbeddedStore
from core.storage.sqlite_connection import SqliteConnection
from core.storage.sqlite_copy import copy, leave_without_log
from core.storage.store import Store
from core.storage.whole_file import written_whole
from core.transfer.export import copy_rows

__all__ = ["write_backup"]


def write_backup(store: Store, path: Path, *, force: bool = False) -> None:
    """Copy the database, as of one moment, whole or not at all.

    Raises:
        EipdeckError: `conflict` when the file exists, unless `force`, or is the store's own; `store_unavailable` when
            it cannot be written. An existing file is unchanged then.

    """
    with written_whole(path, force=force, apart_from=store.files) as part, store.read() as connection:
        if isinstance(connection, SqliteConnection):
            copy(connection, part)
        else:
            with closing(EmbeddedStore(part)) as made, made.write() as target:
                copy_rows(connection, target)
            leave_without_log(part)

"""Bring whole inventories in: imports, and the restoration of a backup."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from time import perf_counter

from core.domain.collector import collector_off
from core.domain.errors import Code, error
from core.domain.results import Imported, Restored
from core.queries import text_index
from core.storage.connection import Connection
from core.storage.sqlite import EmbeddedStore
from core.storage.store import Store
from core.storage.transaction import Transaction
from core.transfer import import_documents, read_documents
from core.transfer.restore import restore_backup

__all__ = ["Begin", "import_files", "restore"]

Begin = Callable[[Connection], Transaction]
"""Begins a change in a write transaction of the database."""


def import_files(store: Store, paths: Sequence[Path], begin: Begin) -> Imported:
    """Import files in one transaction, then bring the text index up to date.

    Raises:
        EipdeckError: as `Inventory.import_files`.

    """
    begun = perf_counter()
    with collector_off():
        documents = read_documents(paths)
        with store.write(long="import") as connection:
            imported = import_documents(begin(connection), documents)
    text_index.follow(store, perf_counter() - begun)
    return imported


def restore(store: Store, path: Path, begin: Begin, agreed: Callable[[Restored], None] | None) -> Restored:
    """Restore a backup into an embedded database, then bring the text index up to date.

    Raises:
        EipdeckError: as `Inventory.restore`.

    """
    if not isinstance(store, EmbeddedStore):
        raise error(
            Code.USAGE,
            f"{store.url} is on a server, which keeps and restores its own backups; nothing changed.",
            hint="Export the backup to a file and import that file into a new database.",
        )
    done = restore_backup(store, path, begin, agreed=agreed)
    text_index.follow(store, 0)
    return done

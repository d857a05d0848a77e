"""A backup: an embedded database in a file of its own, taken while others write."""

from __future__ import annotations

import json
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

from core.config import Config
from core.embedded import EmbeddedStore, copy
from core.history import Change
from core.store import Store
from core.transfer.export import export_document, put
from core.transfer.files import written_whole
from core.transfer.reading import Export, Place

__all__ = ["write_backup"]


def write_backup(store: Store, path: Path, *, force: bool = False) -> None:
    """Copy the database, as it is at one moment, whole or not at all.

    Raises:
        EipdeckError: `conflict` when the file exists, unless `force`; `store_unavailable` when it cannot be
            written. What was there is still there then.

    """
    with written_whole(path, force=force) as part, store.read() as connection:
        if store.embedded:
            copy(connection, part)
        else:
            exported = json.loads("".join(export_document(connection)))
            _restored(exported, part)


def _restored(exported: dict[str, Any], part: Path) -> None:
    """What a server has, as a file; whether it is sound is for `verify` to say, of either."""
    with closing(EmbeddedStore(part)) as made, made.write() as connection:
        change = Change(connection, 0, "backup", None, None, Config())
        put(change, Export(Place(str(part), ""), exported), exported["tables"])
    with suppress(FileNotFoundError):
        part.with_name(f"{part.name}.lock").unlink()

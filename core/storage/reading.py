"""Read-only access to the SQLModel tables, for notebooks, reports and a site's own checks."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from urllib.parse import quote

import psycopg
from sqlalchemy import Engine, NullPool, create_engine

from core.storage.opening import open_store, postgres_conninfo
from core.storage.sqlite_file import cannot_change

__all__ = ["reading"]


def reading(url: str | None = None) -> Engine:
    """Return an SQLAlchemy engine that reads a database and cannot write it.

    `core.storage.tables` declares the tables. SQLite opens the file with `mode=ro`, PostgreSQL begins every transaction
    READ ONLY; a write raises `sqlalchemy.exc.DBAPIError`.

    Args:
        url: a path or a URL, as `open_inventory` takes it; None: the embedded database.

    Raises:
        EipdeckError: `store_unavailable` when the database is missing or has the schema of another version;
            `schema_newer`; `usage` for a bad URL.

    """
    with closing(open_store(url, read_only=True)) as store:
        file = store.file
    return _postgres(postgres_conninfo(url or "") or "") if file is None else _sqlite(file)


def _sqlite(file: Path) -> Engine:
    mode = "immutable=1" if cannot_change(file) else "mode=ro"
    uri = f"file:{quote(str(file.absolute()))}?{mode}"
    return create_engine("sqlite://", creator=lambda: sqlite3.connect(uri, uri=True), poolclass=NullPool)


def _postgres(conninfo: str) -> Engine:
    engine = create_engine("postgresql+psycopg://", creator=lambda: psycopg.connect(conninfo), poolclass=NullPool)
    return engine.execution_options(postgresql_readonly=True)

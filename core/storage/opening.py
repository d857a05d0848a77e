"""Opens the database that a path or a URL names."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

from core.domain.errors import Code, error
from core.domain.memory import Recall
from core.storage.sqlite import EmbeddedStore, default_path
from core.storage.store import WAIT_SECONDS, Store

__all__ = ["open_store", "postgres_conninfo"]


def open_store(
    url: str | None = None,
    *,
    read_only: bool = False,
    wait: float = WAIT_SECONDS,
    recall: Recall | None = None,
) -> Store:
    """Open the database at a path or an SQLAlchemy URL of SQLite or PostgreSQL; None: the embedded database.

    `recall` tells the server that this client saw last; an older timeline of it is refused.

    Raises:
        EipdeckError: `store_unavailable`, `store_busy`, `schema_newer`, or `usage` for a bad URL.

    """
    if not url:
        return EmbeddedStore(default_path(), read_only=read_only, wait=wait)
    conninfo = postgres_conninfo(url)
    if conninfo is not None:
        from core.storage.postgres import PostgresStore  # noqa: PLC0415  # the embedded database starts without its driver

        return PostgresStore(conninfo, read_only=read_only, wait=wait, recall=recall)
    return EmbeddedStore(_path(url), read_only=read_only, wait=wait)


def postgres_conninfo(url: str) -> str | None:
    """Return a PostgreSQL URL as libpq takes it; None for any other path or URL."""
    scheme, separator, rest = url.partition("://")
    return f"postgresql://{rest}" if separator and scheme.partition("+")[0] in ("postgresql", "postgres") else None


_FORMS: Final = "Write sqlite:///path/to/file.db, or postgresql+psycopg://user@host/database."
_NO_PATH: Final = re.compile("//|(?![./]).*[:@=]", re.DOTALL)
"""A text like a URL or a connection string of libpq; it is more likely to hold a password than to name a file."""


def _path(url: str) -> Path:
    """Return the file that a path or `sqlite:///path` names. A refusal does not quote it: it may hold a password."""
    scheme, separator, rest = url.partition("://")
    backend = scheme.partition("+")[0]
    if separator and backend != "sqlite":
        known = backend.isalnum()
        other = f", not in {backend}" if known else ""
        code = Code.STORE_UNAVAILABLE if known else Code.USAGE
        raise error(code, f"eipdeck keeps its data in SQLite or PostgreSQL{other}.", hint=_FORMS)
    if (separator and not rest.startswith("/")) or (not separator and url != ":memory:" and _NO_PATH.match(url)):
        raise error(Code.USAGE, "This is not a database URL.", hint=f"{_FORMS} A file of such a name is ./NAME.")
    if separator and "?" in rest:
        raise error(
            Code.USAGE,
            "A SQLite file takes no options; nothing was opened.",
            hint="Leave out the question mark and the text after it.",
        )
    database = rest[1:] if separator else url
    if not database or database == ":memory:":
        raise error(Code.USAGE, "A database in memory is lost at the end; name a file.")
    return Path(database)

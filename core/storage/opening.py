"""Which kind of database a URL names, opened."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

from core.domain.errors import Code, error
from core.storage.sqlite import EmbeddedStore, default_path
from core.storage.store import WAIT_SECONDS, Store

__all__ = ["open_store"]


def open_store(url: str | None = None, *, read_only: bool = False, wait: float = WAIT_SECONDS) -> Store:
    """The database at a path or an SQLAlchemy URL of SQLite or PostgreSQL; None: the embedded one.

    Raises:
        EipdeckError: `store_unavailable`, `store_busy`, `schema_newer`, or `usage` for a bad URL.

    """
    if not url:
        return EmbeddedStore(default_path(), read_only=read_only, wait=wait)
    scheme, separator, rest = url.partition("://")
    backend = scheme.partition("+")[0]
    if separator and backend in ("postgresql", "postgres"):
        from core.storage.postgres import PostgresStore  # noqa: PLC0415  # the embedded database starts without its driver

        return PostgresStore(f"postgresql://{rest}", read_only=read_only, wait=wait)
    return EmbeddedStore(_path(url), read_only=read_only, wait=wait)


_FORMS: Final = "Write sqlite:///path/to/file.db, or postgresql+psycopg://user@host/database."
_NO_PATH: Final = re.compile("//|(?![./]).*[:@=]", re.DOTALL)
"""What looks like a URL or libpq's words for a database, and holds a password more often than it is a file."""


def _path(url: str) -> Path:
    """The file that a path or `sqlite:///path` names; what is refused is not repeated, for it may hold a password."""
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
        raise error(Code.USAGE, "A database in memory would lose everything; name a file.")
    return Path(database)

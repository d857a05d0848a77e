"""The schema of the shared database: its step, and the refusals of databases that hold something else."""

from __future__ import annotations

from typing import Final

from core.domain.errors import Code, error
from core.storage.connection import Connection
from core.storage.store import HEAD, newer

__all__ = ["schema_step"]

_ELSEWHERE: Final = (
    "SELECT quote_ident(n.nspname) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
    " WHERE c.relname = 'free_range' AND c.relkind IN ('r', 'p')"
    " AND EXISTS (SELECT 1 FROM pg_class o WHERE o.relnamespace = c.relnamespace AND o.relname = 'usage_day')"
    " ORDER BY n.nspname LIMIT 1"
)
"""A schema with tables of eipdeck, whether or not this role may see into it."""


def schema_step(connection: Connection, url: str) -> str | None:
    """Return the schema step of the database; None when it has no tables of eipdeck.

    Raises:
        EipdeckError: `store_unavailable` for another program's database, and for tables of eipdeck in a schema that is
            not in the search path; `schema_newer`.

    """
    has_steps = not connection.value(int, "SELECT to_regclass('alembic_version') IS NULL")
    if not has_steps or connection.value(int, "SELECT to_regclass('free_range') IS NULL"):
        _check_elsewhere(connection, url)
        if not has_steps:
            return None
        raise error(
            Code.STORE_UNAVAILABLE,
            f"{url} holds another program's tables.",
            hint="Nothing in it was changed; name another database.",
        )
    step = connection.value(str, "SELECT version_num FROM alembic_version")
    if step is not None and step > HEAD:
        raise newer(url, step)
    return step


def _check_elsewhere(connection: Connection, url: str) -> None:
    schema = connection.value(str, _ELSEWHERE)
    if schema is None:
        return
    path = connection.value(str, "SELECT current_setting('search_path')")
    raise error(
        Code.STORE_UNAVAILABLE,
        f"{url} has eipdeck's tables in schema {schema}, which is not in the search path of this role ({path}).",
        hint="Nothing was made. Set the search_path of the role, or add options=-csearch_path%3DSCHEMA to the URL.",
        details={"schema": schema, "search_path": path},
    )

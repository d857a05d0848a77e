"""The schema of the shared database: its step, and the refusals of databases that hold something else."""

from __future__ import annotations

from contextlib import closing
from typing import Final

import psycopg
from psycopg.abc import ConnDict

from core.domain.errors import Code, error
from core.storage.connection import Connection
from core.storage.postgres_connection import PostgresConnection
from core.storage.postgres_health import ACTING, MAY_CHANGE
from core.storage.postgres_hosts import connected
from core.storage.postgres_server import TURN, milliseconds
from core.storage.store import HEAD, MIRRORED, newer

__all__ = ["GREETING", "migrate", "schema_step"]


_OURS: Final = "SELECT to_regclass('free_range') IS NOT NULL"
_STEP: Final = "SELECT version_num FROM alembic_version"
GREETING: Final = (MAY_CHANGE, ACTING, _OURS, _STEP, MIRRORED)
"""What a session asks once."""

_ELSEWHERE: Final = (
    "SELECT quote_ident(n.nspname) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
    " WHERE c.relname = 'free_range' AND c.relkind IN ('r', 'p')"
    " AND EXISTS (SELECT 1 FROM pg_class o WHERE o.relnamespace = c.relnamespace AND o.relname = 'usage_day')"
    " ORDER BY n.nspname LIMIT 1"
)
"""A schema with tables of eipdeck, whether or not this role may see into it."""


def schema_step(connection: PostgresConnection, url: str) -> str | None:
    """Return the schema step of the database; None when it has no tables of eipdeck.

    Raises:
        EipdeckError: `store_unavailable` for another program's database, and for tables of eipdeck in a schema that is
            not in the search path; `schema_newer`.

    """
    try:
        step, ours = connection.value(str, _STEP), connection.value(int, _OURS)
    except psycopg.errors.UndefinedTable:
        step, ours = None, 0
    has_steps = connection.value(int, "SELECT to_regclass('alembic_version') IS NOT NULL") if not ours else 1
    if not ours:
        _check_elsewhere(connection, url)
        if not has_steps:
            return None
        raise error(
            Code.STORE_UNAVAILABLE,
            f"{url} holds another program's tables.",
            hint="Nothing in it was changed; name another database.",
        )
    if step is not None and step > HEAD:
        raise newer(url, step)
    return step


def migrate(conninfo: ConnDict, url: str, step: str | None, wait: float) -> None:
    """Bring the schema up to date from a step, None from nothing; `wait` is the limit of seconds for the turn.

    Raises:
        EipdeckError: `store_unavailable` for a role that may not.

    """
    from core.storage.migrations import upgrade  # noqa: PLC0415  # Alembic only when there is work

    try:
        with closing(connected(conninfo, lambda _: None)) as driver:
            driver.execute("SELECT set_config('lock_timeout', %s, false)", (milliseconds(wait),))
            driver.autocommit = False
            driver.isolation_level = psycopg.IsolationLevel.READ_COMMITTED
            upgrade(driver, f"SELECT pg_advisory_xact_lock({TURN})")
    except psycopg.errors.InsufficientPrivilege as problem:
        why = "has no eipdeck tables" if step is None else f"has schema {step}, this eipdeck needs {HEAD}"
        raise error(
            Code.STORE_UNAVAILABLE,
            f"{url} {why}, and this role may not make them.",
            hint="Let the owner of the database open it once.",
        ) from problem


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

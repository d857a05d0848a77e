"""The rules of the schema: the triggers and constraints that its steps make, compared with those of a database.

The steps are run once more: in memory for SQLite, and for PostgreSQL as statements that nobody executes.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Final, NamedTuple

import sqlalchemy as sa
from alembic.config import Config
from alembic.operations import Operations
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from core.storage.connection import Connection
from core.storage.migrations import upgrade
from core.storage.rows import COMPUTED, reads

__all__ = ["weak_rules"]


def weak_rules(connection: Connection, *, embedded: bool) -> tuple[tuple[str, str], ...]:
    """Return each trigger and constraint that is missing or changed, and each trigger that no step made, with how."""
    wanted, found = (_embedded(), _of_a_file(connection)) if embedded else (_served(), _of_a_server(connection))
    return tuple(_differences(wanted, found))


def _differences(wanted: Mapping[str, str], found: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    for name in sorted(wanted.keys() | found.keys()):
        if name not in found:
            yield name, "is missing"
        elif name not in wanted:
            if name.startswith("trigger "):
                yield name, "is none of eipdeck's"
        elif wanted[name] != found[name]:
            yield name, "is another one than this version makes"


@reads()
class _SqliteRow(NamedTuple):
    type: Annotated[str, COMPUTED]
    name: Annotated[str, COMPUTED]
    sql: Annotated[str | None, COMPUTED]


_SQLITE: Final = "SELECT type, name, sql FROM sqlite_master WHERE type IN ('table', 'trigger', 'index')"


def _of_a_file(connection: Connection) -> dict[str, str]:
    return _sqlite_rules(connection.rows(_SqliteRow, _SQLITE))


@cache
def _embedded() -> Mapping[str, str]:
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as driver:
        upgrade(driver, "BEGIN IMMEDIATE")
        return _sqlite_rules([_SqliteRow(*row) for row in driver.execute(_SQLITE)])


def _sqlite_rules(rows: list[_SqliteRow]) -> dict[str, str]:
    return {
        f"{row.type} {row.name}": re.sub(r"\s+", " ", row.sql)
        for row in rows
        if row.sql is not None and not row.name.startswith(("eip_words", "sqlite_", "search_mark", "alembic_"))
    }


@reads()
class _TriggerRow(NamedTuple):
    tgname: Annotated[str, COMPUTED]
    relname: Annotated[str, COMPUTED]
    tgenabled: Annotated[str, COMPUTED]
    conditional: Annotated[int, COMPUTED]
    prosrc: Annotated[str, COMPUTED]


@reads()
class _ConstraintRow(NamedTuple):
    conname: Annotated[str, COMPUTED]
    relname: Annotated[str, COMPUTED]


_TRIGGERS: Final = (
    "SELECT CAST(t.tgname AS text) AS tgname, CAST(c.relname AS text) AS relname,"
    " CAST(t.tgenabled AS text) AS tgenabled,"
    " CAST(t.tgqual IS NOT NULL AS int) AS conditional, p.prosrc FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid"
    " JOIN pg_proc p ON p.oid = t.tgfoid WHERE NOT t.tgisinternal"
    " AND c.relnamespace = (SELECT relnamespace FROM pg_class WHERE oid = to_regclass('event'))"
)
_CONSTRAINTS: Final = (
    "SELECT CAST(k.conname AS text) AS conname, CAST(c.relname AS text) AS relname"
    " FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid"
    " WHERE k.convalidated AND c.relnamespace = (SELECT relnamespace FROM pg_class WHERE oid = to_regclass('event'))"
)


def _of_a_server(connection: Connection) -> dict[str, str]:
    found = {f"constraint {row.conname} of {row.relname}": "" for row in connection.rows(_ConstraintRow, _CONSTRAINTS)}
    for row in connection.rows(_TriggerRow, _TRIGGERS):
        state = "" if row.tgenabled in ("O", "A") else " disabled"
        found[f"trigger {row.tgname} of {row.relname}"] = _trigger(row.conditional, row.prosrc) + state
    return found


def _trigger(condition: object, body: str) -> str:
    return f"{'WHEN' if condition else ''} {body}"


_FUNCTION: Final = re.compile(r"CREATE (?:OR REPLACE )?FUNCTION (\w+)\(.*?AS \$rule\$(.*)\$rule\$", re.DOTALL)
_CREATED: Final = re.compile(
    r"CREATE TRIGGER (\w+) (?:BEFORE|AFTER) .*? ON (\w+)(.*) EXECUTE FUNCTION (\w+)", re.DOTALL
)
_NAMED: Final = re.compile(r"CONSTRAINT (\w+) (?:CHECK|UNIQUE|EXCLUDE)")
_DROPPED: Final = re.compile(r"DROP TABLE (\w+)")
_TABLE: Final = re.compile(r"(?:CREATE|ALTER) TABLE (\w+)")


@cache
def _served() -> Mapping[str, str]:
    wanted: dict[str, str] = {}
    bodies: dict[str, str] = {}
    for statement in _statements():
        if (function := _FUNCTION.search(statement)) is not None:
            bodies[function[1]] = function[2]
        elif (trigger := _CREATED.search(statement)) is not None:
            name, table, rest, called = trigger.groups()
            wanted[f"trigger {name} of {table}"] = _trigger(" WHEN (" in rest, bodies[called])
        elif (dropped := _DROPPED.search(statement)) is not None:
            wanted = {rule: body for rule, body in wanted.items() if not rule.endswith(f" of {dropped[1]}")}
        elif (table_of := _TABLE.search(statement)) is not None:
            wanted |= {f"constraint {name} of {table_of[1]}": "" for name in _NAMED.findall(statement)}
    return wanted


def _statements() -> list[str]:
    """Return the statements of every step, as a server would get them."""
    told: list[str] = []

    def note(statement: Any, *_: object, **__: object) -> None:
        words = statement if isinstance(statement, str) else str(statement.compile(dialect=engine.dialect))
        told.append(words.replace("%%", "%"))

    engine: Any = sa.create_mock_engine("postgresql+psycopg://", note)
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    steps = [*ScriptDirectory.from_config(config).walk_revisions()]
    with Operations.context(MigrationContext(engine.dialect, engine, {})):
        for step in reversed(steps):
            step.module.upgrade()
    return told

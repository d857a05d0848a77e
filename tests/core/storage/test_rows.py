"""What the statements read, against the tables they read it from."""

from __future__ import annotations

import pkgutil
import re
from collections.abc import Iterator
from importlib import import_module
from types import ModuleType, NoneType
from typing import Annotated, Any, NamedTuple, get_args, get_origin, get_type_hints

import pytest
from sqlalchemy import BigInteger, Boolean, Column, Float, Integer, LargeBinary
from sqlalchemy.types import TypeEngine
from sqlmodel import AutoString

import core
from core import Inventory
from core.queries.integrity import Invariant
from core.storage.connection import Values
from core.storage.rows import COMPUTED, ROWS
from core.storage.tables import SQLModel
from core.storage.tables.columns import Address, Moment
from tests.core.kit import ON_POSTGRESQL

TYPES: dict[type[TypeEngine[Any]], type] = {
    Address: int,
    Moment: int,
    BigInteger: int,
    Integer: int,
    Boolean: int,
    Float: float,
    LargeBinary: bytes,
    AutoString: str,
}
"""What a driver has for a column's type; SQLite has 0 and 1 for a boolean."""
TEXTS = {"state": "active"}
"""Values of whose type PostgreSQL cannot be sure without one."""
OTHERS_ONLY = (
    ("core.storage.sqlite", "core.queries.text_index", "core.transfer.restore")
    if ON_POSTGRESQL
    else ("core.storage.postgres",)
)
"""Modules with statements of the other database."""


def modules() -> Iterator[ModuleType]:
    for found in pkgutil.walk_packages(core.__path__, "core."):
        if ".migrations" not in found.name:
            yield import_module(found.name)


MODULES = tuple(modules())


class Kind(NamedTuple):
    """The type of a field or a column."""

    type: type
    nullable: bool


def of_hint(hint: Any) -> Kind:
    options = get_args(hint) or (hint,)
    (one,) = (option for option in options if option is not NoneType)
    return Kind(one, NoneType in options)


def of_column(column: Column[Any]) -> Kind:
    return Kind(next(kind for type_, kind in TYPES.items() if isinstance(column.type, type_)), bool(column.nullable))


def column_of(tables: tuple[str, ...], name: str) -> Column[Any]:
    """The column of that name in the first of the tables that has it."""
    known = (SQLModel.metadata.tables[table].columns for table in tables)
    return next(columns[name] for columns in known if name in columns)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.__module__}.{row.__name__}")
def test_a_declared_row_agrees_with_the_columns_it_reads(row: type[NamedTuple]) -> None:
    for name, hint in get_type_hints(row, include_extras=True).items():
        if get_origin(hint) is not Annotated:
            assert of_hint(hint) == of_column(column_of(ROWS[row], name)), name
            continue
        said, source = get_args(hint)
        if source != COMPUTED:
            table, _, column = source.partition(".")
            assert of_hint(said).type is of_column(column_of((table,), column)).type, name


def test_every_kind_of_row_is_declared() -> None:
    kinds = {
        value
        for module in MODULES
        for name, value in vars(module).items()
        if name.endswith("Row") and isinstance(value, type) and hasattr(value, "_fields")
    }
    assert len(kinds) > 30
    assert kinds <= ROWS.keys()


def statements() -> Iterator[tuple[str, str]]:
    """Every constant that is a statement, or several."""
    for module in MODULES:
        if module.__name__.startswith(OTHERS_ONLY):
            continue
        for name, value in vars(module).items():
            for place, each in enumerate(value if isinstance(value, tuple) else (value,)):
                statement = each.subjects if isinstance(each, Invariant) else each
                if isinstance(statement, str) and re.match("(SELECT|INSERT|UPDATE|DELETE) ", statement):
                    yield f"{module.__name__}.{name}.{place}", statement


STATEMENTS = dict(statements())


def test_the_statements_are_found() -> None:
    assert len(STATEMENTS) > 120


@pytest.mark.parametrize("name", STATEMENTS)
def test_a_statement_is_one_that_the_schema_knows(inventory: Inventory, name: str) -> None:
    statement = STATEMENTS[name]
    lists = re.findall(r"\bIN :(\w+)", statement)
    names = re.findall(r"(?<!:):(\w+)", statement)
    values: Values = {name: [] if name in lists else TEXTS.get(name) for name in names}
    with inventory._store.write() as connection:
        plan = "EXPLAIN QUERY PLAN " if connection.words_are_indexed else "EXPLAIN "
        connection.execute(plan + statement, values)

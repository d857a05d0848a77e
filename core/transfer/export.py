"""An export: the whole inventory as one JSON document, and its import into an empty database."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from itertools import islice
from pathlib import Path
from typing import Final, TypeAlias

from sqlalchemy import Boolean, LargeBinary, Table

from core.domain.json_value import Json, UncheckedObject
from core.domain.results import Imported
from core.queries.integrity import prove
from core.storage.connection import Connection, Values
from core.storage.tables import SQLModel
from core.storage.transaction import Transaction
from core.storage.whole_file import written_whole
from core.transfer.bulk import insert
from core.transfer.documents import EXPORT_KEY, Export, Position
from core.transfer.export_columns import flaws
from core.transfer.older_exports import bring_up_to_date

__all__ = ["copy_rows", "export_document", "restore_export", "write_export"]

FORMAT: Final = 1
_COUNTED: Final = ("pool", "cidr", "eip", "service", "binding")
"""The tables that `Imported` counts."""


def _tables() -> list[Table]:
    """Return every table of the inventory, referenced tables first."""
    return [table for table in SQLModel.metadata.sorted_tables if table.name != "presence"]


_CHUNK: Final = 512
"""The number of rows that are read before they are inserted."""


def copy_rows(source: Connection, target: Connection) -> None:
    """Copy every row of a database into a new one, of either kind, in flat memory.

    Args:
        source: in a read transaction.
        target: in a write transaction.

    Raises:
        Exception: as the driver has it.

    """
    target.execute("DELETE FROM free_range")
    for table in _tables():
        keys = ", ".join(f'"{column.name}"' for column in table.primary_key)
        rows = source.stream_dicts(f"SELECT {_listed(table)} FROM {table.name} ORDER BY {keys}")
        while chunk := list(islice(rows, _CHUNK)):
            if table.name in _THERE_FROM_THE_START:
                chunk = [row for row in chunk if not target.execute(_overwrite(table), row)]
            target.insert(_insert(table), chunk, {})


def _listed(table: Table) -> str:
    return ", ".join(f'"{column.name}"' for column in table.columns)


def _insert(table: Table) -> str:
    given = ", ".join(f":{column.name}" for column in table.columns)
    return f"INSERT INTO {table.name} ({_listed(table)}) VALUES ({given})"


_THERE_FROM_THE_START: Final = ("pool", "cidr")
"""A new database has the default pool of one region. Pools and CIDRs are never deleted, so these are overwritten."""


def _overwrite(table: Table) -> str:
    settings = ", ".join(f'"{column.name}" = :{column.name}' for column in table.columns)
    here = " AND ".join(f'"{column.name}" = :{column.name}' for column in table.primary_key)
    return f"UPDATE {table.name} SET {settings} WHERE {here}"


def export_document(connection: Connection) -> Iterator[str]:
    """Yield the whole database as one JSON document, in parts and in flat memory."""
    yield f'{{"{EXPORT_KEY}": {FORMAT}, "tables": {{'
    for place, table in enumerate(_tables()):
        yield f'{"," if place else ""}\n"{table.name}": ['
        keys = ", ".join(f'"{column.name}"' for column in table.primary_key)
        comma = ""
        flags = {column.name for column in table.columns if isinstance(column.type, Boolean)}
        for row in connection.stream_dicts(f"SELECT {_listed(table)} FROM {table.name} ORDER BY {keys}"):
            yield f"{comma}\n{json.dumps(_plain(row, flags))}"
            comma = ","
        yield "]"
    yield "}}\n"


def _plain(row: Values, flags: AbstractSet[str]) -> dict[str, Json]:
    """Return a row with JSON types; a flag is true or false on either database."""
    return {
        key: value.hex() if isinstance(value, bytes) else bool(value) if key in flags and value is not None else value
        for key, value in row.items()
    }


def write_export(connection: Connection, path: Path, *, force: bool = False, apart_from: Sequence[Path] = ()) -> None:
    """Write the document to a file of mode 0600, whole or not at all.

    Raises:
        EipdeckError: `conflict` when the file exists, unless `force`, or is one of `apart_from`; `store_unavailable`
            when it cannot be written. What was there is still there then.

    """
    with written_whole(path, force=force, apart_from=apart_from) as part, part.open("w", encoding="utf-8") as file:
        file.writelines(export_document(connection))


def restore_export(transaction: Transaction, export: Export) -> Imported:
    """Import an export into an empty database, events included; importing the same export again changes nothing.

    Raises:
        EipdeckError: `invalid_import` when the database is not empty, a value does not fit its column, a row breaks a
            rule, or the rows together break an invariant.

    """
    tables = _checked(export)
    objects = sum(len(tables[name]) for name in _COUNTED)
    if _present(transaction.connection, tables) == tables:
        return Imported(0, 0, objects)
    if transaction.value(int, "SELECT count(*) FROM event"):
        export.place.refuse("an export is restored into an empty database, and this one is not")
    _put(transaction, export, tables)
    proof = prove(transaction.connection)
    if proof.broken:
        export.place.refuse(f"taken together its rows are wrong: {proof.broken[0].message}")
    return Imported(objects, 0, 0)


_Rows: TypeAlias = Mapping[str, list[UncheckedObject]]


def _checked(export: Export) -> _Rows:
    """Return the tables; every row has the columns of this version, and valid values."""
    tables = export.data.get("tables")
    if export.data[EXPORT_KEY] != FORMAT or not isinstance(tables, dict):
        export.place.refuse("it is not an export of this version of eipdeck")
    bring_up_to_date(tables)
    for table in _tables():
        rows = tables.get(table.name)
        wanted = {column.name for column in table.columns}
        if not isinstance(rows, list):
            export.place.refuse(f"{table.name} is missing")
        for place, row in enumerate(rows):
            if not isinstance(row, dict) or row.keys() != wanted:
                _place(export, table, place).refuse("it does not have the columns of this version")
            for why in flaws(table, row):
                _place(export, table, place).refuse(why)
    return tables


def _present(connection: Connection, wanted: _Rows) -> _Rows:
    """Return the tables of the database, without the request ids that were used since the export."""
    tables: dict[str, list[UncheckedObject]] = json.loads("".join(export_document(connection)))["tables"]
    known = {row["request_id"] for row in wanted["request"]}
    return {**tables, "request": [row for row in tables["request"] if row["request_id"] in known]}


def _put(transaction: Transaction, export: Export, tables: _Rows) -> None:
    """Replace the rows of a new database by these.

    Raises:
        EipdeckError: `invalid_import` for the first row that breaks a rule of the database.

    """
    transaction.run("DELETE FROM free_range")
    for table in _tables():
        binary = {column.name for column in table.columns if isinstance(column.type, LargeBinary)}
        rows = [
            {key: bytes.fromhex(value) if key in binary else value for key, value in row.items()}
            for row in tables[table.name]
        ]
        _put_table(transaction, export, table, rows)


def _put_table(transaction: Transaction, export: Export, table: Table, rows: Sequence[UncheckedObject]) -> None:
    left = [place for place, row in enumerate(rows) if not _overwritten(transaction, export, table, place, row)]
    insert(
        transaction, _insert(table), [rows[place] for place in left], {}, lambda nth: _place(export, table, left[nth])
    )


def _overwritten(transaction: Transaction, export: Export, table: Table, place: int, row: UncheckedObject) -> bool:
    """Overwrite the row of a new database with the same key. Returns whether there was one."""
    if table.name not in _THERE_FROM_THE_START:
        return False
    with _place(export, table, place).checking():
        return bool(transaction.connection.execute(_overwrite(table), row))


def _place(export: Export, table: Table, place: int) -> Position:
    return export.place.inside(f"{table.name}[{place}]")

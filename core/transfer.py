"""Export and import: everything as one JSON document, restored whole into an empty database."""

from __future__ import annotations

import contextlib
import json
import os
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection, LargeBinary, Table, text
from sqlalchemy.exc import DatabaseError

from core.errors import EipdeckError, error
from core.history import Change
from core.models import SQLModel
from core.objects import Imported

__all__ = ["Document", "export_document", "import_documents", "read_documents", "write_export"]

FORMAT: Final = 1
_MARK: Final = "eipdeck_export"
_COUNTED: Final = ("pool", "cidr", "eip", "service", "binding")
"""What `Imported` counts: objects, not the rows that serve them."""


@dataclass(frozen=True, slots=True)
class Document:
    """A file that was read and understood as an export."""

    name: str
    tables: Mapping[str, Sequence[Mapping[str, Any]]]


def _tables() -> list[Table]:
    """Every table, those that others refer to first."""
    return list(SQLModel.metadata.sorted_tables)


def export_document(connection: Connection) -> Iterator[str]:
    """The whole database as one JSON document, in parts; nothing is held in memory."""
    yield f'{{"{_MARK}": {FORMAT}, "tables": {{'
    for place, table in enumerate(_tables()):
        yield f'{"," if place else ""}\n"{table.name}": ['
        keys = ", ".join(f'"{column.name}"' for column in table.primary_key)
        comma = ""
        for row in connection.execute(text(f"SELECT * FROM {table.name} ORDER BY {keys}")).mappings():
            yield f"{comma}\n{json.dumps(_plain(dict(row)))}"
            comma = ","
        yield "]"
    yield "}}\n"


def _plain(row: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value.hex() if isinstance(value, bytes) else value for key, value in row.items()}


def write_export(connection: Connection, path: Path, *, force: bool = False) -> None:
    """Write the document to a file of mode 0600, whole or not at all.

    Raises:
        EipdeckError: `conflict` when the file exists, unless `force`; `store_unavailable` when it cannot be
            written. What was there is still there then.

    """
    if not force and (path.exists() or path.is_symlink()):
        raise error("conflict", f"{path} exists; nothing was written.", hint="Name another file, or add --force.")
    try:
        handle, name = tempfile.mkstemp(prefix=".eipdeck-", dir=path.parent)
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                file.writelines(export_document(connection))
                file.flush()
                os.fsync(file.fileno())
            Path(name).replace(path)
        except BaseException:
            with contextlib.suppress(FileNotFoundError):
                Path(name).unlink()
            raise
    except OSError as problem:
        why = (problem.strerror or "cannot be written").lower()
        raise error("store_unavailable", f"{path}: {why}; nothing was written.") from problem


def read_documents(paths: Sequence[Path]) -> list[Document]:
    """Read the files before any transaction begins.

    Raises:
        EipdeckError: `invalid_import`, naming the file and what is wrong in it.

    """
    return [_read(path) for path in paths]


def _read(path: Path) -> Document:
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except OSError as problem:
        raise _invalid(path.name, (problem.strerror or "cannot be read").lower()) from problem
    except (ValueError, RecursionError) as problem:
        raise _invalid(path.name, "it is no JSON") from problem
    if not isinstance(data, dict) or data.get(_MARK) != FORMAT or not isinstance(data.get("tables"), dict):
        raise _invalid(path.name, "it is no eipdeck export of this version")
    for table in _tables():
        rows = data["tables"].get(table.name)
        wanted = {column.name for column in table.columns}
        if not isinstance(rows, list):
            raise _invalid(path.name, f"{table.name} is missing")
        for place, row in enumerate(rows):
            if not isinstance(row, dict) or set(row) != wanted:
                raise _invalid(path.name, f"{table.name}[{place}] has not the columns of this version")
    return Document(path.name, data["tables"])


def _invalid(name: str, why: str) -> EipdeckError:
    return error("invalid_import", f"{name}: {why}.", hint="Nothing was imported.", details={"file": name})


def import_documents(change: Change, documents: Sequence[Document]) -> Imported:
    """Restore exports into an empty database, events and all; one that is here already changes nothing.

    Raises:
        EipdeckError: `invalid_import` when the database holds something else, or a row breaks a rule.

    """
    done = Imported(0, 0, 0)
    for document in documents:
        objects = sum(len(document.tables[name]) for name in _COUNTED)
        if _present(change.connection) == document.tables:
            done = Imported(done.created, 0, done.unchanged + objects)
            continue
        if change.run(text("SELECT count(*) FROM event")).scalar_one():
            raise _invalid(document.name, "an export is restored into an empty database, and this one is not")
        _restore(change, document)
        done = Imported(done.created + objects, 0, done.unchanged)
    return done


def _present(connection: Connection) -> dict[str, list[dict[str, Any]]]:
    parts = "".join(export_document(connection))
    tables: dict[str, list[dict[str, Any]]] = json.loads(parts)["tables"]
    return tables


def _restore(change: Change, document: Document) -> None:
    """Replace what a new database starts with by the document's rows."""
    change.run(text("DELETE FROM free_range"))
    for table in _tables():
        rows = document.tables[table.name]
        binary = {column.name for column in table.columns if isinstance(column.type, LargeBinary)}
        for place, row in enumerate(rows):
            try:
                values = {key: bytes.fromhex(value) if key in binary else value for key, value in row.items()}
                _put(change, table, values)
            except (DatabaseError, ValueError, TypeError) as problem:
                raise _invalid(document.name, f"{table.name}[{place}] breaks a rule of the inventory") from problem


_THERE_FROM_THE_START: Final = ("pool", "cidr")
"""A new database has the default pool of one region, and neither is ever deleted: those rows are overwritten."""


def _put(change: Change, table: Table, values: Mapping[str, Any]) -> None:
    if table.name in _THERE_FROM_THE_START:
        key = [column == values[column.name] for column in table.primary_key]
        if change.connection.execute(table.update().where(*key), values).rowcount:
            return
    change.connection.execute(table.insert(), values)

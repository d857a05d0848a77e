"""Reads files into rows: strict JSON, API responses unwrapped, every row with its file and place."""

from __future__ import annotations

import hashlib
import json
import os
import stat
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final, NoReturn

from core.domain.addresses import InvalidAddress, InvalidCidr
from core.domain.errors import Code, EipdeckError, InvalidInput, NotFound, Refused, error
from core.domain.json_value import Json, JsonObject
from core.domain.ports import InvalidPort
from core.domain.validation import checked_text
from core.storage.connection import refusals
from core.transfer.pages import Page, complete_kinds, missing_pages, pages_of

__all__ = ["Documents", "Export", "Position", "ResponseRow", "RowKind", "read_documents"]


class RowKind(StrEnum):
    """The kind of a row of an API response, named by the action that returns it."""

    POOL = "DescribePools"
    CIDR = "DescribeCidrs"
    EIP = "DescribeEips"
    GATEWAY = "DescribeNatGateways"
    GATEWAY_DETAIL = "DescribeNatGatewayDetail"
    BALANCER = "DescribeLoadBalancers"


@dataclass(frozen=True, slots=True)
class Position:
    """A place in a file, as a refusal names it."""

    file: str
    row: str = ""
    """A path like `dataSet[3]`; empty for the file as a whole."""

    def __str__(self) -> str:
        return f"{self.file}, {self.row}" if self.row else self.file

    @property
    def file_name(self) -> str:
        """Return the file's name without its folders, which is the default reason of an import."""
        return self.file.rpartition("/")[2]

    def inside(self, path: str) -> Position:
        """Return a place within this one."""
        dot = "." if self.row and not path.startswith("[") else ""
        return Position(self.file, f"{self.row}{dot}{path}")

    def refuse(self, why: str) -> NoReturn:
        """Raise `invalid_import` for this row; nothing is imported."""
        raise self.wrong(why)

    def wrong(self, why: str) -> EipdeckError:
        """Return `invalid_import` for this row."""
        return error(
            Code.INVALID_IMPORT,
            f"{self}: {why.rstrip('.')}.",
            hint="Nothing was imported; correct the file and import it again.",
            details={"file": self.file, "row": self.row or None},
        )

    @contextmanager
    def checking(self) -> Iterator[None]:
        """Raise a refusal of the block, by a check or by the database, as `invalid_import` for this row."""
        try:
            yield
        except (InvalidAddress, InvalidCidr, InvalidPort) as problem:
            raise self.wrong(str(problem)) from problem
        except refusals() as problem:
            raise self.wrong(f"the database refuses it: {problem}") from problem
        except (InvalidInput, NotFound, Refused) as problem:
            if problem.code == "invalid_import":
                raise
            raise self.wrong(problem.reason) from problem


@dataclass(frozen=True, slots=True)
class ResponseRow:
    """One row of an API response. A gateway's detail is one row."""

    kind: RowKind
    place: Position
    data: JsonObject


@dataclass(frozen=True, slots=True)
class Export:
    """An eipdeck export."""

    place: Position
    data: JsonObject


@dataclass(frozen=True, slots=True)
class Documents:
    """The contents of the files, read before any transaction begins."""

    exports: tuple[Export, ...]
    rows: tuple[ResponseRow, ...]
    missing: tuple[str, ...]
    """A sentence for each answer of the platform of which pages are missing."""
    complete: frozenset[str]
    """The kinds of rows of which the files have every page."""
    contents: tuple[str, ...]
    """The SHA-256 of each file, which identifies the import whatever the names of the files."""


EXPORT_KEY: Final = "eipdeck_export"
_LARGEST: Final = 4 << 30
"""Bytes of the largest file that is read; an export of a million EIPs is far smaller."""


def read_documents(paths: Sequence[Path]) -> Documents:
    """Read JSON files: API responses, wrapped or bare, and eipdeck exports.

    Raises:
        EipdeckError: `invalid_import`, naming the file, and the row when it is known.

    """
    exports: list[Export] = []
    rows: list[ResponseRow] = []
    pages: list[Page] = []
    contents: list[str] = []
    for path in paths:
        place = Position(checked_text(str(path)) or "")
        try:
            content = _bytes_of(path, place)
            contents.append(hashlib.sha256(content).hexdigest())
            data = _parsed(content, place)
            if isinstance(data, dict) and EXPORT_KEY in data:
                exports.append(Export(place, data))
            else:
                found = list(_rows(data, place, None))
                rows.extend(found)
                pages.extend(pages_of(data, found[0].kind.value if found else "an answer"))
        except RecursionError as problem:
            raise place.wrong("it is nested too deeply to be a response of the platform") from problem
    missing, complete = tuple(missing_pages(pages)), complete_kinds(pages)
    return Documents(tuple(exports), tuple(rows), missing, complete, tuple(contents))


def _parsed(content: bytes, place: Position) -> Json:
    try:
        text = content.decode("utf-8-sig")
        found: Json = json.loads(text, object_pairs_hook=_object, parse_constant=_no_constant)
    except UnicodeDecodeError as problem:
        raise place.wrong(f"it is not UTF-8 text: {problem.reason} at byte {problem.start}") from problem
    except json.JSONDecodeError as problem:
        raise place.wrong(f"it is not JSON: {problem.msg} in line {problem.lineno}") from problem
    except ValueError as problem:
        raise place.wrong(f"it is not JSON: {problem}") from problem
    return found


def _bytes_of(path: Path, place: Position) -> bytes:
    """Read a whole file. A pipe is allowed; a device is not, since it may never end."""
    try:
        with path.open("rb") as file:
            status = os.fstat(file.fileno())
            if stat.S_ISCHR(status.st_mode) or stat.S_ISBLK(status.st_mode):
                raise place.wrong("it is a device, not a file")
            if status.st_size > _LARGEST:
                raise place.wrong(f"it has {status.st_size:,} bytes, and eipdeck reads at most {_LARGEST:,}")
            return file.read()
    except OSError as problem:
        raise place.wrong((problem.strerror or "it cannot be read").lower()) from problem
    except ValueError as problem:
        raise place.wrong(f"it cannot be read: {problem}") from problem


def _object(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
    """Make an object; a repeated key is refused, since its value is ambiguous."""
    found = dict(pairs)
    if len(found) < len(pairs):
        seen: set[str] = set()
        for key, _ in pairs:
            if key in seen:
                raise ValueError(f"one object has the key {key!r} twice")
            seen.add(key)
    return found


def _no_constant(words: str) -> NoReturn:
    raise ValueError(f"{words} is not a JSON number")


def _rows(value: Json, place: Position, kind: RowKind | None) -> Iterator[ResponseRow]:
    """Yield every row of a response, however it is wrapped; `kind` when the wrapping names it."""
    if isinstance(value, list):
        for index, item in enumerate(value):
            yield from _rows(item, place.inside(f"[{index}]"), kind)
        return
    if not isinstance(value, dict):
        place.refuse(f"a row is an object, not {_named(value)}")
    if "_x_zc_action" in value:
        kind = _kind_of_action(value["_x_zc_action"], place)
    if isinstance(value.get("response"), dict):
        yield from _rows(value["response"], place, kind)
    elif "dataSet" in value:
        rows = value["dataSet"] if value["dataSet"] is not None else []
        if not isinstance(rows, list):
            place.refuse(f"dataSet is a list of rows, not {_named(rows)}")
        yield from _rows(rows, place.inside("dataSet"), kind)
    elif "code" in value and "message" in value:
        place.refuse(f"it is an error of the platform, not a response: {value['code']}: {value['message']}")
    else:
        yield ResponseRow(kind or _kind_of_row(value, place), place, value)


def _kind_of_action(action: object, place: Position) -> RowKind:
    if action not in list(RowKind):
        place.refuse(f"{action!r} is not imported; eipdeck takes {', '.join(RowKind)} and its own exports")
    return RowKind(str(action))


_TELLING: Final = (
    (RowKind.GATEWAY_DETAIL, ("snats", "dnats")),
    (RowKind.EIP, ("eipId", "publicIpAddresses")),
    (RowKind.CIDR, ("cidrBlock", "cidrId")),
    (RowKind.BALANCER, ("loadBalancerId",)),
    (RowKind.GATEWAY, ("natGatewayId",)),
    (RowKind.POOL, ("poolId",)),
)
"""The keys that identify a kind of row, in this order: an EIP names its CIDR, a CIDR its pool."""


def _kind_of_row(row: JsonObject, place: Position) -> RowKind:
    for kind, keys in _TELLING:
        if any(key in row for key in keys):
            return kind
    raise place.wrong(f"it is neither an export of eipdeck nor a row of {', '.join(RowKind)}")


def _named(value: object) -> str:
    """Return the kind of a JSON value, for a sentence."""
    kinds = {str: "text", bool: "true or false", int: "a number", float: "a number", list: "a list", dict: "an object"}
    return "null" if value is None else kinds[type(value)]

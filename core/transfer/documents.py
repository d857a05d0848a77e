"""Files to rows: JSON read strictly, API responses unwrapped, every row known by its file and place."""

from __future__ import annotations

import hashlib
import json
import os
import stat
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, Final, NoReturn

from core.domain.addresses import InvalidAddress, InvalidCidr
from core.domain.errors import Code, EipdeckError, InvalidInput, NotFound, Refused, error
from core.domain.ports import InvalidPort
from core.domain.validation import checked_text
from core.storage.connection import refusals

__all__ = ["Documents", "Export", "Kind", "Position", "Row", "read_documents"]


class Kind(StrEnum):
    """What a row of an API response is, by the action that answers with it."""

    POOL = "DescribePools"
    CIDR = "DescribeCidrs"
    EIP = "DescribeEips"
    GATEWAY = "DescribeNatGateways"
    GATEWAY_DETAIL = "DescribeNatGatewayDetail"
    BALANCER = "DescribeLoadBalancers"


@dataclass(frozen=True, slots=True)
class Position:
    """Where something was read, as a refusal names it."""

    file: str
    row: str = ""
    """A path like `dataSet[3]`; empty for the file as a whole."""

    def __str__(self) -> str:
        return f"{self.file}, {self.row}" if self.row else self.file

    @property
    def file_name(self) -> str:
        """The file without its folders: the reason of what is imported from it."""
        return self.file.rpartition("/")[2]

    def inside(self, path: str) -> Position:
        """A place within this one."""
        dot = "." if self.row and not path.startswith("[") else ""
        return Position(self.file, f"{self.row}{dot}{path}")

    def refuse(self, why: str) -> NoReturn:
        """Raise `invalid_import`: this row is wrong, so nothing is imported."""
        raise self.wrong(why)

    def wrong(self, why: str) -> EipdeckError:
        return error(
            Code.INVALID_IMPORT,
            f"{self}: {why.rstrip('.')}.",
            hint="Nothing was imported; mend the file and import it again.",
            details={"file": self.file, "row": self.row or None},
        )

    @contextmanager
    def checking(self) -> Iterator[None]:
        """What a check or the database refuses in the block is this row's fault, and says so."""
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
class Row:
    """One row of an API response; a gateway's detail is one row."""

    kind: Kind
    place: Position
    data: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Export:
    """An eipdeck export."""

    place: Position
    data: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Documents:
    """What the files hold, read before any transaction begins."""

    exports: tuple[Export, ...]
    rows: tuple[Row, ...]
    contents: tuple[str, ...]
    """The SHA-256 of each file: what was asked, whatever the files are called."""


EXPORT_KEY: Final = "eipdeck_export"
_LARGEST: Final = 4 << 30
"""Bytes of a file; an export of a million EIPs has a fraction of it."""


def read_documents(paths: Sequence[Path]) -> Documents:
    """Read JSON files: API responses, wrapped or bare, and eipdeck exports.

    Raises:
        EipdeckError: `invalid_import`, naming the file, and the row when it is known by then.

    """
    exports: list[Export] = []
    rows: list[Row] = []
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
                rows.extend(_rows(data, place, None))
        except RecursionError as problem:
            raise place.wrong("it is nested too deeply to be an answer of the platform") from problem
    return Documents(tuple(exports), tuple(rows), tuple(contents))


def _parsed(content: bytes, place: Position) -> Any:
    try:
        return json.loads(content.decode("utf-8-sig"), object_pairs_hook=_object, parse_constant=_no_constant)
    except UnicodeDecodeError as problem:
        raise place.wrong(f"it is no UTF-8 text: {problem.reason} at byte {problem.start}") from problem
    except json.JSONDecodeError as problem:
        raise place.wrong(f"it is no JSON: {problem.msg} in line {problem.lineno}") from problem
    except ValueError as problem:
        raise place.wrong(f"it is no JSON: {problem}") from problem


def _bytes_of(path: Path, place: Position) -> bytes:
    """All of a file; a pipe may be one, a device that never ends may not."""
    try:
        with path.open("rb") as file:
            status = os.fstat(file.fileno())
            if stat.S_ISCHR(status.st_mode) or stat.S_ISBLK(status.st_mode):
                raise place.wrong("it is a device, not a file")
            if status.st_size > _LARGEST:
                raise place.wrong(f"it has {status.st_size:,} bytes, and {_LARGEST:,} is the most that is read")
            return file.read()
    except OSError as problem:
        raise place.wrong((problem.strerror or "it cannot be read").lower()) from problem
    except ValueError as problem:
        raise place.wrong(f"it cannot be read: {problem}") from problem


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object; of a key that stands twice nobody can say which value was meant."""
    found = dict(pairs)
    if len(found) < len(pairs):
        seen: set[str] = set()
        for key, _ in pairs:
            if key in seen:
                raise ValueError(f"one object has the key {key!r} twice")
            seen.add(key)
    return found


def _no_constant(words: str) -> NoReturn:
    raise ValueError(f"{words} is no number of JSON")


def _rows(value: Any, place: Position, kind: Kind | None) -> Iterator[Row]:
    """Every row of a response, however it is wrapped; `kind` when the wrapping has said it."""
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
        place.refuse(f"it is an error of the platform, not an answer: {value['code']}: {value['message']}")
    else:
        yield Row(kind or _kind_of_row(value, place), place, value)


def _kind_of_action(action: object, place: Position) -> Kind:
    if action not in list(Kind):
        place.refuse(f"{action!r} is not imported; eipdeck takes {', '.join(Kind)} and its own exports")
    return Kind(str(action))


_TELLING: Final = (
    (Kind.GATEWAY_DETAIL, ("snats", "dnats")),
    (Kind.EIP, ("eipId", "publicIpAddresses")),
    (Kind.CIDR, ("cidrBlock", "cidrId")),
    (Kind.BALANCER, ("loadBalancerId",)),
    (Kind.GATEWAY, ("natGatewayId",)),
    (Kind.POOL, ("poolId",)),
)
"""The keys that tell what a row is, in this order: an EIP names its CIDR, a CIDR its pool."""


def _kind_of_row(row: Mapping[str, Any], place: Position) -> Kind:
    for kind, keys in _TELLING:
        if any(key in row for key in keys):
            return kind
    raise place.wrong(f"it is neither an export of eipdeck nor a row of {', '.join(Kind)}")


def _named(value: object) -> str:
    """What a JSON value is, in a sentence."""
    kinds = {str: "text", bool: "true or false", int: "a number", float: "a number", list: "a list", dict: "an object"}
    return "null" if value is None else kinds[type(value)]

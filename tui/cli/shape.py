"""The shape of a printed list: its columns, its order, its length and its headings."""

from __future__ import annotations

import heapq
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from itertools import islice
from typing import Any, Final, NamedTuple

from core import Code, SavedView, error, to_json
from tui.cli.result import Answer
from tui.wording.columns import Entry, Layout
from tui.wording.verb import Format
from tui.wording.writers import bare

__all__ = ["PROBLEMS", "Shape", "limit_of", "saved_shape", "shape_of", "shaped"]

PROBLEMS: Final = "problems"
"""The order of the dashboard that has marked rows first."""
_MARK: Final = "!"
_ORDERS: Final[Mapping[str, str]] = {
    PROBLEMS: _MARK,
    "newest": "allocated_at:desc",
    "name": "name",
    "state": "status",
    "pool": "pool_id",
    "owner": "customer_owned",
    "operator": "allocated_by",
}
"""The sort of each order of the dashboard; a list of EIPs is by address without one."""
_COLUMNS: Final[Mapping[str, str]] = {"EIP": "id", "STATE": "status", "BY": "allocated_by", "AGE": "allocated_at"}
"""The fields of the dashboard's columns that the command line calls otherwise; an age is the time itself here."""


class Shape(NamedTuple):
    """What an operator chose of a list."""

    columns: tuple[str, ...] = ()
    """Names of fields or headings; empty: the usual ones."""
    sort: str = ""
    limit: int | None = None
    header: bool = True


def limit_of(words: str | None) -> int | None:
    """Return the number of rows in these words; None: not limited.

    Raises:
        EipdeckError: `invalid_count`.

    """
    if words is None:
        return None
    if not re.fullmatch("[0-9]{1,9}", words, re.ASCII):
        raise error(Code.INVALID_COUNT, f"{words!r} is not a number of rows.", hint="Write a whole number.")
    return int(words)


def shape_of(given: dict[str, Any]) -> Shape:
    """Take the shape out of the values of a verb's arguments.

    Raises:
        EipdeckError: `invalid_count`, `usage`.

    """
    columns = given.pop("columns", None)
    names = () if columns is None else tuple(name.strip() for name in columns.split(","))
    if columns is not None and not all(names):
        raise error(Code.USAGE, "--columns names an empty column.", hint="Write names with commas between them.")
    header = not given.pop("no_header", False)
    return Shape(names, given.pop("sort", None) or "", limit_of(given.pop("limit", None)), header)


def saved_shape(shape: Shape, view: SavedView, how: Format) -> Shape:
    """Return the shape of a saved view; what the operator chose comes before it. Data formats have every field."""
    columns = tuple(_COLUMNS.get(each, each) for each in view.columns) if how in _SEEN else ()
    return shape._replace(columns=shape.columns or columns, sort=shape.sort or _ORDERS.get(view.sort or "", ""))


def shaped(answer: Answer, shape: Shape, how: Format) -> Answer:
    """Return the answer in a shape.

    Raises:
        EipdeckError: `usage` for a column that the list does not have, and for the order of a list without an end.

    """
    if shape == Shape():
        return answer
    if answer.layout is None:
        raise error(Code.USAGE, "This answer is not a list of rows.", hint="Leave --columns, --sort and --limit out.")
    rows: Iterable[object] = answer.value if answer.rows is None else answer.rows
    if shape.sort:
        if answer.endless:
            raise error(Code.USAGE, "A list without an end has no order.", hint="Leave --sort out.")
        rows = _sorted(rows, answer.layout, shape)
    elif shape.limit is not None:
        rows = islice(rows, shape.limit)
    layout = _chosen(answer.layout, shape.columns, how) if shape.columns else answer.layout
    return replace(answer, value=iter(rows), rows=None, layout=layout, header=shape.header)


def _sorted(rows: Iterable[object], layout: Layout, shape: Shape) -> Iterable[object]:
    name, _, direction = shape.sort.partition(":")
    if direction not in ("", "asc", "desc"):
        raise error(Code.USAGE, f"{direction!r} is not an order.", hint="Write NAME or NAME:desc.")
    value = _value(layout, name)
    descending = direction == "desc"
    absent = -1 if descending else 9

    def key(row: object) -> tuple[int, Any]:
        return _rank(value(row), absent)

    if shape.limit is None:
        return sorted(rows, key=key, reverse=descending)
    return (heapq.nlargest if descending else heapq.nsmallest)(shape.limit, rows, key=key)


def _known(layout: Layout) -> Mapping[str, Entry[Any, Any]]:
    """Return the columns of the table by the names that an operator may type."""
    return {_plain(entry.title): entry for entry in layout.entries if entry.text and entry.title}


def _plain(name: str) -> str:
    return re.sub("[ _-]+", "_", name.strip().lower())


def _value(layout: Layout, name: str) -> Callable[[Any], object]:
    plain = _plain(name)
    if plain in layout.fields:
        return lambda row: getattr(row, plain, None)
    entry = _known(layout).get(plain)
    if entry is None or entry.text is None:
        raise _unknown(layout, name, table=True)
    return entry.text


_SEEN: Final = (Format.TABLE, Format.MARKDOWN)
"""The formats that people read, with headings."""
_NUMBERS: Final = re.compile(r"(\d+)")
_ADDRESS: Final = re.compile(r"\d{1,3}(\.\d{1,3}){3}(/\d{1,2})?", re.ASCII)


def _rank(value: object, absent: int) -> tuple[int, Any]:
    """Return a key by which any values can be compared: numbers, then addresses, then text; `absent` ranks none."""
    plain = to_json(value)
    if isinstance(plain, (int, float)):
        return (0, plain)
    text = bare(value)
    if not text or text == "-":
        return (absent, "")
    if _ADDRESS.fullmatch(text):
        return (1, tuple(int(part) for part in re.split("[./]", text)))
    parts = _NUMBERS.split(text.casefold())
    return (2, [(int(part), "") if part.isdecimal() else (-1, part) for part in parts])


def _chosen(layout: Layout, names: tuple[str, ...], how: Format) -> Layout:
    """Return the layout with these columns alone, in their order."""
    if how not in _SEEN:
        unknown = [name for name in names if _plain(name) not in layout.fields]
        if unknown:
            raise _unknown(layout, unknown[0], table=False)
        return replace(layout, chosen=tuple(map(_plain, names)))
    return replace(layout, entries=tuple(_entry(layout, name) for name in names))


def _entry(layout: Layout, name: str) -> Entry[Any, Any]:
    plain = _plain(name)
    known = _known(layout).get(plain)
    if known is not None:
        return known
    if plain not in layout.fields:
        raise _unknown(layout, name, table=True)
    return Entry(plain.replace("_", " ").upper(), lambda row: bare(getattr(row, plain, None)))


def _unknown(layout: Layout, name: str, *, table: bool) -> Exception:
    headings = [each for each in _known(layout) if each not in (*layout.fields, _MARK)] if table else []
    return error(Code.USAGE, f"{name!r} is not a column.", hint=f"Known: {', '.join((*layout.fields, *headings))}.")

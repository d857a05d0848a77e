"""Writes rows as JSON, table, CSV or Markdown, each while it is read, so that lists may be long.

JSON is plain ASCII without a raw control character. Tables and CSV show foreign text through `visible`.
"""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import chain, islice
from typing import Any, Final, TextIO

from core import to_json
from tui.wording.columns import Column, Layout
from tui.wording.sanitize import visible
from tui.wording.verb import Format

__all__ = ["FILE_FORMATS", "MEASURED", "csv_cell", "json_text", "write_json", "write_rows", "write_table"]

MEASURED: Final = 500
"""Rows that decide the widths of a table's columns."""
_GAP: Final = "  "
_NARROWEST: Final = 30
"""Cells below which the last column is not folded: it would be unreadable."""
_FORMULA: Final = ("=", "+", "-", "@", "\t")


def json_text(value: object) -> str:
    """Return one JSON document, indented, without the final newline."""
    return _plain(json.dumps(to_json(value), indent=2))


def _plain(text: str) -> str:
    # DEL is the one control character that ensure_ascii lets through.
    return text.replace("\x7f", "\\u007f")


def write_json(value: object, out: TextIO) -> None:
    """Write one JSON document and a newline; an iterator or list becomes an array, an object a line."""
    if not isinstance(value, (list, tuple, Iterator)):
        out.write(f"{json_text(value)}\n")
        return
    start = "["
    for item in value:
        out.write(f"{start}\n{_plain(json.dumps(to_json(item)))}")
        start = ","
    out.write("[]\n" if start == "[" else "\n]\n")


def write_rows(rows: Iterable[object], layout: Layout, how: Format, out: TextIO) -> None:
    """Write rows in a format of `FILE_FORMATS`."""
    _WRITERS[how](rows, layout, out)


def _write_json_rows(rows: Iterable[object], _layout: Layout, out: TextIO) -> None:
    write_json(iter(rows), out)


def _write_csv(rows: Iterable[object], layout: Layout, out: TextIO) -> None:
    """Write a header of the JSON's field names and a record a row."""
    _write_records(rows, layout, out, csv_cell)


def _write_excel(rows: Iterable[object], layout: Layout, out: TextIO) -> None:
    """Write CSV with the mark of UTF-8; ids of more digits than a spreadsheet keeps are text."""
    out.write("\ufeff")
    _write_records(rows, layout, out, _excel_cell)


def _write_records(rows: Iterable[object], layout: Layout, out: TextIO, cell: Callable[[object], str]) -> None:
    names = layout.fields
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(names)
    for row in rows:
        writer.writerow([cell(getattr(row, name, None)) for name in names])


def _write_markdown(rows: Iterable[object], layout: Layout, out: TextIO) -> None:
    """Write a table for a ticket or a chat, with the columns of the table on screen."""
    headings = [column.title for column in layout.columns]
    out.write(f"| {' | '.join(headings)} |\n|{' --- |' * len(headings)}\n")
    for row in rows:
        cells = [_markdown_cell(column.text(row)) for column in layout.columns]
        out.write(f"| {' | '.join(cells)} |\n")


_WRITERS: Final[Mapping[Format, Callable[[Iterable[object], Layout, TextIO], None]]] = {
    Format.CSV: _write_csv,
    Format.JSON: _write_json_rows,
    Format.MARKDOWN: _write_markdown,
    Format.EXCEL: _write_excel,
}
FILE_FORMATS: Final = (Format.CSV, Format.JSON, Format.MARKDOWN)
"""The formats that a list can be written to a file in."""


def _markdown_cell(value: object) -> str:
    """Escape a value so that it stays in its cell."""
    return re.sub(r"([\\`*_{}\[\]<>()#!|])", r"\\\1", visible(value))


def csv_cell(value: object) -> str:
    """Return a value as a spreadsheet may safely open it: text that would be a formula gets an apostrophe."""
    plain = to_json(value)
    if plain is None:
        return ""
    if isinstance(plain, bool):
        return "true" if plain else "false"
    if isinstance(plain, (int, float)):
        return str(plain)
    if isinstance(plain, list) and all(isinstance(item, str) for item in plain):
        plain = " ".join(plain)
    text = plain if isinstance(plain, str) else _plain(json.dumps(plain))
    return f"'{visible(text)}" if text.startswith(_FORMULA) else visible(text)


_LONG_NUMBER: Final = re.compile(r"[0-9]{16,}")
"""More digits than the numbers of a spreadsheet have."""


def _excel_cell(value: object) -> str:
    return f'="{value}"' if isinstance(value, str) and _LONG_NUMBER.fullmatch(value) else csv_cell(value)


def write_table(
    rows: Iterable[object], layout: Layout, out: TextIO, *, width: int | None = None, measured: int = MEASURED
) -> int:
    """Write aligned columns under a heading, nothing cut; return the number of rows.

    Args:
        rows: any number.
        layout: the columns.
        out: the stream.
        width: of the terminal, in cells, where the last column is folded; None: not folded.
        measured: the number of rows that decide the widths.

    """
    columns = layout.columns
    texts = layout.texts
    cells = ([text(row) for text in texts] for row in rows)
    first = [[*map(visible, line)] for line in islice(cells, measured)]
    if not first:
        return 0
    headings = [column.title for column in columns]
    widths = [max(_cells(line[place]) for line in (headings, *first)) for place in range(len(columns))]
    shape = _Shape(columns, widths, width)
    out.write(shape.line(headings))
    count = 0
    lines: Iterator[Sequence[object]] = chain(first, cells)
    for line in lines:
        out.write(shape.line(line))
        count += 1
    return count


class _Shape:
    """Lays rows out in the widths of a table's columns."""

    def __init__(self, columns: Sequence[Column[Any]], widths: Sequence[int], width: int | None) -> None:
        self._right = [column.right for column in columns]
        self._widths = widths
        self._indent = sum(widths[:-1]) + len(_GAP) * (len(widths) - 1)
        room = None if width is None else width - self._indent
        self._room = None if room is None or room < _NARROWEST else room

        shape = "".join(
            f"%{'' if right else '-'}{width}s{_GAP}" for right, width in zip(self._right, widths, strict=True)
        )
        self._plain = f"{shape.rpartition('%')[0]}%s" if self._room is None else None

    def line(self, row: Sequence[object]) -> str:
        """Return a row, which may be hostile, as a line."""
        if self._plain is not None and (text := self._plain % tuple(row)).isascii() and text.isprintable():
            return f"{text.rstrip()}\n"
        cells = [visible(cell) for cell in row]
        padded = [
            _padded(cell, width, right=right)
            for cell, width, right in zip(cells[:-1], self._widths, self._right, strict=False)
        ]
        parts = [cells[-1]] if self._room is None else _folded(cells[-1], self._room)
        first = _GAP.join([*padded, parts[0]]).rstrip()
        return "\n".join([first, *(" " * self._indent + part for part in parts[1:])]) + "\n"


def _cells(text: str) -> int:
    if text.isascii():
        return len(text)
    from rich.cells import cell_len  # noqa: PLC0415  # slow, and needed only for text that is not ASCII

    return cell_len(text)


def _padded(text: str, width: int, *, right: bool) -> str:
    space = " " * (width - _cells(text))
    return space + text if right else text + space


def _folded(text: str, room: int) -> list[str]:
    """Return the text in lines of at most `room` cells; a longer word stays whole."""
    lines = [""]
    for word in text.split(" "):
        if lines[-1] and _cells(lines[-1]) + 1 + _cells(word) > room:
            lines.append(word)
        else:
            lines[-1] = f"{lines[-1]} {word}" if lines[-1] else word
    return lines

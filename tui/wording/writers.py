"""Writes rows as JSON, table, CSV or Markdown, each while it is read, so that lists may be long.

JSON is plain ASCII without a raw control character. Tables and CSV show foreign text through `visible`.
"""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import chain, islice
from typing import TYPE_CHECKING, Any, Final, TextIO

from core import to_json
from tui.wording.columns import Column, Layout
from tui.wording.markdown import markdown_cell
from tui.wording.sanitize import visible
from tui.wording.verb import Format

if TYPE_CHECKING:
    from tui.wording.paint import Paint

__all__ = [
    "FILE_FORMATS",
    "MEASURED",
    "bare",
    "csv_cell",
    "json_text",
    "write_json",
    "write_lines",
    "write_rows",
    "write_table",
]

MEASURED: Final = 500
"""Rows that decide the widths of a table's columns."""
_GAP: Final = "  "
_NARROWEST: Final = 30
"""Cells below which the last column is not folded: it would be unreadable."""
_SIGNS: Final = r"=+\-@\uff1d\uff0b\uff0d\uff20\ufe66\ufe62\ufe63\ufe6b\u2212"
_FORMULA: Final = re.compile(rf"""((?:^|[;,|])[\s"']*)(?=[{_SIGNS}])""")
"""The place before a sign of a formula, also a full-width one: at the start, or where a spreadsheet may split."""


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


def write_rows(rows: Iterable[object], layout: Layout, how: Format, out: TextIO, *, header: bool = True) -> None:
    """Write rows in any format but a table; `header` False leaves the headings out."""
    _WRITERS[how](rows, layout, out, header)


def _write_json_rows(rows: Iterable[object], layout: Layout, out: TextIO, _header: bool) -> None:  # noqa: FBT001
    write_json((_object(row, layout) for row in rows), out)


def _write_ndjson(rows: Iterable[object], layout: Layout, out: TextIO, _header: bool) -> None:  # noqa: FBT001
    out.writelines(f"{_plain(json.dumps(_object(row, layout)))}\n" for row in rows)


def _object(row: object, layout: Layout) -> object:
    """Return the JSON of a row, with the chosen fields alone when some are."""
    if not layout.chosen:
        return to_json(row)
    return {name: to_json(getattr(row, name, None)) for name in layout.chosen}


def _write_value(rows: Iterable[object], layout: Layout, out: TextIO, _header: bool) -> None:  # noqa: FBT001
    """Write the bare values of each row with a tab between them; no value has a tab or the end of a line in it."""
    names = layout.fields
    out.writelines("\t".join(bare(getattr(row, name, None)) for name in names) + "\n" for row in rows)


def _write_csv(rows: Iterable[object], layout: Layout, out: TextIO, header: bool) -> None:  # noqa: FBT001
    """Write a header of the JSON's field names and a record a row."""
    _write_records(rows, layout, out, csv_cell, header=header)


def _write_excel(rows: Iterable[object], layout: Layout, out: TextIO, header: bool) -> None:  # noqa: FBT001
    """Write CSV with the mark of UTF-8; ids of more digits than a spreadsheet keeps are text."""
    out.write("\ufeff")
    _write_records(rows, layout, out, _excel_cell, header=header)


def _write_records(
    rows: Iterable[object], layout: Layout, out: TextIO, cell: Callable[[object], str], *, header: bool
) -> None:
    names = layout.fields
    writer = csv.writer(out, lineterminator="\n")
    if header:
        writer.writerow(names)
    for row in rows:
        writer.writerow([cell(getattr(row, name, None)) for name in names])


def _write_markdown(rows: Iterable[object], layout: Layout, out: TextIO, header: bool) -> None:  # noqa: FBT001
    """Write a table for a ticket or a chat, with the columns of the table on screen."""
    headings = [column.title for column in layout.columns]
    if header:
        out.write(f"| {' | '.join(headings)} |\n|{' --- |' * len(headings)}\n")
    for row in rows:
        cells = [markdown_cell(column.text(row)) for column in layout.columns]
        out.write(f"| {' | '.join(cells)} |\n")


_WRITERS: Final[Mapping[Format, Callable[[Iterable[object], Layout, TextIO, bool], None]]] = {
    Format.CSV: _write_csv,
    Format.JSON: _write_json_rows,
    Format.MARKDOWN: _write_markdown,
    Format.EXCEL: _write_excel,
    Format.NDJSON: _write_ndjson,
    Format.VALUE: _write_value,
}
FILE_FORMATS: Final = (Format.CSV, Format.JSON, Format.MARKDOWN)
"""The formats that a list can be written to a file in."""


def csv_cell(value: object) -> str:
    """Return a value as a spreadsheet may safely open it: text that would be a formula gets an apostrophe."""
    plain = to_json(value)
    text = _text(plain)
    if isinstance(plain, (int, float)):
        return text
    return f"'{visible(text)}" if text[:1] == "\t" else _FORMULA.sub(r"\1'", visible(text))


def bare(value: object) -> str:
    """Return a value as one word for scripts: control characters visible, absent empty, lists with spaces."""
    return visible(_text(to_json(value)))


def _text(plain: object) -> str:
    """Return a JSON value as text, which may be hostile."""
    if plain is None:
        return ""
    if isinstance(plain, bool):
        return "true" if plain else "false"
    if isinstance(plain, list) and all(isinstance(item, str) for item in plain):
        return " ".join(plain)
    return plain if isinstance(plain, str) else _plain(json.dumps(plain))


_LONG_NUMBER: Final = re.compile(r"[0-9]{16,}")
"""More digits than the numbers of a spreadsheet have."""


def _excel_cell(value: object) -> str:
    return f'="{value}"' if isinstance(value, str) and _LONG_NUMBER.fullmatch(value) else csv_cell(value)


_MARK: Final = "!"
"""The heading of the column that marks problems."""


def write_lines(rows: Iterable[object], layout: Layout, out: TextIO, *, header: bool = True) -> int:
    """Write each row as lines `HEADING: value`, with an empty line between rows; return the number of rows."""
    count = 0
    for count, row in enumerate(rows, 1):
        out.write("\n" if count > 1 else "")
        for column in layout.columns:
            text = visible(column.text(row))
            if column.title == _MARK:
                out.write("PROBLEM: yes\n" if text else "")
            else:
                out.write(f"{column.title}: {text}\n" if header else f"{text}\n")
    return count


def write_table(
    rows: Iterable[object],
    layout: Layout,
    out: TextIO,
    *,
    width: int | None = None,
    measured: int = MEASURED,
    paint: Paint | None = None,
    header: bool = True,
) -> int:
    """Write aligned columns under a heading, nothing cut; return the number of rows.

    Args:
        rows: any number.
        layout: the columns.
        out: the stream.
        width: of the terminal, in cells, where the last column is folded; None: not folded.
        measured: the number of rows that decide the widths.
        paint: paints words and marked rows; None: no colours.
        header: False leaves the headings out.

    """
    columns = layout.columns
    texts = layout.texts
    cells = ([text(row) for text in texts] for row in rows)
    first = [[*map(visible, line)] for line in islice(cells, measured)]
    if not first:
        return 0
    headings = [column.title if header else "" for column in columns]
    widths = [max(_cells(line[place]) for line in (headings, *first)) for place in range(len(columns))]
    shape = _Shape(columns, widths, width)
    if header:
        out.write(shape.line(headings))
    shape.paint = paint
    count = 0
    lines: Iterator[Sequence[object]] = chain(first, cells)
    for line in lines:
        out.write(shape.line(line))
        count += 1
    return count


class _Shape:
    """Lays rows out in the widths of a table's columns."""

    def __init__(self, columns: Sequence[Column[Any]], widths: Sequence[int], width: int | None) -> None:
        self.paint: Paint | None = None
        self._headings = [column.title for column in columns]
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
        plain = self._plain if self.paint is None else None
        if plain is not None and (text := plain % tuple(row)).isascii() and text.isprintable():
            return f"{text.rstrip()}\n"
        cells = [visible(cell) for cell in row]
        padded = [
            _padded(cell, width, right=right)
            for cell, width, right in zip(cells[:-1], self._widths, self._right, strict=False)
        ]
        parts = [cells[-1]] if self._room is None else _folded(cells[-1], self._room)
        if self.paint is not None:
            padded = list(map(self.paint.cell, self._headings, cells, padded))
            parts[0] = self.paint.cell(self._headings[-1], cells[-1], parts[0])
        first = _GAP.join([*padded, parts[0]]).rstrip()
        lines = [first, *(" " * self._indent + part for part in parts[1:])]
        if self.paint is not None:
            lines = [self.paint.line(self._headings, cells, line) for line in lines]
        return "\n".join(lines) + "\n"


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

"""Writes rows as JSON, CSV or Markdown, each while it is read, so that lists may be long.

JSON is plain ASCII without a raw control character. CSV and Markdown show foreign text through `visible`.
"""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Final, TextIO

from core import to_json
from tui.wording.columns import Layout
from tui.wording.markdown import markdown_cell
from tui.wording.sanitize import visible
from tui.wording.verb import Format

__all__ = [
    "FILE_FORMATS",
    "bare",
    "csv_cell",
    "json_text",
    "write_json",
    "write_rows",
]

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

"""Reads CSV files with the columns `address` and `name`, as a list or a spreadsheet writes them."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator, Sequence
from typing import Final

from core.domain.errors import EipdeckError

__all__ = ["is_table", "rows_of"]

_DELIMITERS: Final = (",", ";", "\t")
_NEEDED: Final = ("address", "name")
_MARK: Final = b"\xef\xbb\xbf"

Wrong = Callable[[str], EipdeckError]
"""Makes the refusal of the file."""


def is_table(file_name: str, content: bytes) -> bool:
    """Return whether a file is a CSV: by its name, or by a first line with the columns."""
    first = content.removeprefix(_MARK).partition(b"\n")[0]
    heading = first.decode("utf-8", "replace")
    return file_name.lower().endswith(".csv") or _delimiter(heading) is not None


def rows_of(content: bytes, wrong: Wrong) -> Iterator[tuple[int, tuple[str, str, str]]]:
    """Yield the line, and address, name and id of each row; other columns are ignored.

    Raises:
        EipdeckError: from `wrong`, for a file that is no such table.

    """
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as problem:
        raise wrong(f"it is not UTF-8 text: {problem.reason} at byte {problem.start}") from problem
    delimiter = _delimiter(text.partition("\n")[0])
    if delimiter is None:
        raise wrong("its first line names the columns, and address and name are not among them")
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        columns = _columns(next(reader))
        before = reader.line_num
        for cells in reader:
            if cells:
                if len(cells) <= max(columns):
                    raise wrong(f"line {before + 1} has {len(cells)} cells, fewer than its columns")
                address, name, *eip_id = (cells[column] for column in columns)
                yield before + 1, (address.strip(), name, eip_id[0].strip() if eip_id else "")
            before = reader.line_num
    except csv.Error as problem:
        raise wrong(f"line {reader.line_num} is not CSV: {problem}") from problem


def _delimiter(heading: str) -> str | None:
    """Return what separates the columns; None when it is no heading of such a table."""
    return next((each for each in _DELIMITERS if _columns(_cells(heading, each))), None)


def _cells(heading: str, delimiter: str) -> list[str]:
    return [cell.strip().strip('"') for cell in heading.split(delimiter)]


def _columns(headings: Sequence[str]) -> list[int]:
    """Return the places of address and name, and of the id where there is one; none when a column is missing."""
    plain = [heading.strip().strip('"').lower() for heading in headings]
    if not all(plain.count(needed) == 1 for needed in _NEEDED):
        return []
    return [plain.index(needed) for needed in (*_NEEDED, *(["id"] if "id" in plain else []))]

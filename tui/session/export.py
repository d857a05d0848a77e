"""Writes a list to a text, and a list or a text to a file of mode 0600."""

from __future__ import annotations

import io
import os
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TextIO

from core import Code, error, written_whole
from tui.wording import writers
from tui.wording.columns import Layout
from tui.wording.table_writer import write_table
from tui.wording.verb import Format

__all__ = ["Format", "rows_text", "write_rows", "write_text"]


def write_rows(rows: Iterable[object], layout: Layout, format_: Format, name: Path) -> tuple[int, Path]:
    """Write rows to a new file. Return their number and the path. Blocks.

    Raises:
        EipdeckError: `conflict` if the file exists, `store_unavailable` if it cannot be written. An existing file
            is unchanged, and no partial file stays.

    """
    counted = _Counted(rows)
    path = _write(name, lambda file: writers.write_rows(counted, layout, format_, file))
    return counted.count, path


def rows_text(rows: Iterable[object], layout: Layout, format_: Format) -> str:
    """Return rows in a format, as the table of the command line too. Blocks."""
    out = io.StringIO()
    if format_ is Format.TABLE:
        write_table(rows, layout, out)
    else:
        writers.write_rows(rows, layout, format_, out)
    return out.getvalue()


def write_text(text: str, name: Path) -> Path:
    """Write a text to a new file. Return its path. Blocks.

    Raises:
        EipdeckError: as `write_rows`.

    """
    return _write(name, lambda file: file.write(text))


def _write(name: Path, write: Callable[[TextIO], object]) -> Path:
    path = Path(os.path.expanduser(name)).absolute()  # noqa: PTH111  # expanduser of pathlib raises for an unknown user
    if os.path.lexists(path):
        raise error(Code.CONFLICT, f"Nothing was written, a file is there already: {path}", hint="Name another.")
    with written_whole(path) as part, part.open("w", encoding="utf-8") as file:
        write(file)
    return path


class _Counted:
    """Counts rows while they are read."""

    def __init__(self, rows: Iterable[object]) -> None:
        self.count = 0
        self._rows = rows

    def __iter__(self) -> Iterator[object]:
        for row in self._rows:
            self.count += 1
            yield row

"""Files of mode 0600 that a session makes for its operator: what a list shows, and a text."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from enum import StrEnum
from pathlib import Path
from typing import Any, Final, TextIO

from core import Code, error
from tui.wording.writers import Layout, write_csv, write_json, write_markdown

__all__ = ["Format", "write_rows", "write_text"]


class Format(StrEnum):
    CSV = "csv"
    JSON = "json"
    MARKDOWN = "md"


def write_rows(rows: Iterable[Any], layout: Layout, format_: Format, name: Path) -> tuple[int, Path]:
    """Write rows to a new file; how many there were, and where they are. Blocks.

    Raises:
        EipdeckError: `conflict` when the file exists, `store_unavailable` when it cannot be written; what was
            there is still there, and nothing half-written stays.

    """
    counted = _Counted(rows)
    path = _write(name, lambda file: _WRITERS[format_](counted, layout, file))
    return counted.count, path


def write_text(text: str, name: Path) -> Path:
    """Write a text to a new file; where it is. Blocks.

    Raises:
        EipdeckError: as of `write_rows`.

    """
    return _write(name, lambda file: file.write(text))


def _write(name: Path, write: Callable[[TextIO], object]) -> Path:
    from core import written_whole  # noqa: PLC0415  # most sessions write no file

    path = Path(os.path.expanduser(name)).absolute()  # noqa: PTH111  # a user who is nobody stays as he was written
    if os.path.lexists(path):
        raise error(Code.CONFLICT, f"Nothing was written, a file is there already: {path}", hint="Name another.")
    with written_whole(path) as part, part.open("w", encoding="utf-8") as file:
        write(file)
    return path


class _Counted:
    """Rows, counted as they go by."""

    def __init__(self, rows: Iterable[Any]) -> None:
        self.count = 0
        self._rows = rows

    def __iter__(self) -> Any:
        for row in self._rows:
            self.count += 1
            yield row


def _as_json(rows: Iterable[Any], _layout: Layout, out: TextIO) -> None:
    write_json(iter(rows), out)


_WRITERS: Final = {Format.CSV: write_csv, Format.JSON: _as_json, Format.MARKDOWN: write_markdown}

"""Files that a session makes for its operator: what a list shows, and the trail of an incident. All of mode 0600."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any, Final, TextIO

from platformdirs import user_state_path

from core import error
from tui.output import Layout, write_csv, write_json, write_markdown
from tui.text import visible

__all__ = ["Format", "Trail", "write_rows"]


class Format(StrEnum):
    CSV = "csv"
    JSON = "json"
    MARKDOWN = "md"


def write_rows(rows: Iterable[Any], layout: Layout, format_: Format, path: Path) -> int:
    """Write rows to a new file; how many there were. Blocks.

    Raises:
        EipdeckError: `conflict` when the file exists, `store_unavailable` when it cannot be written; what was
            there is still there, and nothing half-written stays.

    """
    counted = _Counted(rows)
    try:
        with _new_file(path) as file:
            _WRITERS[format_](counted, layout, file)
    except FileExistsError as problem:
        raise error(
            "conflict", f"Nothing was written, a file is there already: {path}", hint="Name another."
        ) from problem
    except OSError as problem:
        if not isinstance(problem, (FileNotFoundError, IsADirectoryError, PermissionError)):
            path.unlink(missing_ok=True)
        why = (problem.strerror or "cannot be written").lower()
        raise error("store_unavailable", f"Nothing was written, {why}: {path}") from problem
    return counted.count


class _Counted:
    """Rows, counted as they go by."""

    def __init__(self, rows: Iterable[Any]) -> None:
        self.count = 0
        self._rows = rows

    def __iter__(self) -> Any:
        for row in self._rows:
            self.count += 1
            yield row


def _new_file(path: Path) -> TextIO:
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8")


def _as_json(rows: Iterable[Any], _layout: Layout, out: TextIO) -> None:
    write_json(iter(rows), out)


_WRITERS: Final = {Format.CSV: write_csv, Format.JSON: _as_json, Format.MARKDOWN: write_markdown}


class Trail:
    """What an operator pinned in this session, as Markdown: the report of an incident writes itself."""

    def __init__(self, begun: datetime) -> None:
        name = f"trail-{begun.astimezone(UTC):%Y%m%dT%H%M%SZ}.md"
        self.path = user_state_path("eipdeck", appauthor=False) / name
        self.pins = 0

    def pin(self, at: datetime, operator: str, title: str, lines: Sequence[str], note: str | None) -> None:
        """Add an entry; blocks.

        Raises:
            EipdeckError: `store_unavailable` when it cannot be written.

        """
        words = [f"## {at.astimezone(UTC):%Y-%m-%d %H:%M:%SZ}  {title}", *lines, f"pinned by {operator}"]
        if note:
            words.append(f"note: {note}")
        text = "\n\n".join(visible(word) for word in words if word) + "\n\n"
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            descriptor = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
            with os.fdopen(descriptor, "a", encoding="utf-8") as file:
                file.write(text)
        except OSError as problem:
            why = (problem.strerror or "cannot be written").lower()
            raise error("store_unavailable", f"Nothing was pinned, {why}: {self.path}") from problem
        self.pins += 1

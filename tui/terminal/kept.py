"""The choices of the operator that the next session begins with: theme, columns, order."""

from __future__ import annotations

import json
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from tui.terminal.private_file import read_private, replace_private

__all__ = ["Kept"]

_MOST = 1 << 16
"""Bytes of the file that are read at most."""


class Kept:
    """A JSON object in a file of mode 0600. Keys that this version does not know survive.

    An unreadable file counts as empty and is left alone; where the folder cannot be written, nothing is kept.
    """

    def __init__(self, path: Path | None) -> None:
        """Read the file; `path` None keeps nothing."""
        self._path = path
        self.problem = ""
        """Why the file cannot be read, as a sentence; empty when it can, or when there is none."""
        self._values: dict[str, Any] = {}
        if path is not None:
            self._values = self._read(path)

    def _read(self, path: Path) -> dict[str, Any]:
        try:
            values = json.loads(read_private(path, _MOST))
        except FileNotFoundError:
            return {}
        except (OSError, ValueError, RecursionError):
            values = None
        if isinstance(values, dict):
            return values
        self.problem = f"{path} cannot be read: the usual theme, columns and order are shown"
        return {}

    def text(self, name: str, among: Sequence[str]) -> str | None:
        """Return a kept text that is one of these."""
        value = self._values.get(name)
        return value if isinstance(value, str) and value in among else None

    def texts(self, name: str) -> tuple[str, ...]:
        """Return the texts of a kept list; none when there is none."""
        value = self._values.get(name)
        return tuple(each for each in value if isinstance(each, str)) if isinstance(value, list) else ()

    def keep(self, name: str, value: str | list[str]) -> None:
        """Keep a value; blocks. What others wrote to the file meanwhile survives."""
        if self._path is None or self.problem:
            return
        self._values = self._read(self._path) | {name: value}
        with suppress(OSError):
            replace_private(self._path, json.dumps(self._values, indent=1).encode())

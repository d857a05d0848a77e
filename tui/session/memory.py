"""What the sessions of one account remember of a database, across processes: one file of mode 0600 in the state folder.

A line is an event that was seen, a change that was made, or the word that earlier changes were told as lost. Lines are
appended, so that several processes share the file.
"""

from __future__ import annotations

import json
import os
import re
import zlib
from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import datetime
from time import monotonic
from typing import Any, Final

from core import Lineage, Memory, Noted, OwnChange, iso
from tui.terminal.paths import SEEN, state_folder
from tui.terminal.private_file import opened_private

__all__ = ["KeptMemory"]

_FILE: Final = "sqlite:///"
_LARGE: Final = 1 << 17
"""Bytes from which the file begins again with its newer half."""
_SELDOM: Final = 10.0
"""Seconds between two notes of what others have done."""


class KeptMemory(Memory):
    """The memory of one database. What cannot be read or written is not remembered."""

    def __init__(self, url: str) -> None:
        super().__init__()
        if url.startswith(_FILE):
            url = _FILE + os.path.abspath(url.removeprefix(_FILE))  # noqa: PTH100  # links stay: a file is put back at its path
        slug = re.sub(r"[^A-Za-z0-9.-]+", "_", url)[-80:]
        told = zlib.crc32(url.encode(errors="replace"))
        self._path = state_folder() / SEEN.replace("*", f"{slug}-{told:08x}")
        self.where = str(self._path)
        self._noted = -_SELDOM

    def seen(self) -> Noted | None:
        newest = [Noted(*numbers) for numbers in self._numbers("seen", len(Noted._fields))]
        if not newest:
            return None
        return max((each for each in newest if each.origin == newest[-1].origin), key=lambda each: each.seq)

    def lineage(self) -> Lineage | None:
        found = [Lineage(*numbers) for numbers in self._numbers("server", len(Lineage._fields))]
        if not found:
            return None
        return max((each for each in found if each.system == found[-1].system), key=lambda each: each.timeline)

    def own(self) -> Sequence[OwnChange]:
        found: list[OwnChange] = []
        for each in self._lines():
            if "told" in each:
                found.clear()
            elif "own" in each:
                with suppress(ValueError, TypeError):
                    request_id, at, what, who = map(str, each["own"])
                    found.append(OwnChange(request_id, datetime.fromisoformat(at), what, who))
        return found

    def keep(self, seen: Noted | None, lineage: Lineage | None, own: OwnChange | None = None) -> None:
        if own is None and monotonic() - self._noted < _SELDOM:
            return
        self._noted = monotonic()
        line: dict[str, Any] = {} if seen is None else {"seen": seen}
        if lineage is not None:
            line["server"] = lineage
        if own is not None:
            line["own"] = (own.request_id, iso(own.at), own.what, own.by)
        self._append(line)

    def forget_own(self) -> None:
        if self.own():
            self._append({"told": True})

    def _append(self, line: dict[str, Any]) -> None:
        with suppress(OSError), os.fdopen(opened_private(self._path, os.O_RDWR | os.O_APPEND), "r+b") as file:
            if os.fstat(file.fileno()).st_size > _LARGE:
                kept = file.read()[_LARGE // 2 :].partition(b"\n")[2]
                file.truncate(0)
                file.write(kept)
            file.write(json.dumps(line).encode() + b"\n")

    def _numbers(self, name: str, count: int) -> Iterator[list[int]]:
        for each in self._lines():
            with suppress(ValueError, TypeError):
                numbers = list(map(int, each.get(name, ())))
                if len(numbers) == count:
                    yield numbers

    def _lines(self) -> Iterator[dict[str, Any]]:
        with suppress(OSError):
            handle = os.open(self._path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
            with os.fdopen(handle, "rb") as file:
                for line in file:
                    with suppress(ValueError):
                        found = json.loads(line)
                        if isinstance(found, dict):
                            yield found

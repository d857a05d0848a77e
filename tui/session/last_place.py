"""The place of this session, noted while it changes: the next start can offer it when the session is lost.

A note is a file of mode 0600 in the state folder, locked while its session lives and removed when the operator leaves.
"""

from __future__ import annotations

import fcntl
import json
import os
import secrets
from contextlib import suppress
from dataclasses import asdict, replace
from datetime import datetime
from pathlib import Path
from threading import Lock
from typing import Any, Final

from core import Inventory, iso
from tui.commands.registry import View
from tui.state.navigation import Place
from tui.terminal.paths import PLACES, state_folder
from tui.terminal.private_file import opened_private

__all__ = ["LastPlace", "LostPlace"]

_MOST: Final = 1 << 16
"""Bytes of a note at most; of a longer one the looked-up text is left out."""

LostPlace = tuple[datetime, Place]
"""The place of a lost session, and the moment of its note."""


class LastPlace:
    """The note of this session, and those of lost ones of the same operator on the same database."""

    def __init__(self, inventory: Inventory, folder: Path | None = None) -> None:
        """Keep the note in a folder; None is the user's state folder."""
        self._inventory = inventory
        self._folder = folder or state_folder()
        self._whose = {"database": inventory.url, "operator": inventory.operator}
        self._note = self._folder / PLACES.replace("*", secrets.token_hex(8))
        self._handle: int | None = None
        """The open note, which is locked; -1: no more notes are written."""
        self._lost: list[Path] = []
        self._lock = Lock()

    def keep(self, place: Place) -> None:
        """Note a place; it replaces what lost sessions left. Blocks. A note that cannot be written is skipped."""
        note = self._text(place)
        if len(note) > _MOST:
            note = self._text(replace(place, looked=""))
        with self._lock, suppress(OSError):
            if self._handle is None:
                self._handle = opened_private(self._note, os.O_RDWR | os.O_EXCL)
                fcntl.flock(self._handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if self._handle >= 0:
                os.pwrite(self._handle, note, 0)
                os.ftruncate(self._handle, len(note))
                self._remove_lost()

    def _text(self, place: Place) -> bytes:
        return json.dumps({**self._whose, "at": iso(self._inventory.now()), **asdict(place)}).encode() + b"\n"

    def lost(self) -> LostPlace | None:
        """Return the newest place of a lost session, or None; blocks. Its note stays until this session has its own."""
        found = []
        for note in self._folder.glob(PLACES):
            content = _left(note)
            if content is None or {name: content.get(name) for name in self._whose} != self._whose:
                continue
            self._lost.append(note)
            with suppress(KeyError, TypeError, ValueError):
                found.append((datetime.fromisoformat(content["at"]), _place(content)))
        return max(found, key=lambda each: each[0], default=None)

    def forget(self) -> None:
        """Remove every note: the operator leaves."""
        with self._lock, suppress(OSError):
            handle, self._handle = self._handle, -1
            if handle is not None and handle >= 0:
                self._note.unlink(missing_ok=True)
                os.close(handle)
            self._remove_lost()

    def _remove_lost(self) -> None:
        while self._lost:
            self._lost.pop().unlink(missing_ok=True)


def _left(note: Path) -> dict[str, Any] | None:
    """Return the first line of a note; None if its session still runs or the file is not a note."""
    flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
    with suppress(OSError, ValueError, RecursionError), os.fdopen(os.open(note, flags), "rb") as file:
        fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        content = json.loads(file.readline(_MOST))
        return content if isinstance(content, dict) else None
    return None


def _place(content: dict[str, Any]) -> Place:
    """Return the place in a note.

    Raises:
        KeyError, TypeError, ValueError: it is not a note of this version.

    """
    filter_, key, looked = content["filter"], content["key"], content["looked"]
    if not (isinstance(filter_, str) and isinstance(key, str | None) and isinstance(looked, str)):
        raise TypeError
    return Place(View(content["view"]), filter_, key, looked)

"""The changes in flight, noted before they are sent: the next start can tell whether an interrupted one was made.

A note is a file of mode 0600 beside the trails. It is removed after the answer. A note that stays belongs to a session
that was killed, or that lost its database during a commit; the request id tells whether the change was made.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from core import Inventory, NotFound, OutcomeUnknown, shell_command
from tui.terminal.paths import SENT, state_folder
from tui.terminal.private_file import opened_private
from tui.wording.sanitize import visible

__all__ = ["PendingChanges"]


class PendingChanges:
    """The notes of this session and of earlier ones."""

    def __init__(self, folder: Path | None = None) -> None:
        """Keep the notes in a folder; None is the user's state folder."""
        self._folder = folder or state_folder()
        self.sent: set[str] = set()
        """The ids of the requests of this session."""

    @contextmanager
    def noted(self, inventory: Inventory, title: str, request_id: str | None) -> Iterator[None]:
        """Note a request while the block sends it. Blocks. A note that cannot be written is skipped."""
        note, handle = self._folder / SENT.replace("*", str(request_id)), -1
        if request_id is not None:
            self.sent.add(request_id)
            with suppress(OSError):
                handle = self._written(note, {"database": inventory.url, "title": title, "request_id": request_id})
        try:
            yield
        except OutcomeUnknown:
            note = Path(os.devnull)  # the outcome is unknown: the note stays for the next start
            raise
        finally:
            if handle >= 0:
                os.close(handle)
                if note.suffix:
                    note.unlink(missing_ok=True)

    def _written(self, note: Path, content: dict[str, str]) -> int:
        """Write a note. Return its open file, which stays locked while this session lives."""
        handle = opened_private(note, os.O_RDWR | os.O_EXCL)
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        os.write(handle, json.dumps(content).encode())
        return handle

    def settle(self, inventory: Inventory) -> list[str]:
        """Remove the notes of earlier sessions. Return a sentence for each: was the change made? Blocks.

        Raises:
            EipdeckError: the database cannot be read; the notes stay.

        """
        told = []
        for note in sorted(self._folder.glob(SENT)):
            content = _left(note)
            if content is None or content.get("database") != inventory.url:
                continue
            how = _ended(inventory, str(content.get("request_id")))
            told.append(f"an earlier session was cut off while it sent `{visible(str(content.get('title')))}`: {how}")
            note.unlink(missing_ok=True)
        return told


def _ended(inventory: Inventory, request_id: str) -> str:
    """Return how a change ended; one of a live account may be made in part."""
    if inventory.was_made(request_id):
        return "it was made"
    with suppress(NotFound):
        plan = inventory.plan(request_id)
        if plan.state != "refused":
            return f"{plan.done} of {len(plan.steps)} steps are made: {shell_command('plan', 'show', request_id)}"
    return "it was not made, nothing changed"


def _opened(note: Path) -> int:
    return os.open(note, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)


def _left(note: Path) -> dict[str, object] | None:
    """Return the content of a note; None if its session still runs or the file is not a note."""
    with suppress(OSError, ValueError), os.fdopen(_opened(note), "rb") as file:
        fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        content = json.loads(file.read(65_536))
        return content if isinstance(content, dict) else None
    return None

"""The note of the last `verify` of each database, for the metrics."""

from __future__ import annotations

import hashlib
import json
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from core import iso
from tui.terminal.paths import VERIFIED, state_folder
from tui.terminal.private_file import read_private, replace_private
from tui.wording.prometheus import Verified

__all__ = ["last_verified", "note_verified"]


def _note(url: str) -> Path:
    return state_folder() / VERIFIED.replace("*", hashlib.sha256(url.encode(errors="replace")).hexdigest()[:16])


def note_verified(url: str, at: datetime, *, sound: bool) -> None:
    """Note a run of `verify`. A note that cannot be written is skipped."""
    with suppress(OSError):
        replace_private(_note(url), json.dumps({"database": url, "at": iso(at), "sound": sound}).encode())


def last_verified(url: str) -> Verified | None:
    """Return the last run of `verify` on a database; None when none is noted."""
    with suppress(OSError, ValueError, KeyError, TypeError):
        found = json.loads(read_private(_note(url)))
        return Verified(datetime.fromisoformat(found["at"]), bool(found["sound"]))
    return None

"""The files in the operator's own state folder, each named once; `eipdeck doctor` lists them."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from platformdirs import user_state_path

__all__ = ["CLIP", "HEADS", "LOG", "PLACES", "SEEN", "SENT", "TRAILS", "UI", "VERIFIED", "WATCH", "state_folder"]

CLIP: Final = "clip"
"""The last copied text."""
LOG: Final = "eipdeck.log"
"""The log: internal errors, and the messages of libraries."""
PLACES: Final = "place-*.json"
"""The place of each session, until the operator leaves it; `*` is a random name."""
TRAILS: Final = "trail-*.md"
"""The incident trails; `*` is the start time and the process id."""
HEADS: Final = "heads.json"
"""The heads of the histories that were found sound here, by database."""
SEEN: Final = "seen-*.jsonl"
"""The newest event that this operator saw of each database, and the changes made; `*` is its URL in short."""
SENT: Final = "sent-*.json"
"""Notes of changes whose answer has not come; `*` is the request id."""
VERIFIED: Final = "verified-*.json"
"""The last `verify` of each database; `*` is a hash of its URL."""
WATCH: Final = "watch-*.json"
"""The place of the watch of each database; `*` is a hash of its URL."""

UI: Final = "ui.json"
"""The theme, the columns and the order that were chosen last."""


def state_folder() -> Path:
    """Return the folder of the operator's own files; it may not exist yet."""
    return user_state_path("eipdeck", appauthor=False)

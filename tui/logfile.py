"""The log of the dashboard: a file of the operator's own, because the screen is drawn on standard error."""

from __future__ import annotations

import logging
import os
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import Final

from platformdirs import user_state_path

__all__ = ["keep_log"]

_BYTES: Final = 1_000_000


def keep_log(path: Path | None = None) -> Path | None:
    """Send what libraries log and warn of to a file (0600), None when it cannot be written: then nowhere."""
    chosen = path or user_state_path("eipdeck", appauthor=False) / "eipdeck.log"
    logging.captureWarnings(capture=True)
    root = logging.getLogger()
    try:
        chosen.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        os.close(os.open(chosen, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600))
        handler: logging.Handler = RotatingFileHandler(chosen, maxBytes=_BYTES, backupCount=1, encoding="utf-8")
    except OSError:
        root.addHandler(logging.NullHandler())
        return None
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    root.addHandler(handler)
    return chosen

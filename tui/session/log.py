"""The log of the dashboard: a file of the operator's own, because the screen is drawn on standard error."""

from __future__ import annotations

import logging
import os
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import TYPE_CHECKING, Final

from tui.terminal.paths import LOG, state_folder
from tui.terminal.private_file import opened_private

if TYPE_CHECKING:
    from io import TextIOWrapper

__all__ = ["keep_log"]

_BYTES: Final = 1_000_000


class _PrivateLog(RotatingFileHandler):
    """Every file that it begins is the operator's own; what cannot be logged is left out, not told on the screen."""

    def _open(self) -> TextIOWrapper:
        descriptor = opened_private(Path(self.baseFilename), os.O_WRONLY | os.O_APPEND)
        return os.fdopen(descriptor, "a", encoding=self.encoding)

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802  # logging's name
        del record


def keep_log(path: Path | None = None) -> Path | None:
    """Send what libraries log and warn of to a file (0600), None when it cannot be written: then nowhere."""
    chosen = path or state_folder() / LOG
    logging.captureWarnings(capture=True)
    root = logging.getLogger()
    try:
        handler = _PrivateLog(chosen, maxBytes=_BYTES, backupCount=1, encoding="utf-8")
    except OSError:
        root.addHandler(logging.NullHandler())
        return None
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    root.addHandler(handler)
    return chosen

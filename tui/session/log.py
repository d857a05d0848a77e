"""The log file of the dashboard; standard error is the screen."""

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
    """Creates its files with mode 0600 and drops records that it cannot write."""

    def _open(self) -> TextIOWrapper:
        descriptor = opened_private(Path(self.baseFilename), os.O_WRONLY | os.O_APPEND)
        return os.fdopen(descriptor, "a", encoding=self.encoding)

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802  # logging's name
        del record


def keep_log(path: Path | None = None) -> Path | None:
    """Send logs and warnings of libraries to a file of mode 0600.

    Returns:
        The path, or None if the file cannot be written; the records are dropped then.

    """
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

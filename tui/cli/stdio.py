"""The standard streams, which may be closed, piped into a program that has ended, or on a full disk."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TextIO

__all__ = ["drop", "tell"]


def drop(stream: TextIO | None) -> None:
    """Discard what is still buffered, so that the interpreter's last flush cannot fail or print half an answer."""
    if stream is not None:
        with Path(os.devnull).open("wb") as nowhere:
            os.dup2(nowhere.fileno(), stream.fileno())


def tell(lines: Iterable[str]) -> None:
    """Write lines to stderr; a write error is ignored."""
    if sys.stderr is None:
        return
    try:
        sys.stderr.writelines(f"{line}\n" for line in lines)
        sys.stderr.flush()
    except OSError:
        drop(sys.stderr)

"""The standard streams, which may be closed, piped into a program that has ended, or on a full disk."""

from __future__ import annotations

import os
import select
import sys
import time
from collections.abc import Iterable
from pathlib import Path
from typing import TextIO

__all__ = ["drop", "pause", "tell"]


def drop(stream: TextIO | None) -> None:
    """Discard what is still buffered, so that the interpreter's last flush cannot fail or print half an answer."""
    if stream is not None:
        with Path(os.devnull).open("wb") as nowhere:
            os.dup2(nowhere.fileno(), stream.fileno())


def pause(seconds: float) -> bool:
    """Wait; return whether stdout still has a reader."""
    try:
        out = select.poll()
        out.register(sys.stdout.fileno(), 0)
    except (AttributeError, OSError, ValueError):  # closed, or not a file of the system
        time.sleep(seconds)
        return True
    return not any(event & (select.POLLERR | select.POLLHUP) for _, event in out.poll(seconds * 1000))


def tell(lines: Iterable[str]) -> None:
    """Write lines to stderr; a write error is ignored."""
    if sys.stderr is None:
        return
    try:
        sys.stderr.writelines(f"{line}\n" for line in lines)
        sys.stderr.flush()
    except OSError:
        drop(sys.stderr)

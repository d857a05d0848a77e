"""The standard streams as they may really be: closed, piped into something that went away, or on a full disk."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TextIO

__all__ = ["drop", "tell"]


def drop(stream: TextIO | None) -> None:
    """What is still buffered goes nowhere, so that the interpreter's last flush cannot fail or say half an answer."""
    if stream is not None:
        with Path(os.devnull).open("wb") as nowhere:
            os.dup2(nowhere.fileno(), stream.fileno())


def tell(lines: Iterable[str]) -> None:
    """Lines on stderr; one that nobody reads any more keeps nothing from being done."""
    if sys.stderr is None:
        return
    try:
        sys.stderr.writelines(f"{line}\n" for line in lines)
        sys.stderr.flush()
    except OSError:
        drop(sys.stderr)

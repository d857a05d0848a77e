"""Driver errors of SQLite as errors of eipdeck."""

from __future__ import annotations

import errno
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from core.domain.errors import Code, EipdeckError, Fix, error
from core.storage.write_lock import busy


@contextmanager
def in_doubt() -> Iterator[None]:
    """Run a commit.

    Raises:
        EipdeckError: `outcome_unknown` when the disk failed. The change is undone for every open connection, and yet it
            may have reached the disk and return after a crash (tried with a failing fdatasync and a SIGKILL). A full
            disk or a quota fails before that, while the log has no whole commit; then nothing changed.
        sqlite3.Error: any other failure; nothing changed.

    """
    try:
        yield
    except sqlite3.OperationalError as problem:
        code = getattr(problem, "sqlite_errorcode", 0)
        if code & 0xFF != sqlite3.SQLITE_IOERR or code == sqlite3.SQLITE_IOERR_WRITE:
            raise
        raise error(
            Code.OUTCOME_UNKNOWN,
            f"The disk failed while it was asked to commit ({problem}): the change was made, or nothing changed.",
            hint="Check the disk, then look at the history; with the same request id nothing happens twice.",
        ) from problem


@contextmanager
def translated_errors(path: Path) -> Iterator[None]:
    """Turn errors of the driver and of the system into ours."""
    try:
        yield
    except UnicodeEncodeError as problem:
        raise error(Code.INVALID_NAME, "A name or a key is text; this one holds bytes that are not.") from problem
    except sqlite3.IntegrityError as problem:
        raise error(
            Code.CONFLICT,
            f"The database refused it: {problem}; nothing changed.",
            hint="Another change was faster, or this is a defect: look again, then examine the database.",
            fix=Fix("doctor"),
        ) from problem
    except sqlite3.Error as problem:
        raise _error_of(path, str(problem)) from problem
    except OSError as problem:
        why = problem.strerror or "it cannot be opened"
        hint = "Correct that, or open it read-only." if problem.errno in (errno.EROFS, errno.EACCES) else ""
        raise error(Code.STORE_UNAVAILABLE, f"{path}: {why.lower()}; nothing changed.", hint=hint) from problem


_MEANINGS: Final[tuple[tuple[str, Callable[[Path], EipdeckError]], ...]] = (
    ("locked", busy),
    ("busy", busy),
    (
        "full",
        lambda path: error(
            Code.STORE_UNAVAILABLE,
            f"The disk under {path} is full; nothing changed.",
            hint="Make room and try again.",
        ),
    ),
    (
        "readonly",
        lambda path: error(
            Code.STORE_UNAVAILABLE,
            f"{path} or its folder cannot be written; nothing changed.",
            hint="Correct its permissions, or open it read-only.",
        ),
    ),
    (
        "not a database",
        lambda path: error(
            Code.STORE_UNAVAILABLE,
            f"{path} is not a database.",
            hint="It was not changed; name another file.",
        ),
    ),
)


def _error_of(path: Path, text: str) -> EipdeckError:
    for word, make in _MEANINGS:
        if word in text:
            return make(path)
    return error(
        Code.STORE_UNAVAILABLE, f"{path}: {text}; nothing changed.", hint="Examine the database.", fix=Fix("doctor")
    )

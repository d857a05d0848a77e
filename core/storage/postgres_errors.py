"""Driver errors of PostgreSQL as errors of eipdeck."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import psycopg

from core.domain.errors import Code, EipdeckError, Fix, error

__all__ = ["OutdatedError", "busy", "is_of_the_url", "translated_errors"]


class OutdatedError(psycopg.OperationalError):
    """The server is an older primary than one that this client has seen."""


@contextmanager
def translated_errors(url: str) -> Iterator[None]:
    """Turn the driver's errors into ours; `url` names the database without a password.

    Raises:
        EipdeckError: `store_busy`, `store_unavailable`, `read_only`, `conflict`, `invalid_name`.

    """
    try:
        yield
    except UnicodeEncodeError as problem:
        raise error(Code.INVALID_NAME, "A name or a key is text; this one holds bytes that are not.") from problem
    except psycopg.errors.LockNotAvailable as problem:
        raise busy(url) from problem
    except (psycopg.errors.SerializationFailure, psycopg.errors.DeadlockDetected) as problem:
        overtaken = busy(url)
        overtaken.overtaken = True
        raise overtaken from problem
    except (psycopg.errors.InsufficientPrivilege, psycopg.errors.ReadOnlySqlTransaction) as problem:
        raise error(
            Code.READ_ONLY,
            f"The role on {url} may not do that: {_first_line(problem)}; nothing changed.",
            hint="Look only, or connect as a role that may.",
        ) from problem
    except psycopg.IntegrityError as problem:
        raise error(
            Code.CONFLICT,
            f"The database refused it: {_first_line(problem)}; nothing changed.",
            hint="Another change was faster, or this is a defect: look again, then verify the database.",
            fix=Fix("verify"),
        ) from problem
    except psycopg.DataError as problem:
        raise error(Code.INVALID_NAME, f"The database cannot hold that: {_first_line(problem)}.") from problem
    except psycopg.Error as problem:
        raise _unavailable(url, problem) from problem


def _unavailable(url: str, problem: psycopg.Error) -> EipdeckError:
    if is_of_the_url(problem):
        return error(
            Code.USAGE,
            f"{url}: {_first_line(problem).removeprefix('connection is bad: ')}; nothing was opened.",
            hint="Correct the hosts, or the options after the question mark.",
        )
    if isinstance(problem, OutdatedError):
        return error(
            Code.STORE_UNAVAILABLE,
            f"{url}: {_first_line(problem)}; nothing changed.",
            hint="Stop that server. If the cluster was taken back on purpose, remove the file `seen` of doctor.",
            fix=Fix("doctor"),
        )
    return error(
        Code.STORE_UNAVAILABLE,
        f"{url}: {_first_line(problem)}; nothing changed.",
        hint="Try again when it can be reached, or examine it.",
        fix=Fix("doctor"),
    )


def busy(url: str) -> EipdeckError:
    """Return the error of a writer that waited too long."""
    return error(
        Code.STORE_BUSY,
        f"{url} is being written by others for too long; nothing changed.",
        hint="Try again; with the same request id nothing happens twice.",
    )


_WRONG_OPTION: Final = re.compile(
    "^connection is bad: (?:invalid |definition of service )|invalid integer value|^could not match |^bad value for "
)
"""Refusals of libpq and of the driver."""


def is_of_the_url(problem: psycopg.Error) -> bool:
    """Return whether the URL is wrong, whatever the servers say."""
    return problem.sqlstate is None and bool(_WRONG_OPTION.search(str(problem)))


def _first_line(problem: psycopg.Error) -> str:
    """Return the first line of the driver's message, which names no value of a statement."""
    said = problem.diag.message_primary or str(problem).strip() or "the connection was lost"
    return said.splitlines()[0].rstrip(".")

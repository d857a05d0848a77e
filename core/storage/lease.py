"""The lease of the one watch of a database, and of the one sync. Its end, also by SIGKILL, frees it."""

from __future__ import annotations

import fcntl
import os
from abc import ABC, abstractmethod
from pathlib import Path
from typing import Final, NamedTuple

import psycopg

from core.domain.errors import Code, EipdeckError, error
from core.storage.own_file import opened_own
from core.storage.postgres import PostgresStore
from core.storage.postgres_connection import PostgresConnection
from core.storage.postgres_errors import translated_errors
from core.storage.sqlite_errors import translated_errors as file_errors
from core.storage.store import Store

__all__ = ["SYNC", "WATCH", "Lease", "Leased", "lease_on"]


class Leased(NamedTuple):
    """What one process alone may do to a database."""

    name: str
    key: int
    """The key of the advisory lock on a server."""
    held: str
    """The beginning of the refusal."""
    hint: str


WATCH: Final = Leased("watch", 0x45495057, "Another watch runs on", "One watch of a database is enough; end that one.")
SYNC: Final = Leased("sync", 0x45495053, "Another session reads the account into", "Its picture is yours, too.")


class Lease(ABC):
    """The right to do something to a database, which one process has."""

    @abstractmethod
    def hold(self) -> None:
        """Take the lease, or see that it is still held; cheap.

        Raises:
            EipdeckError: `conflict` when another process has it; `store_unavailable`.

        """

    @abstractmethod
    def close(self) -> None:
        """Give the lease back."""


def lease_on(store: Store, what: Leased) -> Lease:
    """Return a lease of a database, not yet taken."""
    if isinstance(store, PostgresStore):
        return _ServerLease(store, what)
    assert store.file is not None  # noqa: S101  # the other kind of store is a file
    return _FileLease(store.file, what)


def _held_by_another(what: Leased, where: object) -> EipdeckError:
    return error(Code.CONFLICT, f"{what.held} {where}.", hint=what.hint)


class _FileLease(Lease):
    """flock on a file beside the database."""

    def __init__(self, database: Path, what: Leased) -> None:
        self._database = database
        self._what = what
        self._file: int | None = None

    def hold(self) -> None:
        if self._file is not None:
            return
        path = self._database.with_name(f"{self._database.name}.{self._what.name}")
        with file_errors(path):
            file = opened_own(path, os.O_RDWR | os.O_CREAT, self._database)
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as problem:
            os.close(file)
            raise _held_by_another(self._what, self._database) from problem
        self._file = file

    def close(self) -> None:
        if self._file is not None:
            os.close(self._file)
            self._file = None


class _ServerLease(Lease):
    """An advisory lock of a session of its own; a server that restarts forgets it."""

    def __init__(self, store: PostgresStore, what: Leased) -> None:
        self._store = store
        self._what = what
        self._connection: PostgresConnection | None = None

    def hold(self) -> None:
        with translated_errors(self._store.url):
            if self._connection is None:
                self._connection = self._taken()
                return
            try:
                self._connection.execute("SELECT 1")
            except psycopg.Error:
                self.close()
                raise

    def _taken(self) -> PostgresConnection:
        connection = self._store.apart()
        if not connection.value(int, f"SELECT pg_try_advisory_lock({self._what.key})"):
            connection.driver.close()
            raise _held_by_another(self._what, self._store.url)
        return connection

    def close(self) -> None:
        if self._connection is not None:
            self._connection.driver.close()
            self._connection = None

"""The lease of the one watch of a database. Its end, also by SIGKILL, frees it."""

from __future__ import annotations

import fcntl
import os
from abc import ABC, abstractmethod
from pathlib import Path
from typing import Final

import psycopg

from core.domain.errors import Code, EipdeckError, error
from core.storage.own_file import opened_own
from core.storage.postgres import PostgresStore
from core.storage.postgres_connection import PostgresConnection
from core.storage.postgres_errors import translated_errors
from core.storage.sqlite_errors import translated_errors as file_errors
from core.storage.store import Store

__all__ = ["Lease", "lease_on"]

_KEY: Final = 0x45495057
"""The key of the advisory lock of a watch: `EIPW`."""


class Lease(ABC):
    """The right to watch a database, which one process has."""

    @abstractmethod
    def hold(self) -> None:
        """Take the lease, or see that it is still held; cheap.

        Raises:
            EipdeckError: `conflict` when another process has it; `store_unavailable`.

        """

    @abstractmethod
    def close(self) -> None:
        """Give the lease back."""


def lease_on(store: Store) -> Lease:
    """Return the lease of a database, not yet taken."""
    if isinstance(store, PostgresStore):
        return _ServerLease(store)
    assert store.file is not None  # noqa: S101  # the other kind of store is a file
    return _FileLease(store.file)


def _held_by_another(where: object) -> EipdeckError:
    return error(
        Code.CONFLICT, f"Another watch runs on {where}.", hint="One watch of a database is enough; end that one."
    )


class _FileLease(Lease):
    """flock on a file beside the database."""

    def __init__(self, database: Path) -> None:
        self._database = database
        self._file: int | None = None

    def hold(self) -> None:
        if self._file is not None:
            return
        path = self._database.with_name(f"{self._database.name}.watch")
        with file_errors(path):
            file = opened_own(path, os.O_RDWR | os.O_CREAT, self._database)
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as problem:
            os.close(file)
            raise _held_by_another(self._database) from problem
        self._file = file

    def close(self) -> None:
        if self._file is not None:
            os.close(self._file)
            self._file = None


class _ServerLease(Lease):
    """An advisory lock of a session of its own; a server that restarts forgets it."""

    def __init__(self, store: PostgresStore) -> None:
        self._store = store
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
        if not connection.value(int, f"SELECT pg_try_advisory_lock({_KEY})"):
            connection.driver.close()
            raise _held_by_another(self._store.url)
        return connection

    def close(self) -> None:
        if self._connection is not None:
            self._connection.driver.close()
            self._connection = None

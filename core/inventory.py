"""The inventory: the object that a front end holds. It wires the database, the clock and the operator."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from functools import cached_property, partial
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING, Final, TypeVar
from uuid import uuid4

from core.domain.config import Config
from core.domain.confinement import inside
from core.domain.errors import Code, EipdeckError, error
from core.domain.login import login_name
from core.domain.memory import Loss, Recall
from core.domain.results import Imported, Restored
from core.domain.validation import checked_text
from core.domain.values import Allocation, OtherSession
from core.operations import presence, settling
from core.queries.lookups import InventoryLookups
from core.queries.without_plans import WithoutPlans
from core.storage.opening import open_store
from core.storage.store import Store

if TYPE_CHECKING:
    from core.domain.receipt import CarriedOut, Receipt
    from core.domain.requests import AllocationRequest, Request
    from core.operations.executor import Executor
    from core.storage.lease import Lease

__all__ = ["Inventory", "open_inventory"]

Answer = TypeVar("Answer")
_PRESENCE_SECONDS: Final = 1.0
"""Seconds to wait for the write lock to announce or end a session; others notice without it a little later."""


def open_inventory(
    url: str | None = None,
    *,
    operator: str | None = None,
    read_only: bool = False,
    config: Config | None = None,
    clock: Callable[[], datetime] | None = None,
    confined: Path | None = None,
    memory: Recall | None = None,
) -> Inventory:
    """Open the inventory at `url` (None: the embedded database); create or migrate it when needed.

    `confined` is the folder for the files that the operator names; None allows any file. `clock` returns aware UTC
    datetimes; None is the clock of the database. `memory` gets the URL without a password.

    Raises:
        EipdeckError: `store_…`, `schema_newer`, or `usage` for a bad URL and for the mirror of a live account, which
            `open_account` opens.

    """
    store = open_store(url, read_only=read_only, recall=memory)
    _check_embedded(store)
    who = checked_text(operator or login_name()) or ""
    shut, settings = read_only or not store.writable, config or Config()
    return Inventory(store, clock or store.now, who, settings, read_only=shut, confined=confined, memory=memory)


def _check_embedded(store: Store) -> None:
    profile = store.mirrored()
    if profile is not None:
        store.close()
        raise error(
            Code.USAGE,
            f"{store.url} mirrors the live account of profile {profile}; nothing was opened.",
            hint="Name that profile.",
            details={"profile": profile},
        )


class Inventory(WithoutPlans, InventoryLookups):
    """Everything that a front end can ask. Every method blocks: call it off the event loop. Thread-safe."""

    def __init__(
        self,
        store: Store,
        clock: Callable[[], datetime],
        operator: str,
        config: Config,
        *,
        read_only: bool,
        confined: Path | None = None,
        memory: Recall | None = None,
    ) -> None:
        super().__init__(store, clock, store.acting or operator, config, memory)
        self.claimed = operator if self.operator != operator else None
        """The name that the operator gave, when the database knows another one; the history has both."""
        self.read_only = read_only
        self._confined = confined
        self._session: str | None = None
        """The id of this session in the presence table; None before its first announcement."""

    @cached_property
    def _executor(self) -> Executor:
        """The executor of changes: the seam for another one, such as a live account."""
        from core.operations.executor import Executor  # noqa: PLC0415  # reads start without it

        shut, memory = self.read_only, self._memory
        return Executor(
            self._store, self._clock, self.operator, self.config, read_only=shut, claimed=self.claimed, memory=memory
        )

    def execute(self, request: Request[Answer]) -> Answer:
        """Carry out a change, in one transaction with its history; a repeated request id gets the first answer.

        Raises:
            EipdeckError: what the verb refuses, `read_only`, `request_mismatch`, `store_…`: nothing changed.
                `outcome_unknown`.

        """
        return self.carry_out(request).answer

    def carry_out(self, request: Request[Answer]) -> CarriedOut[Answer]:
        """Carry out a change as `execute` does; the receipt has its request id and its events."""
        return self._executor.carry_out(request)

    def settle(self, request_id: str) -> Receipt | None:
        """Return the receipt of a change by its request id; None when the change was not made.

        Raises:
            EipdeckError: `outcome_unknown` when that is not known yet; `store_unavailable`; `invalid_name`.

        """
        return settling.settled(self._store, request_id, read_only=self.read_only)

    def noticed(self) -> Loss | None:
        """Return the loss that the last change met, once."""
        found, self._executor.loss = self._executor.loss, None
        return found

    @property
    def url(self) -> str:
        """The path or URL that opens the database, without a password."""
        return self._store.url

    @property
    def label(self) -> str:
        """The name of the database for a header: `embedded`, with the name of the file when it is not the usual one."""
        return self._store.label

    @property
    def embedded(self) -> bool:
        """Whether the database is a file of this host."""
        return self._store.embedded

    @property
    def file(self) -> Path | None:
        """The file of the database; None on a server."""
        return self._store.file

    def file_named(self, path: Path) -> Path:
        """Return the file that an operator names, in the folder that confines the operator.

        Raises:
            EipdeckError: `usage` when it is not in that folder; nothing was read or written.

        """
        return path if self._confined is None else inside(self._confined, path)

    def close(self) -> None:
        """Close the database and end the session, unless the write lock is held for longer than a second."""
        if self._session is None:
            self._store.close()
            return
        leaving = Thread(target=self._leave, args=(self._session,), daemon=True, name="eipdeck-leave")
        leaving.start()
        leaving.join(_PRESENCE_SECONDS)

    def _leave(self, session: str) -> None:
        with suppress(EipdeckError), self._store.write(wait=_PRESENCE_SECONDS) as connection:
            presence.leave(connection, session)
        self._store.close()

    def watch_lease(self) -> Lease:
        """Return the lease of the one watch of the database, not yet taken."""
        from core.storage.lease import WATCH, lease_on  # noqa: PLC0415  # for a watch alone

        return lease_on(self._store, WATCH)

    def announce(self, doing: str | None) -> None:
        """Publish this session and the targets of the change it is reviewing, one a line.

        Does nothing in a read-only session; write errors are ignored.
        """
        if self.read_only:
            return
        self._session = self._session or uuid4().hex
        with suppress(EipdeckError), self._store.write(wait=_PRESENCE_SECONDS) as connection:
            presence.announce(connection, self._session, self.operator, self._micros(), doing)

    def other_sessions(self) -> list[OtherSession]:
        """Return the other open sessions."""
        with self._store.read() as connection:
            return presence.other_sessions(connection, self._session or "", self._micros())

    def pulse(self) -> tuple[int, list[OtherSession]]:
        """Return the `data_version` and the other open sessions, in one round trip of a server."""
        session, now = self._session or "", self._micros()
        with self._store.read() as connection:
            connection.foresee(lambda ahead: presence.other_sessions(ahead, session, now))
            return self._store.version_in(connection), presence.other_sessions(connection, session, now)

    def preview(self, request: AllocationRequest) -> Allocation:
        """Return what an allocation would give now; nothing changes."""
        dry = self.execute(replace(request, dry_run=True, request_id=None))
        warnings = tuple(replace(warning, eip_id=None) for warning in dry.warnings)
        return Allocation(tuple(eip._replace(id=None) for eip in dry.eips), warnings)

    def import_files(
        self, paths: Sequence[Path], *, reason: str | None = None, request_id: str | None = None
    ) -> Imported:
        """Import API responses, an export, or CSV files of names, all or nothing; a repeated request id gets the first
        answer.

        Raises:
            EipdeckError: `invalid_import`, naming file and row; `read_only`; `request_mismatch` for a request id that
                was used for other contents; `invalid_name` for the request id.

        """
        self._checked_writable("imported")
        from core.transfer import maintenance  # noqa: PLC0415  # the dashboard starts without it

        begin = partial(self._executor.begin, reason=reason, request_id=request_id)
        files = [self.file_named(path) for path in paths]
        return self._executor.remember_transfer("import", maintenance.import_files(self._store, files, begin))

    def export(self, path: Path, *, force: bool = False) -> None:
        """Write everything as one JSON document that can be imported, mode 0600.

        Raises:
            EipdeckError: `conflict` when the file exists, unless `force`, or is the database's; `store_unavailable`.

        """
        from core.transfer import write_export  # noqa: PLC0415  # the dashboard starts without it

        with self._store.read() as connection:
            write_export(connection, self.file_named(path), force=force, apart_from=self._store.files)

    def export_text(self) -> Iterator[str]:
        """Yield the document of an export in parts."""
        from core.transfer import export_document  # noqa: PLC0415  # the dashboard starts without it

        with self._store.read() as connection:
            yield from export_document(connection)

    def backup(self, path: Path, *, force: bool = False) -> None:
        """Copy everything, as it is at one moment, to a new embedded database, mode 0600. Writes go on during it.

        Raises:
            EipdeckError: `conflict` when the file exists, unless `force`, or is the database's; `store_unavailable`.

        """
        from core.transfer import write_backup  # noqa: PLC0415  # the dashboard starts without it

        write_backup(self._store, self.file_named(path), force=force)

    def restore(
        self, path: Path, *, reason: str | None = None, agreed: Callable[[Restored], None] | None = None
    ) -> Restored:
        """Restore a backup, all or nothing, for every session that has the database open.

        Args:
            path: the backup, of this version or an older one; it is read only.
            reason: stored in the history.
            agreed: called with what would be lost before anything changes; it raises to stop the restoration.

        Raises:
            EipdeckError: `read_only`; `usage` on a server, and where the operator is confined to a folder and so may
                not change the history; `store_unavailable` when the file is not a backup or is damaged;
                `schema_newer`; `conflict` when something changed after `agreed` was called; `store_busy`. Nothing
                changed then.

        """
        self._checked_writable("restored")
        if self._confined is not None:
            raise error(
                Code.USAGE,
                "A restoration takes events out of the history, which this connection does not allow; nothing changed.",
                hint="Ask who keeps the database.",
            )
        from core.transfer import maintenance  # noqa: PLC0415  # the dashboard starts without it

        begin = partial(self._executor.begin, reason=reason, restoring=True)
        done = maintenance.restore(self._store, path, begin, agreed)
        self._memory.forget_own()  # the operator was shown what is lost
        return self._executor.remember_transfer("restore", done)

    def _checked_writable(self, done: str) -> None:
        if self.read_only:
            raise self._store.refusal(done)

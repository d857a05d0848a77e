"""The inventory of a live account: a sync fills its database, and changes of the account are refused."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from functools import cached_property
from pathlib import Path
from time import sleep
from typing import TYPE_CHECKING, TypeVar

from core.domain.config import Config
from core.domain.errors import Code, EipdeckError, error
from core.domain.kinds import OBSERVED
from core.domain.login import login_name
from core.domain.memory import Recall
from core.domain.receipt import CarriedOut, Receipt
from core.domain.requests import ActivateRequest, Request
from core.domain.results import AccountPlan, MirrorKind, MirrorState, Synced
from core.domain.validation import checked_text
from core.domain.values import CidrState
from core.inventory import Inventory
from core.live.account import SEEN, Account, account_of
from core.live.again import LookAgain
from core.live.executor import AccountExecutor
from core.live.handover import piped
from core.live.journal import open_plans, plan_of
from core.live.plan_reading import told_plan, told_plans
from core.live.planning import PLANNED
from core.operations import settling
from core.operations.executor import Executor
from core.queries.mirror import mirror_state, readings
from core.storage.opening import open_store
from core.storage.store import Store

if TYPE_CHECKING:
    from core.storage.lease import Lease

__all__ = ["AccountInventory", "open_account"]

Answer = TypeVar("Answer")


def open_account(
    profile: str,
    url: str | None = None,
    *,
    operator: str | None = None,
    read_only: bool = False,
    config: Config | None = None,
    clock: Callable[[], datetime] | None = None,
    confined: Path | None = None,
    memory: Recall | None = None,
) -> AccountInventory:
    """Open the mirror of a live account; create it when needed. No call is made.

    `profile` is the name of the account in the configuration, `url` its database (None: that of the profile, else a
    file of its own beside the embedded database); the rest is as for `open_inventory`.

    Raises:
        EipdeckError: `usage` for an unknown or wrong profile, and for the database of an embedded platform or of
            another account; `store_…`, `schema_newer`.

    """
    account = account_of(config or Config(), profile)
    store = open_store(url or account.database, read_only=read_only, recall=memory)
    try:
        who = checked_text(operator or login_name()) or ""
        shut = read_only or not store.writable
        return AccountInventory(
            account, store, clock or store.now, who, read_only=shut, confined=confined, memory=memory
        )
    except BaseException:
        store.close()
        raise


def account_answers(config: Config, profile: str) -> tuple[str, EipdeckError | None]:
    """Ask a live account for one row, without its database; return the database, and why it does not answer, else None.

    Raises:
        EipdeckError: `usage` for an unknown or wrong profile.

    """
    account = account_of(config, profile)
    return account.database, account.unreachable()


class AccountInventory(Inventory):
    """Everything that a front end can ask of a live account. Reads never call it."""

    def __init__(
        self,
        account: Account,
        store: Store,
        clock: Callable[[], datetime],
        operator: str,
        *,
        read_only: bool,
        confined: Path | None = None,
        memory: Recall | None = None,
    ) -> None:
        super().__init__(store, clock, operator, account.config, read_only=read_only, confined=confined, memory=memory)
        self._account = account
        self.profile, self.production = account.profile.name, account.profile.production
        self._sleep: Callable[[float], None] = sleep
        account.found(store, self._executor.begin, read_only=read_only)

    @property
    def label(self) -> str:
        return self._account.label

    def readings(self) -> tuple[MirrorKind, ...]:
        with self._store.read() as connection:
            return readings(connection)

    @property
    def refresh_seconds(self) -> int:
        """Seconds between two syncs of a dashboard."""
        return self._account.profile.refresh_seconds

    @property
    def embedded(self) -> bool:
        return False

    def carry_out(self, request: Request[Answer]) -> CarriedOut[Answer]:
        """Carry out a change: on the account where it is one of it, and here.

        Raises:
            EipdeckError: `platform_refused` for a change that is not made on an account yet, or that the platform
                refuses; `platform_unavailable`: nothing was changed. `outcome_unknown`. Else as the base has it.

        """
        if type(request) in PLANNED and not getattr(request, "dry_run", False):
            self._check_writable()
            return self._changes.carry_out(request)
        if not self._undoes_a_drain(request):
            self._account.check(request)
        return super().carry_out(request)

    def _undoes_a_drain(self, request: Request[Answer]) -> bool:
        """Return whether a request opens a CIDR again that drains here: the account knows nothing of a drain."""
        return isinstance(request, ActivateRequest) and self.cidr(request.cidr).state is CidrState.DRAINING

    def _check_writable(self) -> None:
        if self.read_only:
            raise error(Code.READ_ONLY, "This session is read-only; nothing was sent.")

    def settle(self, request_id: str) -> Receipt | None:
        """Return the receipt of a change by its request id, after a look at the account when it is not settled."""
        if not self.read_only:
            self._changes.runner.settle(request_id)
        with self._store.read() as connection:
            plan = plan_of(connection, request_id)
        if plan is not None and plan.is_open:
            raise settling.unsettled("The account does not show the change yet", request_id)
        return super().settle(request_id)

    @cached_property
    def _changes(self) -> AccountExecutor:
        reader = self._account.reader_kept()
        return AccountExecutor(
            store=self._store,
            profile=self._account.profile,
            begin=self._executor.begin,
            now=self._micros,
            writer=lambda: self._account.connect(may_write=True),
            reader=reader,
            sleep=self._sleep,
            again=LookAgain(
                self._store, lambda connection: self._seen.begin(connection, reason=SEEN), self._micros, reader
            ),
        )

    @property
    def _seen(self) -> Executor:
        """The executor of what was seen: nobody of ours did it."""
        return Executor(self._store, self._clock, OBSERVED, self.config, read_only=self.read_only, memory=self._memory)

    def plans(self, limit: int = 100) -> list[AccountPlan]:
        """Return the newest changes of the account, newest first, each with its steps."""
        with self._store.read() as connection:
            return told_plans(connection, limit)

    def plan(self, request_id: str) -> AccountPlan:
        """Return a change of the account with its steps.

        Raises:
            EipdeckError: `plan_not_found`.

        """
        with self._store.read() as connection:
            return told_plan(connection, request_id)

    def resume(self, request_id: str) -> AccountPlan:
        """Make the steps of a plan that are left, whoever began it; one that is done stays so.

        Raises:
            EipdeckError: as `carry_out`; `plan_not_found`; `conflict` for a plan that was refused or undone.

        """
        self._check_writable()
        self._changes.resume(request_id)
        return self.plan(request_id)

    def undo(self, request_id: str) -> AccountPlan:
        """Take back what a plan has made, the last step first, as a plan of its own; return that.

        Raises:
            EipdeckError: as `resume`; `conflict` when one of its steps cannot be taken back.

        """
        self._check_writable()
        return self.plan(self._changes.undo(request_id))

    def look_again(self, *keys: str) -> EipdeckError | None:
        """Take over how these EIPs (ids or addresses) are on the account now; return why that cannot be, else None.

        In a read-only session nothing is read.
        """
        if self.read_only:
            return None
        try:
            self._changes.again.look(keys)
        except EipdeckError as problem:
            return problem
        return None

    def sync_lease(self) -> Lease:
        """Return the lease of the one background sync of the database, not yet taken."""
        from core.storage.lease import SYNC, lease_on  # noqa: PLC0415  # for a dashboard alone

        return lease_on(self._store, SYNC)

    def secrets_for_child(self) -> tuple[dict[str, str], int]:
        """Return the variable and the pipe by which a process that syncs inherits the secrets; close the pipe then."""
        return piped(self.config, self._account.profile.name)

    def sync(
        self,
        *,
        on_progress: Callable[[str, int], None] = lambda *_: None,
        dry_run: bool = False,
        accept_losses: int | None = None,
        accept_account: bool = False,
        background: bool = False,
    ) -> Synced:
        """Read the account and take the differences over into the history, as seen between two readings.

        Args:
            on_progress: gets the kind of rows and how many were read; for many differences then `taken over`, and how
                many were.
            dry_run: change nothing; the answer has the events.
            accept_losses: take over a picture that lacks exactly so many EIPs.
            accept_account: take over an account that shows nothing of what is here.
            background: at half the pace, for the calls of operators go first.

        Raises:
            EipdeckError: `usage` without the key or the SDK; `read_only`; `conflict` for a picture that is held;
                `platform_unavailable`, `platform_refused`; `store_…`.

        """
        super()._checked_writable("read")
        if not dry_run:
            self._settle_waiting()
        return self._account.sync(
            self._store,
            self._seen.begin,
            self._micros,
            told=on_progress,
            dry_run=dry_run,
            losses=accept_losses,
            any_account=accept_account,
            share=0.5 if background else 1.0,
        )

    def _settle_waiting(self) -> None:
        """Settle the changes that were stopped or not answered."""
        with self._store.read() as connection:
            waiting = open_plans(connection)
        for plan in waiting:
            with suppress(EipdeckError):  # what cannot be read, or is refused here, does not stop the sync
                self._changes.runner.settle(plan.request_id)

    def mirror(self) -> MirrorState | None:
        """Return the account and its readings, kind by kind."""
        with self._store.read() as connection:
            return mirror_state(connection)

    def _checked_writable(self, done: str) -> None:
        """Refuse an import and a restoration: a sync alone fills the mirror."""
        raise self._account.refuse_transfer(done)

    def unreachable(self) -> EipdeckError | None:
        """Ask the account for one row; return why it does not answer, else None."""
        return self._account.unreachable()

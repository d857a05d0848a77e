"""Carries requests out on the database."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import datetime
from time import perf_counter
from typing import Final, TypeVar
from uuid import uuid4

from core.domain.config import Config
from core.domain.errors import Code, EipdeckError, OutcomeUnknown
from core.domain.memory import Loss, Memory, Noted, OwnChange
from core.domain.receipt import CarriedOut, EventHead, Receipt
from core.domain.requests import AcceptClockRequest, Request
from core.domain.results import Imported, Restored
from core.domain.times import is_ahead
from core.domain.validation import checked_name, checked_text
from core.domain.values import to_micros
from core.operations import clock, settling
from core.operations.before import BeforeRow, before_of
from core.operations.failover import follow_lineage
from core.operations.verbs import verb_of
from core.queries.losses import is_gone, loss_of
from core.queries.text_index import follow
from core.storage.connection import Connection, Question
from core.storage.store import Store, mark_of
from core.storage.transaction import Transaction

__all__ = ["Executor"]

Answer = TypeVar("Answer")
Transferred = TypeVar("Transferred", Imported, Restored)


_TRIES: Final = 3
"""The number of times that a change is sent when the database undoes it for another one."""
_SELDOM: Final = 32
"""The text index is checked after one small write in so many."""
_LONG: Final = 0.05
"""Seconds from which a write is not small."""


def _batch(request: Request[Answer]) -> str | None:
    """Return the name of a batch; None for a change of one object."""
    several = max(getattr(request, "count", 1), len(getattr(request, "eips", ())))
    return f"{verb_of(request).name} of {several}" if several > 1 else None


def _subject(answer: object) -> str:
    """Return the address, the CIDR or the id of what a change answers with; of several, the first."""
    several = getattr(answer, "eips", answer)
    first = next(iter(several), None) if isinstance(several, (list, tuple)) else several
    names = (getattr(first, name, None) for name in ("address", "cidr", "id"))
    return next((str(name) for name in names if name), "")


class _DryRun(Exception):  # a way out of a transaction, not an error
    """Leaves the transaction without a commit."""


class Executor:
    """Carries requests out on the database, each in one transaction with its history."""

    def __init__(
        self,
        store: Store,
        clock: Callable[[], datetime],
        operator: str,
        config: Config,
        *,
        read_only: bool,
        claimed: str | None = None,
        new_id: Callable[[], str] = lambda: uuid4().hex,
        memory: Memory | None = None,
    ) -> None:
        self.loss: Loss | None = None
        """What this client saw and the history has no more, until it was told."""
        self._store = store
        self._clock = clock
        self._operator = operator
        self._config = config
        self._read_only = read_only
        self._claimed = claimed
        """The name that the operator gives, when the database knows another one."""
        self._new_id = new_id
        """Makes the id of a request that has none."""
        self._memory = memory or Memory()
        self._origin: bytes | None = None
        """The hash of the oldest event, as the last change found it."""
        self._writes = 0

    def carry_out(self, request: Request[Answer]) -> CarriedOut[Answer]:
        """Carry a request out; blocks. One without a request id gets one.

        When a server does not answer the commit, it is asked once more whether the change was made.

        Raises:
            EipdeckError: what the verb refuses; `read_only`; `request_mismatch`; `store_busy`,
                `store_unavailable`. Nothing changed then. `outcome_unknown`, with the request id, when the database
                does not answer that question either.

        """
        request_id = self._new_id() if request.request_id is None else request.request_id
        try:
            return self._repeated(request, request_id)
        except OutcomeUnknown as unknown:
            unknown.details = {**unknown.details, "request_id": request_id}
            if self._store.embedded or "on_this_server" in unknown.details:  # asking tells nothing more
                raise
            made = self._asked_again(request, request_id, unknown)
            if made is None:
                raise settling.not_made(unknown.reason, request_id) from unknown
            return made

    def _repeated(self, request: Request[Answer], request_id: str) -> CarriedOut[Answer]:
        """Send a request again when the database undid it, as it does when another program takes locks crosswise."""
        for _ in range(_TRIES - 1):
            try:
                return self._sent(request, request_id)
            except EipdeckError as problem:
                if not problem.overtaken:
                    raise
        return self._sent(request, request_id)

    def _sent(self, request: Request[Answer], request_id: str) -> CarriedOut[Answer]:
        if self._read_only:
            raise self._store.refusal("sent")
        dry = getattr(request, "dry_run", False)
        rehearsed = self._rehearsed(request, request_id) if self._store.is_far else ()
        begun = perf_counter()
        with suppress(_DryRun):
            with self._store.write(long=_batch(request)) as connection:
                self._foresees(connection, request)
                for question in rehearsed:
                    connection.ahead(*question)
                done = self._made(connection, request, request_id)
                if dry:
                    raise _DryRun
            self._follow(perf_counter() - begun)
        if dry:
            return done._replace(receipt=Receipt(None, ()))
        self.remember(done.receipt.events, request_id, f"{verb_of(request).name} {_subject(done.answer)}")
        return done

    def remember(self, events: Sequence[EventHead], request_id: str | None, what: str) -> None:
        """Let this client remember a change that was made."""
        if not events or self._origin is None:
            return
        if self.loss is not None:
            self._memory.forget_own()
        newest = max(events, key=lambda event: int(event.id.removeprefix("ev-")))
        mark = mark_of(bytes.fromhex(newest.hash))
        seen = Noted(mark_of(self._origin), int(newest.id.removeprefix("ev-")), mark)
        own = None if request_id is None else OwnChange(request_id, self._clock(), what.strip(), self._operator)
        self._memory.keep(seen, self._store.lineage, own)

    def remember_transfer(self, what: str, done: Transferred) -> Transferred:
        """Let this client remember an import or a restoration; return it."""
        self.remember(() if done.event is None else (done.event,), done.request_id, what)
        return done

    def _made(self, connection: Connection, request: Request[Answer], request_id: str) -> CarriedOut[Answer]:
        transaction = self.begin(
            connection,
            reason=request.reason,
            request_id=request_id,
            made_id=request.request_id is None,
            as_it_is=isinstance(request, AcceptClockRequest),
            at_once=False,
        )
        return verb_of(request).carry_out(transaction, request)

    def _rehearsed(self, request: Request[Answer], request_id: str) -> Sequence[Question]:
        """Return what a change will ask, found by making it without a change before its turn.

        All of it is asked again in one round trip of the turn, and only what is found then counts.
        """
        if isinstance(request, AcceptClockRequest):
            return ()
        with suppress(EipdeckError), self._store.read() as connection:
            if self._foresees(connection, request):
                return ()
            return connection.rehearse(lambda stage: self._made(stage, request, request_id))
        return ()

    @staticmethod
    def _foresees(connection: Connection, request: Request[Answer]) -> bool:
        """Tell ahead of what a change is known to ask; return whether that is all of it."""
        for table in ("event", "eip", "binding"):
            connection.ahead(connection.newest(table))
        return verb_of(request).foresee(connection, request)

    def _asked_again(
        self, request: Request[Answer], request_id: str, unknown: OutcomeUnknown
    ) -> CarriedOut[Answer] | None:
        """Return the answer to a request that was made after all, None when it was not; it takes the writers' turn.

        Raises:
            EipdeckError: `outcome_unknown`.

        """
        try:
            with self._store.write() as connection:
                kept, now = before_of(connection, request_id).kept, to_micros(self._clock())
                asking = Transaction(
                    connection, now, self._operator, request.reason, request_id, self._config, kept=kept
                )
                return verb_of(request).answered(asking, request)
        except EipdeckError as problem:
            if problem.code is Code.REQUEST_MISMATCH:
                raise
            raise settling.unsettled(unknown.reason.rstrip("."), request_id) from problem

    def begin(
        self,
        connection: Connection,
        *,
        reason: str | None,
        request_id: str | None = None,
        made_id: bool = False,
        as_it_is: bool = False,
        at_once: bool = True,
        restoring: bool = False,
    ) -> Transaction:
        """Begin a change in a write transaction. Its time is never before the newest event, unless `as_it_is`.

        One without a request id gets one. What `restoring` takes out of the history is no loss.

        Raises:
            EipdeckError: `invalid_name` for the request id; `clock_doubtful` when the newest event is more than 10
                minutes ahead of the clock, and when two clocks have parted by more than a day.

        """
        made_id = made_id or request_id is None
        request_id = checked_name(request_id, "request id") or self._new_id()
        seen = None if restoring else self._memory.seen()
        before = before_of(connection, request_id, seen)
        newest, now = before.newest or 0, to_micros(self._clock())
        if as_it_is:
            self._store.trust_clock()
        else:
            if (doubt := self._store.clock_doubt()) is not None:
                raise clock.parted_refusal(doubt)
            if is_ahead(newest, now):
                raise clock.clock_refusal(newest, now)
            now = max(now, newest)
        who, why, claimed = self._operator, checked_text(reason), self._claimed
        begun = Transaction(connection, now, who, why, request_id, self._config, made_id, at_once, before.kept, claimed)
        lost = self._lost(connection, before, seen)
        follow_lineage(begun, before.lineage, self._store.lineage, newest, self._new_id, lost)
        return begun

    def _lost(self, connection: Connection, before: BeforeRow, seen: Noted | None) -> int | None:
        """Return the number of an event that was seen, that is gone, and of whose loss no event tells yet."""
        self._origin = before.origin
        if seen is None or not is_gone(seen, before.origin, before.seen):
            return None
        self.loss, told = loss_of(connection, self._memory, seen)
        return None if told else seen.seq

    def _follow(self, seconds: float) -> None:
        """Bring the text index up to date, not after every small write."""
        self._writes += 1
        if seconds > _LONG or self._writes % _SELDOM == 1:
            follow(self._store, seconds)

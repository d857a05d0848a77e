"""Changes of an account: checked here, noted, sent once, and settled by reading what the account shows."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Final, TypeVar
from uuid import uuid4

from core.domain.addresses import parse_address
from core.domain.errors import NotFound
from core.domain.json_types import to_json
from core.domain.json_value import JsonObject
from core.domain.receipt import CarriedOut
from core.domain.requests import Request
from core.domain.values import Eip
from core.live.fields import ACTIONS
from core.live.journal import Operation, State, free, mark, note, operation_of, same_request, unsettled
from core.live.known import digest_of
from core.live.known import note as note_rows
from core.live.meanings import Failed, Outcome, change_refusal, outcome_of
from core.live.reading import Caller, Reader
from core.live.steps import STEPS, Shown, asked_json, request_from, subject_of
from core.operations.idempotency import remember, request_hash
from core.operations.verbs import verb_of
from core.queries.eips import eip_by_key
from core.queries.mirror import EIPS
from core.storage.connection import Connection
from core.storage.history import EventData, record, written_heads
from core.storage.store import Store
from core.storage.transaction import Transaction

__all__ = ["AccountExecutor"]

Answer = TypeVar("Answer")

_LOOKS: Final = (0.0, 1.0, 3.0, 10.0, 30.0)
"""Seconds before each look at what a call did."""
_HORIZON: Final = 15 * 60_000_000
"""Microseconds after which a call that shows nothing did nothing: a platform may show late, and answer late."""
_TRIES: Final = 3
"""Times that a call is sent which the platform says it did not take up."""


@dataclass(frozen=True, slots=True)
class AccountExecutor:
    """Carries changes out on an account, each one call."""

    store: Store
    begin: Callable[..., Transaction]
    now: Callable[[], int]
    writer: Callable[[], Caller]
    """Makes a client that may write."""
    reader: Callable[[], Reader]
    sleep: Callable[[float], None]

    def carry_out(self, request: Request[Answer]) -> CarriedOut[Answer]:
        """Carry out a change; a repeated request id goes on where the first was stopped.

        Raises:
            EipdeckError: what the verb or the platform refuses, `conflict` for an EIP with an open operation,
                `platform_unavailable`: nothing was changed. `outcome_unknown`: the account does not show yet whether it
                was; a sync, or the same request id, settles it.

        """
        request_id = uuid4().hex if request.request_id is None else request.request_id
        noted = self._noted(request, request_id)
        if isinstance(noted, CarriedOut):
            return noted
        if noted.state == State.NOTED:
            self._send(noted)
        return self._settled(noted.request_id, request, _LOOKS)

    def settle(self, request_id: str, looks: tuple[float, ...] = (0.0,)) -> None:
        """Settle an operation that was stopped or not answered, as far as the account shows it."""
        with self.store.read() as connection:
            found = operation_of(connection, request_id)
        if found is None or not found.is_open:
            return
        if found.state == State.NOTED:  # nothing was sent, and whoever noted it was stopped
            if self.now() - found.noted_at > _LOOKS[-1] * 2_000_000:
                self._mark(found, State.REFUSED, code="NOT_SENT", message="the program was stopped before the call")
            return
        self._look(found, looks)

    def _noted(self, request: Request[Answer], request_id: str) -> CarriedOut[Answer] | Operation:
        """Check a change and note its call, in one transaction; return the answer when there is nothing to send."""
        with self.store.write() as connection:
            made_id = request.request_id is None
            transaction = self.begin(connection, reason=request.reason, request_id=request_id, made_id=made_id)
            verb = verb_of(request)
            kept = verb.answered(transaction, request)
            if kept is not None:
                return kept
            found = operation_of(connection, request_id)
            if found is not None:
                return same_request(found, request_hash(request))
            step = STEPS[type(request)]
            eip = eip_by_key(connection, subject_of(request))
            body = step.body(request, eip)
            would_be = self._tried(transaction, request)
            if not would_be.receipt.events:
                return would_be
            free(connection, str(eip.id))
            return self._note(transaction, request, eip, body)

    def _tried(self, transaction: Transaction, request: Request[Answer]) -> CarriedOut[Answer]:
        """Return what the change would give here, by every rule of the embedded platform.

        Nothing stays but the answer to a request id, when nothing would change.
        """
        transaction.run("SAVEPOINT tried")
        done = verb_of(request).carry_out(replace(transaction, heads={}), request)
        if done.receipt.events:
            transaction.run("ROLLBACK TO SAVEPOINT tried")
        transaction.run("RELEASE SAVEPOINT tried")
        return done

    def _note(self, transaction: Transaction, request: Request[Any], eip: Eip, body: JsonObject) -> Operation:
        step, connection = STEPS[type(request)], transaction.connection
        values = {
            "request_id": transaction.request_id,
            "hash": request_hash(request),
            "verb": type(request).__name__,
            "asked": asked_json(request),
            "operator": transaction.operator,
            "reason": transaction.reason,
            "eip_id": str(eip.id),
            "action": step.action,
            "body": json.dumps(body),
            "at": transaction.now,
        }
        note(connection, values)
        _record(transaction, eip, "noted", {"action": step.action, **body})
        found = operation_of(connection, transaction.request_id)
        assert found is not None  # noqa: S101  # it was inserted above
        return found

    def _send(self, operation: Operation) -> None:
        """Send the call, which is noted as sent before, unless another session did; settle what the platform refuses.

        Raises:
            EipdeckError: the refusal; nothing was changed.

        """
        writer = self.writer()
        if not self._mark(operation, State.SENT):
            return
        for attempt in range(_TRIES):
            try:
                writer.call(ACTIONS[operation.action], json.loads(operation.body))
            except Failed as failed:
                outcome = outcome_of(failed)
                if outcome is Outcome.GONE and operation.action == "DeleteEip":
                    return  # by an earlier call, or by somebody else
                if outcome is Outcome.NOT_TAKEN_UP and attempt < _TRIES - 1:
                    self.sleep(failed.retry_after or _LOOKS[attempt + 1])
                    if self._shown(operation) is Shown.NOT_YET:
                        continue
                    return
                if outcome is Outcome.UNKNOWN:
                    self._mark(operation, State.UNKNOWN, failed=failed)
                    return
                self._mark(operation, State.REFUSED, failed=failed)
                raise change_refusal(failed) from None
            else:
                return

    def _settled(self, request_id: str, request: Request[Answer], looks: tuple[float, ...]) -> CarriedOut[Answer]:
        self.settle(request_id, looks)
        with self.store.write() as connection:
            transaction = self.begin(connection, reason=request.reason, request_id=request_id)
            answer = verb_of(request).answered(transaction, request)
            operation = operation_of(connection, request_id)
        if answer is not None:
            return answer
        raise unsettled(operation, request_id)

    def _look(self, operation: Operation, looks: tuple[float, ...]) -> None:
        """Read the EIP until the account shows the change, or that it was given up."""
        for seconds in looks:
            if seconds:
                self.sleep(seconds)
            row = self._row(operation)
            shown = STEPS[type(self._asked(operation))].shown(json.loads(operation.body), row)
            if shown in (Shown.DONE, Shown.BINNED):
                self._done(operation, row, binned=shown is Shown.BINNED)
                return
            if shown is Shown.FAILED:
                self._mark(operation, State.REFUSED, code="FAILED", message="the platform gave up in the background")
                return
        late = self.now() - (operation.sent_at or operation.noted_at) > _HORIZON
        if late:
            self._mark(operation, State.REFUSED, code="NOT_SHOWN", message="the account does not show it")
        elif operation.state == State.SENT:
            self._mark(operation, State.UNKNOWN, code=operation.code, message=operation.message)

    def _shown(self, operation: Operation) -> Shown:
        return STEPS[type(self._asked(operation))].shown(json.loads(operation.body), self._row(operation))

    def _row(self, operation: Operation) -> JsonObject | None:
        """Return the row of the EIP on the account.

        Raises:
            EipdeckError: `outcome_unknown`, when it cannot be read.

        """
        try:
            return next(iter(self.reader().look(EIPS, [operation.eip_id])), None)
        except Failed as failed:
            unknown = unsettled(operation, operation.request_id)
            unknown.details = {**unknown.details, "platform": {"action": failed.action, "code": failed.code}}
            raise unknown from None

    def _asked(self, operation: Operation) -> Request[Any]:
        return request_from(operation.verb, operation.asked)

    def _done(self, operation: Operation, row: JsonObject | None, *, binned: bool) -> None:
        """Make the change here, as whoever asked for it, now that the account shows it."""
        request = self._asked(operation)
        with self.store.write() as connection:
            if not _still_open(connection, operation):
                return
            begun = self.begin(connection, reason=operation.reason, request_id=operation.request_id)
            transaction = self._as_asked(begun, operation)
            if not _is_of(connection, request, operation):
                pass  # the EIP is gone meanwhile, which a sync has seen
            elif binned:
                self._binned(transaction, request, operation)
            else:
                verb_of(request).carry_out(transaction, request)
            if row is not None:
                note_rows(connection, EIPS, [(operation.eip_id, digest_of(EIPS, row), None)])
            mark(connection, operation.request_id, State.DONE, transaction.now)

    def _binned(self, transaction: Transaction, request: Request[Any], operation: Operation) -> None:
        """Note that the EIP is in the recycle bin: its tenancy goes on, since its address is not free."""
        eip = eip_by_key(transaction.connection, operation.eip_id)
        _record(transaction, eip, "recycled", {"status": "RECYCLED"})
        kept = {"eips": [operation.eip_id], "events": to_json(written_heads(transaction))}
        remember(transaction, request, kept, changed=True)

    def _mark(
        self,
        operation: Operation,
        state: State,
        *,
        failed: Failed | None = None,
        code: str | None = None,
        message: str | None = None,
    ) -> bool:
        """Note how an operation stands; return whether it was this session that did."""
        with self.store.write() as connection:
            if not _still_open(connection, operation):
                return False
            marked = mark(
                connection,
                operation.request_id,
                state,
                self.now(),
                code=code if failed is None else failed.code,
                message=message if failed is None else failed.message,
                platform_request_id=None if failed is None else failed.request_id,
            )
            if state is State.REFUSED:
                begun = self.begin(connection, reason=operation.reason, request_id=operation.request_id)
                eip = eip_by_key(connection, operation.eip_id)
                why = code if failed is None else failed.code
                _record(self._as_asked(begun, operation), eip, "refused", {"action": operation.action, "code": why})
        return marked

    def _as_asked(self, begun: Transaction, operation: Operation) -> Transaction:
        """Return a transaction in the name of whoever asked; a server knows who writes, and takes no other name."""
        return begun if self.store.acting is not None else replace(begun, operator=operation.operator)


def _is_of(connection: Connection, request: Request[Any], operation: Operation) -> bool:
    """Return whether the EIP that a request names is still the one that it was."""
    try:
        return eip_by_key(connection, subject_of(request)).id == operation.eip_id
    except NotFound:
        return False


def _still_open(connection: Connection, operation: Operation) -> bool:
    """Return whether nobody else has settled it meanwhile."""
    found = operation_of(connection, operation.request_id)
    return found is not None and found.is_open


def _record(transaction: Transaction, eip: Eip, action: str, after: JsonObject) -> None:
    record(transaction, EventData(action, eip.id, parse_address(eip.address), eip.pool_id, eip.cidr, after=after))

"""Changes of an account: looked at again, checked here, noted as a plan, and made step by step."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import Any, TypeVar
from uuid import uuid4

from core.domain.errors import Code, EipdeckError, error
from core.domain.json_types import to_json
from core.domain.json_value import JsonObject
from core.domain.receipt import CarriedOut
from core.domain.requests import Request
from core.live.again import LookAgain
from core.live.journal import begin_again, check_free, note_plan, note_step, plan_of, same_request, steps_of, touch
from core.live.plan_errors import not_done
from core.live.plan_parts import NothingToDo, Planned
from core.live.plan_rows import Plan, PlanState
from core.live.planning import keys_of, planned
from core.live.profiles import Profile
from core.live.reading import Caller, Reader
from core.live.runner import Runner
from core.live.settling import UNDO, Settling, note
from core.live.undoing import undoing
from core.operations.idempotency import request_hash
from core.operations.verbs import verb_of
from core.storage.connection import Connection
from core.storage.store import Store
from core.storage.transaction import Transaction

__all__ = ["AccountExecutor"]

Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True)
class AccountExecutor:
    """Carries changes out on an account, each a plan of calls."""

    store: Store
    profile: Profile
    begin: Callable[..., Transaction]
    now: Callable[[], int]
    writer: Callable[[], Caller]
    """Makes a client that may write."""
    reader: Callable[[], Reader]
    sleep: Callable[[float], None]
    again: LookAgain

    def carry_out(self, request: Request[Answer]) -> CarriedOut[Answer]:
        """Carry out a change; a repeated request id goes on where the first was stopped.

        Raises:
            EipdeckError: what the verb or the platform refuses, `conflict` for an EIP with an open plan,
                `platform_unavailable`: nothing was changed. `outcome_unknown`: the account does not show yet whether it
                was; a sync, or the same request id, settles it. `unfinished`: some steps are made.

        """
        request_id = uuid4().hex if request.request_id is None else request.request_id
        if request.request_id is None or not self._is_noted(request_id):
            self.again.look(keys_of(request))
        try:
            plan = self._noted(request, request_id)
        except NothingToDo as nothing:
            return nothing.done
        if isinstance(plan, CarriedOut):
            return plan
        self.runner.run(plan.request_id)
        return self._settled(plan.request_id, request)

    @property
    def runner(self) -> Runner:
        settling = Settling(self.store, self.begin, self.now)
        return Runner(self.store, self.now, self.writer, self.reader, self.sleep, settling)

    def resume(self, request_id: str) -> None:
        """Make the steps of a plan that are left.

        Raises:
            EipdeckError: as `carry_out`; `conflict` for a plan that is settled.

        """
        with self.store.write() as connection:
            plan = self._plan(connection, request_id)
            if plan.state == PlanState.DONE:
                return
            if plan.state not in (PlanState.OPEN, PlanState.UNFINISHED):
                raise _settled_already(plan, "resume")
            self._open_again(connection, plan)
        self.runner.run(request_id)
        with self.store.read() as connection:
            plan = self._plan(connection, request_id)
            if plan.state != PlanState.DONE:
                raise not_done(plan, steps_of(connection, request_id))

    def undo(self, request_id: str) -> str:
        """Take back the steps of a plan that are made, the last one first, as a plan of its own; return its id.

        A try that was refused, so that nothing was changed, does not stand in the way of another one.

        Raises:
            EipdeckError: as `carry_out`; `conflict` for a plan that is not settled or was undone, and for one whose
                steps cannot be taken back.

        """
        with self.store.write() as connection:
            plan = self._plan(connection, request_id)
            undo_id, found = _undo_of(connection, request_id)
            if found is None:
                if plan.state not in (PlanState.DONE, PlanState.UNFINISHED):
                    raise _settled_already(plan, "undo")
                steps = undoing(connection, plan, steps_of(connection, request_id))
                transaction = self.begin(connection, reason=plan.reason, request_id=undo_id)
                self._note(transaction, UNDO, json.dumps({"plan": request_id}), b"", steps)
            elif found.state == PlanState.UNFINISHED:
                self._open_again(connection, found)
        self.resume(undo_id)
        return undo_id

    def _is_noted(self, request_id: str) -> bool:
        with self.store.read() as connection:
            return plan_of(connection, request_id) is not None

    def _plan(self, connection: Connection, request_id: str) -> Plan:
        found = plan_of(connection, request_id)
        if found is None:
            raise error(Code.PLAN_NOT_FOUND, f"There is no plan {request_id!r}.", details={"request_id": request_id})
        return found

    def _open_again(self, connection: Connection, plan: Plan) -> None:
        if plan.state == PlanState.UNFINISHED:
            check_free(connection, plan.held, but=plan.request_id)
            begin_again(connection, plan, self.now())
        elif plan.is_open:
            touch(connection, plan.request_id, self.now())

    def _noted(self, request: Request[Answer], request_id: str) -> CarriedOut[Answer] | Plan:
        """Check a change and note its steps, in one transaction; return the answer when it was made before."""
        with self.store.write() as connection:
            made_id = request.request_id is None
            transaction = self.begin(connection, reason=request.reason, request_id=request_id, made_id=made_id)
            kept = verb_of(request).answered(transaction, request)
            if kept is not None:
                return kept
            found = plan_of(connection, request_id)
            if found is not None:
                self._open_again(connection, same_request(found, request_hash(request)))
                return found
            steps = planned(transaction, request, self.profile)
            return self._note(transaction, type(request).__name__, asked_json(request), request_hash(request), steps)

    def _note(self, transaction: Transaction, verb: str, asked: str, asked_hash: bytes, steps: Planned) -> Plan:
        connection, request_id = transaction.connection, transaction.request_id
        check_free(connection, steps.holds)
        values = {
            "request_id": request_id,
            "hash": asked_hash,
            "verb": verb,
            "asked": asked,
            "operator": transaction.operator,
            "reason": transaction.reason,
            "holds": json.dumps(sorted(steps.holds)),
            "at": transaction.now,
        }
        note_plan(connection, values)
        for number, step in enumerate(steps.steps, 1):
            note_step(connection, request_id, number, step.kind, step.about)
        told: JsonObject = {"steps": [step.kind for step in steps.steps]}
        for eip in steps.eips:
            note(transaction, eip, "noted", told)
        if not steps.eips:
            note(transaction, None, "noted", {**told, "holds": sorted(steps.holds)})
        found = plan_of(connection, request_id)
        assert found is not None  # noqa: S101  # it was inserted above
        return found

    def _settled(self, request_id: str, request: Request[Answer]) -> CarriedOut[Answer]:
        with self.store.write() as connection:
            transaction = self.begin(connection, reason=request.reason, request_id=request_id)
            answer = verb_of(request).answered(transaction, request)
            if answer is None:
                raise not_done(self._plan(connection, request_id), steps_of(connection, request_id))
            return answer


def _undo_of(connection: Connection, request_id: str) -> tuple[str, Plan | None]:
    """Return the id of the undo of a plan, and that undo when it was begun; each try has an id of its own."""
    undo_id, number = f"{request_id}.undo", 1
    while (found := plan_of(connection, undo_id)) and (found.verb != UNDO or found.state == PlanState.REFUSED):
        number += 1
        undo_id = f"{request_id}.undo-{number}"
    return undo_id, found


def _settled_already(plan: Plan, what: str) -> EipdeckError:
    return error(
        Code.CONFLICT,
        f"Plan {plan.request_id} is {plan.state}: there is nothing to {what}.",
        details={"request_id": plan.request_id, "state": plan.state},
    )


def asked_json(request: Request[Any]) -> str:
    """Return a request as text, without what the operator saw."""
    return json.dumps(
        {each.name: to_json(getattr(request, each.name)) for each in fields(request) if each.name != "expected"}
    )

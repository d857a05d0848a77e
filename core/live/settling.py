"""Writes down how the steps of a plan end: their effect in the inventory, their refusal, or that it is not known."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from core.domain import requests
from core.domain.addresses import parse_address
from core.domain.errors import EipdeckError, NotFound
from core.domain.json_types import to_json
from core.domain.json_value import Json, JsonObject
from core.domain.requests import (
    AllocationRequest,
    RecoverRequest,
    RehomeRequest,
    Request,
    ReserveRequest,
    RetireRequest,
)
from core.domain.values import Eip
from core.live.effects import Effect, applied
from core.live.journal import hold, mark_plan, mark_step, plan_of, renew_step, steps_of
from core.live.known import digest_of, forget, recycled_word
from core.live.known import note as note_rows
from core.live.meanings import Failed
from core.live.plan_errors import began, not_done, unfinished
from core.live.plan_rows import Plan, PlanState, Step, StepState
from core.live.planning_new import replacement
from core.live.world import Now
from core.operations.idempotency import remember
from core.operations.reservations import reserve
from core.queries.eips import eip_by_key
from core.queries.mirror import EIPS
from core.storage.connection import Connection, refusals
from core.storage.history import EventData, record, written_heads
from core.storage.store import Store
from core.storage.transaction import Transaction
from core.transfer.zenlayer.eip_homes import Homes

__all__ = ["UNDO", "Settling", "request_from"]

UNDO: Final = "undo"
"""The verb of a plan that undoes another one."""
_MOST_REPLACED: Final = 3
"""Addresses of others that an allocation passes over."""


@dataclass(frozen=True, slots=True)
class Settling:
    """Settles steps, each in one transaction."""

    store: Store
    begin: Callable[..., Transaction]
    now: Callable[[], int]

    def done(self, plan: Plan, step: Step, about: JsonObject, now: Now) -> None:
        """Make the effect of a step here, as whoever asked for it; with the last step the plan is done."""
        with self.store.write() as connection:
            if not _still_open(connection, step):
                return
            transaction = self._as_asked(connection, plan)
            effect = _tolerant(transaction, step.kind, about, now)
            if now.row is not None:
                row_id, row = str(now.row.get("eipId")), now.row
                note_rows(connection, EIPS, [(row_id, digest_of(EIPS, row), recycled_word(row))])
            if step.kind == "delete" and now.row is None:
                forget(connection, EIPS, [str(about["eipId"])])
            if effect.new is not None:
                hold(connection, plan, f"eip:{effect.new}", transaction.now)
            given = {**step.given, **(now.facts or {}), **_given(transaction, effect)}
            mark_step(connection, step, StepState.DONE, self.now(), result=given)
            steps = steps_of(connection, plan.request_id)
            if all(each.state == StepState.DONE for each in steps):
                self._finish(transaction, plan, steps)

    def _finish(self, transaction: Transaction, plan: Plan, steps: Sequence[Step]) -> None:
        """Keep the answer under the request id."""
        mark_plan(transaction.connection, plan.request_id, PlanState.DONE, self.now())
        if plan.verb == UNDO:
            undone = str(json.loads(plan.asked)["plan"])
            mark_plan(transaction.connection, undone, PlanState.UNDONE, self.now())
            return
        request = request_from(plan.verb, plan.asked)
        given = [step.given for step in steps]
        heads = {str(head["chain"]): head for each in given for head in _objects(each, "events")}
        if isinstance(request, RetireRequest):
            about: JsonObject = {"key": steps[0].particulars["cidr"]}
        else:
            warnings: list[Json] = [warning for each in given for warning in _objects(each, "warnings")]
            about = {"eips": _eips(request, given), "warnings": warnings}
        remember(transaction, request, {**about, "events": list(heads.values())}, changed=True)

    def refused(
        self, plan: Plan, step: Step, why: EipdeckError, failed: Failed | None = None, code: str | None = None
    ) -> EipdeckError:
        """Note that a step was refused; return the error that the change ends with."""
        with self.store.write() as connection:
            if not _still_open(connection, step):
                now = plan_of(connection, plan.request_id) or plan
                return not_done(now, steps_of(connection, plan.request_id))
            short = code or (why.code.value if failed is None else failed.code)
            message, platform_id = (why.reason, None) if failed is None else (failed.message, failed.request_id)
            refused, now_at = StepState.REFUSED, self.now()
            mark_step(connection, step, refused, now_at, code=short, message=message, platform_request_id=platform_id)
            steps = steps_of(connection, plan.request_id)
            state = PlanState.UNFINISHED if began(steps) else PlanState.REFUSED
            mark_plan(connection, plan.request_id, state, now_at)
            self._record(connection, plan, step, "refused", {"action": step.action or step.kind, "code": short})
        if state is PlanState.UNFINISHED:
            return unfinished(plan._replace(state=state), steps, why)
        return why

    def stopped(self, plan: Plan) -> None:
        """Note that the program of a plan was stopped between two steps."""
        with self.store.write() as connection:
            steps = steps_of(connection, plan.request_id)
            step = next((each for each in steps if each.state != StepState.DONE), None)
            if step is None or step.state != StepState.NOTED or not _still_open(connection, step):
                return  # a program is at work on it again
            if began(steps):
                mark_plan(connection, plan.request_id, PlanState.UNFINISHED, self.now())
                return
            words = "the program was stopped before the call"
            mark_step(connection, step, StepState.REFUSED, self.now(), code="NOT_SENT", message=words)
            mark_plan(connection, plan.request_id, PlanState.REFUSED, self.now())
            self._record(connection, plan, step, "refused", {"action": step.kind, "code": "NOT_SENT"})

    def unknown(self, step: Step, failed: Failed | None) -> None:
        """Note that the account does not show a step."""
        if failed is None and step.state == StepState.UNKNOWN:
            return  # it is noted, and a look alone is no work on the plan
        with self.store.write() as connection:
            if not _still_open(connection, step):
                return
            kept = (step.code, step.message) if failed is None else (failed.code, failed.message)
            platform_id = None if failed is None else failed.request_id
            mark_step(
                connection,
                step,
                StepState.UNKNOWN,
                self.now(),
                code=kept[0],
                message=kept[1],
                platform_request_id=platform_id,
            )

    def again(self, step: Step) -> None:
        """Note that a step needs another call: what was sent is done."""
        with self.store.write() as connection:
            if _still_open(connection, step):
                mark_step(connection, step, StepState.NOTED, self.now())

    def replaced(self, plan: Plan, step: Step, about: JsonObject, *, elsewhere: bool) -> bool:
        """Choose another address for a step whose address somebody else has; return whether the plan goes on.

        It also does when another session has sent, changed or settled the step meanwhile.
        One that is taken `elsewhere`, though the account does not show by whom, is withheld from now on.
        """
        body, avoided = about.get("body"), _texts(about, "avoided")
        if not isinstance(body, dict):
            return False
        taken = str(body.get("publicIp"))
        with self.store.write() as connection:
            if not _still_open(connection, step) or not _is_same(connection, step):
                return True
            if len(avoided) >= _MOST_REPLACED or plan.verb == UNDO:
                return False
            transaction = self._as_asked(connection, plan)
            if elsewhere and about.get("chosen"):
                _withhold(transaction, taken)
            avoid: list[Json] = [*avoided, taken]
            found = replacement(transaction, request_from(plan.verb, plan.asked), about, [*avoided, taken])
            if found is None:
                return False
            address, fresh = found
            renew_step(connection, step, {**fresh, "avoided": avoid}, self.now())
            hold(connection, plan, f"address:{address}", self.now(), instead_of=f"address:{taken}")
        return True

    def _record(self, connection: Connection, plan: Plan, step: Step, action: str, after: JsonObject) -> None:
        transaction = self._as_asked(connection, plan)
        note(transaction, _eip_of(connection, step), action, after)

    def _as_asked(self, connection: Connection, plan: Plan) -> Transaction:
        """Return a transaction in the name of whoever asked; a server knows who writes, and takes no other name."""
        begun = self.begin(connection, reason=plan.reason, request_id=plan.request_id)
        return begun if self.store.acting is not None else replace(begun, operator=plan.operator)


def _tolerant(transaction: Transaction, kind: str, about: JsonObject, now: Now) -> Effect:
    """Make an effect; what a rule or the database refuses here leaves it to the next sync, which has a place for it."""
    transaction.run("SAVEPOINT effect")
    before = dict(transaction.heads)
    try:
        found = applied(transaction, kind, about, now)
    except refusals(EipdeckError):
        transaction.run("ROLLBACK TO SAVEPOINT effect")
        transaction.heads.clear()
        transaction.heads.update(before)
        found = Effect()
    transaction.run("RELEASE SAVEPOINT effect")
    return found


def note(transaction: Transaction, eip: Eip | None, action: str, after: JsonObject) -> None:
    """Record an event of a plan, of its EIP when it has one."""
    if eip is None:
        record(transaction, EventData(action, after=after))
        return
    record(transaction, EventData(action, eip.id, parse_address(eip.address), eip.pool_id, eip.cidr, after=after))


def _eip_of(connection: Connection, step: Step) -> Eip | None:
    key = step.particulars.get("eipId")
    try:
        return eip_by_key(connection, str(key)) if isinstance(key, str) and key[:1] != "@" else None
    except NotFound:
        return None


def _withhold(transaction: Transaction, address: str) -> None:
    row = Homes(transaction).of(parse_address(address))
    if row is None:
        return
    cidr = transaction.value(str, _CIDR, id=row.id)
    because = replace(transaction, reason="taken elsewhere on the account")
    reserve(because, ReserveRequest(cidr=str(cidr), first=address))


_CIDR: Final = "SELECT cidr FROM cidr WHERE id = :id"


def _given(transaction: Transaction, effect: Effect) -> JsonObject:
    told: JsonObject = {"eips": list(effect.eips), "warnings": to_json(effect.warnings)}
    return {**told, "new": effect.new, "events": to_json(written_heads(transaction))}


def _eips(request: Request[Any], given: Sequence[JsonObject]) -> list[Json]:
    """Return the EIPs of the answer: those that were created, else those that were changed."""
    if isinstance(request, (AllocationRequest, RecoverRequest, RehomeRequest)):
        created: list[Json] = [each["new"] for each in given if each.get("new") is not None]
        if created:
            return created
    return [*dict.fromkeys(eip_id for each in given for eip_id in _texts(each, "eips"))]


def _objects(given: JsonObject, key: str) -> list[JsonObject]:
    found = given.get(key)
    return [each for each in found if isinstance(each, dict)] if isinstance(found, list) else []


def _texts(given: JsonObject, key: str) -> list[str]:
    found = given.get(key)
    return [each for each in found if isinstance(each, str)] if isinstance(found, list) else []


def _still_open(connection: Connection, step: Step) -> bool:
    """Return whether nobody else has settled a step meanwhile."""
    plan = plan_of(connection, step.request_id)
    found = next((each for each in steps_of(connection, step.request_id) if each.nth == step.nth), None)
    return plan is not None and plan.is_open and found is not None and found.state != StepState.DONE


def _is_same(connection: Connection, step: Step) -> bool:
    """Return whether nobody else has sent a step, or changed its particulars."""
    found = next(each for each in steps_of(connection, step.request_id) if each.nth == step.nth)
    return (found.about, found.was_sent) == (step.about, step.was_sent)


def request_from(verb: str, asked: str) -> Request[Any]:
    """Return the request that was noted."""
    given = json.loads(asked)
    made: Request[Any] = getattr(requests, verb)(
        **{key: tuple(value) if isinstance(value, list) else value for key, value in given.items()}
    )
    return made

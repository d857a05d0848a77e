"""The plans of an account: steps that are noted before the call, sent, and settled; kept for ever."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

from core.domain.errors import Code, EipdeckError, Fix, error
from core.domain.json_value import JsonObject
from core.live.plan_rows import Plan, PlanState, Step, StepState
from core.live.world import Call
from core.storage.connection import Connection, Values
from core.storage.rows import reads

__all__ = [
    "Touched",
    "answered",
    "begin_again",
    "check_free",
    "held_addresses",
    "hold",
    "mark_plan",
    "mark_sent",
    "mark_step",
    "note_plan",
    "note_step",
    "open_plans",
    "plan_of",
    "plans",
    "renew_step",
    "same_request",
    "steps_of",
    "touch",
    "touched_since",
]


@reads("mirror_plan")
class _HeldRow(NamedTuple):
    request_id: str
    operator: str
    holds: str


_PLAN: Final = (
    "SELECT request_id, hash, verb, asked, operator, reason, state, holds, noted_at, touched_at, settled_at"
    " FROM mirror_plan"
)
_PLAN_OF: Final = f"{_PLAN} WHERE request_id = :request_id"
_OPEN: Final = f"{_PLAN} WHERE state = 'open' ORDER BY noted_at"
_PLANS: Final = f"{_PLAN} ORDER BY noted_at DESC LIMIT :limit"
_STEPS: Final = (
    "SELECT request_id, nth, kind, about, state, action, body, sent_at, settled_at, platform_request_id, code,"
    " message, result FROM mirror_step WHERE request_id = :request_id ORDER BY nth"
)
_HELD: Final = "SELECT request_id, operator, holds FROM mirror_plan WHERE state = 'open'"
_TOUCHED: Final = "SELECT request_id, operator, holds FROM mirror_plan WHERE state = 'open' OR touched_at >= :since"
_NOTE_PLAN: Final = (
    "INSERT INTO mirror_plan (request_id, hash, verb, asked, operator, reason, state, holds, noted_at, touched_at)"
    " VALUES (:request_id, :hash, :verb, :asked, :operator, :reason, 'open', :holds, :at, :at)"
)
_NOTE_STEP: Final = (
    "INSERT INTO mirror_step (request_id, nth, kind, about, state) VALUES (:request_id, :nth, :kind, :about, 'noted')"
)
_SENT: Final = (
    "UPDATE mirror_step SET state = 'sent', sent_at = :at, action = :action, body = :body, code = NULL, message = NULL,"
    " result = :result"
    " WHERE request_id = :request_id AND nth = :nth AND state = 'noted' AND about = :about AND EXISTS"
    " (SELECT 1 FROM mirror_plan p WHERE p.request_id = :request_id AND p.state = 'open')"
)
_MARK_STEP: Final = (
    "UPDATE mirror_step SET state = :state, settled_at = :settled, code = :code, message = :message,"
    " platform_request_id = coalesce(:platform_request_id, platform_request_id),"
    " result = coalesce(:result, result) WHERE request_id = :request_id AND nth = :nth"
)
_ANSWERED: Final = (
    "UPDATE mirror_step SET state = 'sent', result = :result"
    " WHERE request_id = :request_id AND nth = :nth AND state IN ('sent', 'unknown')"
)
_AGAIN: Final = (
    "UPDATE mirror_step SET state = 'noted', settled_at = NULL WHERE request_id = :request_id AND state = 'refused'"
)
_ABOUT: Final = "UPDATE mirror_step SET about = :about WHERE request_id = :request_id AND nth = :nth"
_MARK_PLAN: Final = (
    "UPDATE mirror_plan SET state = :state, touched_at = :at, settled_at = :settled WHERE request_id = :request_id"
)
_TOUCH: Final = "UPDATE mirror_plan SET touched_at = :at WHERE request_id = :request_id"
_HOLD: Final = "UPDATE mirror_plan SET holds = :holds, touched_at = :at WHERE request_id = :request_id"


def plan_of(connection: Connection, request_id: str) -> Plan | None:
    """Return the plan of a request id."""
    return connection.row(Plan, _PLAN_OF, {"request_id": request_id})


def steps_of(connection: Connection, request_id: str) -> list[Step]:
    """Return the steps of a plan, in their order."""
    return connection.rows(Step, _STEPS, {"request_id": request_id})


def open_plans(connection: Connection) -> list[Plan]:
    """Return the plans that are not settled, oldest first."""
    return connection.rows(Plan, _OPEN)


def plans(connection: Connection, limit: int) -> list[Plan]:
    """Return the newest plans, newest first."""
    return connection.rows(Plan, _PLANS, {"limit": limit})


class Touched(NamedTuple):
    """The rows that plans changed since a moment, or are changing: a reading from meanwhile may be old."""

    eips: set[str]
    addresses: set[str]
    services: set[str]


def touched_since(connection: Connection, since: int) -> Touched:
    """Return what plans changed since a moment, or are changing."""
    rows = connection.rows(_HeldRow, _TOUCHED, {"since": since})
    held = {each for row in rows for each in json.loads(row.holds)}
    return Touched(*(_of_kind(held, kind) for kind in ("eip", "address", "service")))


def held_addresses(connection: Connection) -> set[str]:
    """Return the addresses that open plans allocate."""
    rows = connection.rows(_HeldRow, _HELD)
    return _of_kind((each for row in rows for each in json.loads(row.holds)), "address")


def _of_kind(held: Iterable[str], kind: str) -> set[str]:
    return {each.removeprefix(f"{kind}:") for each in held if each.startswith(f"{kind}:")}


def check_free(connection: Connection, holds: Iterable[str], but: str = "") -> None:
    """Refuse a plan about what another open plan is about. Services are shared, but the SNAT entries of a gateway.

    Raises:
        EipdeckError: `conflict`, naming the request id.

    """
    wanted = {each for each in holds if not each.startswith("service:")}
    for row in connection.rows(_HeldRow, _HELD):
        common = sorted(wanted.intersection(json.loads(row.holds)))
        if common and row.request_id != but:
            raise _busy(row, common)


def _busy(row: _HeldRow, common: Sequence[str]) -> EipdeckError:
    kind, _, name = common[0].partition(":")
    words = {"eip": "EIP", "snat": "the SNAT entries of"}.get(kind, kind)
    return error(
        Code.CONFLICT,
        f"A plan of {row.operator} on {words} {name} is not settled yet; nothing was sent.",
        hint="Go on with that plan.",
        fix=Fix("plan resume", (row.request_id,)),
        details={"request_id": row.request_id, "holds": list(common)},
    )


def note_plan(connection: Connection, values: Values) -> None:
    """Note a plan before anything is sent."""
    connection.execute(_NOTE_PLAN, values)


def note_step(connection: Connection, request_id: str, nth: int, kind: str, about: JsonObject) -> None:
    """Note a step of a plan."""
    values: Values = {"request_id": request_id, "nth": nth, "kind": kind, "about": json.dumps(about)}
    connection.execute(_NOTE_STEP, values)


def hold(connection: Connection, plan: Plan, more: str, at: int, *, instead_of: str = "") -> None:
    """Note that a plan is about something more, or about one thing instead of another."""
    holds = json.dumps([*(each for each in plan.held if each != instead_of), more])
    connection.execute(_HOLD, {"request_id": plan.request_id, "holds": holds, "at": at})


def mark_sent(connection: Connection, step: Step, call: Call, facts: JsonObject, at: int) -> bool:
    """Note that the call of a step is sent; return False when another session has sent, changed or settled the step."""
    key: Values = {"request_id": step.request_id, "nth": step.nth, "about": step.about, "at": at}
    values: Values = {"action": call.action, "body": json.dumps(call.body), "result": json.dumps(facts)}
    if connection.execute(_SENT, {**key, **values}) != 1:
        return False
    connection.execute(_TOUCH, {"request_id": step.request_id, "at": at})
    return True


def mark_step(
    connection: Connection,
    step: Step,
    state: StepState,
    at: int,
    *,
    code: str | None = None,
    message: str | None = None,
    platform_request_id: str | None = None,
    result: JsonObject | None = None,
) -> None:
    """Note how a step ended, or that it is not known."""
    values: Values = {"request_id": step.request_id, "nth": step.nth, "state": state.value}
    settled = at if state in (StepState.DONE, StepState.REFUSED) else None
    more: Values = {"code": code, "message": message, "platform_request_id": platform_request_id, "settled": settled}
    given = None if result is None else json.dumps(result)
    connection.execute(_MARK_STEP, {**values, **more, "result": given})
    connection.execute(_TOUCH, {"request_id": step.request_id, "at": at})


def answered(connection: Connection, step: Step, result: JsonObject, at: int) -> None:
    """Keep what the API answered, when the change cannot be found without it; nothing of a step that is settled."""
    values: Values = {"request_id": step.request_id, "nth": step.nth, "result": json.dumps(result)}
    if connection.execute(_ANSWERED, values):
        connection.execute(_TOUCH, {"request_id": step.request_id, "at": at})


def touch(connection: Connection, request_id: str, at: int) -> None:
    """Note that a program is at work on a plan."""
    connection.execute(_TOUCH, {"request_id": request_id, "at": at})


def mark_plan(connection: Connection, request_id: str, state: PlanState, at: int) -> None:
    """Note how a plan ended."""
    settled = None if state is PlanState.OPEN else at
    connection.execute(_MARK_PLAN, {"request_id": request_id, "state": state.value, "at": at, "settled": settled})


def renew_step(connection: Connection, step: Step, about: JsonObject, at: int) -> None:
    """Give a step that was refused other particulars; it is to be sent with them."""
    mark_step(connection, step, StepState.NOTED, at)
    connection.execute(_ABOUT, {"request_id": step.request_id, "nth": step.nth, "about": json.dumps(about)})


def begin_again(connection: Connection, plan: Plan, at: int) -> None:
    """Open an unfinished plan again: what was refused may be sent again."""
    connection.execute(_AGAIN, {"request_id": plan.request_id})
    mark_plan(connection, plan.request_id, PlanState.OPEN, at)


def same_request(found: Plan, asked: bytes) -> Plan:
    """Return the plan of a request id; refuse another request (by its hash) under the same id."""
    if found.hash != asked:
        raise error(
            Code.REQUEST_MISMATCH,
            f"Request id {found.request_id!r} was used for another request.",
            hint="Nothing changed; send this one with a new id.",
            details={"request_id": found.request_id},
        )
    return found

"""The plans of an account, told to operators."""

from __future__ import annotations

import json
from typing import Final

from core.domain.errors import Code, error
from core.domain.json_value import JsonObject
from core.domain.results import AccountPlan, PlanStep
from core.domain.values import from_micros
from core.live.journal import plan_of, plans, steps_of
from core.live.plan_rows import Plan, Step, StepState
from core.storage.connection import Connection

__all__ = ["subject", "told_plan", "told_plans"]

_VERBS: Final = {
    "AllocationRequest": "allocate",
    "BandwidthRequest": "bandwidth",
    "BindRequest": "bind",
    "RecoverRequest": "recover",
    "RehomeRequest": "rehome",
    "ReleaseRequest": "release",
    "RenameRequest": "name",
    "RetireRequest": "cidr retire",
    "UnbindRequest": "unbind",
    "undo": "plan undo",
}


def told_plans(connection: Connection, limit: int) -> list[AccountPlan]:
    """Return the newest plans, newest first."""
    return [_told(connection, plan) for plan in plans(connection, limit)]


def told_plan(connection: Connection, request_id: str) -> AccountPlan:
    """Return a plan with its steps.

    Raises:
        EipdeckError: `plan_not_found`.

    """
    found = plan_of(connection, request_id)
    if found is None:
        raise error(Code.PLAN_NOT_FOUND, f"There is no plan {request_id!r}.", details={"request_id": request_id})
    return _told(connection, found)


def _told(connection: Connection, plan: Plan) -> AccountPlan:
    steps = steps_of(connection, plan.request_id)
    about = [each.partition(":")[2] for each in plan.held if not each.startswith(("service:", "snat:"))]
    return AccountPlan(
        id=plan.request_id,
        verb=_VERBS.get(plan.verb, plan.verb),
        state=plan.state,
        about=tuple(about),
        done=sum(step.state == StepState.DONE for step in steps),
        operator=plan.operator,
        reason=plan.reason,
        at=from_micros(plan.noted_at),
        settled_at=None if plan.settled_at is None else from_micros(plan.settled_at),
        steps=tuple(map(_told_step, steps)),
    )


def _told_step(step: Step) -> PlanStep:
    return PlanStep(
        step=step.nth,
        what=step.kind,
        about=subject(step.particulars),
        state=step.state,
        action=step.action,
        sent_at=None if step.sent_at is None else from_micros(step.sent_at),
        settled_at=None if step.settled_at is None else from_micros(step.settled_at),
        code=step.code,
        message=step.message,
        platform_request_id=step.platform_request_id,
    )


def subject(about: JsonObject) -> str:
    """Return what a step is about; `@1` is the EIP that step 1 creates."""
    body = about.get("body")
    if isinstance(body, dict):
        return str(body.get("publicIp") or body.get("name"))
    found = about.get("eipId") or about.get("cidr")
    return found if isinstance(found, str) else json.dumps(found)

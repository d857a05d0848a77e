"""The errors of a plan that is not done: what is made, what is left, and the command that goes on."""

from __future__ import annotations

from collections.abc import Sequence

from core.domain.errors import Code, EipdeckError, Fix, error
from core.domain.json_value import Json, JsonObject
from core.live.plan_rows import Plan, PlanState, Step, StepState

__all__ = ["began", "not_done", "unfinished"]


def began(steps: Sequence[Step]) -> bool:
    """Return whether a call of the plan has changed the account."""
    return any(step.state == StepState.DONE and step.action is not None for step in steps)


def not_done(plan: Plan, steps: Sequence[Step]) -> EipdeckError:
    """Return the error of a plan that was refused, is unfinished, or is not settled."""
    if plan.state == PlanState.REFUSED:
        refused = next((step for step in steps if step.state == StepState.REFUSED), None)
        what, why = (plan.verb, None) if refused is None else (refused.action or refused.kind, refused.code)
        return error(
            Code.PLATFORM_REFUSED,
            f"{what} was not made: {why}; nothing was changed.",
            hint="Send it again with a new request id.",
            details={"request_id": plan.request_id, "state": plan.state},
        )
    if plan.state == PlanState.UNFINISHED:
        return unfinished(plan, steps)
    made = f" {_made(steps)}" if began(steps) else ""
    return error(
        Code.OUTCOME_UNKNOWN,
        f"The account does not show yet whether the change was made.{made}",
        hint="A sync settles it; the same request id never makes it twice.",
        fix=Fix("settle", (plan.request_id,)),
        details=_details(plan, steps),
    )


def unfinished(plan: Plan, steps: Sequence[Step], cause: EipdeckError | None = None) -> EipdeckError:
    """Return the error of a plan that stopped between two steps."""
    why = "The plan was stopped." if cause is None else cause.reason
    more = {} if cause is None else {"cause": cause.document()["error"], "platform": cause.details.get("platform")}
    return error(
        Code.UNFINISHED,
        f"{why} {_made(steps)}",
        hint="Resume the plan, or undo it.",
        fix=Fix("plan resume", (plan.request_id,)),
        details={**_details(plan, steps), **more},
    )


def _made(steps: Sequence[Step]) -> str:
    done = sum(step.state == StepState.DONE for step in steps)
    return f"{done} of {len(steps)} steps are made."


def _details(plan: Plan, steps: Sequence[Step]) -> JsonObject:
    done: list[Json] = [_told(step) for step in steps if step.state == StepState.DONE]
    left: list[Json] = [_told(step) for step in steps if step.state != StepState.DONE]
    return {"request_id": plan.request_id, "state": plan.state, "done": done, "left": left}


def _told(step: Step) -> JsonObject:
    return {"step": step.nth, "kind": step.kind, "state": step.state, "code": step.code}

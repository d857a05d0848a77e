"""The rows of plans and their steps."""

from __future__ import annotations

import json
from enum import StrEnum
from typing import NamedTuple

from core.domain.json_value import JsonObject
from core.storage.rows import reads

__all__ = ["Plan", "PlanState", "Step", "StepState"]


class PlanState(StrEnum):
    """The state of a plan."""

    OPEN = "open"
    """A step is under way or not settled, or whoever sent it was stopped."""
    DONE = "done"
    REFUSED = "refused"
    """Nothing was changed."""
    UNFINISHED = "unfinished"
    """Some steps are done, and the others were refused or never sent."""
    UNDONE = "undone"


class StepState(StrEnum):
    """The state of a step."""

    NOTED = "noted"
    """Nothing was sent."""
    SENT = "sent"
    """The call is under way, or whoever made it was stopped."""
    UNKNOWN = "unknown"
    """The account does not show yet whether the call did anything."""
    DONE = "done"
    REFUSED = "refused"
    """Nothing was changed by it."""


@reads("mirror_plan")
class Plan(NamedTuple):
    """A change of the account."""

    request_id: str
    hash: bytes
    verb: str
    asked: str
    operator: str
    reason: str | None
    state: str
    holds: str
    noted_at: int
    touched_at: int
    settled_at: int | None

    @property
    def is_open(self) -> bool:
        return self.state == PlanState.OPEN

    @property
    def held(self) -> list[str]:
        """Return what the plan is about."""
        found: list[str] = json.loads(self.holds)
        return found


@reads("mirror_step")
class Step(NamedTuple):
    """One call of a plan."""

    request_id: str
    nth: int
    kind: str
    about: str
    state: str
    action: str | None
    body: str | None
    sent_at: int | None
    settled_at: int | None
    platform_request_id: str | None
    code: str | None
    message: str | None
    result: str | None

    @property
    def particulars(self) -> JsonObject:
        found: JsonObject = json.loads(self.about)
        return found

    @property
    def given(self) -> JsonObject:
        """Return what the step gave."""
        found: JsonObject = {} if self.result is None else json.loads(self.result)
        return found

    @property
    def was_sent(self) -> bool:
        return self.state in (StepState.SENT, StepState.UNKNOWN)

"""Makes the steps of a plan, one after the other, and settles each by reading what the account shows."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from core.domain.errors import Code, EipdeckError, error
from core.domain.json_value import JsonObject
from core.live.fields import ACTIONS
from core.live.journal import answered, mark_sent, plan_of, steps_of, touch
from core.live.kinds import look_at
from core.live.meanings import Failed, Outcome, change_refusal, outcome_of, refusal_of
from core.live.plan_errors import not_done
from core.live.plan_rows import Plan, Step, StepState
from core.live.reading import Caller, Reader
from core.live.settling import Settling
from core.live.world import Call, Now, Sent, Shown, World, texts_of
from core.queries.eips import eips_by_id
from core.storage.store import Store

__all__ = ["LOOKS", "Runner"]

LOOKS: Final = (0.0, 1.0, 3.0, 10.0, 30.0)
"""Seconds before each look at what a call did."""
_HORIZON: Final = 15 * 60_000_000
"""Microseconds after which a call that shows nothing did nothing: a platform may show late, and answer late."""
_ALIVE: Final = 150_000_000
"""Microseconds in which a program that is at work on a plan has touched it."""
_LONGEST: Final = 120.0
"""The longest wait in seconds that the platform can ask for: a program that waits longer passes for stopped."""
_TRIES: Final = 3
"""Times that a call is sent which the platform says it did not take up."""
_TAKEN: Final = ("OPERATION_DENIED_EIP_INSUFFICIENT",)
"""Codes of an address that somebody else has."""


@dataclass(frozen=True, slots=True)
class Runner:
    """Makes plans on an account."""

    store: Store
    now: Callable[[], int]
    writer: Callable[[], Caller]
    """Makes a client that may write."""
    reader: Callable[[], Reader]
    sleep: Callable[[float], None]
    settling: Settling

    def run(self, request_id: str) -> None:
        """Make the steps that are left. Each is noted as sent before its call, and settled after it.

        Raises:
            EipdeckError: the refusal of the first step, and nothing was changed; `unfinished` when a later one is
                refused; `outcome_unknown` when the account does not show a step.

        """
        while True:
            plan, steps = self._read(request_id)
            if plan is None or not plan.is_open:
                return
            step = _next(steps)
            if step.state == StepState.NOTED:
                self._make(plan, step, steps)
            else:
                self._await(plan, step, steps, LOOKS)

    def settle(self, request_id: str) -> None:
        """Settle a plan that was stopped or not answered, as far as the account shows it; nothing is sent."""
        plan, steps = self._read(request_id)
        if plan is None or not plan.is_open:
            return
        step = _next(steps)
        left = self.now() - plan.touched_at > _ALIVE
        if step.was_sent:
            with suppress(EipdeckError):
                self._await(plan, step, steps, LOOKS[:1])
            plan, steps = self._read(request_id)
        if left and plan is not None and plan.is_open and _next(steps).state == StepState.NOTED:
            self.settling.stopped(plan)

    def _read(self, request_id: str) -> tuple[Plan | None, list[Step]]:
        with self.store.read() as connection:
            return plan_of(connection, request_id), steps_of(connection, request_id)

    def _make(self, plan: Plan, step: Step, steps: Sequence[Step]) -> None:
        """Make a step that is noted, unless the account shows it as done."""
        about = _resolved(step, steps)
        for seconds in LOOKS:
            if seconds:
                self._wait(plan, seconds)
            try:
                now = look_at(step.kind, about, self._world(), None)
            except Failed as failed:
                raise self.settling.refused(plan, step, refusal_of(failed), failed) from None
            except EipdeckError as refusal:
                if refusal.code is Code.ADDRESS_IN_USE and self.settling.replaced(plan, step, about, elsewhere=False):
                    return
                raise self.settling.refused(plan, step, refusal) from None
            if isinstance(now.shown, Call):
                self._send(plan, step, about, now, now.shown)
                return
            if now.shown is Shown.DONE:
                self.settling.done(plan, step, about, now)
                return
        busy = error(Code.CONFLICT, "The platform is at work on the EIP; nothing was sent.", hint="Try again later.")
        raise self.settling.refused(plan, step, busy)

    def _send(self, plan: Plan, step: Step, about: JsonObject, now: Now, call: Call) -> None:
        """Send the call of a step once; another time only when the platform did not take it up, and shows nothing."""
        try:
            writer = self.writer()
        except EipdeckError as problem:
            raise self.settling.refused(plan, step, problem) from None
        sent = Sent(self.now(), call.body, now.facts or {})
        with self.store.write() as connection:
            if not mark_sent(connection, step, call, sent.answer, sent.at):
                return  # another session has
        step = step._replace(state=StepState.SENT)
        for attempt in range(_TRIES):
            try:
                answer = writer.call(ACTIONS[call.action], call.body)
            except Failed as failed:
                if not self._goes_on(plan, step, about, sent, failed, attempt):
                    return
            else:
                self._heard(plan, step, about, answer)
                return

    def _goes_on(self, plan: Plan, step: Step, about: JsonObject, sent: Sent, failed: Failed, attempt: int) -> bool:
        """Return whether a failed call is sent again; a refused one ends the plan here."""
        outcome = outcome_of(failed)
        if outcome is Outcome.GONE and step.kind in _ENDS:
            return False  # by an earlier call, or by somebody else
        if outcome is Outcome.UNKNOWN:
            self.settling.unknown(step, failed)
            return False
        if outcome is Outcome.NOT_TAKEN_UP and attempt < _TRIES - 1:
            return self._is_needed(plan, step, about, sent, [min(failed.retry_after or LOOKS[attempt + 1], _LONGEST)])
        if failed.code in _TAKEN:
            if not self._is_needed(plan, step, about, sent, LOOKS if attempt else LOOKS[:1]):
                return False  # an earlier call took the address
            if self.settling.replaced(plan, step, about, elsewhere=self._is_elsewhere(about)):
                return False
        raise self.settling.refused(plan, step, _refusal(failed, about), failed) from None

    def _is_needed(self, plan: Plan, step: Step, about: JsonObject, sent: Sent, looks: Sequence[float]) -> bool:
        """Return whether each look shows that a call did nothing."""
        for seconds in looks:
            if seconds:
                self._wait(plan, seconds)
            try:
                now = look_at(step.kind, about, self._world(), sent)
            except (Failed, EipdeckError):
                return False
            if not isinstance(now.shown, Call):
                return False
        return True

    def _is_elsewhere(self, about: JsonObject) -> bool:
        """Return whether an address that is taken has no EIP on the account."""
        body = about.get("body")
        try:
            return isinstance(body, dict) and self._world().at(str(body.get("publicIp"))) is None
        except Failed:
            return False

    def _heard(self, plan: Plan, step: Step, about: JsonObject, answer: JsonObject) -> None:
        """Keep what tells a new EIP; a call that failed for the EIP has no reason in its answer."""
        if texts_of(answer, "eipIds"):
            with self.store.write() as connection:
                answered(connection, step, {"eipIds": answer["eipIds"]}, self.now())
        if about.get("eipId") in texts_of(answer, "failedEipIds"):
            raise self.settling.refused(plan, step, self._why_not(step, about), code="FAILED_EIP_IDS")

    def _why_not(self, step: Step, about: JsonObject) -> EipdeckError:
        """Return the refusal of a call that failed for the EIP: its state on the account may tell why."""
        with suppress(Failed):
            try:
                look_at(step.kind, about, self._world(), None)
            except EipdeckError as refusal:
                return refusal
        words = f"Zenlayer refuses it for EIP {about.get('eipId')}, and gives no reason; nothing was changed."
        return error(Code.PLATFORM_REFUSED, words, details={"platform": {"action": step.action, "code": None}})

    def _await(self, plan: Plan, step: Step, steps: Sequence[Step], looks: Sequence[float]) -> None:
        """Read until the account shows the step, or that the platform gave up.

        Raises:
            EipdeckError: `outcome_unknown` when it does not; the refusal when it never will.

        """
        about = _resolved(step, steps)
        sent = Sent(step.sent_at or plan.noted_at, json.loads(step.body or "{}"), step.given)
        for seconds in looks:
            if seconds:
                self._wait(plan, seconds)
            now = self._shown(plan, step, about, sent)
            if now is None:
                continue
            if now.shown is Shown.DONE:
                self.settling.done(plan, step, about, now)
                return
            if now.shown is Shown.FAILED:
                gave_up = error(
                    Code.PLATFORM_REFUSED,
                    f"{step.action} was not made: the platform gave up in the background; nothing was changed.",
                    hint="Send it again with a new request id.",
                )
                raise self.settling.refused(plan, step, gave_up, code="FAILED")
            if isinstance(now.shown, Call) and _is_other(now.shown, step):
                self.settling.again(step)
                return
        if self.now() - sent.at > _HORIZON:
            never = error(
                Code.PLATFORM_REFUSED,
                f"{step.action} was not made: the account does not show it; nothing was changed.",
                hint="Send it again with a new request id.",
                details={"request_id": plan.request_id},
            )
            raise self.settling.refused(plan, step, never, code="NOT_SHOWN")
        self.settling.unknown(step, None)
        raise not_done(*self._known(plan.request_id))

    def _wait(self, plan: Plan, seconds: float) -> None:
        """Wait for the next look, and note that this program is at work on the plan: else a sync stops it."""
        self.sleep(seconds)
        with suppress(EipdeckError), self.store.write() as connection:
            touch(connection, plan.request_id, self.now())

    def _known(self, request_id: str) -> tuple[Plan, list[Step]]:
        plan, steps = self._read(request_id)
        assert plan is not None  # noqa: S101  # plans are never deleted
        return plan, steps

    def _shown(self, plan: Plan, step: Step, about: JsonObject, sent: Sent) -> Now | None:
        """Return the state of a step that was sent; None when the account has changed so that nothing can be said.

        Raises:
            EipdeckError: `outcome_unknown`, when it cannot be read.

        """
        try:
            return look_at(step.kind, about, self._world(), sent)
        except Failed as failed:
            unknown = not_done(*self._known(plan.request_id))
            unknown.details = {**unknown.details, "platform": {"action": failed.action, "code": failed.code}}
            raise unknown from None
        except EipdeckError:
            return None

    def _world(self) -> World:
        return World(self.reader(), self._is_known)

    def _is_known(self, eip_id: str) -> bool:
        with self.store.read() as connection:
            return bool(eips_by_id(connection, [eip_id]))


def _refusal(failed: Failed, about: JsonObject) -> EipdeckError:
    """Return the refusal of a call; an address that was asked for is in use, when the platform has none to give."""
    refusal, body = change_refusal(failed), about.get("body")
    if refusal.code is not Code.POOL_EXHAUSTED or not isinstance(body, dict) or "publicIp" not in body:
        return refusal
    words = f"{body['publicIp']} is taken on the account, by somebody whom this key does not see."
    return error(Code.ADDRESS_IN_USE, words, hint=refusal.hint, details=refusal.details)


_ENDS: Final = ("delete", "unassociate", "snat_out", "dnat_out", "delete_cidr")
"""Steps that are done when what they end does not exist."""
_OBJECTS: Final = ("snatEntryId", "dnatEntryId")


def _is_other(call: Call, step: Step) -> bool:
    """Return whether a call is about another entry than the one that was sent: that one is done."""
    body = json.loads(step.body or "{}")
    return any(key in body and call.body.get(key) != body[key] for key in _OBJECTS)


def _next(steps: Sequence[Step]) -> Step:
    return next(step for step in steps if step.state != StepState.DONE)


def _resolved(step: Step, steps: Sequence[Step]) -> JsonObject:
    """Return the particulars of a step, with the EIPs that earlier steps created."""
    found = {each.nth: each.given.get("new") for each in steps}
    about: JsonObject = {
        key: found[int(value[1:])] if isinstance(value, str) and key in ("eipId", "to") and value[:1] == "@" else value
        for key, value in step.particulars.items()
    }
    return {**about, "earlier": [*found.values()]} if step.kind == "create" else about

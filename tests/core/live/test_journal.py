"""The journal of a live account: a step is sent by one session, once."""

from __future__ import annotations

from core import AccountInventory
from core.live.journal import mark_plan, mark_sent, mark_step, note_plan, note_step, steps_of
from core.live.plan_rows import PlanState, StepState
from core.live.world import Call

VALUES = {"hash": b"x", "verb": "RenameRequest", "asked": "{}", "operator": "alice", "reason": None, "holds": "[]"}
CALL = Call("ModifyEipAttribute", {"eipId": "e-7", "name": "other"})


def test_a_step_is_sent_once_and_not_after_its_plan_was_settled(mirror: AccountInventory) -> None:
    with mirror._store.write() as connection:
        for request_id in ("k-1", "k-2"):
            note_plan(connection, {**VALUES, "request_id": request_id, "at": 1})
            note_step(connection, request_id, 1, "name", CALL.body)
        (first,), (second,) = (steps_of(connection, request_id) for request_id in ("k-1", "k-2"))
        assert mark_sent(connection, first, CALL, {}, 2)
        assert not mark_sent(connection, first, CALL, {}, 3)
        mark_step(connection, second, StepState.REFUSED, 2, code="NOT_SENT")
        mark_plan(connection, "k-2", PlanState.REFUSED, 2)
        assert not mark_sent(connection, second, CALL, {}, 3)
        (settled,) = steps_of(connection, "k-2")
    assert settled.state == StepState.REFUSED

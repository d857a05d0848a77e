"""The journal of a live account: an operation is sent by one session, once."""

from __future__ import annotations

from core import AccountInventory
from core.live.journal import State, mark, note, operation_of

VALUES = {
    "request_id": "k-1",
    "hash": b"x",
    "verb": "RenameRequest",
    "asked": "{}",
    "operator": "alice",
    "reason": None,
    "eip_id": "e-7",
    "action": "ModifyEipAttribute",
    "body": "{}",
    "at": 1,
}


def test_an_operation_is_sent_once_and_not_after_it_was_settled(mirror: AccountInventory) -> None:
    with mirror._store.write() as connection:
        for request_id, eip in (("k-1", "e-7"), ("k-2", "e-8")):
            note(connection, {**VALUES, "request_id": request_id, "eip_id": eip})
        assert mark(connection, "k-1", State.SENT, 2)
        assert not mark(connection, "k-1", State.SENT, 3)
        assert mark(connection, "k-2", State.REFUSED, 2, code="NOT_SENT")
        assert not mark(connection, "k-2", State.SENT, 3)
        settled = operation_of(connection, "k-2")
    assert settled is not None
    assert settled.state == State.REFUSED

"""Settling: tells whether a change was made whose answer was lost, by its request id."""

from __future__ import annotations

import json
from typing import Final

from core.domain.errors import Code, EipdeckError, Fix, error
from core.domain.json_value import UncheckedObject
from core.domain.receipt import EventHead, Receipt
from core.domain.validation import checked_name
from core.storage.connection import Connection
from core.storage.store import Store

__all__ = ["not_made", "settled", "stored_receipt", "unsettled"]

_ANSWER: Final = "SELECT answer FROM request WHERE request_id = :id"


def stored_receipt(request_id: str, answer: UncheckedObject) -> Receipt:
    """Return the receipt in a stored answer; answers of version 0.1 have no events."""
    return Receipt(request_id, tuple(EventHead(**event) for event in answer.get("events", ())))


def settled(store: Store, request_id: str, *, read_only: bool) -> Receipt | None:
    """Return the receipt of a change; None when it was not made and nobody is still making it.

    A change that is not found may be in the middle of its commit. The turn of writers tells: who holds it knows that
    no other writer is under way.

    Raises:
        EipdeckError: `outcome_unknown` when it is not found and this session cannot take the turn;
            `store_unavailable`; `invalid_name`.

    """
    checked_name(request_id, "request id")
    with store.read() as connection:
        found = _receipt(connection, request_id)
    if found is not None:
        return found
    if read_only:
        raise unsettled("No change with that request id is found, and a read-only session cannot wait", request_id)
    try:
        with store.write() as connection:
            return _receipt(connection, request_id)
    except EipdeckError as problem:
        if problem.code in {Code.STORE_BUSY, Code.READ_ONLY}:
            raise unsettled(problem.reason.rstrip("."), request_id) from problem
        raise


def _receipt(connection: Connection, request_id: str) -> Receipt | None:
    answer = connection.value(str, _ANSWER, {"id": request_id})
    return None if answer is None else stored_receipt(request_id, json.loads(answer))


def unsettled(reason: str, request_id: str) -> EipdeckError:
    """Return the error of a change that may have been made."""
    return error(
        Code.OUTCOME_UNKNOWN,
        f"{reason}: whether the change was made is not known yet.",
        hint="Ask again; the same request id never makes it twice.",
        fix=Fix("settle", (request_id,)),
        details={"request_id": request_id},
    )


def not_made(reason: str, request_id: str) -> EipdeckError:
    """Return the error of a change that was lost on its way, after the database has told that it was not made."""
    return error(
        Code.STORE_UNAVAILABLE,
        f"{reason} The database was asked again: the change was not made, nothing changed.",
        hint="Send it again.",
        details={"request_id": request_id},
    )

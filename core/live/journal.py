"""The operations on an account: noted before the call, sent, and settled; kept for ever."""

from __future__ import annotations

from enum import StrEnum
from typing import Final, NamedTuple

from core.domain.errors import Code, EipdeckError, Fix, error
from core.storage.connection import Connection, Values
from core.storage.rows import reads

__all__ = [
    "Operation",
    "State",
    "free",
    "mark",
    "note",
    "open_operations",
    "operation_of",
    "same_request",
    "touched_since",
    "unsettled",
]


class State(StrEnum):
    """The state of an operation."""

    NOTED = "noted"
    """Nothing was sent."""
    SENT = "sent"
    """The call is under way, or whoever made it was stopped."""
    UNKNOWN = "unknown"
    """The call was not answered, and the account does not show yet whether it did anything."""
    DONE = "done"
    REFUSED = "refused"
    """Nothing was changed."""


@reads("mirror_operation")
class Operation(NamedTuple):
    """A change of the account: one call."""

    request_id: str
    hash: bytes
    verb: str
    asked: str
    operator: str
    reason: str | None
    eip_id: str
    action: str
    body: str
    state: str
    noted_at: int
    sent_at: int | None
    code: str | None
    message: str | None

    @property
    def is_open(self) -> bool:
        return self.state not in (State.DONE, State.REFUSED)


_COLUMNS: Final = (
    "request_id, hash, verb, asked, operator, reason, eip_id, action, body, state, noted_at, sent_at, code, message"
)
_NOTE: Final = (
    "INSERT INTO mirror_operation (request_id, hash, verb, asked, operator, reason, eip_id, action, body, state,"
    " noted_at) VALUES (:request_id, :hash, :verb, :asked, :operator, :reason, :eip_id, :action, :body, 'noted', :at)"
)
_OF: Final = f"SELECT {_COLUMNS} FROM mirror_operation WHERE request_id = :request_id"
_OPEN: Final = f"SELECT {_COLUMNS} FROM mirror_operation WHERE state IN ('noted', 'sent', 'unknown') ORDER BY noted_at"
_ON: Final = f"SELECT {_COLUMNS} FROM mirror_operation WHERE eip_id = :eip_id AND state IN ('noted', 'sent', 'unknown')"
_TOUCHED: Final = (
    "SELECT DISTINCT eip_id FROM mirror_operation WHERE state IN ('noted', 'sent', 'unknown') OR settled_at >= :since"
)
_SENT: Final = (
    "UPDATE mirror_operation SET state = 'sent', sent_at = :at WHERE request_id = :request_id AND state = 'noted'"
)
_SETTLED: Final = (
    "UPDATE mirror_operation SET state = :state, settled_at = :at, platform_request_id = :platform_request_id,"
    " code = :code, message = :message WHERE request_id = :request_id"
)


def operation_of(connection: Connection, request_id: str) -> Operation | None:
    """Return the operation of a request id."""
    return connection.row(Operation, _OF, {"request_id": request_id})


def open_operations(connection: Connection) -> list[Operation]:
    """Return the operations that are not settled, oldest first."""
    return connection.rows(Operation, _OPEN)


def touched_since(connection: Connection, since: int) -> set[str]:
    """Return the EIPs that operations changed since a moment, or are changing: what was read of them may be old."""
    return set(connection.column(str, _TOUCHED, {"since": since}))


def free(connection: Connection, eip_id: str) -> None:
    """Refuse another operation on an EIP while one is not settled.

    Raises:
        EipdeckError: `conflict`, naming the request id.

    """
    found = connection.row(Operation, _ON, {"eip_id": eip_id})
    if found is not None:
        raise _busy(found)


def _busy(found: Operation) -> EipdeckError:
    return error(
        Code.CONFLICT,
        f"{found.action} of {found.operator} on EIP {found.eip_id} is not settled yet; nothing was sent.",
        hint="A sync settles it.",
        details={"request_id": found.request_id, "eip_id": found.eip_id, "state": found.state},
    )


def note(connection: Connection, values: Values) -> None:
    """Note an operation before anything is sent."""
    connection.execute(_NOTE, values)


def mark(
    connection: Connection,
    request_id: str,
    state: State,
    at: int,
    *,
    code: str | None = None,
    message: str | None = None,
    platform_request_id: str | None = None,
) -> bool:
    """Note that an operation is sent, or how it ended; return False when another session has sent or settled it."""
    if state is State.SENT:
        return connection.execute(_SENT, {"request_id": request_id, "at": at}) == 1
    values: Values = {"request_id": request_id, "state": state.value, "at": at, "code": code, "message": message}
    return connection.execute(_SETTLED, {**values, "platform_request_id": platform_request_id}) == 1


def same_request(found: Operation, asked: bytes) -> Operation:
    """Return the operation of a request id; refuse another request (by its hash) under the same id."""
    if found.hash != asked:
        raise error(
            Code.REQUEST_MISMATCH,
            f"Request id {found.request_id!r} was used for another request.",
            hint="Nothing changed; send this one with a new id.",
            details={"request_id": found.request_id},
        )
    return found


def unsettled(operation: Operation | None, request_id: str) -> EipdeckError:
    """Return the error of an operation that was refused, or is not settled."""
    details = {"request_id": request_id, "state": None if operation is None else operation.state}
    if operation is not None and operation.state == State.REFUSED:
        return error(
            Code.PLATFORM_REFUSED,
            f"{operation.action} was not made: {operation.code}; nothing was changed.",
            hint="Send it again with a new request id.",
            details=details,
        )
    return error(
        Code.OUTCOME_UNKNOWN,
        "The account does not show yet whether the change was made.",
        hint="A sync settles it; the same request id never makes it twice.",
        fix=Fix("settle", (request_id,)),
        details=details,
    )

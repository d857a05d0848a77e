"""Idempotency: a request id is carried out once; a retry gets the stored answer, in the same transaction."""

from __future__ import annotations

import hashlib
import json
from dataclasses import fields
from typing import TYPE_CHECKING, Final

from core.domain.errors import Code, EipdeckError, error
from core.domain.json_types import to_json
from core.domain.json_value import JsonObject, UncheckedObject
from core.storage.transaction import Transaction

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

__all__ = ["answered", "remember"]

_KEEP: Final = (
    "INSERT INTO request (request_id, hash, at, answer) VALUES (:id, :hash, :at, :answer)"
    " ON CONFLICT (request_id) DO NOTHING"
)

_NOT_ASKED: Final = ("request_id", "reason", "expected", "dry_run")
"""Fields ignored when a retry is compared with the first request."""
_ADDED: Final = ("withdraw",)
"""Fields that requests of earlier versions lack; without a value they count as absent."""


def answered(transaction: Transaction, request: DataclassInstance) -> UncheckedObject | None:
    """Return the stored answer to this request id; None when it is new.

    Raises:
        EipdeckError: `request_mismatch` when the id was used for another request.

    """
    if transaction.kept is None:
        return None
    if transaction.kept.hash != _hash(request):
        raise _used(transaction)
    answer: UncheckedObject = json.loads(transaction.kept.answer)
    return answer


def remember(transaction: Transaction, request: DataclassInstance, answer: JsonObject, *, changed: bool) -> None:
    """Store the answer under the request id of the transaction.

    Nothing is stored when nothing changed and the caller named no id, since then there is nothing to settle.

    Raises:
        EipdeckError: `request_mismatch` when the change itself stored a request with this id, as an import may.

    """
    if transaction.made_id and not changed:
        return
    request_id, at = transaction.request_id, transaction.now
    if not transaction.run(_KEEP, id=request_id, hash=_hash(request), at=at, answer=json.dumps(answer)):
        raise _used(transaction)


def _used(transaction: Transaction) -> EipdeckError:
    return error(
        Code.REQUEST_MISMATCH,
        f"Request id {transaction.request_id!r} was used for another request.",
        hint="Nothing changed; send this one with a new id.",
        details={"request_id": transaction.request_id},
    )


def _hash(request: DataclassInstance) -> bytes:
    values = {field.name: getattr(request, field.name) for field in fields(request) if field.name not in _NOT_ASKED}
    asked = {name: to_json(value) for name, value in values.items() if value or name not in _ADDED}
    content = json.dumps([type(request).__name__, asked], sort_keys=True)
    return hashlib.sha256(content.encode("utf-8", "backslashreplace")).digest()

"""Idempotency: a request id is answered once; a retry finds the first answer, in the same transaction."""

from __future__ import annotations

import hashlib
import json
from dataclasses import fields
from typing import Any, Final

from core.domain.errors import EipdeckError, error
from core.domain.values import to_json
from core.storage.transaction import Transaction

__all__ = ["answered", "remember"]

_KEEP: Final = (
    "INSERT INTO request (request_id, hash, at, answer) VALUES (:id, :hash, :at, :answer)"
    " ON CONFLICT (request_id) DO NOTHING"
)

_NOT_ASKED: Final = ("request_id", "reason", "expected", "dry_run")
"""Fields that say how and why a request was sent, not what it asks for: who tries again may word it anew."""


def answered(transaction: Transaction, request: Any) -> dict[str, Any] | None:
    """What this request id was answered before; None when it is new.

    Raises:
        EipdeckError: `request_mismatch` when the id was used for another request.

    """
    if transaction.kept is None:
        return None
    if transaction.kept.hash != _hash(request):
        raise _used(transaction)
    answer: dict[str, Any] = json.loads(transaction.kept.answer)
    return answer


def remember(transaction: Transaction, request: Any, answer: dict[str, Any]) -> None:
    """Keep the answer under its request id, if it has one.

    Raises:
        EipdeckError: `request_mismatch` when the change itself brought a request with this id: an export may.

    """
    if transaction.request_id is None:
        return
    request_id, at = transaction.request_id, transaction.now
    if not transaction.run(_KEEP, id=request_id, hash=_hash(request), at=at, answer=json.dumps(answer)):
        raise _used(transaction)


def _used(transaction: Transaction) -> EipdeckError:
    return error(
        "request_mismatch",
        f"Request id {transaction.request_id!r} was used for another request.",
        hint="Nothing changed; send this one with an id of its own.",
        details={"request_id": transaction.request_id},
    )


def _hash(request: Any) -> bytes:
    asked = {
        field.name: to_json(getattr(request, field.name)) for field in fields(request) if field.name not in _NOT_ASKED
    }
    content = json.dumps([type(request).__name__, asked], sort_keys=True)
    return hashlib.sha256(content.encode("utf-8", "backslashreplace")).digest()

"""Acceptance of a finding."""

from __future__ import annotations

from typing import Final

from core.domain.addresses import parse_address
from core.domain.errors import Code, error
from core.domain.requests import AcceptRequest
from core.domain.times import InvalidTime, parse_time
from core.domain.values import Finding, from_micros, to_micros
from core.queries.findings import finding_by_id, findings_by_id
from core.storage.history import EventData, record
from core.storage.transaction import Transaction

_ACCEPT: Final = (
    "INSERT INTO acceptance (finding_id, ground, reason, operator, at, until)"
    " VALUES (:id, :ground, :reason, :operator, :at, :until) ON CONFLICT (finding_id) DO UPDATE SET"
    " ground = excluded.ground, reason = excluded.reason, operator = excluded.operator, at = excluded.at,"
    " until = excluded.until"
)


def accept(transaction: Transaction, request: AcceptRequest) -> Finding:
    """Accept a finding with a reason, until a moment if one is given. Returns it as it now is.

    Raises:
        EipdeckError: `usage` without a reason, `invalid_time`, `finding_not_found`.

    """
    if not transaction.reason:
        raise error(Code.USAGE, "Accepting a finding wants a reason.", hint="Give one with --reason.")
    until = _until(transaction, request.until)
    found = findings_by_id(transaction, request.finding, accepted=True)
    transaction.run(
        _ACCEPT,
        id=found.finding.id,
        ground=found.fingerprint,
        reason=transaction.reason,
        operator=transaction.operator,
        at=transaction.now,
        until=until,
    )
    landing = found.finding.code == "landed_in_default_pool"
    record(
        transaction,
        EventData(
            "accept_finding",
            eip_id=found.finding.id.partition(":")[2] if landing else None,
            address=parse_address(found.finding.subject) if landing else None,
            after={"finding": found.finding.id, "until": request.until},
        ),
    )
    return finding_by_id(transaction, found.finding.id, accepted=True)


def _until(transaction: Transaction, words: str | None) -> int | None:
    if words is None:
        return None
    try:
        until = to_micros(parse_time(words, from_micros(transaction.now)))
    except InvalidTime as problem:
        raise error(Code.INVALID_TIME, str(problem)) from problem
    if until <= transaction.now:
        raise error(Code.INVALID_TIME, f"{words} is past; an acceptance ends in the future.")
    return until

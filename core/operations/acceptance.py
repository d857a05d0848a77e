"""Accept a finding."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from core.domain.addresses import parse_address
from core.domain.errors import Code, error
from core.domain.requests import AcceptRequest
from core.domain.times import InvalidTime, parse_time
from core.domain.values import Finding, from_micros, to_micros
from core.queries.findings import finding_by_key
from core.storage.history import EventData, record
from core.storage.transaction import Transaction

_ACCEPT: Final = (
    "INSERT INTO acceptance (finding_id, ground, reason, operator, at, until)"
    " VALUES (:id, :ground, :reason, :operator, :at, :until) ON CONFLICT (finding_id) DO UPDATE SET"
    " ground = excluded.ground, reason = excluded.reason, operator = excluded.operator, at = excluded.at,"
    " until = excluded.until"
)


def accept(transaction: Transaction, request: AcceptRequest) -> Finding:
    """Accept a finding with a reason, until a moment if one is given. Return it as accepted.

    Raises:
        EipdeckError: `usage` without a reason, `invalid_time`, `finding_not_found`.

    """
    if not transaction.reason:
        raise error(Code.USAGE, "Accepting a finding needs a reason.", hint="Give one.")
    until = _until(transaction, request.until)
    found = finding_by_key(transaction, request.finding)
    transaction.run(
        _ACCEPT,
        id=found.finding.id,
        ground=found.fingerprint,
        reason=transaction.reason,
        operator=transaction.operator,
        at=transaction.now,
        until=until,
    )
    landing = found.finding.landing
    record(
        transaction,
        EventData(
            "accept_finding",
            eip_id=landing,
            address=None if landing is None else parse_address(found.finding.subject),
            after={"finding": found.finding.id, "until": request.until},
        ),
    )
    accepted_until = None if until is None else from_micros(until)
    return replace(found.finding, accepted_reason=transaction.reason, accepted_until=accepted_until)


def _until(transaction: Transaction, words: str | None) -> int | None:
    if words is None:
        return None
    try:
        until = to_micros(
            parse_time(words, from_micros(transaction.now), ahead=True, local=transaction.config.display_zone)
        )
    except InvalidTime as problem:
        raise error(Code.INVALID_TIME, str(problem)) from problem
    if until <= transaction.now:
        raise error(Code.INVALID_TIME, f"{words} is past; an acceptance ends in the future.")
    return until

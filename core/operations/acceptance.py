"""Accept a finding, and withdraw that."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from core.domain.addresses import parse_address
from core.domain.errors import Code, error
from core.domain.requests import AcceptRequest
from core.domain.times import InvalidTime, parse_time
from core.domain.values import Finding, from_micros, iso, to_micros
from core.queries.findings import finding_by_key
from core.storage.history import EventData, record
from core.storage.transaction import Transaction

_ACCEPT: Final = (
    "INSERT INTO acceptance (finding_id, ground, reason, operator, at, until)"
    " VALUES (:id, :ground, :reason, :operator, :at, :until) ON CONFLICT (finding_id) DO UPDATE SET"
    " ground = excluded.ground, reason = excluded.reason, operator = excluded.operator, at = excluded.at,"
    " until = excluded.until"
)


_WITHDRAW: Final = "UPDATE acceptance SET until = :at WHERE finding_id = :id"


def accept(transaction: Transaction, request: AcceptRequest) -> Finding:
    """Accept a finding with a reason, until a moment if one is given, or withdraw that. Return it as it is then.

    Raises:
        EipdeckError: `usage` without a reason, and for a withdrawal until a moment; `invalid_time`,
            `finding_not_found`.

    """
    if not transaction.reason:
        done = "Withdrawing an acceptance" if request.withdraw else "Accepting a finding"
        raise error(Code.USAGE, f"{done} needs a reason.", hint="Give one.")
    if request.withdraw:
        return _withdraw(transaction, request)
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
    accepted_until = None if until is None else from_micros(until)
    told = None if accepted_until is None else iso(accepted_until)
    _record(transaction, "accept_finding", found.finding, after={"finding": found.finding.id, "until": told})
    return replace(found.finding, accepted_reason=transaction.reason, accepted_until=accepted_until)


def _withdraw(transaction: Transaction, request: AcceptRequest) -> Finding:
    """End the acceptance of a finding; of a finding that is not accepted: done, unchanged."""
    if request.until is not None:
        raise error(Code.USAGE, "A withdrawal holds at once.", hint="Leave the end of the acceptance out.")
    finding = finding_by_key(transaction, request.finding).finding
    if not finding.accepted:
        return finding
    transaction.run(_WITHDRAW, id=finding.id, at=transaction.now)
    until = None if finding.accepted_until is None else iso(finding.accepted_until)
    before = {"finding": finding.id, "reason": finding.accepted_reason, "until": until}
    _record(transaction, "withdraw_acceptance", finding, before=before, after={"finding": finding.id})
    return replace(finding, accepted_reason=None, accepted_until=None)


def _record(
    transaction: Transaction,
    action: str,
    finding: Finding,
    *,
    before: dict[str, str | None] | None = None,
    after: dict[str, str | None],
) -> None:
    landing = finding.landing
    address = None if landing is None else parse_address(finding.subject)
    record(transaction, EventData(action, eip_id=landing, address=address, before=before, after=after))


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

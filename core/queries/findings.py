"""The open findings, those that were accepted, and the EIPs they are about.

A finding is computed from the data and never stored: it is gone when its cause is. Its id is its code and subject, so
an acceptance finds it again while its fingerprint is the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime
from typing import Final, NamedTuple

from core.domain.addresses import parse_address
from core.domain.config import Config
from core.domain.errors import Code, Fix, error
from core.domain.json_types import FINDING_FIELDS
from core.domain.json_value import UncheckedObject
from core.domain.values import Finding, FindingCode, Severity, from_micros
from core.queries.finding_parts import Fingerprinted, Rule, RuleInput
from core.queries.finding_rules_eips import EIP_RULES
from core.queries.finding_rules_shared import SHARED_RULES
from core.storage.connection import Connection
from core.storage.rows import reads
from core.storage.transaction import Transaction

__all__ = ["evaluate_findings", "finding_by_key", "problems_of", "read_finding"]

_WORST_FIRST: Final = {Severity.CRITICAL: 0, Severity.WARNING: 1, Severity.INFO: 2}


def evaluate_findings(connection: Connection, now: int, config: Config, *, accepted: bool = False) -> list[Finding]:
    """Evaluate every rule; return the open findings, worst first, with `accepted` the accepted ones too.

    `now` is in microseconds.
    """
    found = _with_acceptances(RuleInput(connection, now, config))
    return [each.finding for each in found if accepted or not each.finding.accepted]


@reads("acceptance")
class _AcceptanceRow(NamedTuple):
    finding_id: str
    ground: str
    reason: str
    operator: str
    at: int
    until: int | None


_ACCEPTANCES: Final = "SELECT finding_id, ground, reason, operator, at, until FROM acceptance"


def _with_acceptances(facts: RuleInput) -> list[Fingerprinted]:
    rows = facts.connection.rows(_AcceptanceRow, _ACCEPTANCES)
    acceptances = {row.finding_id: row for row in rows if row.until is None or row.until > facts.now}
    found: list[Fingerprinted] = []
    for each in _all(facts):
        row = acceptances.get(each.finding.id)
        if row is not None and row.ground == each.fingerprint:
            until = None if row.until is None else from_micros(row.until)
            finding = replace(
                each.finding,
                accepted_reason=row.reason,
                accepted_until=until,
                accepted_by=row.operator,
                accepted_at=from_micros(row.at),
            )
            found.append(Fingerprinted(finding, each.fingerprint))
        else:
            found.append(each)
    return sorted(found, key=lambda each: (_WORST_FIRST[each.finding.severity], each.finding.code))


def _all(facts: RuleInput) -> Iterator[Fingerprinted]:
    for rule in (*EIP_RULES, *SHARED_RULES):
        for each in rule(facts):
            yield _in_the_console(each) if _is_for_the_console(facts, each.finding.fix) else each
    for rule in _of_account(facts):
        yield from rule(facts)


_CONSOLE_ONLY: Final = ("cidr add", "cidr activate", "cidr set-asn", "service add", "service remove")
"""Changes of an account that are made in the console alone."""
_CONSOLE: Final = "Make the change in Zenlayer's console, then sync."


def _is_for_the_console(facts: RuleInput, fix: Fix | None) -> bool:
    return facts.config.account is not None and fix is not None and fix.verb in _CONSOLE_ONLY


def _in_the_console(each: Fingerprinted) -> Fingerprinted:
    """Return a finding of a live account that is mended in the console."""
    return replace(each, finding=replace(each.finding, remedy=_CONSOLE, advice=_CONSOLE, fix=None))


def _of_account(facts: RuleInput) -> tuple[Rule, ...]:
    """Return the rules about the mirror of a live account; none for the embedded platform, which starts without."""
    if facts.config.account is None:
        return ()
    from core.queries.finding_rules_mirror import MIRROR_RULES  # noqa: PLC0415  # as above

    return MIRROR_RULES


def problems_of(open_findings: Iterable[Finding]) -> tuple[int, ...]:
    """Return the addresses of the EIPs that findings are about: landings first, then by address."""
    landed: list[int] = []
    others: set[int] = set()
    for finding in open_findings:
        addresses = map(parse_address, finding.eips)
        if finding.landing is not None:
            landed.extend(addresses)
        else:
            others.update(addresses)
    return *landed, *sorted(others - set(landed))


def read_finding(document: UncheckedObject) -> Finding:
    """Return a finding from its JSON: a stored answer outlives the finding that it is about."""
    until = document["accepted_until"]
    values = {
        **{name: document[name] for name in FINDING_FIELDS},
        "code": FindingCode(document["code"]),
        "severity": Severity(document["severity"]),
        "since": datetime.fromisoformat(document["since"]),
        "accepted_until": None if until is None else datetime.fromisoformat(until),
    }
    return Finding(**values)


def finding_by_key(transaction: Transaction, key: str) -> Fingerprinted:
    """Return the finding with this id, or the landing of this EIP (id or address), accepted or not.

    Raises:
        EipdeckError: `finding_not_found`.

    """
    for each in _with_acceptances(RuleInput(transaction.connection, transaction.now, transaction.config)):
        finding = each.finding
        if key == finding.id or (finding.landing is not None and key in (finding.subject, finding.landing)):
            return each
    raise error(
        Code.FINDING_NOT_FOUND,
        f"There is no open finding {key!r}.",
        hint="Use the id of a finding in the list.",
        fix=Fix("findings"),
        details={"finding": key},
    )

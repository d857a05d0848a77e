"""The lists of findings: what is open, and what opens or closes."""

from __future__ import annotations

from typing import Final

from core import Finding, FindingChange, Severity
from tui.terminal.roles import Role
from tui.wording.columns import Around, Entry, InPane, Listing
from tui.wording.findings import in_a_word, in_few_words, repair_key_alone, what_is_wrong, what_is_wrong_short
from tui.wording.phrases import accepted_words, second

__all__ = ["FINDINGS", "FINDING_CHANGES"]

_SEVERITY_ROLES: Final = {Severity.CRITICAL: Role.CRITICAL, Severity.WARNING: Role.WARNING}


def _since(finding: Finding, around: Around) -> str:
    return around.age(finding.since)


def _severity_role(finding: Finding) -> Role:
    return Role.DIM if finding.accepted else _SEVERITY_ROLES.get(finding.severity, Role.DIM)


def _severity(finding: Finding, _around: Around) -> str:
    return "accepted" if finding.accepted else finding.severity.value


def _accepted(finding: Finding) -> str:
    return f" {accepted_words(finding)}." if finding.accepted else ""


FINDINGS: Final[Listing[Finding, Finding]] = Listing(
    Finding,
    (
        Entry(
            "SEVERITY",
            lambda finding: finding.severity.value,
            pane=InPane(8, text=_severity, role=_severity_role, drop=3, place=4),
        ),
        Entry(
            "SUBJECT",
            lambda finding: finding.subject,
            pane=InPane(15, "ABOUT", place=5),
            side=InPane(15),
        ),
        Entry("ID", lambda finding: finding.id),
        Entry(
            "SINCE",
            lambda finding: second(finding.since),
            pane=InPane(4, "AGE", _since, right=True, drop=2, role=Role.DIM, place=7),
        ),
        Entry(
            "KEY",
            pane=InPane(
                10,
                text=lambda finding, around: around.remedy(finding),
                short=repair_key_alone,
                drop=1,
                role=Role.LABEL,
                least=3,
                place=8,
            ),
        ),
        Entry(
            "FINDING",
            lambda finding: f"{finding.message} Remedy: {finding.remedy}{_accepted(finding)}",
            pane=InPane(
                31,
                "WHAT IS WRONG",
                lambda finding, _: what_is_wrong(finding),
                stretch=True,
                short=what_is_wrong_short,
                least=27,
                place=6,
            ),
            side=InPane(7, text=lambda finding, _: in_few_words(finding), right=True, stretch=True, short=in_a_word),
        ),
    ),
)


FINDING_CHANGES: Final[Listing[FindingChange, FindingChange]] = Listing(
    FindingChange,
    (
        Entry("AT", lambda change: second(change.at)),
        Entry("CHANGE", lambda change: change.change),
        Entry("SEVERITY", lambda change: change.severity.value),
        Entry("SUBJECT", lambda change: change.subject),
        Entry("ID", lambda change: change.id),
        Entry("FINDING", lambda change: f"{change.message} Remedy: {change.remedy}"),
    ),
)

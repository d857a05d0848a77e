"""The lists about the inventory: findings, verdicts, events, results. Each column is one entry."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from core import ClockAccepted, Event, Finding, Imported, Restored, Severity, Verdict, Violation
from tui.terminal.roles import Role
from tui.wording.columns import Around, Entry, InPane, Listing
from tui.wording.findings import in_a_word, in_few_words, what_is_wrong
from tui.wording.phrases import age, event_subject, minute, or_dash, second
from tui.wording.serving import action_words, services_served

__all__ = ["BROKEN", "CLOCK", "EVENTS", "FINDINGS", "IMPORTED", "RESTORED", "SEEN", "VERDICTS", "Looked", "is_past"]

_SEVERITY_ROLES: Final = {Severity.CRITICAL: Role.CRITICAL, Severity.WARNING: Role.WARNING}


def _since(finding: Finding, around: Around) -> str:
    return around.age(finding.since)


def _severity_role(finding: Finding) -> Role:
    return _SEVERITY_ROLES.get(finding.severity, Role.DIM)


FINDINGS: Final[Listing[Finding, Finding]] = Listing(
    Finding,
    (
        Entry("SEVERITY", lambda finding: finding.severity.value, pane=InPane(8, role=_severity_role, drop=3, place=4)),
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
            pane=InPane(5, text=_since, right=True, drop=2, role=Role.DIM, place=7),
        ),
        Entry(
            "KEY", pane=InPane(8, text=lambda finding, around: around.remedy(finding), drop=1, role=Role.LABEL, place=8)
        ),
        Entry(
            "FINDING",
            lambda finding: f"{finding.message} Remedy: {finding.remedy}",
            pane=InPane(20, "WHAT IS WRONG", lambda finding, _: what_is_wrong(finding), stretch=True, place=6),
            side=InPane(7, text=lambda finding, _: in_few_words(finding), right=True, stretch=True, short=in_a_word),
        ),
    ),
)


def is_past(verdict: Verdict) -> bool:
    """Whether the verdict is about an earlier moment than the data."""
    return verdict.at is not None and verdict.at < verdict.as_of


@dataclass(frozen=True, slots=True)
class Looked:
    """One address of a text, judged at its time and now."""

    then: Verdict
    now: Verdict


def _seen(looked: Looked, _around: Around) -> str:
    at = looked.then.at
    return minute(at) if at is not None and is_past(looked.then) else "now"


def _at(verdict: Verdict) -> str:
    return "?" if verdict.at is None else second(verdict.at)


def _doubts(verdict: Verdict) -> str:
    return f"? {' '.join(verdict.doubts)}" if verdict.doubts else "-"


_DOUBT: Final[InPane[Looked]] = InPane(1, "?", lambda looked, _: "?" if looked.then.doubts else "", drop=1, place=3)

SEEN: Final[Listing[Verdict, Looked]] = Listing(
    Verdict,
    (
        Entry("ADDRESS", lambda verdict: verdict.address, pane=InPane(15, place=1)),
        Entry("VERDICT", lambda verdict: verdict.verdict.value, pane=InPane(20, "VERDICT THEN", place=5)),
        Entry("FIX IN", lambda verdict: "-" if verdict.fix_in is None else verdict.fix_in.value),
        Entry("AT", _at, pane=InPane(17, "SEEN AT (UTC)", _seen, drop=1, place=2)),
        Entry("COUNT", lambda verdict: verdict.count, right=True, pane=InPane(5, drop=2, place=4)),
        Entry("LINE", lambda verdict: or_dash(verdict.line), right=True),
        Entry("DOUBTS", _doubts, pane=_DOUBT),
        Entry("SUMMARY", lambda verdict: verdict.summary),
        Entry("SERVED THEN", pane=InPane(11, text=lambda row, _: services_served(row.then), stretch=True, drop=4)),
        Entry("VERDICT NOW", pane=InPane(20, text=lambda row, _: row.now.verdict.value, drop=3)),
    ),
    lambda looked: looked.then,
)
"""The verdicts on a text."""

VERDICTS: Final = replace(SEEN, entries=tuple(each for each in SEEN.entries if each.title not in {"LINE", "DOUBTS"}))
"""The verdicts on addresses."""


def _ago(event: Event, around: Around) -> str:
    return age(event.at, around.now or event.at)


EVENTS: Final[Listing[Event, Event]] = Listing(
    Event,
    (
        Entry("AGO", side=InPane(4, text=_ago, right=True, place=1)),
        Entry("AT", lambda event: second(event.at), pane=InPane(17, text=lambda event, _: minute(event.at))),
        Entry("OPERATOR", lambda event: event.operator, pane=InPane(12, drop=2, least=6)),
        Entry(
            "ACTION",
            lambda event: event.action,
            pane=InPane(17, text=lambda event, _: action_words(event), least=12),
            side=InPane(8, text=lambda event, _: event.action.removesuffix("_in_default"), stretch=True, place=3),
        ),
        Entry("SUBJECT", event_subject, pane=InPane(16, drop=1), side=InPane(15, place=2)),
        Entry("EIP", lambda event: or_dash(event.eip_id)),
        Entry("REQUEST", lambda event: or_dash(event.request_id)),
        Entry("REASON", lambda event: or_dash(event.reason), pane=InPane(8, stretch=True, drop=3)),
    ),
)

BROKEN: Final[Listing[Violation, Violation]] = Listing(
    Violation,
    (
        Entry("SUBJECT", lambda broken: broken.subject),
        Entry("LAW", lambda broken: broken.law),
        Entry("WHAT IS WRONG", lambda broken: broken.message),
    ),
)

RESTORED: Final[Listing[Restored, Restored]] = Listing(
    Restored,
    (
        Entry("EIPS", lambda restored: restored.eips, right=True),
        Entry("AS OF", lambda restored: or_dash(restored.as_of and second(restored.as_of))),
        Entry("LOST", lambda restored: restored.lost, right=True),
        Entry("SINCE", lambda restored: or_dash(restored.lost_since and second(restored.lost_since))),
        Entry("KEPT", lambda restored: restored.kept),
    ),
)

CLOCK: Final[Listing[ClockAccepted, ClockAccepted]] = Listing(
    ClockAccepted,
    (
        Entry("CLOCK", lambda clock: second(clock.at)),
        Entry("AHEAD WAS", lambda clock: or_dash(clock.was and second(clock.was))),
        Entry("DOUBTFUL SINCE", lambda clock: or_dash(clock.since and second(clock.since))),
    ),
)

IMPORTED: Final[Listing[Imported, Imported]] = Listing(
    Imported,
    (
        Entry("CREATED", lambda imported: imported.created, right=True),
        Entry("CHANGED", lambda imported: imported.changed, right=True),
        Entry("UNCHANGED", lambda imported: imported.unchanged, right=True),
    ),
)

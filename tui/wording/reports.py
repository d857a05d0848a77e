"""The lists about the inventory: findings, verdicts, events, results. Each column is one entry."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from core import CidrSummary, ClockAccepted, Event, Finding, Imported, Restored, Severity, Verdict, Violation
from tui.terminal.roles import Role
from tui.wording.columns import Around, Entry, InPane, Layout, Listing
from tui.wording.findings import in_a_word, in_few_words, repair_key_alone, what_is_wrong, what_is_wrong_short
from tui.wording.phrases import accepted_words, age, event_subject, minute, minute_short, or_dash, second, with_port
from tui.wording.serving import action_words, change_words, services_served

__all__ = [
    "BROKEN",
    "CLOCK",
    "EVENTS",
    "FINDINGS",
    "IMPORTED",
    "RESTORED",
    "SEEN",
    "VERDICTS",
    "Looked",
    "answers",
    "is_past",
]

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


def is_past(verdict: Verdict) -> bool:
    """Whether the verdict is about an earlier moment than the data."""
    return verdict.at is not None and verdict.at < verdict.as_of


@dataclass(frozen=True, slots=True)
class Looked:
    """One address of a text, judged at its time and now."""

    then: Verdict
    now: Verdict
    read_with: str = ""
    """What the operator said of the text."""


def _seen(looked: Looked, _around: Around) -> str:
    at = looked.then.at
    return minute(at) if at is not None and is_past(looked.then) else "now"


def _at(verdict: Verdict) -> str:
    return "?" if verdict.at is None else second(verdict.at)


def _port(verdict: Verdict) -> str:
    return "-" if verdict.port is None else with_port("", verdict.port, verdict.protocol)[1:]


def _doubts(verdict: Verdict) -> str:
    return f"? {' '.join(verdict.doubts)}" if verdict.doubts else "-"


def _seen_short(looked: Looked) -> str:
    at = looked.then.at
    return minute_short(at) if at is not None and is_past(looked.then) else "now"


def _asked(looked: Looked, _around: Around) -> str:
    then = looked.then
    return with_port(then.address, then.port, then.protocol)


def _asked_short(looked: Looked) -> str:
    return with_port(looked.then.address, looked.then.port, None)


_ASKED: Final[InPane[Looked]] = InPane(15, text=_asked, short=_asked_short, least=21, place=1)
_SEEN_AT: Final[InPane[Looked]] = InPane(17, "SEEN AT (UTC)", _seen, drop=1, short=_seen_short, least=12, place=2)
_SERVED: Final[InPane[Looked]] = InPane(
    11, text=lambda row, _: services_served(row.then), stretch=True, drop=3, least=8
)
_DOUBT: Final[InPane[Looked]] = InPane(1, "?", lambda looked, _: "?" if looked.then.doubts else "", drop=1, place=3)

SEEN: Final[Listing[Verdict, Looked]] = Listing(
    Verdict,
    (
        Entry("ADDRESS", lambda verdict: verdict.address, pane=_ASKED),
        Entry("VERDICT", lambda verdict: verdict.verdict, pane=InPane(20, "VERDICT THEN", least=13, place=5)),
        Entry("FIX IN", lambda verdict: "-" if verdict.fix_in is None else verdict.fix_in),
        Entry("AT", _at, pane=_SEEN_AT),
        Entry("COUNT", lambda verdict: verdict.count, right=True, pane=InPane(5, drop=2, place=4)),
        Entry("PORT", _port),
        Entry("LINE", lambda verdict: or_dash(verdict.line), right=True),
        Entry("DOUBTS", _doubts, pane=_DOUBT),
        Entry("SUMMARY", lambda verdict: verdict.summary),
        Entry("SERVED THEN", pane=_SERVED),
        Entry("VERDICT NOW", pane=InPane(20, text=lambda row, _: row.now.verdict.value, drop=4, least=11)),
    ),
    lambda looked: looked.then,
)
"""The verdicts on a text."""

VERDICTS: Final = replace(
    SEEN, entries=tuple(each for each in SEEN.entries if each.title not in {"PORT", "LINE", "DOUBTS"})
)
"""The verdicts on addresses."""


def _owned(summary: CidrSummary) -> str:
    """Return whether the addresses are the customer's: yes, no, or ? for some of them and for not known."""
    return {True: "yes", False: "no", None: "?"}[summary.customer_owned]


SUMMARIES: Final[Listing[CidrSummary, CidrSummary]] = Listing(
    CidrSummary,
    (
        Entry("CIDR", lambda found: found.cidr),
        Entry("YOURS", _owned),
        Entry("POOL", lambda found: or_dash(found.pool_id)),
        Entry("STATE", lambda found: or_dash(found.state)),
        Entry("TOTAL", lambda found: found.total, right=True),
        Entry("BOUND", lambda found: found.bound, right=True),
        Entry("IDLE", lambda found: found.idle, right=True),
        Entry("COOLING", lambda found: found.cooling, right=True),
        Entry("RESERVED", lambda found: found.reserved, right=True),
        Entry("FREE", lambda found: found.free, right=True),
        Entry("PROBLEMS", lambda found: or_dash(found.problems), right=True),
        Entry("SUMMARY", lambda found: found.summary),
    ),
)
"""The answers on CIDRs."""


def _verdict_word(found: Verdict | CidrSummary) -> str:
    return found.verdict.value if isinstance(found, Verdict) else f"yours: {_owned(found)}"


MIXED: Final[Listing[Verdict | CidrSummary, Verdict]] = Listing(
    Verdict,
    (
        Entry("ADDRESS", lambda found: found.address if isinstance(found, Verdict) else found.cidr),
        Entry("VERDICT", _verdict_word),
        Entry("SUMMARY", lambda found: found.summary),
    ),
    also=CidrSummary,
)
"""The answers on addresses and CIDRs together."""


def answers(found: Sequence[Verdict | CidrSummary]) -> Layout:
    """Return the columns for the answers of a lookup."""
    kinds = {type(each) for each in found}
    return MIXED if len(kinds) > 1 else SUMMARIES if kinds == {CidrSummary} else VERDICTS


def _ago(event: Event, around: Around) -> str:
    return age(event.at, around.now or event.at)


_AT: Final[InPane[Event]] = InPane(
    17, text=lambda event, _: minute(event.at), short=lambda event: minute_short(event.at), least=12
)

EVENTS: Final[Listing[Event, Event]] = Listing(
    Event,
    (
        Entry("AGO", side=InPane(4, text=_ago, right=True, place=1)),
        Entry("AT", lambda event: second(event.at), pane=_AT),
        Entry("OPERATOR", lambda event: event.operator, pane=InPane(12, drop=1, least=6)),
        Entry(
            "ACTION",
            lambda event: event.action,
            pane=InPane(17, text=lambda event, _: action_words(event), least=9),
            side=InPane(8, text=lambda event, _: event.action.removesuffix("_in_default"), stretch=True, place=3),
        ),
        Entry("SUBJECT", event_subject, pane=InPane(16, least=15), side=InPane(15, place=2)),
        Entry("EIP", lambda event: or_dash(event.eip_id)),
        Entry("REQUEST", lambda event: or_dash(event.request_id)),
        Entry("CHANGE", lambda event: or_dash(change_words(event))),
        Entry("REASON", lambda event: or_dash(event.reason), pane=InPane(8, stretch=True, drop=3, least=5)),
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

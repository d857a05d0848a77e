"""The lists about the inventory: verdicts, events, results. Each column is one entry."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from core import (
    CidrSummary,
    ClockAccepted,
    Event,
    Imported,
    Restored,
    Synced,
    Verdict,
    Violation,
)
from tui.wording.columns import Around, Entry, InPane, Layout, Listing
from tui.wording.phrases import age, by_words, event_subject, minute, minute_short, or_dash, second, whose, with_port
from tui.wording.serving import action_name, action_words, change_words, services_served

__all__ = [
    "BROKEN",
    "CLOCK",
    "EVENTS",
    "IMPORTED",
    "RESTORED",
    "SEEN",
    "SYNCED",
    "VERDICTS",
    "Looked",
    "answers",
    "is_past",
]


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
_WHOSE: Final[InPane[Looked]] = InPane(
    17, "WHOSE THEN", lambda looked, _: whose(looked.then.verdict), least=13, place=5
)
_SEEN_AT: Final[InPane[Looked]] = InPane(17, "SEEN AT (UTC)", _seen, drop=1, short=_seen_short, least=12, place=2)
_SERVED: Final[InPane[Looked]] = InPane(
    11, text=lambda row, _: services_served(row.then), stretch=True, drop=3, least=8
)
_DOUBT: Final[InPane[Looked]] = InPane(1, "?", lambda looked, _: "?" if looked.then.doubts else "", drop=1, place=3)

SEEN: Final[Listing[Verdict, Looked]] = Listing(
    Verdict,
    (
        Entry("ADDRESS", lambda verdict: verdict.address, pane=_ASKED),
        Entry("VERDICT", lambda verdict: verdict.verdict, pane=_WHOSE),
        Entry("FIX IN", lambda verdict: "-" if verdict.fix_in is None else verdict.fix_in),
        Entry("AT", _at, pane=_SEEN_AT),
        Entry("COUNT", lambda verdict: verdict.count, right=True, pane=InPane(5, drop=2, place=4)),
        Entry("PORT", _port),
        Entry("LINE", lambda verdict: or_dash(verdict.line), right=True),
        Entry("DOUBTS", _doubts, pane=_DOUBT),
        Entry("SUMMARY", lambda verdict: verdict.summary),
        Entry("SERVED THEN", pane=_SERVED),
        Entry("NOW", pane=InPane(17, text=lambda row, _: whose(row.now.verdict), drop=4, least=11)),
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
        Entry("OPERATOR", by_words, pane=InPane(12, drop=1, least=7)),
        Entry(
            "ACTION",
            lambda event: event.action,
            pane=InPane(17, text=lambda event, _: action_words(event), least=9),
            side=InPane(8, text=lambda event, _: action_name(event), stretch=True, place=3),
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

SYNCED: Final[Listing[Synced, Synced]] = Listing(
    Synced,
    (
        Entry("AS OF", lambda synced: second(synced.as_of)),
        Entry("CREATED", lambda synced: synced.created, right=True),
        Entry("CHANGED", lambda synced: synced.changed, right=True),
        Entry("ENDED", lambda synced: synced.ended, right=True),
        Entry("MISSING", lambda synced: synced.missing, right=True),
        Entry("ASIDE", lambda synced: synced.aside, right=True),
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

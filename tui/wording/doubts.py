"""The words for doubts about the moment of an address in a text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from core import DoubtCount, Verdict
from tui.wording.phrases import count_of

__all__ = ["doubt_counts", "doubt_sentences", "doubt_words"]

_PHRASES: Final = {
    "time_unknown": "no time that is known: judged as of now",
    "zone_assumed": "a time without a certain zone: read as UTC, or as the usual zone of its word",
    "year_assumed": "a time without a year: the latest such day is taken",
    "ambiguous": "an ambiguous time: every reading is judged",
    "several_times": "several times: each of them is judged",
    "period": "a period: judged as of its begin",
    "future": "a time in the future: judged as of now",
    "clock_doubtful": "a time of a clock that was not right",
}
_SHORT: Final = {
    "time_unknown": "without a time: now",
    "zone_assumed": "without a zone: UTC",
    "year_assumed": "without a year",
    "ambiguous": "ambiguous",
    "several_times": "with several times",
    "period": "over a period",
    "future": "in the future",
    "clock_doubtful": "of a doubtful clock",
}
_SETTLED_BY: Final = {
    "time_unknown": "--at TIME",
    "zone_assumed": "--zone NAME",
    "year_assumed": "--year N",
    "ambiguous": "--day-first or --zone NAME",
}


def doubt_sentences(doubts: Iterable[DoubtCount]) -> Iterator[str]:
    """Yield a sentence for each kind of doubt, with the option of the command line that settles it."""
    for doubt, mentions, line in doubts:
        settled = f"; {_SETTLED_BY[doubt]} settles it" if doubt in _SETTLED_BY else ""
        has = "has" if mentions == 1 else "have"
        addresses = count_of(mentions, "address", "addresses")
        yield f"? {addresses} {has} {_PHRASES[doubt]} ({doubt}, first on line {line}){settled}"


def doubt_counts(doubts: Iterable[DoubtCount]) -> str:
    """Return `? 12 without a zone: UTC (line 1), 3 without a time (line 40)`; empty without any."""
    words = ", ".join(f"{mentions:,} {_SHORT[doubt]} (line {line})" for doubt, mentions, line in doubts)
    return f"? {words}" if words else ""


def doubt_words(verdict: Verdict) -> str:
    """Return the doubts about one verdict, such as `a period: judged as of its begin`; empty without any."""
    return "; ".join(_PHRASES[doubt] for doubt in verdict.doubts)

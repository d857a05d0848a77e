"""An entry of the format table."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, NamedTuple

from core.domain.evidence.sighting import Doubt


class Sample(NamedTuple):
    """A line (or block) of a format, and what is right for its first address."""

    text: str
    at: str | None
    """ISO-8601 in UTC; without a year where the text names none (`--11-27T22:04:15`); None when it is not known."""
    doubts: Doubt = Doubt.NONE


@dataclass(frozen=True, slots=True, eq=False)
class Format:
    """One format: how its lines begin, and where the time of their event stands.

    A format of lines has a `head`, one of blocks also `opens`, one of records in records has `within` or `keys`.
    """

    name: str
    sample: Sample
    hint: str = ""
    """A text that every line has; looked for before the head is matched."""
    head: str = ""
    """Regular expression that matches at the begin of a line; the group `t` is where the time begins."""
    order: str = ""
    """Order of a date of three numbers: mdy, dmy, ymd; empty when the text has to show it."""
    zone: str = ""
    """Zone of clocks without one; empty when it is not known."""
    keys: tuple[str, ...] = ()
    """Fields that hold the time of the event, the best first; they go before the head."""
    never: tuple[str, ...] = ()
    """Fields that never hold it, though their names say so."""
    within: tuple[str, ...] = ()
    """Names of the records that `keys` and `never` are about."""
    lends: bool = False
    """Whether such a record lends its time to the record around it."""
    columns: str = ""
    """Names of the columns of a row without a header."""
    opens: str = ""
    """Regular expression of the line that begins a block; all of the block is one record."""
    closes: str = r"\s*$"
    """Regular expression of the line that ends it."""


class Compiled(NamedTuple):
    """A format with its regular expressions ready."""

    format: Format
    hint: str
    head: re.Pattern[str]
    opens: re.Pattern[str] | None
    closes: re.Pattern[str]
    columns: tuple[str, ...]
    has_time: bool
    is_simple: bool
    """Whether its head alone tells the time of a line."""


LEAD: Final = r"(?:<\d{1,3}>)?"
"""The priority with which a relay can begin a line."""

SYSLOG: Final = LEAD + r"(?:[A-Z][a-z]{2} [ \d]\d (?:\d{4} )?\d\d:\d\d:\d\d|1? ?\d{4}-\d\d-\d\d[T ]\S+) "
"""The head of a line of syslog up to the host."""


def compiled(entry: Format) -> Compiled:
    """Compile an entry. re.error: an expression of it is not valid."""
    return Compiled(
        entry,
        entry.hint,
        re.compile(entry.head or r"(?!)"),
        re.compile(entry.opens) if entry.opens else None,
        re.compile(entry.closes),
        tuple(entry.columns.split()),
        "(?P<t>" in entry.head,
        "(?P<t>" in entry.head and not entry.keys and not entry.columns,
    )

"""Phrases of the dashboard and the command line: ages, times, counts, owners, names, reasons.

Every result is plain text; foreign text in it has gone through `visible`.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from functools import lru_cache
from typing import Final

from core import EIPS_COUNTED, Cidr, Eip, Event, Finding, FixIn, PoolOrder, Verdict, VerdictWord
from tui.wording.sanitize import visible

__all__ = [
    "ORDER_WORDS",
    "accepted_words",
    "age",
    "by_words",
    "changes_are_made",
    "count_of",
    "eips_beyond",
    "event_subject",
    "minute",
    "minute_short",
    "or_dash",
    "owner",
    "pool_short",
    "quoted",
    "runway",
    "second",
    "verdict_phrase",
    "whose",
    "why_allocated",
]

_DAY = 86_400


def age(since: datetime, now: datetime) -> str:
    """Return the time since a moment in at most four cells: `40s` `12m` `6h` `702d`."""
    seconds = max(int((now - since).total_seconds()), 0)
    if seconds < 60:
        return f"{seconds}s"
    if seconds < 3600:
        return f"{seconds // 60}m"
    if seconds < _DAY:
        return f"{seconds // 3600}h"
    days = seconds // _DAY
    return f"{days}d" if days < 1000 else f"{days // 365}y"


def minute(moment: datetime) -> str:
    """Return `2025-11-21 09:40Z`, in UTC."""
    return moment.astimezone(UTC).strftime("%Y-%m-%d %H:%MZ")


def minute_short(moment: datetime) -> str:
    """Return `11-21 09:40Z`, in UTC, for a narrow column."""
    return moment.astimezone(UTC).strftime("%m-%d %H:%MZ")


@lru_cache(maxsize=1024)
def second(moment: datetime) -> str:
    """Return `2025-11-21T09:40:07Z`, in UTC."""
    return f"{moment.astimezone(UTC).isoformat()[:19]}Z"


def or_dash(value: object) -> object:
    """Return the value; `-` for None and for an empty text."""
    return "-" if value is None or value == "" else value


def by_words(event: Event) -> str:
    """Return who wrote an event, with the name that the writer claims when the database knows another one."""
    return event.operator if event.claimed is None else f"{event.operator} (as {event.claimed})"


def count_of(number: int, noun: str, plural: str = "") -> str:
    """Return `1 EIP`, `2 EIPs`."""
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


def eips_beyond(total: int, shown: int = 0) -> str:
    """Return the number of EIPs of a target beyond those shown: `996+` where counting ended."""
    return f"{total - shown:,}{'+' if total >= EIPS_COUNTED else ''}"


ORDER_WORDS: Final = {PoolOrder.LRU: "oldest first", PoolOrder.LOWEST: "lowest first"}
"""The order in which a pool gives free addresses out."""


def owner(owned: Eip | Cidr) -> str:
    return "customer" if owned.customer_owned else "DEFAULT"


def pool_short(pool_id: str, *, customer_owned: bool) -> str:
    """Return a pool's id for a narrow column: `default` for the default pool of a region."""
    return "default" if not customer_owned and pool_id.startswith("default-") else pool_id


_TOLD: Final = 1_000
"""The most characters shown of a reason; a name has fewer, and `history --json` prints all of them."""


def quoted(text: str | None) -> str:
    """Return a name or a reason in quotes; empty when there is none."""
    if not text:
        return ""
    return f'"{visible(text)}"' if len(text) <= _TOLD else f'"{visible(text[:_TOLD])}..."'


def accepted_words(finding: Finding) -> str:
    """Return who accepted a finding, why, and until when."""
    by = "" if finding.accepted_by is None else f" by {visible(finding.accepted_by)}"
    when = "" if finding.accepted_at is None else f" {minute(finding.accepted_at)}"
    until = "" if finding.accepted_until is None else f", until {minute(finding.accepted_until)}"
    return f"Accepted{by}{when} {quoted(finding.accepted_reason)}{until}"


def runway(days: float | None) -> str:
    return "-" if days is None else f"{days:.0f}d"


def with_port(address: str, port: int | None, protocol: str | None) -> str:
    """Return `203.0.113.7:25/tcp`, as a lookup takes it; an IPv6 address stays alone."""
    if port is None or ":" in address:
        return address
    return f"{address}:{port}{f'/{protocol}' if protocol else ''}"


def event_subject(event: Event) -> str:
    """Return the address, the CIDR or the pool that an event is about."""
    return event.address or event.cidr or event.pool_id or "-"


def why_allocated(history: Iterable[Event], eip: Eip) -> str:
    """Return the reason of the EIP's allocation, in quotes; empty when the history has none."""
    began = (event for event in history if event.eip_id == eip.id and event.at == eip.allocated_at)
    return next((quoted(event.reason) for event in began if event.reason), "")


_PHRASES: Final = {
    VerdictWord.CUSTOMER_BOUND: "yours, in use",
    VerdictWord.CUSTOMER_UNBOUND: "yours, idle",
    VerdictWord.CUSTOMER_COOLING: "yours, cooling",
    VerdictWord.CUSTOMER_UNALLOCATED: "yours, no EIP",
    VerdictWord.DEFAULT_BOUND: "Zenlayer address, in use",
    VerdictWord.DEFAULT_UNBOUND: "Zenlayer address, idle",
    VerdictWord.DEFAULT_UNALLOCATED: "Zenlayer address, no EIP",
    VerdictWord.NOT_OURS: "not yours",
    VerdictWord.UNKNOWN: "not known",
}
_PLACES: Final = {FixIn.CUSTOMER_CIDR: "on your CIDR", FixIn.ZENLAYER: "at Zenlayer", FixIn.ELSEWHERE: "elsewhere"}


def verdict_phrase(word: VerdictWord) -> str:
    """Return `yours, in use`."""
    return _PHRASES[word]


def whose(word: VerdictWord) -> str:
    """Return the same for a narrow column: `DEFAULT, in use`."""
    return _PHRASES[word].replace("Zenlayer address", "DEFAULT")


def changes_are_made(verdict: Verdict) -> str:
    """Return `on your CIDR`, `at Zenlayer` or `elsewhere`; `-` when that is not known."""
    return "-" if verdict.fix_in is None else _PLACES[verdict.fix_in]

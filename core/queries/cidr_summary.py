"""The summary of a prefix: whose it is, how many of its addresses are held, and by which services."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from functools import partial
from typing import Annotated, Final, NamedTuple

from core.domain.addresses import Prefix, never_routed, prefix_of_range
from core.domain.cidr_summary import CidrSummary
from core.domain.errors import Code, error
from core.domain.evidence.dress import undress
from core.domain.serving import short_kind
from core.domain.times import parse_time
from core.domain.validation import checked_prefix, with_code
from core.domain.values import CidrState, PoolKind, from_micros, stamp
from core.queries.basis import Basis
from core.queries.prefix_parts import BOUND, LIVE, Part, PrefixQuestion, parts_of
from core.storage.connection import Connection
from core.storage.rows import COMPUTED, reads

__all__ = ["asked_prefix", "summarize"]

_NAMED: Final = 4
"""CIDRs and services that a sentence names; the others are counted."""


@reads("binding")
class _ServedRow(NamedTuple):
    kind: str
    service_id: str
    eips: Annotated[int, COMPUTED]


_SERVED: Final = (
    "SELECT b.kind, b.service_id, count(DISTINCT e.address) AS eips FROM eip e JOIN binding b ON b.eip_id = e.id"
    f" WHERE {LIVE} AND {BOUND} GROUP BY b.kind, b.service_id ORDER BY eips DESC, b.kind, b.service_id"
)


def asked_prefix(words: str, at: datetime | None, now: datetime) -> tuple[Prefix, datetime | None]:
    """Return the prefix and the moment of `CIDR` or `CIDR @ TIME`, plain or dressed as in text; `at` without a time.

    Raises:
        EipdeckError: `invalid_cidr`, `invalid_time`.

    """
    cidr, mark, time = words.partition("@")
    prefix = checked_prefix(undress(cidr.strip()))
    if not mark:
        return prefix, at
    moment = with_code(Code.INVALID_TIME, partial(parse_time, now=now), time)
    if moment > now:
        raise error(Code.INVALID_TIME, f"{time.strip()} is in the future.", hint="A verdict is about now, or the past.")
    return prefix, moment


def summarize(
    connection: Connection, prefix: Prefix, at: int | None, basis: Basis, problems: Sequence[int]
) -> CidrSummary:
    """Return how the addresses of a prefix are held.

    Args:
        connection: is read.
        prefix: a CIDR of the inventory, a part of one, or any other.
        at: a past time in microseconds; None is now.
        basis: the time, the state of the data and the configured ranges.
        problems: the addresses of the EIPs that the open findings are about.

    """
    asked = PrefixQuestion(connection, prefix, basis.now if at is None else min(at, basis.now), basis)
    parts = parts_of(asked)
    pools, states = {part.row.pool_id for part in parts}, {part.row.state for part in parts}
    owned, words = _owned(asked, parts), _place(asked, parts)
    known = sum(prefix.contains(address) for address in problems)
    if parts:
        words += _counts(asked, parts, known)
    return CidrSummary(
        cidr=str(prefix),
        customer_owned=None if _lag(asked) and basis.too_old else owned,
        pool_id=pools.pop() if len(pools) == 1 else None,
        state=CidrState(states.pop()) if len(states) == 1 else None,
        total=prefix.size,
        allocated=sum(part.allocated for part in parts),
        bound=sum(part.bound for part in parts),
        idle=sum(part.allocated - part.bound for part in parts),
        cooling=sum(part.cooling for part in parts),
        reserved=sum(part.reserved for part in parts),
        free=sum(part.free for part in parts),
        problems=None if asked.past else known,
        summary=words + _clock(asked) + _lag(asked),
        as_of=from_micros(basis.as_of),
    )


def _covers(asked: PrefixQuestion, parts: Sequence[Part]) -> bool:
    return sum(part.size for part in parts) == asked.prefix.size


def _owned(asked: PrefixQuestion, parts: Sequence[Part]) -> bool | None:
    """Return whether customer CIDRs hold every address; None for a part of them, or when the record cannot tell."""
    ours = [part for part in parts if part.row.kind == PoolKind.CUSTOMER]
    if ours:
        return True if _covers(asked, ours) else None
    if _never(asked.prefix) is not None or _covers(asked, parts):
        return False
    return None if _no_record(asked) else False


def _never(prefix: Prefix) -> str | None:
    """Return why no network announces any address of the prefix, or None."""
    first, last = never_routed(prefix.first), never_routed(prefix.last)
    return first if first == last else None


def _no_record(asked: PrefixQuestion) -> str:
    """Return why the record cannot tell whose the prefix was, or nothing when it can."""
    later = asked.later()
    if later is not None and asked.retired() is None:
        since = stamp(from_micros(later.created_at))
        return (
            f"{later.cidr} of pool {later.pool_id} is known here since {since}; whose {asked.prefix} was before is"
            " not recorded."
        )
    if not asked.facts.customer_cidrs():
        return (
            f"This inventory holds no customer CIDR, so it cannot tell whose {asked.prefix} is. Add or import the"
            " CIDRs, or open the right database."
        )
    return ""


def _place(asked: PrefixQuestion, parts: Sequence[Part]) -> str:
    """Return the sentence on the CIDRs of the prefix."""
    when = f"As of {stamp(from_micros(asked.at))}: " if asked.past else ""
    if not parts:
        return when + _outside(asked)
    if len(parts) == 1 and _covers(asked, parts):
        row = parts[0].row
        part_of = "" if row.cidr == str(asked.prefix) else f"a part of {row.cidr}, "
        whose = "yours" if row.kind == PoolKind.CUSTOMER else "Zenlayer-assigned, not one of yours"
        return f"{when}{asked.prefix} is {whose}, {part_of}{row.state}, in pool {row.pool_id}."
    words = f"{when}{asked.prefix} overlaps {', '.join(_named(parts))}."
    beyond = asked.prefix.size - sum(part.size for part in parts)
    if beyond:
        words += f" {beyond:,} of its {asked.prefix.size:,} addresses are in no known range."
    return words


def _named(parts: Sequence[Part]) -> Iterator[str]:
    for part in parts[:_NAMED]:
        whose = "yours" if part.row.kind == PoolKind.CUSTOMER else "Zenlayer-assigned"
        yield f"{part.row.cidr} ({whose}, {part.row.state}, pool {part.row.pool_id})"
    if len(parts) > _NAMED:
        yield f"and {len(parts) - _NAMED} more"


def _outside(asked: PrefixQuestion) -> str:
    """Return the sentence on a prefix without a known address."""
    prefix, never = asked.prefix, _never(asked.prefix)
    if never is not None:
        return f"{never[0].upper()}{never[1:]}: {prefix} is in no public range."
    if doubt := _no_record(asked):
        return doubt
    retired = asked.retired()
    if retired is not None and retired.retired_at is not None:
        return (
            f"{prefix} is in no known range; {retired.cidr} was yours until {stamp(from_micros(retired.retired_at))}."
        )
    near = asked.facts.neighbours(prefix.first)
    if not near:
        return f"{prefix} is in no known range."
    best = min(near, key=lambda row: min(abs(row.first - prefix.last), abs(row.last - prefix.first)))
    return f"{prefix} is in no known range. The nearest known one is {prefix_of_range(best.first, best.last)}."


def _counts(asked: PrefixQuestion, parts: Sequence[Part], problems: int) -> str:
    """Return the sentences on what holds the addresses."""
    allocated, bound = sum(part.allocated for part in parts), sum(part.bound for part in parts)
    cooling, reserved = sum(part.cooling for part in parts), sum(part.reserved for part in parts)
    free = sum(part.free for part in parts)
    words = (
        f" {allocated:,} of {asked.prefix.size:,} addresses are allocated ({bound:,} bound, {allocated - bound:,}"
        f" idle); {cooling:,} cooling, {reserved:,} reserved, {free:,} free."
    )
    if bound:
        words += f" They serve {_services(asked)}."
    if problems and not asked.past:
        words += f" {problems:,} {'has a problem' if problems == 1 else 'have problems'}."
    return words


def _services(asked: PrefixQuestion) -> str:
    """Return `snat nat-1 (12), lb lb-shop (3) and 2 more`, the service of most addresses first."""
    rows = asked.connection.rows(_ServedRow, _SERVED, asked.values)
    named = [f"{short_kind(row.kind)} {row.service_id} ({row.eips:,})" for row in rows[:_NAMED]]
    more = f" and {len(rows) - _NAMED:,} more" if len(rows) > _NAMED else ""
    return ", ".join(named) + more


def _clock(asked: PrefixQuestion) -> str:
    if not asked.past or not asked.facts.clock_doubtful(asked.at):
        return ""
    return " The clock was ahead around that time (clock_doubtful): the times of its events are not certain."


def _lag(asked: PrefixQuestion) -> str:
    """Return the sentence on a standby that may lack something of before the moment; empty for any other database."""
    return f" {asked.basis.lag}" if asked.basis.lag is not None and asked.at > asked.basis.as_of else ""

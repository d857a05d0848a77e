"""Verdicts: the owner of an address, what it serves and where a fix lives; now or at a past moment.

The rules are the same for every `FactSource`: `StoredFacts` reads one fact at a time, `log_verdicts` reads the facts
of many addresses at once.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from core.domain.addresses import format_address, never_routed, prefix_of_range
from core.domain.kinds import IMPORTED, OBSERVED
from core.domain.serving import serves_fully
from core.domain.times import is_ahead
from core.domain.values import (
    CidrState,
    Eip,
    EipStatus,
    FixIn,
    PoolKind,
    Verdict,
    VerdictWord,
    from_micros,
    stamp,
)
from core.queries.basis import Basis, latest
from core.queries.cidr_row import CidrRow
from core.queries.eips import TenancyRow, read_eip
from core.queries.facts import FactSource, StoredFacts
from core.storage.connection import Connection

__all__ = ["clock_doubt", "foresee", "judge", "judge_from", "judge_ipv6"]

_FIX: Final = {
    "customer": FixIn.CUSTOMER_CIDR,
    "default": FixIn.ZENLAYER,
    "not": FixIn.ELSEWHERE,
}


@dataclass(frozen=True, slots=True)
class _Question:
    facts: FactSource
    address: int
    at: int
    basis: Basis
    count: int

    @property
    def past(self) -> bool:
        return self.at < self.basis.now


def clock_doubt(connection: Connection, now: int) -> str | None:
    """Return a sentence when the newest event is ahead of the clock, `now` in microseconds; else None."""
    newest = latest(connection, 0)
    if not is_ahead(newest, now):
        return None
    return f"the newest event is of {stamp(from_micros(newest))}, ahead of the clock, {stamp(from_micros(now))}"


def foresee(connection: Connection, address: int, at: int | None, now: int) -> None:
    """Tell ahead of what `judge` asks; `now` is the clock's."""
    connection.foresee(lambda ahead: latest(ahead, now))
    StoredFacts(connection).foresee(address, now if at is None else at, past=at is not None and at < now)


def judge(connection: Connection, address: int, at: int | None, basis: Basis, count: int = 1) -> Verdict:
    """Return the verdict on an address at a time in microseconds; None is now."""
    return judge_from(StoredFacts(connection, basis.configured), address, at, basis, count)


def judge_from(facts: FactSource, address: int, at: int | None, basis: Basis, count: int = 1) -> Verdict:
    """Return the verdict on an address by these facts."""
    asked = _Question(facts, address, basis.now if at is None else at, basis, count)
    verdict = _of_the_data(asked)
    if basis.doubt is not None:
        verdict = basis.doubt(verdict, address, asked.at)
    if basis.behind is None or asked.at <= basis.as_of or verdict.fix_in is None:
        return verdict
    if not basis.too_old:
        return verdict._replace(summary=f"{verdict.summary} {basis.lag}")
    summary = f"{basis.lag} It cannot tell what {verdict.address} is since then. Before: {verdict.summary}"
    return verdict._replace(verdict=VerdictWord.UNKNOWN, customer_owned=None, fix_in=None, summary=summary)


def _of_the_data(asked: _Question) -> Verdict:
    facts, address = asked.facts, asked.address
    tenancy = facts.tenancy(address, asked.at)
    if tenancy is not None and (tenancy.released_at is None or tenancy.released_at > asked.at):
        return _live(asked, tenancy)
    cidr = facts.cidr(address, asked.at if asked.past else None)
    if cidr is None:
        return _not_ours(asked, tenancy)
    return _free(asked, cidr, tenancy)


def judge_ipv6(address: str, at: int | None, now: int, count: int = 1) -> Verdict:
    """Return the verdict `unknown` on an IPv6 address: customer CIDRs are IPv4."""
    moment = from_micros(now if at is None else at)
    return Verdict(
        address=address,
        at=moment,
        verdict=VerdictWord.UNKNOWN,
        customer_owned=None,
        cidr=None,
        pool_id=None,
        asn=None,
        eip=None,
        fix_in=None,
        summary=f"{address} is an IPv6 address; this inventory holds IPv4 only, so it cannot tell.",
        as_of=from_micros(now),
        count=count,
    )


def _live(asked: _Question, row: TenancyRow) -> Verdict:
    if asked.past:
        cidr = asked.facts.cidr(asked.address, asked.at)
        row = row._replace(asn=cidr.asn) if cidr is not None and cidr.cidr == row.cidr else row
    bindings = asked.facts.bindings(row.id, asked.at)
    eip = read_eip(row, bindings)._replace(status=EipStatus.BOUND if bindings else EipStatus.UNBOUND)
    owner = "customer" if eip.customer_owned else "default"
    word = VerdictWord(f"{owner}-{eip.status.value}")
    platform_owned = row.platform_customer_owned
    if platform_owned is not None and bool(platform_owned) != eip.customer_owned:
        summary = (
            f"Ownership sources disagree on {eip.address}: its CIDR {eip.cidr} makes it"
            f" {_owner(eip.customer_owned)}, the platform says {_owner(bool(platform_owned))}."
        )
        return _verdict(asked, VerdictWord.UNKNOWN, row, eip, summary)
    unknown_before = _imported_after(asked, row) if not bindings else None
    names = asked.facts.names({binding.service_id for binding in bindings})
    if unknown_before is None:
        serving = f"it {serves_fully(bindings, names)}"
    else:
        first = "its import" if row.allocated_by == IMPORTED else "it was first seen on the account,"
        serving = f"what it served before {first} {stamp(from_micros(unknown_before))} is not known"
    whose = f"is yours, from {eip.cidr}" if eip.customer_owned else "is Zenlayer-assigned, not one of yours,"
    landed = "; it landed in the default pool, no pool was named" if eip.landed_in_default else ""
    summary = (
        f"{eip.address} {whose} in pool {eip.pool_id}; {serving}; allocated"
        f" {stamp(eip.allocated_at)} by {eip.allocated_by}{landed}."
    )
    return _verdict(asked, word, row, eip, summary)


def _imported_after(asked: _Question, row: TenancyRow) -> int | None:
    """Return the time at which an EIP was imported, when the question is about an earlier one; else None."""
    if row.allocated_by not in (IMPORTED, OBSERVED) or not asked.past:
        return None
    imported = asked.facts.imported(row)
    return imported if imported is not None and imported > asked.at else None


def _owner(owned: bool) -> str:  # noqa: FBT001  # the flag is the whole question
    return "customer-owned" if owned else "Zenlayer-assigned"


def _free(asked: _Question, cidr: CidrRow, last: TenancyRow | None) -> Verdict:
    address = format_address(asked.address)
    before = _last_holder(last)
    if cidr.kind == PoolKind.DEFAULT:
        summary = f"{address} is in the Zenlayer-assigned range {cidr.cidr} of {cidr.region}, and not ours.{before}"
        return _verdict(asked, VerdictWord.DEFAULT_UNALLOCATED, cidr, None, summary)
    if last is not None and last.ready_at is not None and last.ready_at > asked.at and cidr.state == CidrState.ACTIVE:
        summary = (
            f"{address} is yours, in {cidr.cidr} of pool {cidr.pool_id}; it is cooling until"
            f" {stamp(from_micros(last.ready_at))}.{before}"
        )
        return _verdict(asked, VerdictWord.CUSTOMER_COOLING, cidr, None, summary)
    summary = f"{address} is yours, in {cidr.cidr} ({cidr.state}) of pool {cidr.pool_id}; no EIP holds it.{before}"
    return _verdict(asked, VerdictWord.CUSTOMER_UNALLOCATED, cidr, None, summary)


def _not_ours(asked: _Question, last: TenancyRow | None) -> Verdict:
    address = format_address(asked.address)
    never = never_routed(asked.address)
    if never is not None:
        summary = f"{never[0].upper()}{never[1:]}: {address} is in no public range."
        return _verdict(asked, VerdictWord.NOT_OURS, None, None, summary)._replace(fix_in=None)
    retired = asked.facts.retired(asked.address, asked.at)
    doubt = None if retired is not None else _no_record(asked)
    if doubt is not None:
        return _verdict(asked, VerdictWord.UNKNOWN, None, None, doubt)
    if retired is not None and retired.retired_at is not None:
        summary = (
            f"{address} is in no known range; {retired.cidr} was yours until"
            f" {stamp(from_micros(retired.retired_at))}.{_last_holder(last)}"
        )
    else:
        summary = f"{address} is in no known range.{_nearest(asked)}"
    return _verdict(asked, VerdictWord.NOT_OURS, None, None, summary)


def _no_record(asked: _Question) -> str | None:
    """Return why the record cannot tell whose an address in no range was, or None when it can."""
    address = format_address(asked.address)
    first = asked.facts.first_known(asked.address)
    if first is not None and first.created_at > asked.at:
        since = stamp(from_micros(first.created_at))
        return (
            f"{address} is in {first.cidr} of pool {first.pool_id}, which is known here since {since}; whose it was"
            " before is not recorded."
        )
    if not asked.facts.customer_cidrs():
        made = "was founded by this very call and " if asked.basis.founded else ""
        return (
            f"This inventory {made}holds no customer CIDR, so it cannot tell whose {address} is. Add or import the"
            " CIDRs, or open the right database."
        )
    return None


def _nearest(asked: _Question) -> str:
    rows = asked.facts.neighbours(asked.address)
    if not rows:
        return ""
    near = min(rows, key=lambda row: min(abs(row.first - asked.address), abs(row.last - asked.address)))
    return f" The nearest known one is {prefix_of_range(near.first, near.last)}."


def _last_holder(last: TenancyRow | None) -> str:
    if last is None or last.released_at is None:
        return ""
    name = f' "{last.name}"' if last.name else ""
    return (
        f" Its last holder was {last.id}{name}, allocated by {last.allocated_by}, released"
        f" {stamp(from_micros(last.released_at))}."
    )


def _verdict(
    asked: _Question, word: VerdictWord, cidr: CidrRow | TenancyRow | None, eip: Eip | None, summary: str
) -> Verdict:
    known = word is not VerdictWord.UNKNOWN
    if asked.past and asked.facts.clock_doubtful(asked.at):
        summary += " The clock was ahead around that time (clock_doubtful): the times of its events are not certain."
    owned = cidr is not None and cidr.kind == PoolKind.CUSTOMER
    return Verdict(
        address=format_address(asked.address),
        at=from_micros(asked.at),
        verdict=word,
        customer_owned=owned if known else None,
        cidr=None if cidr is None else cidr.cidr,
        pool_id=None if cidr is None else cidr.pool_id,
        asn=None if cidr is None else cidr.asn,
        eip=eip,
        fix_in=_FIX[word.value.partition("-")[0]] if known else None,
        summary=summary,
        as_of=from_micros(asked.basis.as_of),
        count=asked.count,
    )

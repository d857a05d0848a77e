"""Verdicts: whose address is it, what does it serve, and where does a fix live; now or at a past moment.

The rules are here, wherever the facts come from: `Recorded` asks the database for each of them, `core.evidence` has
read them for many addresses at once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple, Protocol

from core.domain.addresses import format_address, prefix_of_range
from core.domain.values import (
    Binding,
    BindingKind,
    Eip,
    EipStatus,
    FixIn,
    PoolKind,
    Verdict,
    VerdictWord,
    from_micros,
    stamp,
)
from core.queries.eips import (
    BINDING_COLUMNS,
    TENANCY_COLUMNS,
    TENANCY_FROM,
    BindingRow,
    TenancyRow,
    read_binding,
    read_eip,
)
from core.storage.connection import Connection
from core.storage.rows import reads

__all__ = [
    "CIDR_COLUMNS",
    "CidrRow",
    "FactSource",
    "judge",
    "judge_from",
    "judge_ipv6",
    "latest",
]

_FIX: Final = {
    "customer": FixIn.CUSTOMER_CIDR,
    "default": FixIn.ZENLAYER,
    "not": FixIn.ELSEWHERE,
}


@reads("cidr", "pool")
class CidrRow(NamedTuple):
    id: int
    cidr: str
    first: int
    last: int
    pool_id: str
    asn: int | None
    state: str
    created_at: int
    retired_at: int | None
    draining_at: int | None
    activated_at: int | None
    kind: str
    region: str


CIDR_COLUMNS: Final = (
    "SELECT c.id, c.cidr, c.first, c.last, c.pool_id, c.asn, c.state, c.created_at, c.retired_at, c.draining_at,"
    " c.activated_at, p.kind, p.region FROM cidr c JOIN pool p ON p.id = c.pool_id"
)


class FactSource(Protocol):
    """What a verdict rests on. Moments are microseconds."""

    def tenancy(self, address: int, at: int) -> TenancyRow | None:
        """The newest tenancy of the address that had begun by then, or None."""

    def cidr(self, address: int, at: int | None) -> CidrRow | None:
        """The CIDR that held the address then (None: that holds it now), or None."""

    def retired(self, address: int, at: int) -> CidrRow | None:
        """The CIDR with the address that was retired last by then, or None."""

    def neighbours(self, address: int) -> Sequence[CidrRow]:
        """The present CIDRs next to an address that none holds: below and above."""

    def bindings(self, eip_id: str, at: int) -> tuple[Binding, ...]:
        """Those of the EIP that were live then."""

    def names(self, service_ids: set[str]) -> Mapping[str, str]:
        """What services are called."""


@dataclass(frozen=True, slots=True)
class _Asked:
    ground: FactSource
    address: int
    at: int
    now: int
    count: int


def latest(connection: Connection, now: int) -> int:
    """Now, or the newest event's moment when a clock has been set back since."""
    return max(now, connection.value(int, _NEWEST) or 0)


def judge(connection: Connection, address: int, at: int | None, now: int, count: int = 1) -> Verdict:
    """The verdict on one address at a moment (microseconds; None is now, which no event is ahead of)."""
    return judge_from(Recorded(connection), address, at, latest(connection, now), count)


def judge_from(ground: FactSource, address: int, at: int | None, now: int, count: int = 1) -> Verdict:
    """The verdict on an address, going by these facts; `now` is not before any of them."""
    asked = _Asked(ground, address, now if at is None else at, now, count)
    tenancy = ground.tenancy(address, asked.at)
    if tenancy is not None and (tenancy.released_at is None or tenancy.released_at > asked.at):
        return _live(asked, tenancy)
    cidr = ground.cidr(address, at if at is not None and at < now else None)
    if cidr is None:
        return _not_ours(asked, tenancy)
    return _free(asked, cidr, tenancy)


def judge_ipv6(address: str, at: int | None, now: int, count: int = 1) -> Verdict:
    """An IPv6 address is named, not judged: customer CIDRs are IPv4."""
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


def _live(asked: _Asked, row: TenancyRow) -> Verdict:
    bindings = asked.ground.bindings(row.id, asked.at)
    eip = read_eip(row, bindings)._replace(status=EipStatus.BOUND if bindings else EipStatus.UNBOUND)
    owner = "customer" if eip.customer_owned else "default"
    word = VerdictWord(f"{owner}-{eip.status.value}")
    said = row.platform_customer_owned
    if said is not None and bool(said) != eip.customer_owned:
        summary = (
            f"Ownership sources disagree on {eip.address}: its CIDR {eip.cidr} makes it"
            f" {_owner(eip.customer_owned)}, the platform says {_owner(bool(said))}."
        )
        return _verdict(asked, VerdictWord.UNKNOWN, row, eip, summary)
    names = asked.ground.names({binding.service_id for binding in bindings})
    doing = "serves nothing" if not bindings else f"serves {_serving(bindings, names)}"
    whose = f"is yours, from {eip.cidr}" if eip.customer_owned else "is Zenlayer-assigned, not one of yours,"
    landed = "; it landed in the default pool, no pool was named" if eip.landed_in_default else ""
    summary = (
        f"{eip.address} {whose} in pool {eip.pool_id}; it {doing}; allocated"
        f" {stamp(eip.allocated_at)} by {eip.allocated_by}{landed}."
    )
    return _verdict(asked, word, row, eip, summary)


def _owner(owned: bool) -> str:  # noqa: FBT001  # the flag is the whole question
    return "customer-owned" if owned else "Zenlayer-assigned"


def _free(asked: _Asked, cidr: CidrRow, last: TenancyRow | None) -> Verdict:
    address = format_address(asked.address)
    before = _last_holder(last)
    if cidr.kind == PoolKind.DEFAULT:
        summary = f"{address} is in the Zenlayer-assigned range {cidr.cidr} of {cidr.region}, and not ours.{before}"
        return _verdict(asked, VerdictWord.DEFAULT_UNALLOCATED, cidr, None, summary)
    if last is not None and last.ready_at is not None and last.ready_at > asked.at and not _held(cidr, asked.at):
        summary = (
            f"{address} is yours, in {cidr.cidr} of pool {cidr.pool_id}; it is cooling until"
            f" {stamp(from_micros(last.ready_at))}.{before}"
        )
        return _verdict(asked, VerdictWord.CUSTOMER_COOLING, cidr, None, summary)
    summary = f"{address} is yours, in {cidr.cidr} ({cidr.state}) of pool {cidr.pool_id}; no EIP holds it.{before}"
    return _verdict(asked, VerdictWord.CUSTOMER_UNALLOCATED, cidr, None, summary)


def _held(cidr: CidrRow, at: int) -> bool:
    """Whether the CIDR gave out nothing then, so that nothing in it was on its way to be reused."""
    if cidr.activated_at is None:
        return True
    if cidr.draining_at is None:
        return at < cidr.activated_at
    return at >= cidr.draining_at and (cidr.state != "active" or at < cidr.activated_at)


def _not_ours(asked: _Asked, last: TenancyRow | None) -> Verdict:
    address = format_address(asked.address)
    retired = asked.ground.retired(asked.address, asked.at)
    if retired is not None and retired.retired_at is not None:
        summary = (
            f"{address} is in no known range; {retired.cidr} was yours until"
            f" {stamp(from_micros(retired.retired_at))}.{_last_holder(last)}"
        )
    else:
        summary = f"{address} is in no known range.{_nearest(asked)}"
    return _verdict(asked, VerdictWord.NOT_OURS, None, None, summary)


def _nearest(asked: _Asked) -> str:
    rows = asked.ground.neighbours(asked.address)
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


def _serving(bindings: tuple[Binding, ...], names: Mapping[str, str]) -> str:
    parts: list[str] = []
    for binding in bindings[:4]:
        name = names[binding.service_id]
        called = f' "{name}"' if name else ""
        parts.append(f"{binding.kind.value} {binding.service_id}{called}{_detail(binding)}")
    more = f" and {len(bindings) - 4} more" if len(bindings) > 4 else ""
    return "; ".join(parts) + more + f" since {stamp(min(binding.bound_at for binding in bindings))}"


def _detail(binding: Binding) -> str:
    if binding.kind is BindingKind.NIC:
        return f" on {binding.private_ip}" if binding.private_ip else ""
    if binding.kind is BindingKind.SNAT:
        return f": {', '.join(binding.sources)} leave through it" if binding.sources else ", in no entry that is known"
    if binding.kind is BindingKind.DNAT:
        port = f" {binding.port}" if binding.port is not None else ""
        to_port = f":{binding.to_port}" if binding.to_port is not None else ""
        return f": {binding.protocol}{port} comes in to {binding.private_ip}{to_port}"
    return ""


def _verdict(
    asked: _Asked, word: VerdictWord, cidr: CidrRow | TenancyRow | None, eip: Eip | None, summary: str
) -> Verdict:
    known = word is not VerdictWord.UNKNOWN
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
        as_of=from_micros(asked.now),
        count=asked.count,
    )


_PRESENT: Final = f"{CIDR_COLUMNS} WHERE c.state <> 'retired' AND c.first <= :address ORDER BY c.first DESC LIMIT 1"
_AT: Final = (
    f"{CIDR_COLUMNS} WHERE c.first <= :address AND c.last >= :address AND c.created_at <= :at"
    " AND (c.retired_at IS NULL OR c.retired_at > :at) ORDER BY c.id DESC LIMIT 1"
)
_RETIRED: Final = (
    f"{CIDR_COLUMNS} WHERE c.first <= :address AND c.last >= :address AND c.retired_at <= :at"
    " ORDER BY c.retired_at DESC LIMIT 1"
)
_NEIGHBOURS: Final = (
    (f"{CIDR_COLUMNS} WHERE c.state <> 'retired' AND c.last < :address ORDER BY c.first DESC LIMIT 1"),
    (f"{CIDR_COLUMNS} WHERE c.state <> 'retired' AND c.first > :address ORDER BY c.first LIMIT 1"),
)
_NEWEST: Final = "SELECT at FROM event ORDER BY seq DESC LIMIT 1"
_TENANCY: Final = (
    f"SELECT {TENANCY_COLUMNS} {TENANCY_FROM}"
    " WHERE e.address = :address AND e.allocated_at <= :at ORDER BY e.allocated_at DESC, e.seq DESC LIMIT 1"
)
_BINDINGS: Final = (
    f"SELECT {BINDING_COLUMNS} FROM binding b WHERE b.eip_id = :eip AND b.bound_at <= :at"
    " AND (b.unbound_at IS NULL OR b.unbound_at > :at) ORDER BY b.seq"
)
_SERVICE_NAMES: Final = "SELECT name FROM service WHERE id = :id"


class Recorded:
    """The facts as the database has them, each asked for when it is wanted: for one address, or a few."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def _first(self, statement: str, **values: int) -> CidrRow | None:
        return self._connection.row(CidrRow, statement, values)

    def tenancy(self, address: int, at: int) -> TenancyRow | None:
        return self._connection.row(TenancyRow, _TENANCY, {"address": address, "at": at})

    def cidr(self, address: int, at: int | None) -> CidrRow | None:
        if at is not None:
            return self._first(_AT, address=address, at=at)
        row = self._first(_PRESENT, address=address)
        return row if row is not None and row.last >= address else None

    def retired(self, address: int, at: int) -> CidrRow | None:
        return self._first(_RETIRED, address=address, at=at)

    def neighbours(self, address: int) -> Sequence[CidrRow]:
        return [row for statement in _NEIGHBOURS if (row := self._first(statement, address=address)) is not None]

    def bindings(self, eip_id: str, at: int) -> tuple[Binding, ...]:
        found = self._connection.rows(BindingRow, _BINDINGS, {"eip": eip_id, "at": at})
        return tuple(read_binding(row) for row in found)

    def names(self, service_ids: set[str]) -> Mapping[str, str]:
        return {key: self._connection.value(str, _SERVICE_NAMES, {"id": key}) or "" for key in service_ids}

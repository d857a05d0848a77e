"""Verdicts: whose address is it, what does it serve, and where does a fix live; now or at a past moment."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Final

from sqlalchemy import Connection, text

from core.addresses import format_address, prefix_of_range
from core.inventory import EIP_COLUMNS, EIP_FROM, read_binding, read_eips
from core.objects import (
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

__all__ = ["judge", "judge_ipv6"]

_FIX: Final = {
    "customer": FixIn.CUSTOMER_CIDR,
    "default": FixIn.ZENLAYER,
    "not": FixIn.ELSEWHERE,
}


@dataclass(frozen=True, slots=True)
class _Asked:
    connection: Connection
    address: int
    at: int
    now: int
    count: int


_CIDR_COLUMNS: Final = (
    "SELECT c.id, c.cidr, c.first, c.last, c.pool_id, c.asn, c.state, c.retired_at, c.draining_at, c.activated_at,"
    " p.kind, p.region FROM cidr c JOIN pool p ON p.id = c.pool_id"
)
_PRESENT: Final = text(
    f"{_CIDR_COLUMNS} WHERE c.state <> 'retired' AND c.first <= :address ORDER BY c.first DESC LIMIT 1"
)
_AT: Final = text(
    f"{_CIDR_COLUMNS} WHERE c.first <= :address AND c.last >= :address AND c.created_at <= :at"
    " AND (c.retired_at IS NULL OR c.retired_at > :at) ORDER BY c.id DESC LIMIT 1"
)
_RETIRED: Final = text(
    f"{_CIDR_COLUMNS} WHERE c.first <= :address AND c.last >= :address AND c.retired_at <= :at"
    " ORDER BY c.retired_at DESC LIMIT 1"
)
_NEWEST: Final = text("SELECT at FROM event ORDER BY seq DESC LIMIT 1")
_TENANCY: Final = text(
    f"SELECT {EIP_COLUMNS}, e.ready_at, e.platform_customer_owned, e.released_by {EIP_FROM}"
    " WHERE e.address = :address AND e.allocated_at <= :at ORDER BY e.allocated_at DESC, e.seq DESC LIMIT 1"
)
_BINDINGS: Final = text(
    "SELECT id, kind, service_id, private_ip, sources, protocol, port, port_end, to_port, to_port_end, bound_at,"
    " unbound_at FROM binding WHERE eip_id = :eip AND bound_at <= :at"
    " AND (unbound_at IS NULL OR unbound_at > :at) ORDER BY seq"
)


def judge(connection: Connection, address: int, at: int | None, now: int, count: int = 1) -> Verdict:
    """The verdict on one address at a moment (microseconds; None is now, which no event is ahead of)."""
    now = max(now, connection.execute(_NEWEST).scalar_one_or_none() or 0)
    asked = _Asked(connection, address, now if at is None else at, now, count)
    tenancy = connection.execute(_TENANCY, {"address": address, "at": asked.at}).one_or_none()
    if tenancy is not None and (tenancy.released_at is None or tenancy.released_at > asked.at):
        return _live(asked, tenancy)
    cidr = _cidr(asked, past=at is not None and at < now)
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


def _cidr(asked: _Asked, *, past: bool) -> Any:
    statement = _AT if past else _PRESENT
    row = asked.connection.execute(statement, {"address": asked.address, "at": asked.at}).one_or_none()
    return row if row is not None and row.last >= asked.address else None


def _live(asked: _Asked, row: Any) -> Verdict:
    found = asked.connection.execute(_BINDINGS, {"eip": row.id, "at": asked.at})
    bindings = tuple(read_binding(each) for each in found)
    eip = replace(
        next(read_eips(asked.connection, [row])),
        bindings=bindings,
        status=EipStatus.BOUND if bindings else EipStatus.UNBOUND,
    )
    cidr = asked.connection.execute(_OF_EIP, {"eip": row.id}).one()
    owner = "customer" if eip.customer_owned else "default"
    word = VerdictWord(f"{owner}-{eip.status.value}")
    said = row.platform_customer_owned
    if said is not None and bool(said) != eip.customer_owned:
        summary = (
            f"Ownership sources disagree on {eip.address}: its CIDR {eip.cidr} makes it"
            f" {_owner(eip.customer_owned)}, the platform says {_owner(bool(said))}."
        )
        return _verdict(asked, VerdictWord.UNKNOWN, cidr, eip, summary)
    names = _names(asked.connection, bindings)
    doing = "serves nothing" if not bindings else f"serves {_serving(bindings, names)}"
    whose = f"is yours, from {eip.cidr}" if eip.customer_owned else "is Zenlayer-assigned, not one of yours,"
    landed = "; it landed in the default pool, no pool was named" if eip.landed_in_default else ""
    summary = (
        f"{eip.address} {whose} in pool {eip.pool_id}; it {doing}; allocated"
        f" {stamp(eip.allocated_at)} by {eip.allocated_by}{landed}."
    )
    return _verdict(asked, word, cidr, eip, summary)


_OF_EIP: Final = text(
    "SELECT c.cidr, c.pool_id, c.asn, p.kind FROM eip e JOIN cidr c ON c.id = e.cidr_id"
    " JOIN pool p ON p.id = c.pool_id WHERE e.id = :eip"
)


def _owner(owned: bool) -> str:  # noqa: FBT001  # the flag is the whole question
    return "customer-owned" if owned else "Zenlayer-assigned"


def _free(asked: _Asked, cidr: Any, last: Any) -> Verdict:
    address = format_address(asked.address)
    before = _last_holder(last)
    if cidr.kind == PoolKind.DEFAULT:
        summary = f"{address} is in the Zenlayer-assigned range {cidr.cidr} of {cidr.region}, and not ours.{before}"
        return _verdict(asked, VerdictWord.DEFAULT_UNALLOCATED, cidr, None, summary)
    cooling = last is not None and last.ready_at is not None and last.ready_at > asked.at
    if cooling and not _held(cidr, asked.at):
        summary = (
            f"{address} is yours, in {cidr.cidr} of pool {cidr.pool_id}; it is cooling until"
            f" {stamp(from_micros(last.ready_at))}.{before}"
        )
        return _verdict(asked, VerdictWord.CUSTOMER_COOLING, cidr, None, summary)
    summary = f"{address} is yours, in {cidr.cidr} ({cidr.state}) of pool {cidr.pool_id}; no EIP holds it.{before}"
    return _verdict(asked, VerdictWord.CUSTOMER_UNALLOCATED, cidr, None, summary)


def _held(cidr: Any, at: int) -> bool:
    """Whether the CIDR was draining then, so that nothing in it was on its way to be reused."""
    if cidr.draining_at is None or at < cidr.draining_at:
        return False
    return bool(cidr.state != "active" or at < cidr.activated_at)


def _not_ours(asked: _Asked, last: Any) -> Verdict:
    address = format_address(asked.address)
    values = {"address": asked.address, "at": asked.at}
    retired = asked.connection.execute(_RETIRED, values).one_or_none()
    if retired is not None:
        summary = (
            f"{address} is in no known range; {retired.cidr} was yours until"
            f" {stamp(from_micros(retired.retired_at))}.{_last_holder(last)}"
        )
    else:
        summary = f"{address} is in no known range.{_nearest(asked)}"
    return _verdict(asked, VerdictWord.NOT_OURS, None, None, summary)


_NEAREST: Final = (
    text(f"{_CIDR_COLUMNS} WHERE c.state <> 'retired' AND c.last < :address ORDER BY c.first DESC LIMIT 1"),
    text(f"{_CIDR_COLUMNS} WHERE c.state <> 'retired' AND c.first > :address ORDER BY c.first LIMIT 1"),
)


def _nearest(asked: _Asked) -> str:
    rows = [
        row
        for statement in _NEAREST
        if (row := asked.connection.execute(statement, {"address": asked.address}).one_or_none())
    ]
    if not rows:
        return ""
    near = min(rows, key=lambda row: min(abs(row.first - asked.address), abs(row.last - asked.address)))
    return f" The nearest known one is {prefix_of_range(near.first, near.last)}."


def _last_holder(last: Any) -> str:
    if last is None or last.released_at is None:
        return ""
    name = f' "{last.name}"' if last.name else ""
    return (
        f" Its last holder was {last.id}{name}, allocated by {last.allocated_by}, released"
        f" {stamp(from_micros(last.released_at))}."
    )


_SERVICE_NAMES: Final = text("SELECT name FROM service WHERE id = :id")


def _names(connection: Connection, bindings: tuple[Binding, ...]) -> dict[str, str]:
    ids = {binding.service_id for binding in bindings}
    return {key: connection.execute(_SERVICE_NAMES, {"id": key}).scalar_one() or "" for key in ids}


def _serving(bindings: tuple[Binding, ...], names: dict[str, str]) -> str:
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


def _verdict(asked: _Asked, word: VerdictWord, cidr: Any, eip: Eip | None, summary: str) -> Verdict:
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

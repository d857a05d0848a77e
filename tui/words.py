"""The sentences of the dashboard: ages, what serves what, and the lines of the verdict strip.

Everything here is plain text made of values; what comes from outside has gone through `visible`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, datetime

from core import Binding, BindingKind, Cidr, CidrState, Eip, Event, Finding, Pool, PoolKind, Service, VerdictWord
from tui.hand import Facts, is_problem
from tui.text import visible

__all__ = [
    "age",
    "binding_words",
    "count_of",
    "finding_words",
    "minute",
    "owner",
    "pool_short",
    "quoted",
    "runway",
    "served_words",
    "strip_lines",
    "strip_title",
]

_DAY = 86_400
_SHORT = {BindingKind.LOAD_BALANCER: "lb"}


def age(since: datetime, now: datetime) -> str:
    """How long ago, in at most four cells: `40s` `12m` `6h` `702d`."""
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
    """`2025-11-21 09:40Z`"""
    return moment.astimezone(UTC).strftime("%Y-%m-%d %H:%MZ")


def count_of(number: int, noun: str, plural: str = "") -> str:
    """`1 EIP`, `2 EIPs`."""
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


def owner(eip: Eip) -> str:
    return "customer" if eip.customer_owned else "DEFAULT"


def pool_short(pool_id: str, *, customer_owned: bool) -> str:
    """A pool's id where room is short: the default pool of a region is `default`."""
    return "default" if not customer_owned and pool_id.startswith("default-") else pool_id


def quoted(text: str | None) -> str:
    return f'"{visible(text)}"' if text else ""


def runway(days: float | None) -> str:
    return "-" if days is None else f"{days:.0f}d"


def binding_words(binding: Binding, services: Iterable[Service] = ()) -> str:
    """`lb lb-shop "shop-front"`: kind, id and name of what a binding serves."""
    kind = _SHORT.get(binding.kind, binding.kind.value)
    name = next((service.name for service in services if service.id == binding.service_id), None)
    return " ".join(part for part in (kind, visible(binding.service_id), quoted(name)) if part)


def _what(binding: Binding) -> str:
    """The part of the service that a binding is about."""
    match binding.kind:
        case BindingKind.NIC:
            return binding.private_ip or ""
        case BindingKind.SNAT:
            if not binding.sources:
                return "in no entry that is known"
            more = f" and {len(binding.sources) - 2} more" if len(binding.sources) > 2 else ""
            return f"{' and '.join(binding.sources[:2])}{more} leave through it"
        case BindingKind.DNAT:
            port = "all ports" if binding.port is None else f"{binding.port}/{binding.protocol}"
            return f"{port} to {binding.private_ip}" + (f":{binding.to_port}" if binding.to_port else "")
        case BindingKind.LOAD_BALANCER:
            return ""


def served_words(binding: Binding) -> str:
    """What a binding does, for the detail."""
    return _what(binding) or "front end"


_SERVES = re.compile(r" (?:and )?serves (.+?)(?:: no pool was named\.|, which )")
_DOES = {
    "landed_in_default_pool": "F",
    "default_on_customer_service": "F",
    "pool_near_exhaustion": "C",
    "pool_runway_short": "C",
    "cidr_draining_blocked": "D",
    "snat_mixes_owners": "o",
    "service_missing": "o",
    "eip_idle": "R",
}


def finding_words(finding: Finding) -> str:
    """A finding where room is short: `lb lb-shop: F`, what it is about and the key that leads on."""
    what = finding.message.removeprefix(finding.subject).strip()
    if (serving := _SERVES.search(finding.message)) is not None:
        what = serving[1].replace("load_balancer ", "lb ").replace("nothing", "serves nothing")
    elif finding.code.startswith("pool_"):
        what = re.sub(r" of [0-9]+ addresses", "", what).replace(" at its trend.", "").replace(" days", " d")
    elif finding.code == "cidr_draining_blocked":
        what = what.partition(" still ")[0] + " left"
    elif finding.code == "snat_mixes_owners":
        what = "mixes owners"
    elif finding.code == "eip_idle":
        what = "serves nothing"
    key = _DOES.get(finding.code)
    return f"{what.removesuffix('.')}: {key}" if key else what


def strip_title(facts: Facts) -> str:
    """The rule of the strip, without the rule: `198.18.0.5 -- ! default-bound -- fix in: zenlayer`."""
    hand, verdict = facts.hand, facts.verdict
    if verdict is not None:
        when = f" @ {minute(hand.at)}" if hand.at is not None else ""
        mark = "! " if is_problem(verdict) else ""
        fix = f" -- fix in: {verdict.fix_in.value}" if verdict.fix_in else ""
        return f"{verdict.address}{when} -- {mark}{verdict.verdict.value}{fix}"
    if facts.pool is not None:
        return f"pool {visible(facts.pool.id)} -- {_pool_title(facts.pool)}"
    if facts.cidr is not None:
        return f"{facts.cidr.cidr} -- {_cidr_title(facts.cidr)}"
    return f"{hand.kind.value} {visible(hand.id)}"


def _cidr_title(cidr: Cidr) -> str:
    left = count_of(cidr.allocated, "live EIP")
    if cidr.state is CidrState.DRAINING:
        blocks = "blocks" if cidr.allocated == 1 else "block"
        return f"! draining -- {left} {blocks} retirement" if cidr.allocated else "draining -- empty"
    return f"{cidr.state.value} -- {left}"


_LOW_PERCENT = 90


def _pool_title(pool: Pool) -> str:
    low = "! " if pool.total and (not pool.available or (pool.used_percent or 0) >= _LOW_PERCENT) else ""
    used = "" if pool.used_percent is None else f" ({pool.used_percent:.0f} %)"
    days = "" if pool.runway_days is None else f" -- runway {pool.runway_days:.0f} d"
    return f"{low}{pool.available:,} free of {pool.total:,}{used}{days}"


def strip_lines(facts: Facts) -> tuple[str, str]:
    """The two lines under the rule: what it does, and where it is from; without a second the first goes on."""
    hand = facts.hand
    if hand.finding is not None and facts.verdict is None:
        return visible(hand.finding.message), f"remedy: {visible(hand.finding.remedy)}"
    if facts.verdict is not None:
        first, second = _address_lines(facts)
        return first, f"remedy: {visible(hand.finding.remedy)}" if hand.finding is not None else second
    if facts.pool is not None:
        return _pool_lines(facts.pool)
    if facts.cidr is not None:
        cidr = facts.cidr
        origin = "Zenlayer-assigned" if not cidr.customer_owned else f"AS{cidr.asn} ISP {visible(cidr.isp or '-')}"
        return (
            f"pool {visible(cidr.pool_id)}  {origin}  {visible(cidr.region)}  RPKI {visible(cidr.rpki)}",
            f"{cidr.allocated:,} live of {cidr.total:,}, {cidr.available:,} free",
        )
    return f"serves {count_of(len(facts.siblings), 'EIP')}", ""


def _pool_lines(pool: Pool) -> tuple[str, str]:
    counts = f"{pool.allocated:,} allocated, {pool.cooling:,} cooling, {pool.reserved:,} reserved, {pool.held:,} held"
    whose = "your addresses" if pool.kind is PoolKind.CUSTOMER else "Zenlayer's addresses, not yours"
    cidrs = ", ".join(pool.cidrs[:3]) + (f" and {len(pool.cidrs) - 3} more" if len(pool.cidrs) > 3 else "")
    return counts, f"{whose}: {cidrs or 'no CIDR'}  {visible(pool.region)}  order {pool.order.value}"


def _address_lines(facts: Facts) -> tuple[str, str]:
    verdict, eip = facts.verdict, facts.eip
    if verdict is None:
        return "", ""
    if eip is None or verdict.verdict is VerdictWord.UNKNOWN:
        return visible(verdict.summary), ""
    if eip.landed_in_default:
        return _serves(facts, eip), f"landed in the default pool of {visible(eip.region)}; {_siblings(facts)}"
    origin = f"  AS{verdict.asn}" if verdict.asn else ""
    by = f"by {visible(eip.allocated_by)} {_reason(facts.history, eip)}".rstrip()
    return (
        _serves(facts, eip),
        f"CIDR {eip.cidr}  pool {visible(eip.pool_id)}{origin}  {by}  {_siblings(facts)}",
    )


def _serves(facts: Facts, eip: Eip) -> str:
    if not eip.bindings:
        since = max((event.at for event in facts.history if event.eip_id == eip.id), default=eip.allocated_at)
        return f"serves nothing since {minute(since)} ({age(since, facts.now)})"
    first = eip.bindings[0]
    more = f" and {len(eip.bindings) - 1} more" if len(eip.bindings) > 1 else ""
    what = f": {_what(first)}" if _what(first) else ""
    line = f"serves {binding_words(first, facts.services)}{what}{more} since {minute(first.bound_at)}"
    by = f"by {visible(eip.allocated_by)} {_reason(facts.history, eip)}".rstrip()
    return f"{line}; allocated {by}" if eip.landed_in_default else line


def _reason(history: Iterable[Event], eip: Eip) -> str:
    """The reason given when the EIP was allocated."""
    allocated = (event for event in history if event.eip_id == eip.id and event.reason)
    return next((quoted(event.reason) for event in allocated), "")


def _siblings(facts: Facts) -> str:
    if not facts.siblings:
        return "no sibling EIPs"
    return f"siblings {len(facts.siblings)}" + (" (! mix)" if facts.mixed else "")

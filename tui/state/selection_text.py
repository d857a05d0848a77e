"""The text of the verdict bar: its title, and the two lines under it.

Foreign text in it has gone through `visible`.
"""

from __future__ import annotations

from typing import Final

from core import (
    BindingWords,
    Cidr,
    CidrState,
    Eip,
    Finding,
    FindingCode,
    Pool,
    PoolKind,
    Severity,
    Verdict,
    VerdictWord,
    port_words,
)
from tui.commands.registry import key_of
from tui.state.selection import IDLE_COUNTED, CidrFacts, PoolFacts, SelectionDetails, is_problem
from tui.wording.findings import in_few_words
from tui.wording.phrases import (
    ORDER_WORDS,
    accepted_words,
    age,
    count_of,
    eips_beyond,
    minute,
    quoted,
    verdict_phrase,
    why_allocated,
)
from tui.wording.sanitize import visible
from tui.wording.services import KIND_WORDS, service_lines, service_title
from tui.wording.serving import binding_words, ended_words, last_served

__all__ = ["finding_line", "mark", "pin_lines", "port_line", "strip_lines", "strip_title", "title_words"]


def strip_title(details: SelectionDetails) -> str:
    """Return the title, such as `198.18.0.5 -- !! Zenlayer address, in use -- in default pool by mistake`."""
    selection = details.selection
    when = f" @ {minute(selection.at)}" if selection.at is not None else ""
    kind = "pool " if details.pool is not None else ""
    words = title_words(details)
    return f"{kind}{visible(selection.words)}{when}{' -- ' if words else ''}{words}"


def title_words(details: SelectionDetails) -> str:
    """Return the title without its subject; empty for a service that is not registered."""
    if details.verdict is not None:
        return f"{'? ' if details.selection.doubts else ''}{mark(details)}{_verdict_title(details, details.verdict)}"
    if details.pool is not None:
        return f"{mark(details)}{_pool_title(details.pool.pool)}"
    if details.cidr is not None:
        return f"{mark(details)}{_cidr_title(details.cidr.cidr)}"
    return "" if details.service is None else visible(service_title(details.service).partition(" -- ")[2])


def mark(details: SelectionDetails) -> str:
    """Return `!! ` for what a critical finding is about, `! ` for another problem, and nothing without one."""
    worst, verdict = details.worst, details.verdict
    if worst is not None:
        return "!! " if worst.severity is Severity.CRITICAL else "! "
    drains = details.cidr is not None and details.cidr.cidr.state is CidrState.DRAINING
    return "! " if drains or (verdict is not None and is_problem(verdict)) else ""


def _verdict_title(details: SelectionDetails, verdict: Verdict) -> str:
    """Return whose the address is and how it is used, and what is wrong with it."""
    phrase, eip, worst = verdict_phrase(verdict.verdict), details.eip, details.worst
    if eip is not None and eip.landed_in_default:
        return f"{phrase} -- in default pool by mistake"
    if worst is None or worst.code is FindingCode.EIP_IDLE:
        return phrase
    blocks = worst.code is FindingCode.CIDR_DRAINING_BLOCKED
    return f"{phrase} -- {'its CIDR drains' if blocks else in_few_words(worst)}"


def _cidr_title(cidr: Cidr) -> str:
    left = count_of(cidr.allocated, "live EIP")
    if cidr.state is CidrState.DRAINING:
        blocks = "blocks" if cidr.allocated == 1 else "block"
        return f"draining -- {left} {blocks} retirement" if cidr.allocated else "draining -- empty"
    return cidr.state.value if cidr.state is CidrState.RETIRED else f"{cidr.state.value} -- {left}"


def _pool_title(pool: Pool) -> str:
    used = "" if pool.used_percent is None else f" ({pool.used_percent:.0f} % used)"
    ours = pool.kind is PoolKind.CUSTOMER and pool.runway_days is not None
    days = f" -- runway {pool.runway_days:.0f} d" if ours else ""
    return f"{pool.available:,} free of {pool.total:,}{used}{days}"


def finding_line(finding: Finding) -> str:
    """Return the remedy of a finding, or who accepted it and until when."""
    return accepted_words(finding) if finding.accepted else f"remedy: {visible(finding.advice or finding.remedy)}"


def strip_lines(details: SelectionDetails) -> tuple[str, ...]:
    """Return the lines under the title: what it does, where it is from, and the remedy of a finding.

    The first may take the place of an empty second.
    """
    selection = details.selection
    if selection.finding is not None:
        about = _address_lines(details) if details.verdict is not None else (visible(selection.finding.message), "")
        return *about, finding_line(selection.finding)
    if details.verdict is not None:
        first, second = _address_lines(details)
        if port := port_line(details):
            first, second = port, first if len(port) <= _WIDE_ENOUGH else ""
        return first, f"? {selection.doubts}" if selection.doubts else second
    if details.pool is not None:
        return _pool_lines(details.pool)
    if details.cidr is not None:
        return _cidr_lines(details.cidr)
    if details.service is not None:
        first, second = service_lines(details.service, details.siblings.eips)
        return visible(first), visible(second)
    return f"serves {eips_beyond(details.siblings.total)} EIP{'' if details.siblings.total == 1 else 's'}", ""


def pin_lines(details: SelectionDetails) -> list[str]:
    """Return every line that the verdict bar could show, for the trail."""
    if details.verdict is None or details.selection.finding is not None:
        return [line for line in strip_lines(details) if line]
    doubts = f"? {details.selection.doubts}" if details.selection.doubts else ""
    lines = (port_line(details), *_address_lines(details), doubts, details.selection.read_with)
    return [line for line in lines if line]


def port_line(details: SelectionDetails) -> str:
    """Return the sentence on the private host behind the looked-up port; empty without one."""
    selection, eip = details.selection, details.eip
    if selection.port is None or eip is None:
        return ""
    return visible(port_words(eip.bindings, selection.port, selection.protocol).strip())


def _pool_lines(details: PoolFacts) -> tuple[str, str]:
    pool = details.pool
    next_free = "" if details.outlook.next_free_at is None else f" (next free {minute(details.outlook.next_free_at)})"
    parts = [f"{pool.allocated:,} allocated", f"{pool.cooling:,} cooling{next_free}"]
    parts += [f"{number:,} {word}" for number, word in ((pool.reserved, "reserved"), (pool.held, "locked")) if number]
    growth = details.outlook.growth_per_day
    trend = "" if growth is None else f"; {growth:+.1f} a day"
    return ", ".join(parts) + trend, f"{_pool_space(pool)}{_idle_words(details)}"


def _pool_space(pool: Pool) -> str:
    if pool.kind is PoolKind.DEFAULT:
        return f"Zenlayer's addresses, not yours  {visible(pool.region)}"
    if not pool.cidrs:
        return f"no CIDR: {key_of('cidr_add')} adds one  {visible(pool.region)}"
    more = f" and {len(pool.cidrs) - 2} more" if len(pool.cidrs) > 2 else ""
    word = "CIDR" if len(pool.cidrs) == 1 else "CIDRs"
    return f"{word} {', '.join(pool.cidrs[:2])}{more}  {visible(pool.region)}  {ORDER_WORDS[pool.order]}"


def _idle_words(details: PoolFacts) -> str:
    if not details.idle.total:
        return ""
    more = "+" if details.idle.total == IDLE_COUNTED else ""
    return f"; idle here: {details.idle.total:,}{more} ({details.idle.rows[0].eip.address})"


def _cidr_lines(details: CidrFacts) -> tuple[str, str]:
    cidr, since = details.cidr, _since(details)
    whose = f"pool {visible(cidr.pool_id)}  {_origin(cidr)}  {visible(cidr.region)}  RPKI {visible(cidr.rpki)}"
    if cidr.state is CidrState.RETIRED:
        return (
            f"{since}; was {_origin(cidr)}",
            f"its past stays: type an address of it, or {key_of('timeline')}, to see who had it and when",
        )
    if cidr.state is CidrState.DRAINING:
        return f"{since}; no allocations", _left_words(details)
    if not cidr.customer_owned:
        return whose, f"{cidr.allocated:,} live; read only here"
    return whose, f"{cidr.allocated:,} live of {cidr.total:,}, {cidr.available:,} free; {since}"


def _since(details: CidrFacts) -> str:
    """Return `draining since 2025-11-11 09:00Z by bob "J-640"`, as far as the history knows."""
    state, turned = details.cidr.state, details.turned
    if turned is None:
        return state.value
    word = f"{state.value}" if state is CidrState.RETIRED else f"{state.value} since"
    why = "" if state is CidrState.ACTIVE else quoted(turned.reason)
    return f"{word} {minute(turned.at)} by {visible(turned.operator)} {why}".rstrip()


def _origin(cidr: Cidr) -> str:
    return f"AS{cidr.asn} ISP {visible(cidr.isp or '-')}" if cidr.customer_owned else "Zenlayer-assigned"


def _left_words(details: CidrFacts) -> str:
    """Return what still lives in a CIDR that is being emptied."""
    if not details.living.total:
        return f"nothing is left in it: {key_of('cidr_end')} retires it"
    served = [visible(str(row.serves)) for row in details.living.rows if row.eip.bindings]
    more = ", ..." if details.bound > len(served) else ""
    what = f" ({', '.join(served)}{more})" if served else ""
    return f"left: {details.bound:,} bound{what}, {details.living.total - details.bound:,} unbound"


def _address_lines(details: SelectionDetails) -> tuple[str, str]:
    verdict, eip = details.verdict, details.eip
    if verdict is None:
        return "", ""
    if eip is None or verdict.verdict is VerdictWord.UNKNOWN:
        return visible(verdict.summary), ""
    if eip.landed_in_default:
        return _serves(details, eip), f"no pool was named, so it is from {visible(eip.pool_id)}; {_siblings(details)}"
    if not eip.customer_owned:
        by = f"by {visible(eip.allocated_by)} {why_allocated(details.history, eip)}".rstrip()
        return _serves(details, eip), f"chosen on purpose, or older than this record; {by}; {_siblings(details)}"
    origin = f" AS{verdict.asn}" if verdict.asn else ""
    by = f"by {visible(eip.allocated_by)} {why_allocated(details.history, eip)}".rstrip()
    return (
        _serves(details, eip),
        f"pool {visible(eip.pool_id)}, {eip.cidr}{origin}; {_siblings(details)}; {by}",
    )


_WIDE_ENOUGH: Final = 80
"""Cells of a line beyond which a moment is given as an age."""


def _serves(details: SelectionDetails, eip: Eip) -> str:
    if not eip.bindings:
        last = last_served(details.history, eip)
        since = eip.allocated_at if last is None else last.at
        before = "" if last is None else f"; before: {ended_words(last)}"
        return f"serves nothing since {minute(since)} ({age(since, details.now)}){before}"
    first = eip.bindings[0]
    more = f" and {len(eip.bindings) - 1} more" if len(eip.bindings) > 1 else ""
    part = BindingWords(first).part
    what = f": {part}" if part else ""
    line = f"serves {binding_words(first, details.services)}{what}{more}"
    moment = f" since {minute(first.bound_at)}"
    line += moment if len(line + moment) < _WIDE_ENOUGH else f", {age(first.bound_at, details.now)}"
    by = f"by {visible(eip.allocated_by)} {why_allocated(details.history, eip)}".rstrip()
    return f"{line}; allocated {by}" if eip.landed_in_default else line


def _siblings(details: SelectionDetails) -> str:
    """Return how many other EIPs its services have: `same gateway: 2 more, owners mixed`."""
    if not details.siblings.total:
        return "no other EIP there"
    kinds = {KIND_WORDS[each.kind] for each in details.services}
    where = f"same {kinds.pop()}" if len(kinds) == 1 else "same services"
    when = "" if details.selection.at is None else " now"
    return f"{where}{when}: {eips_beyond(details.siblings.total)} more" + (", owners mixed" if details.mixed else "")

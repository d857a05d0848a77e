"""Which columns the command line shows of each kind of object."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import UTC, datetime
from typing import Final

from core import (
    Cidr,
    Eip,
    EipStatus,
    Event,
    Finding,
    Imported,
    Pool,
    Restored,
    Service,
    Verdict,
    Violation,
)
from tui.wording.phrases import owner, served
from tui.wording.writers import Column, Layout

__all__ = [
    "BROKEN",
    "CIDRS",
    "EIPS",
    "EVENTS",
    "FINDINGS",
    "IMPORTED",
    "POOLS",
    "RESTORED",
    "SERVICES",
    "VERDICTS",
    "marked",
]

_NOTHING: Final = "-"


def _landed(eip: Eip) -> str:
    return "!" if eip.landed_in_default and eip.status is not EipStatus.RELEASED else ""


def _or_dash(value: object) -> object:
    return _NOTHING if value is None or value == "" else value


def _time(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _percent(value: float | None) -> str:
    return _NOTHING if value is None else f"{value:.0f}%"


def _days(value: float | None) -> str:
    return _NOTHING if value is None else f"{value:.0f}d"


def marked(problems: Collection[str]) -> Layout:
    """The columns of EIPs with `!` on those whose addresses are problems, as the dashboard marks them."""
    mark = Column("!", lambda eip: "!" if eip.address in problems else "")
    return replace(EIPS, columns=(mark, *EIPS.columns[1:]))


EIPS: Final = Layout(
    Eip,
    (
        Column("!", _landed),
        Column("ADDRESS", lambda eip: eip.address),
        Column("ID", lambda eip: _or_dash(eip.id)),
        Column("OWNER", owner),
        Column("STATUS", lambda eip: eip.status.value),
        Column("POOL", lambda eip: eip.pool_id),
        Column("MBPS", lambda eip: _or_dash(eip.bandwidth_mbps), right=True),
        Column("NAME", lambda eip: _or_dash(eip.name)),
        Column("SERVES", served),
    ),
)

POOLS: Final = Layout(
    Pool,
    (
        Column("POOL", lambda pool: pool.id),
        Column("KIND", lambda pool: pool.kind.value),
        Column("REGION", lambda pool: pool.region),
        Column("TOTAL", lambda pool: pool.total, right=True),
        Column("ALLOCATED", lambda pool: pool.allocated, right=True),
        Column("COOLING", lambda pool: pool.cooling, right=True),
        Column("RESERVED", lambda pool: pool.reserved, right=True),
        Column("HELD", lambda pool: pool.held, right=True),
        Column("FREE", lambda pool: pool.available, right=True),
        Column("USED", lambda pool: _percent(pool.used_percent), right=True),
        Column("RUNWAY", lambda pool: _days(pool.runway_days), right=True),
        Column("CIDRS", lambda pool: " ".join(pool.cidrs) or _NOTHING),
    ),
)

CIDRS: Final = Layout(
    Cidr,
    (
        Column("CIDR", lambda cidr: cidr.cidr),
        Column("STATE", lambda cidr: cidr.state.value),
        Column("OWNER", owner),
        Column("POOL", lambda cidr: cidr.pool_id),
        Column("REGION", lambda cidr: cidr.region),
        Column("TOTAL", lambda cidr: cidr.total, right=True),
        Column("LIVE", lambda cidr: cidr.allocated, right=True),
        Column("FREE", lambda cidr: cidr.available, right=True),
        Column("ASN", lambda cidr: _or_dash(cidr.asn), right=True),
        Column("RPKI", lambda cidr: cidr.rpki),
        Column("ISP", lambda cidr: _or_dash(cidr.isp)),
    ),
)

SERVICES: Final = Layout(
    Service,
    (
        Column("KIND", lambda service: service.kind.value),
        Column("ID", lambda service: service.id),
        Column("REGION", lambda service: service.region),
        Column("NAME", lambda service: _or_dash(service.name)),
        Column("ADDRESSES", lambda service: " ".join((*service.private_ips, *service.subnets)) or _NOTHING),
    ),
)

FINDINGS: Final = Layout(
    Finding,
    (
        Column("SEVERITY", lambda finding: finding.severity.value),
        Column("SUBJECT", lambda finding: finding.subject),
        Column("ID", lambda finding: finding.id),
        Column("SINCE", lambda finding: _time(finding.since)),
        Column("FINDING", lambda finding: f"{finding.message} Remedy: {finding.remedy}"),
    ),
)

VERDICTS: Final = Layout(
    Verdict,
    (
        Column("ADDRESS", lambda verdict: verdict.address),
        Column("VERDICT", lambda verdict: verdict.verdict.value),
        Column("FIX IN", lambda verdict: _NOTHING if verdict.fix_in is None else verdict.fix_in.value),
        Column("AT", lambda verdict: _time(verdict.at)),
        Column("COUNT", lambda verdict: verdict.count, right=True),
        Column("SUMMARY", lambda verdict: verdict.summary),
    ),
)

EVENTS: Final = Layout(
    Event,
    (
        Column("AT", lambda event: _time(event.at)),
        Column("OPERATOR", lambda event: event.operator),
        Column("ACTION", lambda event: event.action),
        Column("SUBJECT", lambda event: _or_dash(event.address or event.cidr or event.pool_id)),
        Column("EIP", lambda event: _or_dash(event.eip_id)),
        Column("REQUEST", lambda event: _or_dash(event.request_id)),
        Column("REASON", lambda event: _or_dash(event.reason)),
    ),
)

BROKEN: Final = Layout(
    Violation,
    (
        Column("SUBJECT", lambda broken: broken.subject),
        Column("LAW", lambda broken: broken.law),
        Column("WHAT IS WRONG", lambda broken: broken.message),
    ),
)

RESTORED: Final = Layout(
    Restored,
    (
        Column("EIPS", lambda restored: restored.eips, right=True),
        Column("AS OF", lambda restored: _or_dash(restored.as_of and _time(restored.as_of))),
        Column("LOST", lambda restored: restored.lost, right=True),
        Column("SINCE", lambda restored: _or_dash(restored.lost_since and _time(restored.lost_since))),
        Column("KEPT", lambda restored: restored.kept),
    ),
)

IMPORTED: Final = Layout(
    Imported,
    (
        Column("CREATED", lambda imported: imported.created, right=True),
        Column("CHANGED", lambda imported: imported.changed, right=True),
        Column("UNCHANGED", lambda imported: imported.unchanged, right=True),
    ),
)

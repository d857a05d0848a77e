"""The columns of each kind of object on the command line."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import replace
from datetime import UTC, datetime
from typing import Final, TypeVar

from core import (
    Cidr,
    ClockAccepted,
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
from tui.wording.columns import Column
from tui.wording.phrases import owner, served
from tui.wording.writers import Layout

__all__ = [
    "BROKEN",
    "CIDRS",
    "CLOCK",
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

Row = TypeVar("Row")

_NOTHING: Final = "-"


def _column(title: str, text: Callable[[Row], object], *, right: bool = False) -> Column[Row]:
    return Column(title, len(title), lambda row: str(text(row)), right)


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
    """Return the columns of EIPs, with `!` beside the addresses that the dashboard marks as problems."""
    mark: Column[Eip] = _column("!", lambda eip: "!" if eip.address in problems else "")
    return replace(EIPS, columns=(mark, *EIPS.columns[1:]))


EIPS: Final = Layout(
    Eip,
    (
        _column("!", _landed),
        _column("ADDRESS", lambda eip: eip.address),
        _column("ID", lambda eip: _or_dash(eip.id)),
        _column("OWNER", owner),
        _column("STATUS", lambda eip: eip.status.value),
        _column("POOL", lambda eip: eip.pool_id),
        _column("MBPS", lambda eip: _or_dash(eip.bandwidth_mbps), right=True),
        _column("NAME", lambda eip: _or_dash(eip.name)),
        _column("SERVES", served),
    ),
)

POOLS: Final = Layout(
    Pool,
    (
        _column("POOL", lambda pool: pool.id),
        _column("KIND", lambda pool: pool.kind.value),
        _column("REGION", lambda pool: pool.region),
        _column("TOTAL", lambda pool: pool.total, right=True),
        _column("ALLOCATED", lambda pool: pool.allocated, right=True),
        _column("COOLING", lambda pool: pool.cooling, right=True),
        _column("RESERVED", lambda pool: pool.reserved, right=True),
        _column("HELD", lambda pool: pool.held, right=True),
        _column("FREE", lambda pool: pool.available, right=True),
        _column("USED", lambda pool: _percent(pool.used_percent), right=True),
        _column("RUNWAY", lambda pool: _days(pool.runway_days), right=True),
        _column("CIDRS", lambda pool: " ".join(pool.cidrs) or _NOTHING),
    ),
)

CIDRS: Final = Layout(
    Cidr,
    (
        _column("CIDR", lambda cidr: cidr.cidr),
        _column("STATE", lambda cidr: cidr.state.value),
        _column("OWNER", owner),
        _column("POOL", lambda cidr: cidr.pool_id),
        _column("REGION", lambda cidr: cidr.region),
        _column("TOTAL", lambda cidr: cidr.total, right=True),
        _column("LIVE", lambda cidr: cidr.allocated, right=True),
        _column("FREE", lambda cidr: cidr.available, right=True),
        _column("ASN", lambda cidr: _or_dash(cidr.asn), right=True),
        _column("RPKI", lambda cidr: cidr.rpki),
        _column("ISP", lambda cidr: _or_dash(cidr.isp)),
    ),
)

SERVICES: Final = Layout(
    Service,
    (
        _column("KIND", lambda service: service.kind.value),
        _column("ID", lambda service: service.id),
        _column("REGION", lambda service: service.region),
        _column("NAME", lambda service: _or_dash(service.name)),
        _column("ADDRESSES", lambda service: " ".join((*service.private_ips, *service.subnets)) or _NOTHING),
    ),
)

FINDINGS: Final = Layout(
    Finding,
    (
        _column("SEVERITY", lambda finding: finding.severity.value),
        _column("SUBJECT", lambda finding: finding.subject),
        _column("ID", lambda finding: finding.id),
        _column("SINCE", lambda finding: _time(finding.since)),
        _column("FINDING", lambda finding: f"{finding.message} Remedy: {finding.remedy}"),
    ),
)

VERDICTS: Final = Layout(
    Verdict,
    (
        _column("ADDRESS", lambda verdict: verdict.address),
        _column("VERDICT", lambda verdict: verdict.verdict.value),
        _column("FIX IN", lambda verdict: _NOTHING if verdict.fix_in is None else verdict.fix_in.value),
        _column("AT", lambda verdict: _time(verdict.at)),
        _column("COUNT", lambda verdict: verdict.count, right=True),
        _column("SUMMARY", lambda verdict: verdict.summary),
    ),
)

EVENTS: Final = Layout(
    Event,
    (
        _column("AT", lambda event: _time(event.at)),
        _column("OPERATOR", lambda event: event.operator),
        _column("ACTION", lambda event: event.action),
        _column("SUBJECT", lambda event: _or_dash(event.address or event.cidr or event.pool_id)),
        _column("EIP", lambda event: _or_dash(event.eip_id)),
        _column("REQUEST", lambda event: _or_dash(event.request_id)),
        _column("REASON", lambda event: _or_dash(event.reason)),
    ),
)

BROKEN: Final = Layout(
    Violation,
    (
        _column("SUBJECT", lambda broken: broken.subject),
        _column("LAW", lambda broken: broken.law),
        _column("WHAT IS WRONG", lambda broken: broken.message),
    ),
)

RESTORED: Final = Layout(
    Restored,
    (
        _column("EIPS", lambda restored: restored.eips, right=True),
        _column("AS OF", lambda restored: _or_dash(restored.as_of and _time(restored.as_of))),
        _column("LOST", lambda restored: restored.lost, right=True),
        _column("SINCE", lambda restored: _or_dash(restored.lost_since and _time(restored.lost_since))),
        _column("KEPT", lambda restored: restored.kept),
    ),
)

CLOCK: Final = Layout(
    ClockAccepted,
    (
        _column("CLOCK", lambda clock: _time(clock.at)),
        _column("AHEAD WAS", lambda clock: _or_dash(clock.was and _time(clock.was))),
        _column("DOUBTFUL SINCE", lambda clock: _or_dash(clock.since and _time(clock.since))),
    ),
)

IMPORTED: Final = Layout(
    Imported,
    (
        _column("CREATED", lambda imported: imported.created, right=True),
        _column("CHANGED", lambda imported: imported.changed, right=True),
        _column("UNCHANGED", lambda imported: imported.unchanged, right=True),
    ),
)

"""The lists of the inventory: each column is one entry, for the command line, for files and for the pane."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from typing import Final

from core import BindingKind, Cidr, CidrState, Eip, EipRow, EipStatus, Pool, PoolKind, Service, ServiceRow
from tui.terminal.roles import Role
from tui.wording.columns import Around, Entry, InPane, Layout, Listing
from tui.wording.phrases import or_dash, owner, pool_short, runway
from tui.wording.services import KIND_WORDS, known_as, quota, served_by_words
from tui.wording.serving import served

__all__ = ["CIDRS", "EIPS", "POOLS", "SERVICES", "SERVICE_ROWS", "marked"]


def _landed(eip: Eip) -> str:
    return "!" if eip.landed_in_default and eip.status is not EipStatus.RELEASED else ""


def _percent(pool: Pool) -> str:
    return "-" if pool.used_percent is None else f"{pool.used_percent:.0f}%"


def marked(problems: Collection[str]) -> Layout:
    """Return the columns of EIPs, with `!` beside the addresses that the dashboard marks as problems."""
    mark = replace(EIPS.entries[0], text=lambda eip: "!" if eip.address in problems else "")
    return replace(EIPS, entries=(mark, *EIPS.entries[1:]))


def _eip_pool(row: EipRow, _around: Around) -> str:
    return pool_short(row.eip.pool_id, customer_owned=row.eip.customer_owned)


def _short_owner(row: EipRow, _around: Around) -> str:
    return "own" if row.eip.customer_owned else "DEFAULT"


def _owner_role(row: EipRow) -> Role:
    return Role.OWN if row.eip.customer_owned else Role.ZENLAYER


_STATE_ROLES: Final = {EipStatus.BOUND: Role.BOUND, EipStatus.UNBOUND: Role.UNBOUND}


def _state_role(row: EipRow) -> Role:
    return _STATE_ROLES.get(row.eip.status, Role.FREE)


EIPS: Final[Listing[Eip, EipRow]] = Listing(
    Eip,
    (
        Entry("!", _landed),
        Entry("ADDRESS", lambda eip: eip.address, pane=InPane(15, place=1)),
        Entry("ID", lambda eip: or_dash(eip.id), pane=InPane(12, "EIP", drop=9, standard=False, place=10)),
        Entry("OWNER", owner, pane=InPane(7, text=_short_owner, drop=2, role=_owner_role, place=2)),
        Entry("STATUS", lambda eip: eip.status.value, pane=InPane(7, "STATE", drop=1, role=_state_role, place=4)),
        Entry("POOL", lambda eip: eip.pool_id, pane=InPane(9, text=_eip_pool, drop=4, least=7, place=3)),
        Entry(
            "MBPS",
            lambda eip: or_dash(eip.bandwidth_mbps),
            right=True,
            pane=InPane(6, drop=6, standard=False, place=7),
        ),
        Entry("NAME", lambda eip: or_dash(eip.name), pane=InPane(18, drop=5, place=6)),
        Entry(
            "SERVES",
            served,
            pane=InPane(
                14, text=lambda row, _: str(row.serves), stretch=True, short=lambda row: row.serves.short, place=5
            ),
        ),
        Entry("CIDR", pane=InPane(18, text=lambda row, _: row.eip.cidr, drop=7, standard=False, place=8)),
        Entry("REGION", pane=InPane(12, text=lambda row, _: row.eip.region, drop=8, standard=False, place=9)),
        Entry("BY", pane=InPane(12, text=lambda row, _: row.eip.allocated_by, drop=10, standard=False, place=11)),
        Entry(
            "AGE",
            pane=InPane(
                4,
                text=lambda row, around: around.age(row.eip.allocated_at),
                right=True,
                drop=3,
                role=Role.DIM,
                place=12,
            ),
        ),
    ),
    lambda row: row.eip,
)


def _pool(pool: Pool, around: Around) -> str:
    """Return the id; `default` for an only default pool."""
    return pool_short(pool.id, customer_owned=pool.kind is PoolKind.CUSTOMER or around.default_pools > 1)


def _kind(pool: Pool, _around: Around) -> str:
    return "DEFAULT" if pool.kind is PoolKind.DEFAULT else "own"


def _kind_role(pool: Pool) -> Role:
    return Role.ZENLAYER if pool.kind is PoolKind.DEFAULT else Role.OWN


def _used(pool: Pool, _around: Around) -> str:
    return f"{pool.allocated}/{pool.total}"


def _bare_percent(pool: Pool, _around: Around) -> str:
    return _percent(pool).removesuffix("%")


def _runway(pool: Pool, _around: Around) -> str:
    return runway(pool.runway_days) if pool.kind is PoolKind.CUSTOMER else "-"


_GAUGE: Final = 20
"""Cells of a gauge in the list of pools, where there is room."""

POOLS: Final[Listing[Pool, Pool]] = Listing(
    Pool,
    (
        Entry(
            "POOL",
            lambda pool: pool.id,
            pane=InPane(9, text=_pool, stretch=True, place=1),
            side=InPane(9, text=_pool, stretch=True),
        ),
        Entry("KIND", lambda pool: pool.kind.value, pane=InPane(7, text=_kind, drop=7, role=_kind_role, place=2)),
        Entry(
            "",
            pane=InPane(
                _GAUGE,
                text=lambda _pool, _around: " " * _GAUGE,
                drawn=lambda pool, around, width: around.gauge(pool, width),
                least=10,
                drop=1,
                place=3,
            ),
        ),
        Entry("REGION", lambda pool: pool.region),
        Entry("TOTAL", lambda pool: pool.total, right=True),
        Entry(
            "ALLOCATED",
            lambda pool: pool.allocated,
            right=True,
            pane=InPane(13, "USED/TOTAL", _used, place=4),
            side=InPane(10, "USED/TOTAL", _used),
        ),
        Entry("COOLING", lambda pool: pool.cooling, right=True, pane=InPane(7, drop=6, place=7)),
        Entry("RESERVED", lambda pool: pool.reserved, right=True, pane=InPane(8, drop=5, place=8)),
        Entry("HELD", lambda pool: pool.held, right=True),
        Entry("FREE", lambda pool: pool.available, right=True, pane=InPane(7, drop=2, least=4, place=6)),
        Entry(
            "USED",
            _percent,
            right=True,
            pane=InPane(3, "%", _bare_percent, place=5),
        ),
        Entry(
            "RUNWAY",
            lambda pool: runway(pool.runway_days),
            right=True,
            pane=InPane(6, text=_runway, drop=3, place=9),
        ),
        Entry("CIDRS", lambda pool: " ".join(pool.cidrs) or "-"),
    ),
)


def _cidr_pool(cidr: Cidr, _around: Around) -> str:
    return pool_short(cidr.pool_id, customer_owned=cidr.customer_owned)


_CIDR_ROLES: Final = {CidrState.ACTIVE: Role.BOUND, CidrState.DRAINING: Role.WARNING, CidrState.FAILED: Role.CRITICAL}


def _cidr_role(cidr: Cidr) -> Role:
    return _CIDR_ROLES.get(cidr.state, Role.UNBOUND)


def _live_of(cidr: Cidr, _around: Around) -> str:
    return f"{cidr.allocated}/{cidr.total}"


CIDRS: Final[Listing[Cidr, Cidr]] = Listing(
    Cidr,
    (
        Entry("CIDR", lambda cidr: cidr.cidr, pane=InPane(16, place=1)),
        Entry("STATE", lambda cidr: cidr.state.value, pane=InPane(10, role=_cidr_role, place=3)),
        Entry("OWNER", owner),
        Entry("POOL", lambda cidr: cidr.pool_id, pane=InPane(9, text=_cidr_pool, least=7, place=2)),
        Entry("REGION", lambda cidr: cidr.region),
        Entry("TOTAL", lambda cidr: cidr.total, right=True),
        Entry(
            "LIVE",
            lambda cidr: cidr.allocated,
            right=True,
            pane=InPane(10, "LIVE/TOTAL", _live_of, drop=1, place=6),
        ),
        Entry("FREE", lambda cidr: cidr.available, right=True, pane=InPane(6, drop=2, least=4, place=7)),
        Entry("ASN", lambda cidr: or_dash(cidr.asn), right=True, pane=InPane(6, drop=4, place=4)),
        Entry(
            "RPKI",
            lambda cidr: cidr.rpki,
            pane=InPane(7, text=lambda cidr, _: cidr.rpki if cidr.customer_owned else "-", drop=5, place=8),
        ),
        Entry("ISP", lambda cidr: or_dash(cidr.isp), pane=InPane(5, stretch=True, drop=3, place=5)),
    ),
)


def _row_kind(row: ServiceRow, _around: Around) -> str:
    return KIND_WORDS[row.service.kind]


def _known_as(row: ServiceRow, _around: Around) -> str:
    return known_as(row.service)


def _serving_role(row: ServiceRow) -> Role:
    if row.missing_since is not None:
        return Role.WARNING
    return Role.UNBOUND if row.idle else Role.TEXT


def _served_by(row: ServiceRow, _around: Around) -> str:
    return served_by_words(row)


def _snat(row: ServiceRow, _around: Around) -> str:
    return quota(row, BindingKind.SNAT)


def _dnat(row: ServiceRow, _around: Around) -> str:
    return quota(row, BindingKind.DNAT)


SERVICES: Final[Listing[Service, Service]] = Listing(
    Service,
    (
        Entry("KIND", lambda service: service.kind.value),
        Entry("ID", lambda service: service.id),
        Entry("REGION", lambda service: service.region),
        Entry("NAME", lambda service: or_dash(service.name)),
        Entry("ADDRESSES", lambda service: " ".join((*service.private_ips, *service.subnets)) or "-"),
    ),
)

SERVICE_ROWS: Final[Listing[Service, ServiceRow]] = Listing(
    Service,
    (
        Entry("KIND", lambda service: service.kind.value, pane=InPane(9, text=_row_kind, drop=3, place=2)),
        Entry("ID", lambda service: service.id, pane=InPane(14, "SERVICE", place=1, least=8)),
        Entry("REGION", lambda service: service.region, pane=InPane(11, drop=5, place=7)),
        Entry(
            "NAME",
            lambda service: or_dash(service.name),
            pane=InPane(12, "KNOWN AS", _known_as, drop=4, place=3, least=8),
        ),
        Entry("SERVES BY", pane=InPane(17, text=_served_by, stretch=True, role=_serving_role, place=4)),
        Entry("SNAT", pane=InPane(5, text=_snat, right=True, drop=1, place=5)),
        Entry("DNAT", pane=InPane(7, text=_dnat, right=True, drop=2, place=6)),
        Entry("ADDRESSES", lambda service: " ".join((*service.private_ips, *service.subnets)) or "-"),
    ),
    lambda row: row.service,
)
"""The services of the pane; in files they look as on the command line."""

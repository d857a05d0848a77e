"""Findings about single EIPs: landings, default addresses on customer services, wrong owners, idle ones."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Final, NamedTuple

from core.domain.addresses import format_address, parse_address
from core.domain.command_text import option, shell_command
from core.domain.errors import Fix
from core.domain.serving import serves_targets
from core.domain.times import DAY
from core.domain.values import BindingKind, Eip, FindingCode, Pool, PoolKind, Severity, from_micros, stamp, to_micros
from core.queries.eips import eips_where
from core.queries.finding_parts import Fingerprinted, Remedy, Rule, RuleInput, found, found_of_eip, plain
from core.queries.usage import pools
from core.storage.connection import Values
from core.storage.rows import reads

__all__ = ["EIP_RULES"]


def _rooms(facts: RuleInput, eips: Sequence[Eip]) -> dict[str, Pool]:
    """Return the customer pool with the most free addresses of each region of these EIPs that has one with any."""
    if not eips:
        return {}
    found: dict[str, Pool] = {}
    for pool in pools(facts.connection, facts.now):
        best = found.get(pool.region)
        if pool.kind is PoolKind.CUSTOMER and pool.available > (best.available if best else 0):
            found[pool.region] = pool
    return found


def _rehoming(eip: Eip, rooms: Mapping[str, Pool], otherwise: str = "") -> Remedy:
    """Return the remedy for an address that is not the customer's: the pool to move it to."""
    room = rooms.get(eip.region)
    if room is None:
        text = f"No customer pool of {eip.region} has room: add a CIDR, then rehome it{otherwise}."
        return Remedy(text, text, Fix("rehome", (eip.address,)))
    fix = Fix("rehome", (eip.address, *option("--pool", room.id), "--yes"))
    advice = f"Rehome it to {room.id} ({room.available:,} free)"
    return Remedy(f"{advice}: {shell_command(*fix.words)}{otherwise}.", advice, fix)


def _landed(facts: RuleInput) -> Iterator[Fingerprinted]:
    eips = list(_eips(facts, "e.landed_in_default AND e.released_at IS NULL"))
    rooms = _rooms(facts, eips)
    for eip in eips:
        worst = any(b.kind is not BindingKind.NIC for b in eip.bindings)
        yield found_of_eip(
            eip,
            FindingCode.LANDED_IN_DEFAULT_POOL,
            Severity.CRITICAL if worst else Severity.WARNING,
            f"{eip.address} landed in the default pool {eip.pool_id} and {serves_targets(eip.bindings)}:"
            " no pool was named.",
            _rehoming(eip, rooms, "; or accept it"),
            landing=eip.id,
        )


_CUSTOMER_TOO: Final = (
    "NOT e.customer_owned AND e.released_at IS NULL AND e.status = 'bound' AND EXISTS (SELECT 1 FROM binding b"
    " JOIN binding o ON o.service_id = b.service_id AND o.unbound_at IS NULL AND o.eip_id <> b.eip_id"
    " JOIN eip oe ON oe.id = o.eip_id AND oe.customer_owned"
    " WHERE b.eip_id = e.id AND b.unbound_at IS NULL AND b.kind <> 'snat')"
)


_CUSTOMER_SINCE: Final = (
    "SELECT min(b.bound_at) FROM binding b JOIN eip e ON e.id = b.eip_id"
    " WHERE b.service_id = :service AND b.unbound_at IS NULL AND e.customer_owned"
)


def _shared_since(facts: RuleInput, eip: Eip, customers: dict[str, int | None]) -> int:
    """Return when an EIP came to share a service with customer space; `customers` keeps what was read of services."""
    found: list[int] = []
    for binding in eip.bindings:
        service = binding.service_id
        if service not in customers:
            customers[service] = facts.connection.value(int, _CUSTOMER_SINCE, {"service": service})
        since = customers[service]
        if binding.kind is not BindingKind.SNAT and since is not None:
            found.append(max(since, to_micros(binding.bound_at)))
    return min(found, default=to_micros(eip.allocated_at))


def _default_on_customer_service(facts: RuleInput) -> Iterator[Fingerprinted]:
    eips = list(_eips(facts, _CUSTOMER_TOO))
    rooms = _rooms(facts, eips)
    customers: dict[str, int | None] = {}
    for eip in eips:
        yield found_of_eip(
            eip,
            FindingCode.DEFAULT_ON_CUSTOMER_SERVICE,
            Severity.WARNING,
            f"{eip.address} is Zenlayer-assigned and {serves_targets(eip.bindings)}, which otherwise uses customer"
            " space.",
            _rehoming(eip, rooms),
            since=_shared_since(facts, eip, customers),
        )


@reads("event")
class _SaidRow(NamedTuple):
    at: int
    after: str | None


_SAID: Final = (
    "SELECT at, after FROM event WHERE address = :address AND eip_id = :eip AND action = 'import' ORDER BY seq DESC"
)
_OWNER_SAID: Final = ('"platform_customer_owned"', '"customer_owned"')
"""Keys in the events of imports that say the owner of an EIP: its CIDR's word, or the platform's."""


def _said_since(facts: RuleInput, eip: Eip) -> int | None:
    """Return the time of the import since which CIDR and platform disagree; None when no import says it."""
    values: Values = {"address": parse_address(eip.address), "eip": eip.id}
    rows = facts.connection.rows(_SaidRow, _SAID, values)
    return next((row.at for row in rows if any(key in (row.after or "") for key in _OWNER_SAID)), None)


def _disagreeing(facts: RuleInput) -> Iterator[Fingerprinted]:
    for eip in _eips(facts, "e.platform_customer_owned <> e.customer_owned AND e.released_at IS NULL"):
        said = "Zenlayer-assigned" if eip.customer_owned else "customer-owned"
        yield found_of_eip(
            eip,
            FindingCode.OWNERSHIP_DISAGREES,
            Severity.CRITICAL,
            f"The platform calls {eip.address} {said}, its CIDR says otherwise.",
            plain("Find out which is right before you act on it; import the newest answer of the platform."),
            brief=f"The platform calls {eip.address} {said}, its CIDR says otherwise",
            since=_said_since(facts, eip),
        )


@reads("eip")
class _IdleRow(NamedTuple):
    id: str
    address: int
    unbound_since: Annotated[int, "eip.unbound_since"]


_IDLE: Final = (
    "SELECT id, address, unbound_since FROM eip e WHERE status = 'unbound' AND unbound_since < :before"
    " AND NOT landed_in_default AND EXISTS (SELECT 1 FROM cidr c WHERE c.id = e.cidr_id AND c.state = 'active')"
)


def _idle(facts: RuleInput) -> Iterator[Fingerprinted]:
    values: Values = {"before": facts.now - facts.config.idle_days * DAY}
    for row in sorted(facts.connection.rows(_IdleRow, _IDLE, values), key=lambda row: row.address):
        address = format_address(row.address)
        fix = Fix("release", (address, "--yes"))
        yield found(
            FindingCode.EIP_IDLE,
            row.id,
            Severity.INFO,
            f"{address} has served nothing for {(facts.now - row.unbound_since) // DAY} days.",
            subject=address,
            brief="serves nothing",
            remedy=Remedy(f"Release it: {shell_command(*fix.words)}.", "Release it", fix),
            since=row.unbound_since,
            fingerprint=str(row.unbound_since),
            eips=(address,),
        )


@reads("eip")
class _AliveRow(NamedTuple):
    id: str
    address: int
    released_at: Annotated[int, "eip.released_at"]
    alive_since: Annotated[int, "eip.alive_since"]


_ALIVE: Final = (
    "SELECT e.id, e.address, e.released_at, e.alive_since FROM eip e WHERE e.alive_since IS NOT NULL"
    " AND e.released_at IS NOT NULL"
    " AND NOT EXISTS (SELECT 1 FROM eip n WHERE n.address = e.address AND n.released_at IS NULL)"
)


def _alive(facts: RuleInput) -> Iterator[Fingerprinted]:
    for row in sorted(facts.connection.rows(_AliveRow, _ALIVE), key=lambda row: row.address):
        address = format_address(row.address)
        released = stamp(from_micros(row.released_at))
        fix = Fix("recover", (address,))
        advice = "Release it on the platform too, or recover it"
        yield found(
            FindingCode.OWNERSHIP_DISAGREES,
            row.id,
            Severity.CRITICAL,
            f"The platform has EIP {row.id} alive at {address}; it was released here {released}.",
            subject=address,
            brief="alive on the platform, released here",
            remedy=Remedy(f"{advice}: {shell_command(*fix.words)}.", advice, fix),
            since=row.alive_since,
            fingerprint=f"alive {row.released_at}",
            eips=(address,),
        )


def _eips(facts: RuleInput, where: str) -> list[Eip]:
    """Return the EIPs that match, by address.

    They are read in the order of the partial index that holds just these; another order would read all EIPs.
    """
    found = eips_where(facts.connection, where, {}, "ORDER BY e.seq")
    return sorted(found, key=lambda eip: parse_address(eip.address))


EIP_RULES: Final[tuple[Rule, ...]] = (_landed, _disagreeing, _alive, _default_on_customer_service, _idle)

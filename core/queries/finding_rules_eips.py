"""Findings about single EIPs: landings, default addresses on customer services, wrong owners, idle ones."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Final, NamedTuple

from core.domain.addresses import parse_address
from core.domain.command_text import option, shell_command
from core.domain.errors import Fix
from core.domain.serving import serves_targets
from core.domain.times import DAY
from core.domain.values import BindingKind, Eip, FindingCode, Pool, PoolKind, Severity
from core.queries.eips import eips_by_id, eips_where
from core.queries.finding_parts import Fingerprinted, Remedy, Rule, RuleInput, found, found_of_eip, plain
from core.queries.usage import pools
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


def _default_on_customer_service(facts: RuleInput) -> Iterator[Fingerprinted]:
    eips = list(_eips(facts, _CUSTOMER_TOO))
    rooms = _rooms(facts, eips)
    for eip in eips:
        yield found_of_eip(
            eip,
            FindingCode.DEFAULT_ON_CUSTOMER_SERVICE,
            Severity.WARNING,
            f"{eip.address} is Zenlayer-assigned and {serves_targets(eip.bindings)}, which otherwise uses customer"
            " space.",
            _rehoming(eip, rooms),
        )


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
        )


IDLE_LISTED: Final = 1000
"""The number of idle EIPs that are findings, the longest idle first; accepted ones are not counted."""


@reads("eip")
class _IdleRow(NamedTuple):
    id: str
    unbound_since: Annotated[int, "eip.unbound_since"]


_IDLE: Final = (
    "SELECT id, unbound_since FROM eip e WHERE status = 'unbound' AND unbound_since < :before AND NOT landed_in_default"
    " AND EXISTS (SELECT 1 FROM cidr c WHERE c.id = e.cidr_id AND c.state = 'active')"
    " ORDER BY unbound_since, seq LIMIT :most + (SELECT count(*) FROM acceptance WHERE finding_id LIKE 'eip_idle:%')"
)


def _idle(facts: RuleInput) -> Iterator[Fingerprinted]:
    values = {"before": facts.now - facts.config.idle_days * DAY, "most": IDLE_LISTED}
    since = {row.id: row.unbound_since for row in facts.connection.rows(_IdleRow, _IDLE, values)}
    for eip in sorted(eips_by_id(facts.connection, list(since)), key=lambda eip: parse_address(eip.address)):
        idle_since = since[str(eip.id)]
        fix = Fix("release", (eip.address, "--yes"))
        yield found(
            FindingCode.EIP_IDLE,
            str(eip.id),
            Severity.INFO,
            f"{eip.address} has served nothing for {(facts.now - idle_since) // DAY} days.",
            subject=eip.address,
            brief="serves nothing",
            remedy=Remedy(f"Release it: {shell_command(*fix.words)}.", "Release it", fix),
            since=idle_since,
            fingerprint=str(idle_since),
            eips=(eip.address,),
        )


def _eips(facts: RuleInput, where: str) -> list[Eip]:
    """Return the EIPs that match, by address.

    They are read in the order of the partial index that holds just these; another order would read all EIPs.
    """
    found = eips_where(facts.connection, where, {}, "ORDER BY e.seq")
    return sorted(found, key=lambda eip: parse_address(eip.address))


EIP_RULES: Final[tuple[Rule, ...]] = (_landed, _disagreeing, _default_on_customer_service, _idle)

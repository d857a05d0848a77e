"""EIPs of an import: tenancies that begin with their address taken out of the free space, or are brought up to date."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from core.addresses import format_address, prefix_of_range
from core.history import Change, Fact
from core.local.pools import PoolRow, find_pool
from core.local.space import reservation_of, take_address
from core.objects import CidrState, from_micros, iso, stamp
from core.transfer.ledger import Ledger, Outcome
from core.transfer.space import open_pool, region_pool, stand_in
from core.transfer.zenlayer import Given, GivenEip

__all__ = ["import_eips"]


@dataclass(frozen=True, slots=True)
class _Known:
    """What the database holds of the EIPs and addresses that are given."""

    by_id: Mapping[str, Any]
    holders: Mapping[int, str]
    """The live EIP of an address."""


def import_eips(ledger: Ledger, given: Given) -> None:
    """Begin the tenancies of the EIPs that are new, and bring the others up to date.

    An EIP that is not given is not released: an answer of the platform may be a part of what there is.

    Raises:
        EipdeckError: `invalid_import` for an EIP that is here with another address or released, for an address
            that another EIP holds here, and for one outside the CIDR it names.

    """
    prefixes = {cidr.id: cidr.prefix for cidr in given.cidrs.values() if cidr.id}
    known = _known(ledger.change, list(given.eips.values()))
    for eip in given.eips.values():
        with eip.place.checking():
            prefix = prefixes.get(eip.cidr_id or "")
            if prefix is not None and not prefix.contains(eip.address):
                eip.place.refuse(f"{format_address(eip.address)} is not in {prefix}, the CIDR {eip.cidr_id} it names")
            row = known.by_id.get(eip.id)
            if row is None:
                _begin(ledger, eip, known)
            else:
                _update(ledger, eip, row)


_BY_ID: Final = (
    "SELECT id, address, pool_id, customer_owned, cidr_first, cidr_last, name, bandwidth_mbps,"
    " platform_customer_owned, released_at FROM eip WHERE id IN :ids"
)
_LIVE_AT: Final = "SELECT id, address FROM eip WHERE released_at IS NULL AND address IN :addresses"
_CHUNK: Final = 500


def _known(change: Change, eips: Sequence[GivenEip]) -> _Known:
    by_id: dict[str, Any] = {}
    holders: dict[int, str] = {}
    for start in range(0, len(eips), _CHUNK):
        chunk = eips[start : start + _CHUNK]
        by_id.update((row.id, row) for row in change.run(_BY_ID, ids=[eip.id for eip in chunk]))
        holders.update((row.address, row.id) for row in change.run(_LIVE_AT, addresses=[eip.address for eip in chunk]))
    return _Known(by_id, holders)


_AT: Final = (
    "SELECT c.id, c.first, c.last, c.state, c.pool_id, p.customer_owned FROM cidr c JOIN pool p ON p.id = c.pool_id"
    " WHERE c.state <> 'retired' AND c.first <= :address ORDER BY c.first DESC LIMIT 1"
)
_LAST_RELEASE: Final = "SELECT max(released_at) FROM eip WHERE address = :address"
_INSERT: Final = (
    "INSERT INTO eip (seq, id, address, pool_id, cidr_id, cidr_first, cidr_last, customer_owned,"
    " platform_customer_owned, name, bandwidth_mbps, status, allocated_at, allocated_by, unbound_since,"
    " landed_in_default) VALUES (:seq, :id, :address, :pool, :cidr_id, :first, :last, :owned, :said, :name,"
    " :bandwidth, 'unbound', :since, :by, :now, FALSE)"
)
_COUNT: Final = "UPDATE cidr SET allocated = allocated + 1, reserved = reserved - :reserved WHERE id = :cidr_id"

ALLOCATED_BY: Final = "import"
"""Who allocated it the platform does not say; the event names who imported it."""


def _begin(ledger: Ledger, eip: GivenEip, known: _Known) -> None:
    change = ledger.change
    words = format_address(eip.address)
    if eip.address in known.holders:
        eip.place.refuse(f"{words} is held by EIP {known.holders[eip.address]} here, not by {eip.id}")
    before = change.run(_LAST_RELEASE, address=eip.address).scalar() or 0
    since = max(min(eip.created_at or change.now, change.now), before)
    home = _home(ledger, eip, since)
    change.run(_COUNT, cidr_id=home.id, reserved=int(_take(change, home, eip.address)))
    change.run(
        _INSERT,
        seq=_seq(change, eip.id),
        id=eip.id,
        address=eip.address,
        pool=home.pool_id,
        cidr_id=home.id,
        first=home.first,
        last=home.last,
        owned=home.customer_owned,
        said=eip.customer_owned,
        name=eip.name,
        bandwidth=eip.bandwidth_mbps,
        since=since,
        by=ALLOCATED_BY,
        now=change.now,
    )
    ledger.count("eip", eip.id, Outcome.CREATED)
    after = {
        "status": "unbound",
        "name": eip.name,
        "customer_owned": bool(home.customer_owned),
        "bandwidth_mbps": eip.bandwidth_mbps,
        "allocated_at": iso(from_micros(since)),
    }
    ledger.note(eip.place, _fact(eip, home.pool_id, home.first, home.last, None, after))


def _home(ledger: Ledger, eip: GivenEip, since: int) -> Any:
    """The CIDR the address lies in; a /32 of its own when it lies in none that is known."""
    found = ledger.change.run(_AT, address=eip.address).first()
    if found is None or found.last < eip.address:
        pool = _pool_of_unknown(ledger, eip)
        stand_in(ledger, eip.place, pool, eip.address, since)
        found = ledger.change.run(_AT, address=eip.address).first()
    _met(ledger, found.pool_id, found.first, found.last, owned=found.customer_owned)
    return found


def _met(ledger: Ledger, pool_id: str, first: int, last: int, *, owned: bool) -> None:
    """Where an EIP lies counts as met: what its first import had to make, the second finds unchanged."""
    ledger.count("cidr", str(prefix_of_range(first, last)), Outcome.UNCHANGED)
    if owned:
        ledger.count("pool", pool_id, Outcome.UNCHANGED)


def _pool_of_unknown(ledger: Ledger, eip: GivenEip) -> PoolRow:
    """The customer pool named by a CIDR that was not given, if the platform calls the EIP customer-owned."""
    if eip.cidr_id is None or not eip.customer_owned:
        return region_pool(ledger, eip.place, eip.region)
    found = find_pool(ledger.change, eip.cidr_id)
    return open_pool(ledger, eip.place, eip.cidr_id, eip.region if found is None else None)


_NEXT: Final = "SELECT coalesce(max(seq), 0) + 1 FROM eip"
_OURS: Final = re.compile(r"eip-([1-9][0-9]{0,14})")


def _seq(change: Change, eip_id: str) -> int:
    """The number of a new row. It is never below the one in an id of our own making, which would come again."""
    ours = _OURS.fullmatch(eip_id)
    return max(int(change.run(_NEXT).scalar()), int(ours[1]) if ours else 0)


def _take(change: Change, home: Any, address: int) -> bool:
    """Take the address out of what the pool can give; whether it was withheld instead."""
    if home.state == CidrState.ACTIVE and take_address(change, home.pool_id, address, cooling_too=True) is not None:
        return False
    return reservation_of(change, home.id, address) is not None


_UPDATE: Final = (
    "UPDATE eip SET name = :name, bandwidth_mbps = :bandwidth_mbps, platform_customer_owned = :platform_customer_owned"
    " WHERE id = :id"
)


def _update(ledger: Ledger, eip: GivenEip, row: Any) -> None:
    if row.address != eip.address:
        eip.place.refuse(
            f"EIP {eip.id} is here with {format_address(row.address)}, not with {format_address(eip.address)}"
        )
    if row.released_at is not None:
        eip.place.refuse(f"EIP {eip.id} was released here at {stamp(from_micros(row.released_at))}, this has it alive")
    said = row.platform_customer_owned
    before = {
        "name": row.name,
        "bandwidth_mbps": row.bandwidth_mbps,
        "platform_customer_owned": None if said is None else bool(said),
    }
    told = {
        "name": eip.name,
        "bandwidth_mbps": eip.bandwidth_mbps,
        "platform_customer_owned": eip.customer_owned,
    }
    changed = {key: value for key, value in told.items() if value is not None and value != before[key]}
    ledger.count("eip", eip.id, Outcome.CHANGED if changed else Outcome.UNCHANGED)
    _met(ledger, row.pool_id, row.cidr_first, row.cidr_last, owned=row.customer_owned)
    if changed:
        ledger.change.run(_UPDATE, id=eip.id, **{**before, **changed})
        old = {key: before[key] for key in changed}
        ledger.note(eip.place, _fact(eip, row.pool_id, row.cidr_first, row.cidr_last, old, changed))


def _fact(
    eip: GivenEip, pool_id: str, first: int, last: int, before: dict[str, Any] | None, after: Mapping[str, Any]
) -> Fact:
    return Fact(
        "import",
        eip_id=eip.id,
        address=eip.address,
        pool_id=pool_id,
        cidr=str(prefix_of_range(first, last)),
        before=before,
        after=after,
    )

"""EIPs of an import: tenancies that begin with their address taken out of the free space, or are brought up to date."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Final, NamedTuple

from core.domain.addresses import format_address, prefix_of_range
from core.domain.kinds import IMPORTED, OBSERVED
from core.domain.values import from_micros, iso
from core.operations.pools import PoolRow, find_pool
from core.storage.connection import Flag, Value, Values
from core.storage.history import EventData
from core.storage.rows import COMPUTED, reads
from core.storage.transaction import Transaction
from core.transfer.bulk import found_among, insert
from core.transfer.zenlayer.eip_homes import Home, Homes, count_met, take
from core.transfer.zenlayer.given import Given, GivenEip
from core.transfer.zenlayer.pools_cidrs import Lonely, open_pool, region_pool, stand_in
from core.transfer.zenlayer.report import ImportReport, RowOutcome
from core.transfer.zenlayer.trend import count_begun
from core.transfer.zenlayer.turns import end_replaced, note_alive

__all__ = ["import_eips"]


@reads("eip")
class _EipRow(NamedTuple):
    id: str
    address: int
    pool_id: str
    customer_owned: Flag
    cidr_first: int
    cidr_last: int
    name: str | None
    bandwidth_mbps: int | None
    platform_customer_owned: Flag | None
    released_at: int | None


@reads("eip")
class _HolderRow(NamedTuple):
    id: str
    address: int


@reads("eip")
class _EndedRow(NamedTuple):
    address: int
    ended: Annotated[int, COMPUTED]


@dataclass(frozen=True, slots=True)
class _Known:
    """The EIPs of the database with the given ids or addresses."""

    by_id: Mapping[str, _EipRow]
    holders: Mapping[int, str]
    """The live EIP of an address."""
    ended: dict[int, int]
    """The end of the last tenancy of an address."""


@dataclass(frozen=True, slots=True)
class _Beginning:
    """A tenancy before it begins."""

    eip: GivenEip
    home: Home
    since: int


def import_eips(report: ImportReport, given: Given) -> None:
    """Begin the tenancies of the EIPs that are new, and bring the others up to date.

    An EIP that is missing from the import is not released: the response may be one page of several. One whose address
    another EIP has now is released. One that was released here stays so.

    Raises:
        EipdeckError: `invalid_import` for an EIP that is here with another address, for two EIPs at one address, and
            for one outside the CIDR it names.

    """
    prefixes = {cidr.id: cidr.prefix for cidr in given.cidrs.values() if cidr.id}
    known = _known(report.transaction, list(given.eips.values()))
    fresh: list[GivenEip] = []
    for eip in given.eips.values():
        with eip.place.checking():
            prefix = prefixes.get(eip.cidr_id or "")
            if prefix is not None and not prefix.contains(eip.address):
                eip.place.refuse(f"{format_address(eip.address)} is not in {prefix}, the CIDR {eip.cidr_id} it names")
            row = known.by_id.get(eip.id)
            if row is None:
                if (holder := known.holders.get(eip.address)) is not None:
                    end_replaced(report, given, eip, holder)
                    known.ended[eip.address] = report.transaction.now
                fresh.append(eip)
            elif row.released_at is not None and row.address == eip.address:
                cidr = str(prefix_of_range(row.cidr_first, row.cidr_last))
                note_alive(report, eip, row.pool_id, cidr, row.released_at)
            else:
                _update(report, eip, row)
    _begin(report, _beginning(report, fresh, known))


_BY_ID: Final = (
    "SELECT id, address, pool_id, customer_owned, cidr_first, cidr_last, name, bandwidth_mbps,"
    " platform_customer_owned, released_at FROM eip WHERE id IN :keys"
)
_LIVE_AT: Final = "SELECT id, address FROM eip WHERE released_at IS NULL AND address IN :keys"
_ENDED_AT: Final = (
    "SELECT address, max(released_at) AS ended FROM eip WHERE address IN :keys AND released_at IS NOT NULL"
    " GROUP BY address"
)


def _known(transaction: Transaction, eips: Sequence[GivenEip]) -> _Known:
    addresses = [eip.address for eip in eips]
    return _Known(
        by_id={row.id: row for row in found_among(transaction, _EipRow, _BY_ID, [eip.id for eip in eips])},
        holders={row.address: row.id for row in found_among(transaction, _HolderRow, _LIVE_AT, addresses)},
        ended={row.address: row.ended for row in found_among(transaction, _EndedRow, _ENDED_AT, addresses)},
    )


def _beginning(report: ImportReport, eips: Sequence[GivenEip], known: _Known) -> list[_Beginning]:
    """Return the home of each EIP: a known CIDR, or a /32 of its own.

    The pools of those that lie in none come first: to make a region known can bring the range they lie in.
    """
    transaction = report.transaction
    homes = Homes(transaction)
    pools = _pools_of_unknown(report, [eip for eip in eips if homes.of(eip.address) is None])
    beginning: list[_Beginning] = []
    lonely: list[tuple[GivenEip, Lonely]] = []
    for eip in eips:
        since = max(min(eip.created_at or transaction.now, transaction.now), known.ended.get(eip.address, 0))
        row = homes.of(eip.address)
        if row is None:
            lonely.append((eip, Lonely(eip.place, eip.address, pools[eip.id], since)))
        else:
            home = Home(row.id, row.first, row.last, row.pool_id, bool(row.customer_owned), row.state)
            beginning.append(_Beginning(eip, home, since))
    for cidr_id, (eip, each) in zip(stand_in(report, [each for _, each in lonely]), lonely, strict=True):
        home = Home(cidr_id, eip.address, eip.address, each.pool.id, each.pool.customer_owned, None)
        beginning.append(_Beginning(eip, home, each.since))
    return beginning


def _pools_of_unknown(report: ImportReport, eips: Sequence[GivenEip]) -> dict[str, PoolRow]:
    """Return the pool of each EIP, by its id; each pool is looked up once."""
    pools: dict[tuple[str | None, str | None], PoolRow] = {}
    found: dict[str, PoolRow] = {}
    for eip in eips:
        asked = (eip.cidr_id if eip.customer_owned else None, eip.region)
        if asked not in pools:
            with eip.place.checking():
                pools[asked] = _pool_of_unknown(report, eip)
        found[eip.id] = pools[asked]
    return found


_INSERT: Final = (
    "INSERT INTO eip (seq, id, address, pool_id, cidr_id, cidr_first, cidr_last, customer_owned,"
    " platform_customer_owned, name, bandwidth_mbps, status, allocated_at, allocated_by, unbound_since,"
    " landed_in_default) VALUES (:seq, :id, :address, :pool, :cidr_id, :first, :last, :owned, :said, :name,"
    " :bandwidth, 'unbound', :since, :by, :now, :landed)"
)


def _begin(report: ImportReport, beginning: Sequence[_Beginning]) -> None:
    """Take the addresses out of the free space, and insert the tenancies with their events."""
    transaction = report.transaction
    by_home: dict[int, list[_Beginning]] = {}
    for each in beginning:
        if each.home.state is not None:
            by_home.setdefault(each.home.id, []).append(each)
    for found in by_home.values():
        with found[0].eip.place.checking():
            take(transaction, found[0].home, sorted(each.eip.address for each in found))
    rows = [
        _row(report, seq, each)
        for seq, each in zip(_seqs(transaction, [each.eip.id for each in beginning]), beginning, strict=True)
    ]
    count_begun(
        transaction,
        ((each.home.pool_id, None if each.eip.created_at is None else each.since) for each in beginning),
    )
    shared: Values = {"by": IMPORTED if report.observed is None else OBSERVED, "now": transaction.now}
    insert(transaction, _INSERT, rows, shared, lambda nth: beginning[nth].eip.place)
    for each in beginning:
        _begun(report, each)


def _row(report: ImportReport, seq: int, each: _Beginning) -> Values:
    eip, home = each.eip, each.home
    return {
        "seq": seq,
        "id": eip.id,
        "address": eip.address,
        "pool": home.pool_id,
        "cidr_id": home.id,
        "first": home.first,
        "last": home.last,
        "owned": home.customer_owned,
        "said": eip.customer_owned,
        "name": eip.name,
        "bandwidth": eip.bandwidth_mbps,
        "since": each.since,
        "landed": _landed(report, each),
    }


def _landed(report: ImportReport, each: _Beginning) -> bool:
    """Return whether the EIP is a landing that was seen on a live account."""
    if report.observed is None or each.home.customer_owned or each.eip.customer_owned:
        return False
    return report.observed.landed(each.eip.created_at)


def _begun(report: ImportReport, each: _Beginning) -> None:
    eip, home = each.eip, each.home
    report.count("eip", eip.id, RowOutcome.CREATED)
    cidr = count_met(report, home.pool_id, home.first, home.last, owned=home.customer_owned)
    after = {
        "status": "unbound",
        "name": eip.name,
        "customer_owned": home.customer_owned,
        "bandwidth_mbps": eip.bandwidth_mbps,
        "allocated_at": iso(from_micros(each.since)),
    }
    report.note(eip.place, _fact(eip, home.pool_id, cidr, None, after))
    if _landed(report, each):
        landed = _fact(eip, home.pool_id, cidr, None, {"customer_owned": False})
        report.note(eip.place, landed._replace(action="landed_in_default"))


def _pool_of_unknown(report: ImportReport, eip: GivenEip) -> PoolRow:
    """Return the customer pool named by a CIDR that is not in the import, for a customer-owned EIP."""
    if eip.cidr_id is None or not eip.customer_owned:
        return region_pool(report, eip.place, eip.region)
    found = find_pool(report.transaction, eip.cidr_id)
    return open_pool(report, eip.place, eip.cidr_id, eip.region if found is None else None)


_NEXT: Final = "SELECT coalesce(max(seq), 0) + 1 FROM eip"
_OURS: Final = re.compile(r"eip-([1-9][0-9]{0,14})")


def _seqs(transaction: Transaction, ids: Sequence[str]) -> Iterator[int]:
    """Yield the numbers of new rows, at least the number in an id made by eipdeck, so that no id is made twice."""
    number = transaction.value(int, _NEXT) or 1
    for eip_id in ids:
        ours = _OURS.fullmatch(eip_id)
        number = max(number, int(ours[1]) if ours else 0)
        yield number
        number += 1


_UPDATE: Final = (
    "UPDATE eip SET name = :name, bandwidth_mbps = :bandwidth_mbps, platform_customer_owned = :platform_customer_owned"
    " WHERE id = :id"
)


def _update(report: ImportReport, eip: GivenEip, row: _EipRow) -> None:
    if row.address != eip.address:
        eip.place.refuse(
            f"EIP {eip.id} is here with {format_address(row.address)}, not with {format_address(eip.address)}"
        )
    said = row.platform_customer_owned
    before: dict[str, Value] = {
        "name": row.name,
        "bandwidth_mbps": row.bandwidth_mbps,
        "platform_customer_owned": None if said is None else bool(said),
    }
    given: dict[str, Value] = {
        "name": eip.name,
        "bandwidth_mbps": eip.bandwidth_mbps,
        "platform_customer_owned": eip.customer_owned,
    }
    changed = {key: value for key, value in given.items() if value is not None and value != before[key]}
    report.count("eip", eip.id, RowOutcome.CHANGED if changed else RowOutcome.UNCHANGED)
    cidr = count_met(report, row.pool_id, row.cidr_first, row.cidr_last, owned=bool(row.customer_owned))
    if changed:
        report.transaction.run(_UPDATE, id=eip.id, **{**before, **changed})
        old = {key: before[key] for key in changed}
        report.note(eip.place, _fact(eip, row.pool_id, cidr, old, changed))


def _fact(eip: GivenEip, pool_id: str, cidr: str, before: Values | None, after: Values) -> EventData:
    return EventData("import", eip.id, eip.address, pool_id, cidr, before=before, after=after)

"""The bindings of one EIP, compared with what they are to be: ended, begun or left as they are."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, Final

from core.addresses import prefix_of_range
from core.history import Change, Fact
from core.inventory import read_binding
from core.objects import BindingKind, to_json
from core.transfer.ledger import Ledger, Outcome
from core.transfer.reading import Place
from core.transfer.zenlayer import Dnat

__all__ = ["Held", "Wanted", "bring_up_to_date", "held_by", "held_eips"]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a binding is, by the columns of its row."""

    kind: str
    service_id: str
    private_ip: int | None = None
    sources: str = "[]"
    all_eips: bool = False
    protocol: str | None = None
    port: int | None = None
    port_end: int | None = None
    to_port: int | None = None
    to_port_end: int | None = None

    @classmethod
    def nic(cls, service_id: str, private_ip: int | None, known: Iterable[Known]) -> Wanted:
        """On an interface; when no private address is told, on the one that is known."""
        here = [
            each.wanted.private_ip
            for each in known
            if each.wanted.kind == BindingKind.NIC and each.wanted.service_id == service_id
        ]
        return cls(BindingKind.NIC.value, service_id, private_ip or next(iter(here), None))

    @classmethod
    def load_balancer(cls, service_id: str) -> Wanted:
        return cls(BindingKind.LOAD_BALANCER.value, service_id)

    @classmethod
    def snat(cls, service_id: str, sources: Sequence[str], *, all_eips: bool) -> Wanted:
        return cls(BindingKind.SNAT.value, service_id, sources=json.dumps(sources), all_eips=all_eips)

    @classmethod
    def dnat(cls, service_id: str, entry: Dnat) -> Wanted:
        port, port_end = entry.port or (None, None)
        to_port, to_port_end = entry.to_port or (None, None)
        return cls(
            BindingKind.DNAT.value,
            service_id,
            entry.private_ip,
            protocol=entry.protocol,
            port=port,
            port_end=port_end,
            to_port=to_port,
            to_port_end=to_port_end,
        )


@dataclass(frozen=True, slots=True)
class Known:
    """A live binding of the database."""

    id: str
    bound_at: int
    wanted: Wanted


@dataclass(frozen=True, slots=True)
class Held:
    """A live EIP with its live bindings."""

    id: str
    address: int
    pool_id: str
    region: str
    cidr: str
    bindings: tuple[Known, ...] = ()

    @property
    def service_id(self) -> str | None:
        """What holds it."""
        return self.bindings[0].wanted.service_id if self.bindings else None


_COLUMNS: Final = (
    "kind, service_id, private_ip, sources, all_eips, protocol, port, port_end, to_port, to_port_end, bound_at"
)
_EIPS: Final = (
    "SELECT e.id, e.address, e.pool_id, p.region, e.cidr_first, e.cidr_last FROM eip e JOIN pool p ON p.id = e.pool_id"
    " WHERE e.released_at IS NULL AND"
)
_BY_ID: Final = f"{_EIPS} e.id IN :keys"
_BY_ADDRESS: Final = f"{_EIPS} e.address IN :keys"
_BINDINGS: Final = (
    f"SELECT id, eip_id, {_COLUMNS} FROM binding WHERE unbound_at IS NULL AND eip_id IN :keys ORDER BY seq"
)
_HELD_BY: Final = "SELECT DISTINCT eip_id FROM binding WHERE unbound_at IS NULL AND service_id IN :keys"
_CHUNK: Final = 500


def held_by(change: Change, service_ids: Sequence[str]) -> list[str]:
    """The EIPs that serve these services."""
    return [row.eip_id for row in _chunked(change, _HELD_BY, service_ids)]


def held_eips(change: Change, ids: Sequence[str], addresses: Sequence[int]) -> dict[str, Held]:
    """The live EIPs with these ids or addresses, by id; the others are unknown here."""
    found: dict[str, Held] = {}
    for statement, keys in ((_BY_ID, ids), (_BY_ADDRESS, addresses)):
        for row in _chunked(change, statement, keys):
            cidr = str(prefix_of_range(row.cidr_first, row.cidr_last))
            found[row.id] = Held(row.id, row.address, row.pool_id, row.region, cidr)
    for row in _chunked(change, _BINDINGS, list(found)):
        values = {name: getattr(row, name) for name in Wanted.__slots__}
        known = Known(row.id, row.bound_at, Wanted(**{**values, "all_eips": bool(row.all_eips)}))
        held = found[row.eip_id]
        found[row.eip_id] = replace(held, bindings=(*held.bindings, known))
    return found


def _chunked(change: Change, statement: Any, keys: Sequence[Any]) -> list[Any]:
    distinct = list(dict.fromkeys(keys))
    return [
        row
        for start in range(0, len(distinct), _CHUNK)
        for row in change.run(statement, keys=distinct[start : start + _CHUNK])
    ]


_NEXT: Final = "SELECT coalesce(max(seq), 0) + 1 FROM binding"
_INSERT: Final = (
    f"INSERT INTO binding (seq, id, eip_id, {_COLUMNS}) VALUES (:seq, :id, :eip_id, :kind, :service_id,"
    " :private_ip, :sources, :all_eips, :protocol, :port, :port_end, :to_port, :to_port_end, :now)"
)
_END: Final = "UPDATE binding SET unbound_at = :now WHERE id = :id"
_STATUS: Final = "UPDATE eip SET status = :status, unbound_since = :unbound_since WHERE id = :id"


def bring_up_to_date(ledger: Ledger, place: Place, eip: Held, wanted: Sequence[Wanted]) -> None:
    """End the bindings of an EIP that are no more, begin the new ones, leave the rest."""
    change = ledger.change
    kept = [known for known in eip.bindings if known.wanted in wanted]
    for known in eip.bindings:
        if known not in kept:
            change.run(_END, id=known.id, now=change.now)
            ledger.count("binding", known.id, Outcome.CHANGED)
            ledger.note(place, _fact(eip, before=_shown(known, None)))
    for known in kept:
        ledger.count("binding", known.id, Outcome.UNCHANGED)
    there = [known.wanted for known in kept]
    for each in wanted:
        if each not in there:
            begun = _begin(change, eip, each)
            ledger.count("binding", begun.id, Outcome.CREATED)
            ledger.note(place, _fact(eip, after=_shown(begun, None)))
    if bool(wanted) != bool(eip.bindings):
        status, since = ("bound", None) if wanted else ("unbound", change.now)
        change.run(_STATUS, id=eip.id, status=status, unbound_since=since)


def _begin(change: Change, eip: Held, wanted: Wanted) -> Known:
    seq: int = change.run(_NEXT).scalar()
    change.run(_INSERT, seq=seq, id=f"b-{seq}", eip_id=eip.id, now=change.now, **asdict(wanted))
    return Known(f"b-{seq}", change.now, wanted)


@dataclass(frozen=True, slots=True)
class _Row:
    """A binding's row, as `read_binding` takes it."""

    id: str
    kind: str
    service_id: str
    private_ip: int | None
    sources: str
    protocol: str | None
    port: int | None
    port_end: int | None
    to_port: int | None
    to_port_end: int | None
    bound_at: int
    unbound_at: int | None


def _shown(known: Known, unbound_at: int | None) -> Any:
    values = {key: value for key, value in asdict(known.wanted).items() if key != "all_eips"}
    return to_json(read_binding(_Row(id=known.id, bound_at=known.bound_at, unbound_at=unbound_at, **values)))


def _fact(eip: Held, *, before: Any = None, after: Any = None) -> Fact:
    return Fact(
        "import",
        eip_id=eip.id,
        address=eip.address,
        pool_id=eip.pool_id,
        cidr=eip.cidr,
        before=before,
        after=after,
    )

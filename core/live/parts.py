"""The parts in which a picture is taken over: pools and CIDRs, then services, then EIPs by the thousand."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final

from core.live.journal import Touched
from core.live.packed import Packed
from core.live.picture import KindPicture, Picture
from core.transfer.documents import Position, ResponseRow, RowKind

__all__ = ["Part", "parts_of"]

_ROWS: Final = 2000
"""EIPs, balancers or interfaces of a part."""
_GATEWAYS: Final = 100
"""Gateways of a part, each with all its entries."""


@dataclass(slots=True)
class Part:
    """Rows that are taken over together."""

    rows: dict[Position, ResponseRow] = field(default_factory=dict)
    digests: dict[RowKind, dict[str, str]] = field(default_factory=dict)
    """The hashes of the rows that are new or changed, by kind and id."""
    speaks_for: Callable[[str], bool] = lambda _eip_id: True
    """Whether the rows decide which service holds an EIP."""

    def add(self, kind: RowKind, rows: dict[str, Packed], *, fresh: bool) -> None:
        """Add rows; fresh ones are noted when they were taken over."""
        for row_id, packed in rows.items():
            place = Position(kind.value, row_id)
            self.rows[place] = ResponseRow(kind, place, packed.row)
            if fresh:
                self.digests.setdefault(kind, {})[row_id] = packed.digest

    def leave_out(self, touched: Touched) -> None:
        """Leave out what plans changed meanwhile: what was read of it may be from before."""
        if not any(touched):
            return
        for row in [each for each in self.rows.values() if _is_touched(each, touched)]:
            del self.rows[row.place]
            self.digests.get(row.kind, {}).pop(row.place.row, None)


def _is_touched(row: ResponseRow, touched: Touched) -> bool:
    if row.kind is not RowKind.EIP:
        return row.place.row in touched.services
    addresses = row.data.get("publicIpAddresses")
    listed = addresses if isinstance(addresses, list) else []
    return row.place.row in touched.eips or any(each in touched.addresses for each in listed)


def parts_of(picture: Picture) -> Iterator[Part]:
    """Yield the parts, in an order in which no row waits for a later one.

    A service comes before its EIPs, so that their bindings begin once. The row of an EIP decides what holds it; the
    list of a service decides for EIPs without a row in the picture.
    """
    eips = picture.of(RowKind.EIP)
    others: Callable[[str], bool] = lambda eip_id: eips is None or eip_id not in eips.fresh  # noqa: E731  # two use it
    yield _spaces(picture)
    yield from _gateways(picture, others)
    for kind in (RowKind.BALANCER, RowKind.INTERFACE):
        yield from _of_kind(picture.of(kind), others)
    for part in _of_kind(eips, lambda _eip_id: True):
        yield _with_entries(picture, part)


def _spaces(picture: Picture) -> Part:
    """Return the pools and CIDRs."""
    part = Part(speaks_for=lambda _eip_id: False)
    for kind in filter(None, map(picture.of, (RowKind.POOL, RowKind.CIDR))):
        for packed, fresh in ((kind.fresh, True), (kind.again, False)):
            part.add(kind.kind, packed.of(packed), fresh=fresh)
    return part


def _gateways(picture: Picture, speaks_for: Callable[[str], bool]) -> Iterator[Part]:
    """Yield the gateways that changed, with their entries."""
    kinds = [kind for each in (RowKind.GATEWAY, RowKind.GATEWAY_DETAIL) if (kind := picture.of(each)) is not None]
    ids = list(dict.fromkeys(row_id for kind in kinds for rows in (kind.fresh, kind.again) for row_id in rows))
    for start in range(0, len(ids), _GATEWAYS):
        part = Part(speaks_for=speaks_for)
        for kind in kinds:
            _add_some(part, kind, ids[start : start + _GATEWAYS])
        yield part


def _add_some(part: Part, kind: KindPicture, ids: Iterable[str]) -> None:
    part.add(kind.kind, kind.at_hand.of(ids), fresh=False)
    part.add(kind.kind, kind.again.of(ids), fresh=False)
    part.add(kind.kind, kind.fresh.of(ids), fresh=True)


def _of_kind(kind: KindPicture | None, speaks_for: Callable[[str], bool]) -> Iterator[Part]:
    if kind is None:
        return
    for packed, fresh in ((kind.fresh, True), (kind.again, False)):
        for rows in packed.some(_ROWS):
            part = Part(speaks_for=speaks_for)
            part.add(kind.kind, rows, fresh=fresh)
            yield part


def _with_entries(picture: Picture, part: Part) -> Part:
    """Return a part of EIPs with the CIDRs that they name, and the entries of the gateways that hold them."""
    ids = {each.row for each in part.rows}
    held = {str(row.data.get("associatedId")) for row in part.rows.values()}
    whole = Part(speaks_for=ids.__contains__)
    cidrs, details = picture.of(RowKind.CIDR), picture.of(RowKind.GATEWAY_DETAIL)
    if cidrs is not None:
        for packed in (cidrs.fresh, cidrs.again):
            whole.add(RowKind.CIDR, packed.of(packed), fresh=False)
    if details is not None:
        for packed in (details.at_hand, details.again, details.fresh):
            whole.add(RowKind.GATEWAY_DETAIL, packed.of(held), fresh=False)
    whole.rows.update(part.rows)
    whole.digests.update(part.digests)
    return whole

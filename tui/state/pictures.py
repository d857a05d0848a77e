"""What the pictures beside a selection show: an address map, a cell of it, the use of a pool."""

from __future__ import annotations

from dataclasses import dataclass

from core import AddressMap, EipQuery, EipRow, Inventory, UseOverTime
from tui.state.selection import Selection, SelectionDetails, SelectionKind, load_details
from tui.state.snapshot import Snapshot

__all__ = ["REST_SECONDS", "CellFacts", "PictureOf", "Pictures", "load_cell", "load_pictures", "picture_of"]

REST_SECONDS = 0.15
"""Seconds that a cursor rests before a picture follows it: held arrow keys draw none."""
_LISTED = 8
"""EIPs of a block that are listed beside its map."""


@dataclass(frozen=True, slots=True)
class PictureOf:
    """What the pictures are about."""

    cidr: str | None = None
    """The CIDR whose map is shown."""
    pool: str | None = None
    """The pool whose use is shown."""
    address: str | None = None
    """The address whose cell is selected."""


@dataclass(frozen=True, slots=True)
class Pictures:
    """The loaded pictures."""

    about: PictureOf
    map: AddressMap | None = None
    use: UseOverTime | None = None


@dataclass(frozen=True, slots=True)
class CellFacts:
    """The EIPs of a cell: the details of one address, or the first EIPs of a block."""

    first: str
    last: str
    details: SelectionDetails | None = None
    rows: tuple[EipRow, ...] = ()
    """Those with problems first."""
    more: bool = False
    """Whether the block has EIPs beyond those rows."""


def picture_of(selection: Selection | None, snapshot: Snapshot | None) -> PictureOf:
    """Return what the pictures beside a selection are about."""
    if selection is None or snapshot is None:
        return PictureOf()
    match selection.kind:
        case SelectionKind.CIDR:
            return PictureOf(cidr=selection.id)
        case SelectionKind.POOL:
            pool = snapshot.pool(selection.id)
            return PictureOf(cidr=pool.cidrs[0] if pool is not None and pool.cidrs else None, pool=selection.id)
        case SelectionKind.ADDRESS if selection.eip is not None and selection.at is None:
            return PictureOf(cidr=selection.eip.cidr, address=selection.id)
        case _:
            return PictureOf()


def load_pictures(inventory: Inventory, about: PictureOf, part: str | None, *, use: bool) -> Pictures:
    """Load the pictures; blocks. `part` is the block of the CIDR whose map is wanted.

    Raises:
        EipdeckError: the CIDR or the pool is gone, or the database cannot be read.

    """
    return Pictures(
        about,
        map=None if about.cidr is None else inventory.address_map(about.cidr, part),
        use=inventory.use_over_time(about.pool) if use and about.pool is not None else None,
    )


def load_cell(inventory: Inventory, first: str, last: str) -> CellFacts:
    """Load what a cell holds; blocks.

    Raises:
        EipdeckError: the database cannot be read.

    """
    if first == last:
        return CellFacts(first, last, load_details(inventory, Selection(SelectionKind.ADDRESS, first)))
    page = inventory.page(EipQuery(block_prefix(first, last)), limit=_LISTED + 1, counted=False)
    return CellFacts(first, last, rows=page.rows[:_LISTED], more=len(page.rows) > _LISTED)


def block_prefix(first: str, last: str) -> str:
    """Return the prefix of a block of addresses."""
    size = _number(last) - _number(first) + 1
    return f"{first}/{33 - size.bit_length()}"


def _number(address: str) -> int:
    return int.from_bytes(bytes(map(int, address.split("."))))

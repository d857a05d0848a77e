"""CSV files of addresses and names: they rename EIPs, and come from `eips --format csv` or a spreadsheet."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final, NamedTuple

from core.domain.addresses import format_address, parse_address, prefix_of_range
from core.domain.validation import checked_name
from core.storage.history import EventData
from core.storage.rows import reads
from core.transfer.bulk import found_among
from core.transfer.documents import NameRow
from core.transfer.zenlayer.report import ImportReport, RowOutcome

__all__ = ["rename_eips"]


@reads("eip")
class _EipRow(NamedTuple):
    id: str
    address: int
    pool_id: str
    cidr_first: int
    cidr_last: int
    name: str | None


_LIVE: Final = (
    "SELECT id, address, pool_id, cidr_first, cidr_last, name FROM eip WHERE released_at IS NULL AND address IN :keys"
)
_RENAME: Final = "UPDATE eip SET name = :name WHERE id = :id"
_GUARDED: Final = re.compile(r"'([=+\-@\t].*)", re.DOTALL)
"""A text that a list wrote with an apostrophe, so that a spreadsheet takes it for no formula."""
_AS_TEXT: Final = re.compile(r'="([0-9]+)"')
"""A long number that a list wrote as text."""


def rename_eips(report: ImportReport, rows: Sequence[NameRow]) -> None:
    """Rename the live EIP at the address of each row; an empty name takes the name away.

    Raises:
        EipdeckError: `invalid_import` for an address without a live EIP, for an id that is not the one of the live EIP,
            for a name that is not valid, and for two names of one address.

    """
    named: dict[int, NameRow] = {}
    for row in rows:
        with row.place.checking():
            address = parse_address(row.address)
            before = named.setdefault(address, row)
            if before.name != row.name:
                row.place.refuse(f"it contradicts {before.place}, which has the same address")
    known = {eip.address: eip for eip in found_among(report.transaction, _EipRow, _LIVE, list(named))}
    for address, row in named.items():
        eip = known.get(address)
        if eip is None:
            row.place.refuse(f"{format_address(address)} has no live EIP")
        if row.id and row.id != eip.id:
            row.place.refuse(f"{format_address(address)} is {eip.id} now, not {row.id}")
        _rename(report, eip, row)


def _rename(report: ImportReport, eip: _EipRow, row: NameRow) -> None:
    with row.place.checking():
        name = checked_name(_name_of(row.name, eip.name))
    if name == eip.name:
        report.count("eip", eip.id, RowOutcome.UNCHANGED)
        return
    report.transaction.run(_RENAME, name=name, id=eip.id)
    report.count("eip", eip.id, RowOutcome.CHANGED)
    cidr = str(prefix_of_range(eip.cidr_first, eip.cidr_last))
    fact = EventData("rename", eip.id, eip.address, eip.pool_id, cidr, {"name": eip.name}, {"name": name})
    report.note(row.place, fact)


def _name_of(cell: str, present: str | None) -> str | None:
    """Return the name that a cell means, as a list would have written it."""
    if cell == present:
        return cell
    plain = _GUARDED.fullmatch(cell) or _AS_TEXT.fullmatch(cell)
    return (plain[1] if plain else cell) or None

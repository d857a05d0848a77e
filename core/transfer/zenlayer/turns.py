"""Ordinary turns of events between two imports: an address that has another EIP now, an EIP that lives on."""

from __future__ import annotations

from typing import Final, NamedTuple

from core.domain.addresses import format_address
from core.domain.json_value import JsonObject
from core.operations.release import end_tenancy
from core.queries.eips import eips_by_id
from core.storage.history import EventData
from core.storage.rows import reads
from core.transfer.zenlayer.given import Given, GivenEip
from core.transfer.zenlayer.report import ImportReport, RowOutcome

__all__ = ["end_replaced", "forget_gone", "note_alive"]

_ALIVE: Final = "UPDATE eip SET alive_since = :now WHERE id = :id AND alive_since IS NULL"
_MARKED: Final = "SELECT id, address FROM eip WHERE alive_since IS NOT NULL"
_GONE: Final = "UPDATE eip SET alive_since = NULL WHERE id = :id"


@reads("eip")
class _MarkedRow(NamedTuple):
    id: str
    address: int


def forget_gone(report: ImportReport, given: Given, *, complete: bool) -> None:
    """Forget that released EIPs are alive on the platform: their address has another EIP, or a complete answer none."""
    taken = {eip.address for eip in given.eips.values()}
    for row in report.transaction.rows(_MarkedRow, _MARKED):
        if row.id not in given.eips and (complete or row.address in taken):
            report.transaction.run(_GONE, id=row.id)


def end_replaced(report: ImportReport, given: Given, eip: GivenEip, holder: str) -> None:
    """End the tenancy of the EIP that holds the address here: the platform has given it to another one.

    Raises:
        EipdeckError: `invalid_import` when the import has both EIPs alive at the address.

    """
    if holder in given.eips:
        eip.place.refuse(f"{format_address(eip.address)} is held by EIP {holder} and by {eip.id} in this import")
    transaction = report.because(eip.place)
    (replaced,) = eips_by_id(transaction.connection, [holder])
    end_tenancy(transaction, replaced, None if report.observed is None else report.observed.between)
    report.count("eip", holder, RowOutcome.CHANGED)


_LATE: Final = 15 * 60_000_000
"""Microseconds for which an account may still show an EIP that is gone."""


def note_alive(report: ImportReport, eip: GivenEip, pool_id: str, cidr: str, released_at: int) -> None:
    """Note, once, in the history and as a finding, that an EIP which was released here is alive on the platform.

    A live account may show it for a while.
    """
    report.count("eip", eip.id, RowOutcome.UNCHANGED)
    if report.observed is not None and report.observed.until - released_at < _LATE:
        return
    if not report.transaction.run(_ALIVE, id=eip.id, now=report.transaction.now):
        return
    after: JsonObject = {"status": "released", "alive_on_platform": True}
    report.note(eip.place, EventData("import", eip.id, eip.address, pool_id, cidr, after=after))

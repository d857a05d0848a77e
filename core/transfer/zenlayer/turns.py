"""Ordinary turns of events between two imports: an address that has another EIP now, an EIP that lives on."""

from __future__ import annotations

from typing import Final

from core.domain.addresses import format_address
from core.domain.json_value import JsonObject
from core.operations.release import end_tenancy
from core.queries.eips import eips_by_id
from core.storage.history import EventData
from core.storage.transaction import Transaction
from core.transfer.zenlayer.given import Given, GivenEip
from core.transfer.zenlayer.report import ImportReport, RowOutcome

__all__ = ["end_replaced", "note_alive"]

_TOLD: Final = "SELECT action FROM event WHERE address = :address AND eip_id = :eip ORDER BY seq DESC LIMIT 1"


def end_replaced(report: ImportReport, given: Given, eip: GivenEip, holder: str) -> None:
    """End the tenancy of the EIP that holds the address here: the platform has given it to another one.

    Raises:
        EipdeckError: `invalid_import` when the import has both EIPs alive at the address.

    """
    if holder in given.eips:
        eip.place.refuse(f"{format_address(eip.address)} is held by EIP {holder} and by {eip.id} in this import")
    transaction = report.because(eip.place)
    (replaced,) = eips_by_id(transaction.connection, [holder])
    end_tenancy(transaction, replaced)
    report.count("eip", holder, RowOutcome.CHANGED)


def note_alive(report: ImportReport, eip: GivenEip, pool_id: str, cidr: str) -> None:
    """Note in the history, once, that an EIP which was released here is alive on the platform."""
    report.count("eip", eip.id, RowOutcome.UNCHANGED)
    if _told(report.transaction, eip):
        return
    after: JsonObject = {"status": "released", "alive_on_platform": True}
    report.note(eip.place, EventData("import", eip.id, eip.address, pool_id, cidr, after=after))


def _told(transaction: Transaction, eip: GivenEip) -> bool:
    return transaction.value(str, _TOLD, address=eip.address, eip=eip.id) == "import"

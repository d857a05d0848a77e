"""Give an EIP another name, or take its name away."""

from __future__ import annotations

from typing import Final

from core.domain.addresses import parse_address
from core.domain.requests import RenameRequest
from core.domain.validation import checked_name
from core.domain.values import Eip, EipStatus
from core.operations.eip_lookup import load_unchanged_eip, released_refusal
from core.storage.history import EventData, record
from core.storage.transaction import Transaction

__all__ = ["rename"]

_RENAME: Final = "UPDATE eip SET name = :name WHERE id = :id"


def rename(transaction: Transaction, request: RenameRequest) -> list[Eip]:
    """Change the name of an EIP; the same name again changes nothing.

    Raises:
        EipdeckError: `invalid_name`, `eip_not_found`, `conflict`.

    """
    name = checked_name(request.name or None)
    eip = load_unchanged_eip(transaction, request.eip, request.expected)
    if eip.status is EipStatus.RELEASED:
        raise released_refusal(eip)
    if eip.name != name:
        transaction.later(_RENAME, name=name, id=eip.id)
        before, after = {"name": eip.name}, {"name": name}
        address = parse_address(eip.address)
        record(transaction, EventData("rename", eip.id, address, eip.pool_id, eip.cidr, before, after))
    return [eip._replace(name=name)]

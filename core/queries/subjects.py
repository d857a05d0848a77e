"""The subject of a history: an EIP, an address or a CIDR, as a condition on events."""

from __future__ import annotations

from typing import Final

from core.domain.addresses import InvalidAddress, parse_address
from core.domain.validation import checked_prefix
from core.queries import eips, usage
from core.storage.connection import Connection, Values

__all__ = ["subject_condition"]

_NAMES_BOTH: Final = "(address BETWEEN :first AND :last OR (address IS NULL AND cidr = :cidr))"


def subject_condition(connection: Connection, words: str | None, now: int) -> tuple[str, Values]:
    """Return the condition on the events of an EIP (id), an address or a CIDR (None: all events), with its values.

    Raises:
        EipdeckError: `eip_not_found`, `cidr_not_found`, `invalid_address`, `invalid_cidr`.

    """
    if words is None:
        return "TRUE", {}
    if "/" in words:
        prefix = checked_prefix(words)
        usage.cidr_by_prefix(connection, now, str(prefix))
        return _NAMES_BOTH, {"first": prefix.first, "last": prefix.last, "cidr": str(prefix)}
    try:
        return "address = :address", {"address": parse_address(words)}
    except InvalidAddress:
        eip = eips.eip_by_key(connection, words)
        return "address = :address AND eip_id = :eip", {"address": parse_address(eip.address), "eip": eip.id}

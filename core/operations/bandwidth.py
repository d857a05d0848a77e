"""Set the bandwidth cap of an EIP."""

from __future__ import annotations

from typing import Final

from core.domain.addresses import parse_address
from core.domain.requests import BandwidthRequest
from core.domain.validation import checked_bandwidth
from core.domain.values import Eip, EipStatus
from core.operations.eip_lookup import load_unchanged_eip, released_refusal
from core.storage.history import EventData, record
from core.storage.transaction import Transaction

__all__ = ["set_bandwidth"]

_CAP: Final = "UPDATE eip SET bandwidth_mbps = :mbps WHERE id = :id"


def set_bandwidth(transaction: Transaction, request: BandwidthRequest) -> list[Eip]:
    """Change the cap of an EIP, in Mbps; the same cap again changes nothing.

    Raises:
        EipdeckError: `invalid_bandwidth`, `eip_not_found`, `conflict`.

    """
    mbps = checked_bandwidth(request.bandwidth_mbps)
    eip = load_unchanged_eip(transaction, request.eip, request.expected)
    if eip.status is EipStatus.RELEASED:
        raise released_refusal(eip)
    if eip.bandwidth_mbps != mbps:
        transaction.later(_CAP, mbps=mbps, id=eip.id)
        before, after = {"bandwidth_mbps": eip.bandwidth_mbps}, {"bandwidth_mbps": mbps}
        address = parse_address(eip.address)
        record(transaction, EventData("bandwidth", eip.id, address, eip.pool_id, eip.cidr, before, after))
    return [eip._replace(bandwidth_mbps=mbps)]

"""Live EIPs that a complete answer of the platform does not have."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, NamedTuple

from core.domain.addresses import format_address
from core.storage.rows import reads
from core.storage.transaction import Transaction
from core.transfer.zenlayer.given import Given

__all__ = ["lacking"]

_SHOWN: Final = 5


@reads("eip")
class _LiveRow(NamedTuple):
    id: str
    address: int


_LIVE: Final = (
    "SELECT e.id, e.address FROM eip e JOIN pool p ON p.id = e.pool_id"
    " WHERE e.released_at IS NULL AND p.region IN :regions ORDER BY e.address"
)


def lacking(transaction: Transaction, given: Given) -> Iterator[str]:
    """Yield a sentence on the live EIPs, in the regions of the answer, that it does not have."""
    regions = sorted({eip.region or transaction.config.region for eip in given.eips.values()})
    live = transaction.rows(_LiveRow, _LIVE, regions=regions)
    missing = [format_address(row.address) for row in live if row.id not in given.eips]
    if not missing:
        return
    more = f" and {len(missing) - _SHOWN:,} more" if len(missing) > _SHOWN else ""
    yield (
        f"{len(missing):,} live EIP{'s' if len(missing) > 1 else ''} of {', '.join(regions)} here that the answer of"
        f" DescribeEips lacks: {', '.join(missing[:_SHOWN])}{more}. Release what the platform has released; a filter in"
        " the request leaves EIPs out too"
    )

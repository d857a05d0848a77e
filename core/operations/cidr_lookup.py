"""Customer CIDRs by prefix, for the verbs."""

from __future__ import annotations

from typing import Final, NamedTuple

from core.domain.errors import Code, EipdeckError, error
from core.domain.validation import checked_prefix
from core.domain.values import PoolKind
from core.queries.usage import unknown_cidr
from core.storage.rows import reads
from core.storage.transaction import Transaction


@reads("cidr", "pool")
class PresentCidrRow(NamedTuple):
    id: int
    cidr: str
    first: int
    last: int
    pool_id: str
    asn: int | None
    state: str
    rpki: str
    allocated: int
    kind: str


PRESENT_CIDR: Final = (
    "SELECT c.id, c.cidr, c.first, c.last, c.pool_id, c.asn, c.state, c.rpki, c.allocated, p.kind FROM cidr c"
    " JOIN pool p ON p.id = c.pool_id WHERE c.cidr = :cidr ORDER BY c.id DESC LIMIT 1"
)


def customer_cidr(transaction: Transaction, words: str) -> PresentCidrRow:
    """Return the row of a customer CIDR in its present life.

    Raises:
        EipdeckError: `invalid_cidr`, `cidr_not_found`; `customer_pool_required` for a range of a default pool.

    """
    prefix = checked_prefix(words)
    row = transaction.row(PresentCidrRow, PRESENT_CIDR, cidr=str(prefix))
    if row is None:
        raise unknown_cidr(str(prefix))
    if row.kind != PoolKind.CUSTOMER:
        raise error(
            Code.CUSTOMER_POOL_REQUIRED,
            f"{prefix} is Zenlayer-assigned; only a customer CIDR can be changed here.",
            details={"cidr": str(prefix), "pool_id": row.pool_id},
        )
    return row


def retired_refusal(row: PresentCidrRow) -> EipdeckError:
    """Return the refusal to change a retired CIDR."""
    return error(
        Code.CIDR_NOT_ACTIVE,
        f"{row.cidr} is retired.",
        hint="Add it again to bring it back, with its history.",
        details={"cidr": row.cidr, "state": "retired"},
    )

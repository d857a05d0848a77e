"""The summary of a CIDR: its addresses by what holds them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from core.domain.values import CidrState

__all__ = ["CidrSummary"]


@dataclass(frozen=True, slots=True)
class CidrSummary:
    """The addresses of a prefix, counted: the answer to a lookup of a CIDR.

    The prefix can be a CIDR of the inventory, a part of one, or span several. The addresses of its CIDRs are allocated,
    cooling, reserved or free.
    """

    cidr: str
    """The prefix that was asked about."""
    customer_owned: bool | None
    """True: customer CIDRs hold every address; False: they hold none; None: some of them, or the data cannot tell."""
    pool_id: str | None
    """The pool of its CIDRs; None for none and for several."""
    state: CidrState | None
    """The state of its CIDRs; None for none and for several states."""
    total: int
    """The number of addresses of the prefix."""
    allocated: int
    """Live EIPs: bound and idle ones."""
    bound: int
    idle: int
    cooling: int
    reserved: int
    """Withheld addresses without a live EIP."""
    free: int
    """The rest of the addresses of its CIDRs, whatever their state."""
    problems: int | None
    """Live EIPs that an open finding is about; None for a past moment."""
    summary: str
    as_of: datetime
    """The moment whose data it rests on."""

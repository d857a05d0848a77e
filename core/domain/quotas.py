"""Quotas: entries of a downstream service, and EIPs of one private address."""

from __future__ import annotations

from typing import Final

__all__ = ["DNAT_ENTRIES", "EIPS_A_PRIVATE_ADDRESS", "SNAT_ENTRIES"]

SNAT_ENTRIES: Final = 10
"""SNAT entries of a NAT gateway."""
DNAT_ENTRIES: Final = 100
"""DNAT entries of a NAT gateway."""
EIPS_A_PRIVATE_ADDRESS: Final = 4
"""EIPs bound to one private address of a network interface."""

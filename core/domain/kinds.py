"""The closed sets of words that the values use: kinds, states, severities and verdicts, as the JSON spells them."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

__all__ = [
    "DEFAULT_POOL",
    "IMPORTED",
    "BindingKind",
    "CidrState",
    "EipStatus",
    "FindingCode",
    "FixIn",
    "PoolKind",
    "PoolOrder",
    "ServiceKind",
    "Severity",
    "VerdictWord",
]


DEFAULT_POOL: Final = "default-"
"""The beginning of the id of a default pool; its region follows."""
IMPORTED: Final = "import"
"""The operator of an imported EIP: the platform does not name the one who allocated it."""


class PoolKind(StrEnum):
    CUSTOMER = "customer"
    DEFAULT = "default"


class PoolOrder(StrEnum):
    LRU = "lru"
    LOWEST = "lowest"


class CidrState(StrEnum):
    VALIDATING = "validating"
    ACTIVE = "active"
    DRAINING = "draining"
    RETIRED = "retired"
    FAILED = "failed"


class EipStatus(StrEnum):
    UNBOUND = "unbound"
    BOUND = "bound"
    RELEASED = "released"


class BindingKind(StrEnum):
    NIC = "nic"
    SNAT = "snat"
    DNAT = "dnat"
    LOAD_BALANCER = "load_balancer"


class ServiceKind(StrEnum):
    NIC = "nic"
    NAT_GATEWAY = "nat-gateway"
    LOAD_BALANCER = "load-balancer"


class Severity(StrEnum):
    CRITICAL = "critical"
    WARNING = "warning"
    INFO = "info"


class FindingCode(StrEnum):
    LANDED_IN_DEFAULT_POOL = "landed_in_default_pool"
    """Also the code of the warning of an allocation without a pool."""
    DEFAULT_ON_CUSTOMER_SERVICE = "default_on_customer_service"
    SNAT_MIXES_OWNERS = "snat_mixes_owners"
    OWNERSHIP_DISAGREES = "ownership_disagrees"
    POOL_NEAR_EXHAUSTION = "pool_near_exhaustion"
    POOL_RUNWAY_SHORT = "pool_runway_short"
    EIP_IDLE = "eip_idle"
    CIDR_DRAINING_BLOCKED = "cidr_draining_blocked"
    SERVICE_MISSING = "service_missing"


class FixIn(StrEnum):
    CUSTOMER_CIDR = "customer_cidr"
    ZENLAYER = "zenlayer"
    ELSEWHERE = "elsewhere"


class VerdictWord(StrEnum):
    CUSTOMER_BOUND = "customer-bound"
    CUSTOMER_UNBOUND = "customer-unbound"
    CUSTOMER_COOLING = "customer-cooling"
    CUSTOMER_UNALLOCATED = "customer-unallocated"
    DEFAULT_BOUND = "default-bound"
    DEFAULT_UNBOUND = "default-unbound"
    DEFAULT_UNALLOCATED = "default-unallocated"
    NOT_OURS = "not-ours"
    UNKNOWN = "unknown"

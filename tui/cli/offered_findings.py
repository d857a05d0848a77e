"""The ids of findings that a SQLite file answers by an index, for the shell's completion."""

from __future__ import annotations

from collections.abc import Callable
from time import time

__all__ = ["finding_ids"]

_MOST = 100
_IDLE_DAYS = 30
"""Days after which an EIP is idle; the setting of the configuration is not read here."""
_STATEMENTS = {
    "landed_in_default_pool": "SELECT id FROM eip WHERE landed_in_default AND released_at IS NULL AND {} ORDER BY seq",
    "ownership_disagrees": (
        "SELECT id FROM eip WHERE platform_customer_owned <> customer_owned AND released_at IS NULL AND {} ORDER BY seq"
    ),
    "eip_idle": (
        "SELECT id FROM eip e WHERE status = 'unbound' AND unbound_since < :before AND NOT landed_in_default"
        " AND EXISTS (SELECT 1 FROM cidr c WHERE c.id = e.cidr_id AND c.state = 'active') AND {} ORDER BY unbound_since"
    ),
    "cidr_draining_blocked": "SELECT cidr FROM cidr WHERE state = 'draining' AND allocated > 0 AND {}",
    "service_missing": (
        "SELECT id FROM service s WHERE missing_since IS NOT NULL"
        " AND EXISTS (SELECT 1 FROM binding b WHERE b.service_id = s.id AND b.unbound_at IS NULL) AND {}"
    ),
}
"""The subjects of each finding, in the order of an index that holds just these; another order would read every EIP.
Findings about pools and gateways come from the printed list."""


def finding_ids(read: Callable[..., list[tuple[str]]], typed: str) -> list[str]:
    """Return ids that begin with what is typed, a hundred of each kind at most."""
    found: list[str] = []
    for code, statement in _STATEMENTS.items():
        head = f"{code}:"
        if not (head.startswith(typed) or typed.startswith(head)):
            continue
        values = {"before": int((time() - _IDLE_DAYS * 86_400) * 1_000_000), "begins": typed[len(head) :]}
        column = "cidr" if code == "cidr_draining_blocked" else "id"
        begins = f"substr({column}, 1, length(:begins)) = :begins"
        found += [f"{head}{subject}" for (subject,) in read(f"{statement.format(begins)} LIMIT {_MOST}", values)]
    return found

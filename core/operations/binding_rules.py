"""The rules of bindings: what a service takes, what an EIP may serve at once, and quotas."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from core.domain.addresses import parse_address
from core.domain.errors import Code, error
from core.domain.json_types import to_json
from core.domain.quotas import DNAT_ENTRIES, EIPS_A_PRIVATE_ADDRESS, SNAT_ENTRIES
from core.domain.values import Binding, BindingKind, Eip, Service, ServiceKind
from core.storage.transaction import Transaction

__all__ = ["checked_holder", "checked_quota", "checked_target"]

_SERVED_BY: Final = {
    BindingKind.NIC: ServiceKind.NIC,
    BindingKind.SNAT: ServiceKind.NAT_GATEWAY,
    BindingKind.DNAT: ServiceKind.NAT_GATEWAY,
    BindingKind.LOAD_BALANCER: ServiceKind.LOAD_BALANCER,
}
_EXCLUSIVE: Final = (BindingKind.NIC, BindingKind.LOAD_BALANCER)


def checked_target(eip: Eip, service: Service, wanted: Binding) -> Binding:
    """Return the binding with its private address, or refuse a service that cannot take it.

    Raises:
        EipdeckError: `service_not_found`, `region_mismatch`; `usage` when the private address is not clear.

    """
    if service.kind is not _SERVED_BY[wanted.kind]:
        raise error(
            Code.SERVICE_NOT_FOUND,
            f"{service.id} is a {service.kind.value}, which takes no {wanted.kind.value} binding.",
            details={"service": service.id, "kind": service.kind.value},
        )
    if service.region != eip.region:
        raise error(
            Code.REGION_MISMATCH,
            f"{eip.address} is in {eip.region}, {service.id} in {service.region}.",
            hint="An EIP serves in its own region only; allocate one there.",
            details={"eip_region": eip.region, "service_region": service.region},
        )
    if wanted.kind is not BindingKind.NIC:
        return wanted
    private_ip = wanted.private_ip
    if private_ip is None and len(service.private_ips) == 1:
        private_ip = service.private_ips[0]
    if private_ip is None:
        raise error(
            Code.USAGE,
            f"{service.id} has {len(service.private_ips)} private addresses.",
            hint="Name one of them.",
        )
    if service.private_ips and private_ip not in service.private_ips:
        raise error(
            Code.SERVICE_NOT_FOUND,
            f"{service.id} has no private address {private_ip}; it has {', '.join(service.private_ips)}.",
            details={"service": service.id, "private_ips": list(service.private_ips)},
        )
    return replace(wanted, private_ip=private_ip)


def checked_holder(eip: Eip, service: Service, wanted: Binding) -> None:
    """Refuse a binding that excludes one which the EIP has.

    Raises:
        EipdeckError: `holder_conflict`, `anyport_conflict`, `port_in_use`.

    """
    for binding in eip.bindings:
        if binding.service_id != service.id or binding.kind in _EXCLUSIVE:
            raise error(
                Code.HOLDER_CONFLICT,
                f"{eip.address} already serves {binding.kind.value} {binding.service_id}.",
                hint="Unbind it first, or take another EIP.",
                details={"holder": to_json(binding)},
            )
    if wanted.kind is BindingKind.SNAT:
        _checked_anyport(eip, wanted, [b for b in eip.bindings if b.protocol == "any"])
        return
    others = [b for b in eip.bindings if b.protocol == "any" or wanted.protocol == "any"]
    _checked_anyport(eip, wanted, others)
    for binding in eip.bindings:
        if binding.protocol == wanted.protocol and binding.port and wanted.port and wanted.port.overlaps(binding.port):
            raise error(
                Code.PORT_IN_USE,
                f"{eip.address} already forwards {binding.protocol} {binding.port} to {binding.private_ip}.",
                hint="Take another port, or end that entry first.",
                details={"binding": to_json(binding)},
            )


def _checked_anyport(eip: Eip, wanted: Binding, others: Sequence[Binding]) -> None:
    if others:
        raise error(
            Code.ANYPORT_CONFLICT,
            f"An any-port DNAT takes all of {eip.address}, so it excludes SNAT and other DNAT on it.",
            hint="End the other entry first, or take another EIP.",
            details={"binding": to_json(others[0]), "wanted": wanted.kind.value},
        )


_LIVE: Final = "FROM binding WHERE service_id = :service AND unbound_at IS NULL"
_SNAT: Final = f"SELECT DISTINCT sources {_LIVE} AND kind = 'snat' AND sources <> '[]'"
_DNAT: Final = f"SELECT count(*) {_LIVE} AND kind = 'dnat'"
_ON_PRIVATE: Final = f"SELECT count(*) {_LIVE} AND kind = 'nic' AND private_ip = :private_ip"


def checked_quota(transaction: Transaction, service: Service, wanted: Binding) -> None:
    """Raise `quota_exceeded` for an entry, or an EIP on a private address, beyond the quota."""
    used, limit, what = 0, 1, ""
    if wanted.kind is BindingKind.SNAT:
        entries = set(transaction.column(str, _SNAT, service=service.id))
        if wanted.sources and json.dumps(wanted.sources) not in entries:
            used, limit, what = len(entries), SNAT_ENTRIES, f"SNAT entries on {service.id}"
    elif wanted.kind is BindingKind.DNAT:
        used = transaction.value(int, _DNAT, service=service.id) or 0
        limit, what = DNAT_ENTRIES, f"DNAT entries on {service.id}"
    elif wanted.kind is BindingKind.NIC and wanted.private_ip is not None:  # an import may not know it
        address = parse_address(wanted.private_ip)
        used = transaction.value(int, _ON_PRIVATE, service=service.id, private_ip=address) or 0
        limit, what = EIPS_A_PRIVATE_ADDRESS, f"EIPs on {wanted.private_ip}"
    if used >= limit:
        raise error(
            Code.QUOTA_EXCEEDED,
            f"There are already {used} {what}, and {limit} are allowed.",
            hint="End one first, or take another target.",
            details={"service": service.id, "used": used, "limit": limit},
        )

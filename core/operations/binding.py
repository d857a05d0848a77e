"""Bind and unbind: the same for every EIP, whichever pool its address came from."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from core.domain.addresses import parse_address
from core.domain.errors import Code, error
from core.domain.json_types import to_json
from core.domain.json_value import JsonObject
from core.domain.requests import BindRequest, UnbindRequest
from core.domain.values import Binding, BindingKind, Eip, EipStatus, from_micros
from core.operations.binding_request import requested_binding
from core.operations.binding_rules import checked_holder, checked_quota, checked_target
from core.operations.eip_lookup import foresee_eip, load_unchanged_eip, released_refusal
from core.queries.services import foresee_service, present_service
from core.storage.connection import Connection
from core.storage.history import EventData, record, record_all
from core.storage.transaction import Transaction

__all__ = ["begin_binding", "bind", "end_bindings", "foresee_bind", "unbind"]


def bind(transaction: Transaction, request: BindRequest) -> list[Eip]:
    """Bind an EIP to one service; binding the same thing again changes nothing.

    Raises:
        EipdeckError: `eip_not_found`, `service_not_found`, `region_mismatch`, `holder_conflict`,
            `port_in_use`, `anyport_conflict`, `quota_exceeded`, `invalid_port`, `invalid_cidr`,
            `invalid_address`, `conflict`.

    """
    wanted = requested_binding(request)
    eip = load_unchanged_eip(transaction, request.eip, request.expected)
    if eip.status is EipStatus.RELEASED:
        raise released_refusal(eip)
    if any(_same(wanted, binding) for binding in eip.bindings):
        return [eip]
    service = present_service(transaction.connection, request.service_id)
    wanted = checked_target(eip, service, wanted)
    checked_holder(eip, service, wanted)
    checked_quota(transaction, service, wanted)
    begun = begin_binding(transaction, eip, wanted)
    return [eip._replace(status=EipStatus.BOUND, bindings=(*eip.bindings, begun))]


def foresee_bind(connection: Connection, request: BindRequest) -> bool:
    """Tell ahead of the EIP and the service, as `foresee_eip` does."""
    foresee_service(connection, request.service_id)
    return foresee_eip(connection, request)


def _same(wanted: Binding, binding: Binding) -> bool:
    """Return whether a binding is the wanted one; an interface without a named address is that of the binding."""
    private_ip = (
        binding.private_ip if wanted.kind is BindingKind.NIC and wanted.private_ip is None else wanted.private_ip
    )
    asked = replace(wanted, private_ip=private_ip)
    return asked == replace(binding, id="", bound_at=wanted.bound_at, unbound_at=None)


_INSERT: Final = (
    "INSERT INTO binding (seq, id, eip_id, kind, service_id, private_ip, sources, all_eips, protocol, port,"
    " port_end, to_port, to_port_end, bound_at) VALUES (:seq, :id, :eip_id, :kind, :service_id, :private_ip,"
    " :sources, :all_eips, :protocol, :port, :port_end, :to_port, :to_port_end, :now)"
)
_BOUND: Final = "UPDATE eip SET status = 'bound', unbound_since = NULL WHERE id = :id"


def begin_binding(transaction: Transaction, eip: Eip, wanted: Binding, *, all_eips: bool = False) -> Binding:
    """Insert a binding that passed the rules, with its event. Return it with its id.

    `all_eips` marks a SNAT entry that takes every EIP of its gateway.
    """
    seq = (transaction.value(int, transaction.connection.newest("binding")) or 0) + 1
    port, port_end = wanted.port or (None, None)
    to_port, to_port_end = wanted.to_port or (None, None)
    transaction.later(
        _INSERT,
        seq=seq,
        id=f"b-{seq}",
        eip_id=eip.id,
        kind=wanted.kind.value,
        service_id=wanted.service_id,
        private_ip=None if wanted.private_ip is None else parse_address(wanted.private_ip),
        sources=json.dumps(wanted.sources),
        all_eips=all_eips,
        protocol=wanted.protocol,
        port=port,
        port_end=port_end,
        to_port=to_port,
        to_port_end=to_port_end,
        now=transaction.now,
    )
    transaction.later(_BOUND, id=eip.id)
    begun = replace(wanted, id=f"b-{seq}", bound_at=from_micros(transaction.now))
    record(transaction, _event("bind", eip, None, to_json(begun)))
    return begun


def unbind(transaction: Transaction, request: UnbindRequest) -> list[Eip]:
    """End one binding of an EIP, or all of them; ending what has ended changes nothing.

    Raises:
        EipdeckError: `eip_not_found`, `binding_not_found`, `conflict`.

    """
    eip = load_unchanged_eip(transaction, request.eip, request.expected)
    ending = eip.bindings if eip.status is EipStatus.BOUND else ()
    if request.binding_id is not None:
        _checked_binding(transaction, eip, request.binding_id)
        ending = tuple(binding for binding in ending if binding.id == request.binding_id)
    if not ending:
        return [eip]
    end_bindings(transaction, eip, ending)
    left = tuple(binding for binding in eip.bindings if binding not in ending)
    return [eip._replace(status=EipStatus.BOUND if left else EipStatus.UNBOUND, bindings=left)]


_HAS: Final = "SELECT 1 FROM binding WHERE id = :id AND eip_id = :eip"


def _checked_binding(transaction: Transaction, eip: Eip, binding_id: str) -> None:
    if transaction.value(int, _HAS, id=binding_id, eip=eip.id) is None:
        raise error(
            Code.BINDING_NOT_FOUND,
            f"{eip.address} has no binding {binding_id!r}.",
            details={"binding": binding_id, "bindings": [binding.id for binding in eip.bindings]},
        )


_END: Final = "UPDATE binding SET unbound_at = :now WHERE id = :id AND unbound_at IS NULL"
_UNBOUND: Final = (
    "UPDATE eip SET status = 'unbound', unbound_since = :now WHERE id = :id"
    " AND NOT EXISTS (SELECT 1 FROM binding WHERE eip_id = :id AND unbound_at IS NULL)"
)


def end_bindings(transaction: Transaction, eip: Eip, ending: Sequence[Binding]) -> None:
    """End these live bindings of an EIP, each with its event."""
    for binding in ending:
        transaction.later(_END, id=binding.id, now=transaction.now)
    transaction.later(_UNBOUND, id=eip.id, now=transaction.now)
    record_all(transaction, eip.pool_id, [_event("unbind", eip, to_json(binding), None) for binding in ending])


def _event(action: str, eip: Eip, before: JsonObject | None, after: JsonObject | None) -> EventData:
    return EventData(
        action,
        eip_id=eip.id,
        address=parse_address(eip.address),
        pool_id=eip.pool_id,
        cidr=eip.cidr,
        before=before,
        after=after,
    )

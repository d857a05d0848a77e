"""The binding that a request asks for, its words checked."""

from __future__ import annotations

from typing import Final

from core.domain.errors import Code, error
from core.domain.ports import PortRange
from core.domain.requests import BindRequest
from core.domain.validation import checked_address, checked_ports, checked_prefix
from core.domain.values import Binding, BindingKind, from_micros

__all__ = ["requested_binding"]

_TAKES: Final = {
    BindingKind.NIC: ("private_ip",),
    BindingKind.SNAT: ("sources",),
    BindingKind.DNAT: ("private_ip", "protocol", "port", "to_port"),
    BindingKind.LOAD_BALANCER: (),
}


def requested_binding(request: BindRequest) -> Binding:
    """Return the binding asked for, without an id or a time.

    Raises:
        EipdeckError: `usage`, `invalid_address`, `invalid_cidr`, `invalid_port`.

    """
    kind, private_ip = request.kind, request.private_ip
    for part in ("private_ip", "sources", "protocol", "port", "to_port"):
        if getattr(request, part) and part not in _TAKES[kind]:
            raise error(Code.USAGE, f"A {kind.value} binding takes no {part}.", hint="A binding has one target.")
    if private_ip is not None:
        checked_address(private_ip)
    if kind is BindingKind.SNAT and not request.sources:
        raise error(Code.USAGE, "An SNAT entry covers sources.", hint="Name at least one source CIDR.")
    if kind is BindingKind.DNAT and private_ip is None:
        raise error(Code.USAGE, "A DNAT entry forwards to an address.", hint="Name the private address.")
    sources = sorted({str(checked_prefix(source)) for source in request.sources})
    protocol, port, to_port = _forwarding(request) if kind is BindingKind.DNAT else (None, None, None)
    return Binding(
        id="",
        kind=kind,
        service_id=request.service_id,
        private_ip=private_ip,
        sources=tuple(sources),
        protocol=protocol,
        port=port,
        to_port=to_port,
        bound_at=from_micros(0),
        unbound_at=None,
    )


def _forwarding(request: BindRequest) -> tuple[str, PortRange | None, PortRange | None]:
    protocol = request.protocol
    if protocol not in ("tcp", "udp", "any"):
        given = f"not {protocol!r}" if protocol else "none is given"
        raise error(Code.USAGE, f"A DNAT binding has the protocol tcp, udp or any: {given}.")
    if protocol == "any":
        if request.port or request.to_port:
            raise error(Code.INVALID_PORT, "`any` forwards the whole address, so it takes no port.")
        return protocol, None, None
    if not request.port:
        raise error(Code.INVALID_PORT, f"{protocol} forwards a port or a range.", hint="Name the port.")
    port, to_port = checked_ports(request.port), checked_ports(request.to_port or request.port)
    if port.size != to_port.size:
        raise error(Code.INVALID_PORT, f"{request.port} and {request.to_port} are ranges of unequal size.")
    return protocol, port, to_port

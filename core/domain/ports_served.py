"""The host behind a port of an EIP, by the NAT entries of one moment."""

from __future__ import annotations

from collections.abc import Sequence

from core.domain.values import Binding, BindingKind

__all__ = ["port_words"]


def port_words(bindings: Sequence[Binding], port: int, protocol: str | None) -> str:
    """Return a sentence, with a space before it, on the private host of a port; empty without NAT entries.

    Args:
        bindings: those of the EIP at that moment.
        port: the public port, 0 to 65535.
        protocol: in lower case, or None when it is not known.

    """
    entries = [each for each in bindings if each.kind is BindingKind.DNAT]
    hosts = [_host(each, port) for each in entries if _forwards(each, port, protocol)]
    asked = f"port {port}" if protocol is None else f"{protocol} port {port}"
    if hosts:
        return f" {asked[0].upper()}{asked[1:]} comes in to {' or '.join(dict.fromkeys(hosts))}."
    leaving = [each for each in bindings if each.kind is BindingKind.SNAT]
    if leaving:
        gateways = ", ".join(
            f"{each.service_id} ({', '.join(each.sources) or 'no subnet is known'})" for each in leaving
        )
        return f" No DNAT entry forwards {asked}: a source port left by {gateways}; the log there tells which host."
    return f" No DNAT entry forwards {asked}: nothing listens there." if entries else ""


def _forwards(entry: Binding, port: int, protocol: str | None) -> bool:
    matches = entry.port is None or entry.port.first <= port <= entry.port.last
    return matches and (protocol is None or entry.protocol in {protocol, "any", None})


def _host(entry: Binding, port: int) -> str:
    """Return `10.0.0.12:2525 by dnat nat-1`; a range of ports goes to the range behind it in order."""
    inner = port
    if entry.port is not None and entry.to_port is not None:
        same = entry.to_port.size == entry.port.size
        inner = entry.to_port.first + (port - entry.port.first if same else 0)
    return f"{entry.private_ip}:{inner} by {entry.kind.value} {entry.service_id}"

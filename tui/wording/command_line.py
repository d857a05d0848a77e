"""The `eipdeck` command line that says the same as a request: what a review shows and an operator can paste."""

from __future__ import annotations

import shlex
from functools import singledispatch
from typing import Any

from core import (
    AcceptRequest,
    ActivateRequest,
    AddCidrRequest,
    AddServiceRequest,
    AllocationRequest,
    BandwidthRequest,
    BindingKind,
    BindRequest,
    DrainRequest,
    PoolSettingsRequest,
    RecoverRequest,
    RehomeRequest,
    ReleaseRequest,
    RemoveServiceRequest,
    ReserveRequest,
    RetireRequest,
    SetAsnRequest,
    UnbindRequest,
    UnreserveRequest,
    option,
    shell_command,
)

__all__ = ["command_line", "with_reason"]


def command_line(request: Any) -> str:
    """The command of any request of the platform, quoted for a shell; the reason is always last.

    Raises:
        TypeError: it is no request.

    """
    words = [*_words(request), *option("--request-id", request.request_id)]
    return shell_command(*words, *option("--reason", request.reason))


def with_reason(line: str, reason: str) -> str:
    """The same command with another reason, or with none."""
    words = shlex.split(line)
    if len(words) > 1 and words[-2] == "--reason":
        del words[-2:]
    elif words and words[-1].startswith("--reason="):
        del words[-1]
    return shlex.join([*words, *option("--reason", reason or None)])


def _flag(name: str, *, on: bool) -> list[str]:
    return [name] if on else []


@singledispatch
def _words(request: object) -> list[str]:
    raise TypeError(f"{type(request).__name__} is no request")


@_words.register
def _(request: AllocationRequest) -> list[str]:
    count = request.count if request.count != 1 else None
    return [
        "allocate",
        *option("--pool", request.pool_id),
        *_flag("--default", on=request.default),
        *option("--region", request.region),
        *option("--address", request.address),
        *option("--count", count),
        *option("--name", request.name),
        *option("--bandwidth", request.bandwidth_mbps),
        *_flag("--dry-run", on=request.dry_run),
    ]


@_words.register
def _(request: BindRequest) -> list[str]:
    words = ["bind", request.eip]
    match request.kind:
        case BindingKind.NIC:
            return [
                *words,
                *option("--nic", request.service_id),
                *option("--private-ip", request.private_ip),
            ]
        case BindingKind.SNAT:
            sources = [word for source in request.sources for word in option("--source", source)]
            return [*words, *option("--snat", request.service_id), *sources]
        case BindingKind.DNAT:
            return [
                *words,
                *option("--dnat", request.service_id),
                *option("--private-ip", request.private_ip),
                *option("--protocol", request.protocol),
                *option("--port", request.port),
                *option("--to-port", request.to_port),
            ]
        case BindingKind.LOAD_BALANCER:
            return [*words, *option("--load-balancer", request.service_id)]


@_words.register
def _(request: UnbindRequest) -> list[str]:
    return ["unbind", request.eip, *option("--binding", request.binding_id)]


@_words.register
def _(request: ReleaseRequest) -> list[str]:
    return ["release", *request.eips, *_flag("--unbind", on=request.unbind), "--yes"]


@_words.register
def _(request: BandwidthRequest) -> list[str]:
    return ["bandwidth", request.eip, str(request.bandwidth_mbps)]


@_words.register
def _(request: RehomeRequest) -> list[str]:
    return [
        "rehome",
        request.eip,
        *option("--pool", request.pool_id),
        *option("--address", request.address),
        *_flag("--keep", on=request.keep),
        "--yes",
    ]


@_words.register
def _(request: RecoverRequest) -> list[str]:
    return ["recover", request.address]


@_words.register
def _(request: AcceptRequest) -> list[str]:
    return ["accept", request.finding, *option("--until", request.until)]


@_words.register
def _(request: AddCidrRequest) -> list[str]:
    return [
        "cidr",
        "add",
        request.cidr,
        *option("--isp", request.isp),
        *option("--asn", request.asn),
        *option("--pool", request.pool_id),
        *option("--region", request.region),
        *_flag("--avoid-edges", on=request.avoid_edges),
    ]


@_words.register
def _(request: ActivateRequest) -> list[str]:
    return ["cidr", "activate", request.cidr]


@_words.register
def _(request: SetAsnRequest) -> list[str]:
    return ["cidr", "set-asn", request.cidr, str(request.asn)]


@_words.register
def _(request: DrainRequest) -> list[str]:
    return ["cidr", "drain", request.cidr]


@_words.register
def _(request: RetireRequest) -> list[str]:
    return ["cidr", "retire", request.cidr, "--yes"]


@_words.register
def _(request: PoolSettingsRequest) -> list[str]:
    return [
        "pool",
        "set",
        request.pool_id,
        *option("--order", request.order),
        *option("--cooldown", request.cooldown_seconds),
        *option("--warn", request.warn_percent),
        *option("--critical", request.critical_percent),
    ]


@_words.register
def _(request: ReserveRequest) -> list[str]:
    return ["reserve", request.cidr, _span(request.first, request.last), *_flag("--soft", on=request.soft)]


@_words.register
def _(request: UnreserveRequest) -> list[str]:
    return ["unreserve", request.cidr, _span(request.first, request.last)]


@_words.register
def _(request: RemoveServiceRequest) -> list[str]:
    return ["service", "remove", request.service_id]


@_words.register
def _(request: AddServiceRequest) -> list[str]:
    return [
        "service",
        "add",
        request.kind.value,
        request.service_id,
        *option("--name", request.name),
        *option("--region", request.region),
        *(word for address in request.private_ips for word in option("--private-ip", address)),
        *(word for subnet in request.subnets for word in option("--subnet", subnet)),
    ]


def _span(first: str, last: str | None) -> str:
    return first if last is None or last == first else f"{first}-{last}"

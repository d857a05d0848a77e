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
)

__all__ = ["command_line", "with_reason"]


def command_line(request: Any) -> str:
    """The command of any request of the platform, quoted for a shell; the reason is always last.

    Raises:
        TypeError: it is no request.

    """
    words = ["eipdeck", *_words(request), *_option("--request-id", request.request_id)]
    return shlex.join([*words, *_option("--reason", request.reason)])


def with_reason(command: str, reason: str) -> str:
    """The same command with another reason, or with none."""
    words = shlex.split(command)
    if len(words) > 1 and words[-2] == "--reason":
        del words[-2:]
    elif words and words[-1].startswith("--reason="):
        del words[-1]
    return shlex.join([*words, *_option("--reason", reason or None)])


def _option(name: str, value: object) -> list[str]:
    """An option and its value; joined by `=` when the value would be taken for an option itself."""
    if value is None:
        return []
    text = str(value)
    return [f"{name}={text}"] if text.startswith("-") else [name, text]


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
        *_option("--pool", request.pool_id),
        *_flag("--default", on=request.default),
        *_option("--region", request.region),
        *_option("--address", request.address),
        *_option("--count", count),
        *_option("--name", request.name),
        *_option("--bandwidth", request.bandwidth_mbps),
        *_flag("--dry-run", on=request.dry_run),
    ]


@_words.register
def _(request: BindRequest) -> list[str]:
    words = ["bind", request.eip]
    match request.kind:
        case BindingKind.NIC:
            return [
                *words,
                *_option("--nic", request.service_id),
                *_option("--private-ip", request.private_ip),
            ]
        case BindingKind.SNAT:
            sources = [word for source in request.sources for word in _option("--source", source)]
            return [*words, *_option("--snat", request.service_id), *sources]
        case BindingKind.DNAT:
            return [
                *words,
                *_option("--dnat", request.service_id),
                *_option("--private-ip", request.private_ip),
                *_option("--protocol", request.protocol),
                *_option("--port", request.port),
                *_option("--to-port", request.to_port),
            ]
        case BindingKind.LOAD_BALANCER:
            return [*words, *_option("--load-balancer", request.service_id)]


@_words.register
def _(request: UnbindRequest) -> list[str]:
    return ["unbind", request.eip, *_option("--binding", request.binding_id)]


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
        *_option("--pool", request.pool_id),
        *_option("--address", request.address),
        *_flag("--keep", on=request.keep),
        "--yes",
    ]


@_words.register
def _(request: RecoverRequest) -> list[str]:
    return ["recover", request.address]


@_words.register
def _(request: AcceptRequest) -> list[str]:
    return ["accept", request.finding, *_option("--until", request.until)]


@_words.register
def _(request: AddCidrRequest) -> list[str]:
    return [
        "cidr",
        "add",
        request.cidr,
        *_option("--isp", request.isp),
        *_option("--asn", request.asn),
        *_option("--pool", request.pool_id),
        *_option("--region", request.region),
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
        *_option("--order", request.order),
        *_option("--cooldown", request.cooldown_seconds),
        *_option("--warn", request.warn_percent),
        *_option("--critical", request.critical_percent),
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
        *_option("--name", request.name),
        *_option("--region", request.region),
        *(word for address in request.private_ips for word in _option("--private-ip", address)),
        *(word for subnet in request.subnets for word in _option("--subnet", subnet)),
    ]


def _span(first: str, last: str | None) -> str:
    return first if last is None or last == first else f"{first}-{last}"

"""The call of each verb, and how the account shows that it was made."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from enum import Enum, auto
from typing import Any, Final

from core.domain import requests
from core.domain.errors import Code, error
from core.domain.json_value import JsonObject
from core.domain.requests import BandwidthRequest, ReleaseRequest, RenameRequest, Request
from core.domain.values import Eip, EipStatus

__all__ = ["STEPS", "Shown", "Step", "asked_json", "request_from", "subject_of"]


class Shown(Enum):
    """The state of a change on the account."""

    DONE = auto()
    FAILED = auto()
    """The platform gave up in the background."""
    NOT_YET = auto()
    BINNED = auto()
    """A released EIP is in the recycle bin: it keeps its address."""


@dataclass(frozen=True, slots=True)
class Step:
    """One verb as a call."""

    action: str
    body: Callable[[Any, Eip], JsonObject]
    """The fields of the call, from the request and the EIP; refuses what the platform would."""
    shown: Callable[[JsonObject, JsonObject | None], Shown]
    """Reads the state of a change from the sent fields and the row of the EIP; None: the account has no such EIP."""


_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9/_.-]{0,61}[A-Za-z0-9]", re.ASCII)


def _name(request: RenameRequest, eip: Eip) -> JsonObject:
    if not _NAME.fullmatch(request.name):
        raise error(
            Code.INVALID_NAME,
            f"{request.name!r} is not a name of the platform; nothing was sent.",
            hint="It has 2 to 63 letters, digits, -, /, _ and ., and begins and ends with a letter or a digit.",
        )
    return {"eipId": str(eip.id), "name": request.name}


def _named(body: JsonObject, row: JsonObject | None) -> Shown:
    return Shown.DONE if row is not None and row.get("name") == body["name"] else Shown.NOT_YET


def _cap(request: BandwidthRequest, eip: Eip) -> JsonObject:
    return {"eipId": str(eip.id), "bandwidth": request.bandwidth_mbps}


def _capped(body: JsonObject, row: JsonObject | None) -> Shown:
    running = None if row is None else row.get("operationInfo")
    state = running.get("status") if isinstance(running, dict) else None
    if row is not None and state != "OPERATING" and row.get("bandwidth") == body["bandwidth"]:
        return Shown.DONE
    return Shown.FAILED if state == "FAILED" else Shown.NOT_YET


def _delete(request: ReleaseRequest, eip: Eip) -> JsonObject:
    if len(request.eips) != 1:
        raise error(
            Code.PLATFORM_REFUSED,
            f"{len(request.eips)} EIPs at once are not released on a live account yet; nothing was sent.",
            hint="Release them one by one.",
        )
    if eip.status is EipStatus.BOUND:
        raise error(
            Code.PLATFORM_REFUSED,
            f"eipdeck does not unbind on a live account yet, and {eip.address} is bound; nothing was sent.",
            hint="Unbind it in Zenlayer's console, and sync.",
        )
    return {"eipId": str(eip.id)}


def _deleted(_body: JsonObject, row: JsonObject | None) -> Shown:
    if row is None:
        return Shown.DONE
    return Shown.BINNED if row.get("status") == "RECYCLED" else Shown.NOT_YET


STEPS: Final[Mapping[type[Request[Any]], Step]] = {
    RenameRequest: Step("ModifyEipAttribute", _name, _named),
    BandwidthRequest: Step("ModifyEipBandwidth", _cap, _capped),
    ReleaseRequest: Step("DeleteEip", _delete, _deleted),
}


def subject_of(request: Request[Any]) -> str:
    """Return the EIP that a request names."""
    return request.eips[0] if isinstance(request, ReleaseRequest) else str(getattr(request, "eip"))  # noqa: B009  # of any


def asked_json(request: Request[Any]) -> str:
    """Return a request as text, without what the operator saw."""
    return json.dumps({each.name: getattr(request, each.name) for each in fields(request) if each.name != "expected"})


def request_from(verb: str, asked: str) -> Request[Any]:
    """Return the request that was noted."""
    given = json.loads(asked)
    made: Request[Any] = getattr(requests, verb)(
        **{key: tuple(value) if isinstance(value, list) else value for key, value in given.items()}
    )
    return made

"""The meaning of a failed call: whether to repeat it, and the refusal in the words of the interface."""

from __future__ import annotations

from enum import Enum, auto
from typing import Final

from core.domain.errors import Code, EipdeckError, error

__all__ = [
    "NETWORK",
    "NOT_JSON",
    "Failed",
    "Next",
    "Outcome",
    "change_refusal",
    "next_step",
    "outcome_of",
    "refusal_of",
]

NETWORK: Final = "NETWORK_ERROR"
"""The code of a call without an answer."""
NOT_JSON: Final = "NOT_JSON"
"""The code of an answer that is not of the API."""


class Failed(Exception):  # not an error of eipdeck: `reading` and `mirror` decide what follows from it
    """A call without a good answer."""

    def __init__(
        self,
        action: str,
        code: str,
        message: str,
        *,
        request_id: str | None = None,
        status: int | None = None,
        sent: bool = True,
        retry_after: float | None = None,
        clock_off: float | None = None,
    ) -> None:
        super().__init__(f"{action}: {code}")
        self.action = action
        self.code = _same(code)
        self.message = message
        """The words of the API, or ours for a call without an answer; the API's are hostile text."""
        self.request_id = request_id
        self.status = status
        """The status of HTTP; None without an answer."""
        self.sent = sent
        """Whether the request may have reached the API."""
        self.retry_after = retry_after
        """Seconds that the API asks to wait."""
        self.clock_off = clock_off
        """Seconds by which the clock of this host is ahead of the API's, when the answer has a date."""


def _same(code: str) -> str:
    """Return a code in its one spelling: older services write `Invalid.Eip.Not.Found`."""
    return code.upper().replace(".", "_")


class Next(Enum):
    """The next step after a failed read."""

    RETRY = auto()
    SLOW_DOWN = auto()
    """Repeat it, with fewer calls a second from here on."""
    NOT_PERMITTED = auto()
    """The key may not use this action; others go on."""
    GONE = auto()
    """The object does not exist."""
    STOP = auto()
    """No call can succeed."""
    REFUSED = auto()
    """The API refuses this call."""


_AGAIN: Final = (
    *(NETWORK, "SERVICE_TEMPORARY_UNAVAILABLE", "INTERNAL_SERVER_ERROR"),
    *("REQUEST_TIMED_OUT", "INVALID_OPERATION_TIMEOUT"),
)
_BLOCKED: Final = ("SECURITY_CHALLENGE", "REQUEST_BLOCKED")
_FIREWALLS: Final = (401, 403, 407, 451)
"""Statuses of an answer that is not of the API, but of something on the way."""


def next_step(failed: Failed) -> Next:
    """Return the next step after a failed read."""
    code, status = failed.code, failed.status
    if code == "REQUEST_LIMIT_EXCEEDED" or status == 429:
        return Next.SLOW_DOWN
    if code == "AUTHFAILURE_UNAUTHORIZED_OPERATION":
        return Next.NOT_PERMITTED
    if code.startswith("AUTHFAILURE_") or code in _BLOCKED:
        return Next.STOP
    if code == NOT_JSON:
        return Next.STOP if status in _FIREWALLS else Next.RETRY
    if code.endswith("_NOT_FOUND"):
        return Next.GONE
    if code in _AGAIN or (status is not None and status >= 500 and not _is_business(code)):
        return Next.RETRY
    return Next.REFUSED


def _is_business(code: str) -> bool:
    """Return whether a rule of the platform refused, whatever the status of HTTP: some come as 500."""
    return code.startswith(("OPERATION_DENIED_", "INVALID_", "MISSING_"))


class Outcome(Enum):
    """The effect of a failed change on the account."""

    REFUSED = auto()
    """Nothing."""
    GONE = auto()
    """Nothing: the object does not exist."""
    NOT_TAKEN_UP = auto()
    """Nothing, most likely: too many calls, or not now."""
    UNKNOWN = auto()
    """It may have been made."""


_NOT_NOW: Final = "SERVICE_TEMPORARY_UNAVAILABLE"
_MAYBE: Final = ("INTERNAL_SERVER_ERROR", "REQUEST_TIMED_OUT", "INVALID_OPERATION_TIMEOUT", _NOT_NOW)
_ONCE: Final = ("CreateEips", "CreateSnatEntry", "CreateDnatEntry")
"""Actions that make another object each time; the platform may make it, though it answers that it cannot now."""


def outcome_of(failed: Failed) -> Outcome:
    """Return what a failed change did."""
    code, status = failed.code, failed.status
    if code == NETWORK:
        return Outcome.UNKNOWN if failed.sent else Outcome.REFUSED
    if status == 429 or code == "REQUEST_LIMIT_EXCEEDED" or (code == _NOT_NOW and failed.action not in _ONCE):
        return Outcome.NOT_TAKEN_UP
    if code == NOT_JSON:
        return Outcome.REFUSED if status in _FIREWALLS else Outcome.UNKNOWN
    if code in _MAYBE or (status is not None and status >= 500 and not _is_business(code)):
        return Outcome.UNKNOWN
    return Outcome.GONE if code.endswith("_NOT_FOUND") else Outcome.REFUSED


_CHANGES: Final = {
    "INVALID_EIP_NOT_FOUND": Code.EIP_NOT_FOUND,
    "OPERATION_FAILED_RESOURCE_NOT_FOUND": Code.EIP_NOT_FOUND,
    **dict.fromkeys((f"INVALID_{kind}_NOT_FOUND" for kind in ("NAT", "LB", "NIC", "HAVIP")), Code.SERVICE_NOT_FOUND),
    **dict.fromkeys((f"INVALID_{kind}_ENTRY_NOT_FOUND" for kind in ("SNAT", "DNAT")), Code.BINDING_NOT_FOUND),
    "INVALID_CIDR_NOT_FOUND": Code.CIDR_NOT_FOUND,
    "INVALID_REGION_NOT_FOUND": Code.POOL_NOT_FOUND,
    "OPERATION_DENIED_EIP_INSUFFICIENT": Code.POOL_EXHAUSTED,
    "OPERATION_DENIED_EIP_IS_NOT_UN_ASSIGN": Code.EIP_BOUND,
    "OPERATION_DENIED_EIP_NOT_ASSIGNED": Code.EIP_NOT_BOUND,
    "OPERATION_DENIED_EIP_NOT_ASSIGN_NAT": Code.CONFLICT,
    "OPERATION_DENIED_EIP_NOT_ASSIGN_NIC": Code.CONFLICT,
    "OPERATION_DENIED_EIP_REPEAT_ASSIGN": Code.HOLDER_CONFLICT,
    "OPERATION_DENIED_NAT_ENTRY_CONFIG_CONFLICT": Code.PORT_IN_USE,
    "OPERATION_DENIED_ANYPORT_DNAT_ENTRY": Code.ANYPORT_CONFLICT,
    "OPERATION_DENIED_NAT_STATUS": Code.CONFLICT,
    "OPERATION_DENIED_CIDR_HAS_IP_IN_USED": Code.CIDR_NOT_DRAINED,
    "OPERATION_DENIED_EIP_STATUS_NOT_SUPPORT": Code.CONFLICT,
    "OPERATION_FAILED_FOR_RECYCLE_RESOURCE": Code.CONFLICT,
    "OPERATION_DENIED_EIP_RECYCLED": Code.CONFLICT,
}
_SAID: Final = {
    "OPERATION_DENIED_CIDR_CREATE_SOURCE": "Zenlayer does not do this with an address of your own CIDR.",
    "OPERATION_DENIED_EIP_IS_DEFAULT": "The EIP came with its instance; it leaves with it alone.",
    "OPERATION_DENIED_EIP_IN_RISK_CONTROL": "Zenlayer has frozen the EIP (risk control): its support can tell why.",
    "OPERATION_DENIED_EIP_IS_GROUP": "The EIP is one of three lines, which cannot be an egress.",
    "OPERATION_DENIED_EIP_SUBSCRIPTION": "The EIP is paid for a period; it ends with that.",
}
"""Our sentences for refusals whose codes say too little."""
_QUOTAS: Final = ("_LIMIT", "_QUOTA", "_EXCEED_LIMIT", "_LIMIT_EXCEEDED")


def change_refusal(failed: Failed) -> EipdeckError:
    """Return the refusal of a change; nothing was changed."""
    refusal, code = refusal_of(failed), _CHANGES.get(failed.code)
    if failed.code.startswith("INVALID_PARAMETER_BANDWIDTH"):
        code = Code.INVALID_BANDWIDTH
    elif failed.code.endswith(_QUOTAS) and failed.code != "REQUEST_LIMIT_EXCEEDED":
        code = Code.QUOTA_EXCEEDED
    hint = f"{refusal.hint} Nothing was changed.".strip() if "othing" not in refusal.hint else refusal.hint
    reason = f"{failed.action}: {_SAID[failed.code]}" if failed.code in _SAID else refusal.reason
    return error(code or refusal.code, reason, hint=hint, details=refusal.details)


def refusal_of(failed: Failed) -> EipdeckError:
    """Return the refusal that a failed read ends as; its details have the platform's own words."""
    code, reason, hint = _worded(failed)
    platform = {
        "action": failed.action,
        "code": failed.code,
        "message": failed.message,
        "request_id": failed.request_id,
        "status": failed.status,
    }
    return error(code, reason, hint=hint, details={"platform": platform})


def _worded(failed: Failed) -> tuple[Code, str, str]:
    action, code = failed.action, failed.code
    if code == NETWORK:
        return Code.PLATFORM_UNAVAILABLE, f"{action}: {failed.message}", "Nothing was changed; try again."
    if code == NOT_JSON:
        if failed.status in _FIREWALLS:
            return Code.PLATFORM_UNAVAILABLE, *_on_the_way(failed)
        return Code.PLATFORM_UNAVAILABLE, f"{action}: the answer (HTTP {failed.status}) is not of the API.", ""
    if code in _BLOCKED:
        return Code.PLATFORM_UNAVAILABLE, *_on_the_way(failed)
    if code == "AUTHFAILURE_SIGNATURE_EXPIRED":
        return Code.PLATFORM_UNAVAILABLE, f"{action}: the clock of this host is off{_by(failed)}.", "Correct the clock."
    if code == "AUTHFAILURE_UNAUTHORIZED_OPERATION":
        return Code.PLATFORM_REFUSED, f"{action} is not permitted to this key.", "Ask who manages the account."
    if code.startswith("AUTHFAILURE_"):
        hint = "Look at the key or token of the profile; a token has an end."
        return Code.PLATFORM_REFUSED, f"{action}: Zenlayer does not accept the key or token ({code}).", hint
    if next_step(failed) in (Next.RETRY, Next.SLOW_DOWN):
        return Code.PLATFORM_UNAVAILABLE, f"{action}: Zenlayer does not answer now ({code}).", "Try again later."
    return Code.PLATFORM_REFUSED, f"{action}: Zenlayer refuses it ({code}).", ""


def _on_the_way(failed: Failed) -> tuple[str, str]:
    return (
        f"{failed.action}: a proxy or firewall answered (HTTP {failed.status}), not Zenlayer.",
        "Look at the proxy of the profile and of the environment.",
    )


_TOLERATED: Final = 300
"""Seconds by which clocks may part."""


def _by(failed: Failed) -> str:
    if failed.clock_off is None or abs(failed.clock_off) < _TOLERATED:
        return " by more than 5 minutes"
    return f" by {abs(failed.clock_off) / 60:.0f} minutes {'ahead' if failed.clock_off > 0 else 'behind'}"

"""Every refusal eipdeck can give, each with its code.

The tree (codes in brackets; an error without one is never raised itself)::

    EipdeckError
    ├── InvalidInput           invalid_address invalid_cidr invalid_count invalid_name invalid_port
    │                          invalid_bandwidth invalid_time invalid_filter invalid_import
    │                          usage confirmation_required                                  exit 2
    ├── Refused                a rule said no; nothing changed                              exit 4
    ├── NotFound               cidr_ pool_ eip_ binding_ service_ finding_ not_found        exit 5
    ├── Unavailable            store_busy store_unavailable schema_newer platform_unavailable exit 6
    └── OutcomeUnknown         outcome_unknown                                              exit 7

A code's first word decides its class, so `error(code, …)` is the one way to make any of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

__all__ = [
    "CODES",
    "EipdeckError",
    "InvalidInput",
    "NotFound",
    "OutcomeUnknown",
    "Refused",
    "Unavailable",
    "error",
]


_LONG = 1000
"""Characters that a sentence or a subject may have; no name has more than 255, but anything can be typed."""


def _short(text: str) -> str:
    """A text that a terminal can show whole: of a longer one its beginning and its end."""
    return text if len(text) <= _LONG else f"{text[: _LONG // 2]} ... {text[-_LONG // 4 :]}"


class EipdeckError(Exception):
    """A refusal: its code, one sentence of why, one of what to do, and the subject's details."""

    exit_code: ClassVar[int] = 4

    def __init__(self, code: str, message: str, *, hint: str = "", details: Mapping[str, Any] | None = None) -> None:
        super().__init__(_short(message))
        self.code = code
        self.reason = _short(message)
        self.hint = hint
        """What to do next, a sentence; empty when the reason says it."""
        self.details: dict[str, Any] = {
            key: _short(value) if isinstance(value, str) else value for key, value in (details or {}).items()
        }

    @property
    def message(self) -> str:
        """Why, and what to do: the sentence(s) every front end shows."""
        return f"{self.reason} {self.hint}".strip()

    def __str__(self) -> str:
        return self.message

    def document(self) -> dict[str, Any]:
        """The error document of the command line."""
        return {"error": {"code": self.code, "message": self.message, "details": self.details}}


class InvalidInput(EipdeckError):
    """What was typed cannot be meant; nothing was looked up, nothing changed."""

    exit_code = 2


class Refused(EipdeckError):
    """A rule of the platform said no; nothing changed."""

    exit_code = 4


class NotFound(EipdeckError):
    """There is no such object; nothing changed."""

    exit_code = 5


class Unavailable(EipdeckError):
    """The database or the platform cannot be reached or is busy; nothing changed."""

    exit_code = 6


class OutcomeUnknown(EipdeckError):
    """The platform did not answer in time; the history says what was sent."""

    exit_code = 7


_INVALID = (
    "usage confirmation_required invalid_address invalid_cidr invalid_count invalid_name invalid_port "
    "invalid_bandwidth invalid_time invalid_filter invalid_import"
)
_MISSING = "cidr_not_found pool_not_found eip_not_found binding_not_found service_not_found finding_not_found"
_UNAVAILABLE = "store_busy store_unavailable schema_newer platform_unavailable"
_REFUSED = (
    "cidr_overlap cidr_not_active cidr_not_drained pool_exhausted no_active_cidr address_in_use "
    "address_not_in_pool address_cooling address_reserved eip_bound eip_not_bound holder_conflict port_in_use "
    "anyport_conflict quota_exceeded region_mismatch conflict request_mismatch customer_pool_required "
    "asn_not_supported rpki_not_valid read_only platform_refused"
)
CODES: dict[str, type[EipdeckError]] = {
    **dict.fromkeys(_INVALID.split(), InvalidInput),
    **dict.fromkeys(_MISSING.split(), NotFound),
    **dict.fromkeys(_UNAVAILABLE.split(), Unavailable),
    **dict.fromkeys(_REFUSED.split(), Refused),
    "outcome_unknown": OutcomeUnknown,
}
"""Every code there is, with the class (and so the exit code) it belongs to."""


def error(code: str, message: str, *, hint: str = "", details: Mapping[str, Any] | None = None) -> EipdeckError:
    """The error of this code, ready to raise.

    Args:
        code: one of `CODES`; anything else is a KeyError, a defect of ours.
        message: why, one sentence.
        hint: what to do, one sentence.
        details: the subject, in JSON types.

    """
    return CODES[code](code, message, hint=hint, details=details)

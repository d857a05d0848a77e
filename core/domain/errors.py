"""The errors that eipdeck raises, each with a code.

The tree, with the codes of each class; `EipdeckError` itself is never raised::

    EipdeckError
    ├── InvalidInput           usage, confirmation_required, invalid_…             exit 2
    ├── Refused                a rule refused the change                           exit 4
    ├── NotFound               …_not_found                                         exit 5
    ├── Unavailable            store_busy, store_unavailable, history_lost, …      exit 6
    └── OutcomeUnknown         outcome_unknown, unfinished                         exit 7

The code decides the class, so errors are made by `error(code, …)` only.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, ClassVar, Final

__all__ = [
    "CODES",
    "Code",
    "EipdeckError",
    "Fix",
    "InvalidInput",
    "NotFound",
    "OutcomeUnknown",
    "Refused",
    "Unavailable",
    "error",
]


class Code(StrEnum):
    """The codes of the interface."""

    USAGE = "usage"
    CLOCK_DOUBTFUL = "clock_doubtful"
    CONFIRMATION_REQUIRED = "confirmation_required"
    INVALID_ADDRESS = "invalid_address"
    INVALID_CIDR = "invalid_cidr"
    INVALID_COUNT = "invalid_count"
    INVALID_NAME = "invalid_name"
    INVALID_PORT = "invalid_port"
    INVALID_BANDWIDTH = "invalid_bandwidth"
    INVALID_TIME = "invalid_time"
    INVALID_FILTER = "invalid_filter"
    INVALID_IMPORT = "invalid_import"

    CIDR_NOT_FOUND = "cidr_not_found"
    POOL_NOT_FOUND = "pool_not_found"
    EIP_NOT_FOUND = "eip_not_found"
    BINDING_NOT_FOUND = "binding_not_found"
    SERVICE_NOT_FOUND = "service_not_found"
    FINDING_NOT_FOUND = "finding_not_found"
    PLAN_NOT_FOUND = "plan_not_found"

    STORE_BUSY = "store_busy"
    STORE_UNAVAILABLE = "store_unavailable"
    SCHEMA_NEWER = "schema_newer"
    PLATFORM_UNAVAILABLE = "platform_unavailable"
    HISTORY_LOST = "history_lost"
    TIME_LIMIT = "time_limit"

    CIDR_OVERLAP = "cidr_overlap"
    CIDR_NOT_ACTIVE = "cidr_not_active"
    CIDR_NOT_DRAINED = "cidr_not_drained"
    POOL_EXHAUSTED = "pool_exhausted"
    NO_ACTIVE_CIDR = "no_active_cidr"
    ADDRESS_IN_USE = "address_in_use"
    ADDRESS_NOT_IN_POOL = "address_not_in_pool"
    ADDRESS_COOLING = "address_cooling"
    ADDRESS_RESERVED = "address_reserved"
    EIP_BOUND = "eip_bound"
    EIP_NOT_BOUND = "eip_not_bound"
    HOLDER_CONFLICT = "holder_conflict"
    PORT_IN_USE = "port_in_use"
    ANYPORT_CONFLICT = "anyport_conflict"
    QUOTA_EXCEEDED = "quota_exceeded"
    REGION_MISMATCH = "region_mismatch"
    CONFLICT = "conflict"
    REQUEST_MISMATCH = "request_mismatch"
    CUSTOMER_POOL_REQUIRED = "customer_pool_required"
    ASN_NOT_SUPPORTED = "asn_not_supported"
    RPKI_NOT_VALID = "rpki_not_valid"
    READ_ONLY = "read_only"
    PLATFORM_REFUSED = "platform_refused"

    OUTCOME_UNKNOWN = "outcome_unknown"
    UNFINISHED = "unfinished"


@dataclass(frozen=True, slots=True)
class Fix:
    """A command that helps. Each front end words it: as a command line, or as a key."""

    verb: str
    """`rehome`, `cidr drain`."""
    args: tuple[str, ...] = ()
    """Its positional words and options, unquoted."""

    @property
    def words(self) -> tuple[str, ...]:
        """The words of the command line after the name of the program, unquoted."""
        return (*self.verb.split(), *self.args)


_LONG: Final = 1000
"""Characters that a sentence or a detail may have. Names have at most 255, but text of any length can be typed."""


def _short(text: str) -> str:
    """Return the text, or the beginning and the end of a text longer than `_LONG`."""
    return text if len(text) <= _LONG else f"{text[: _LONG // 2]} ... {text[-_LONG // 4 :]}"


class EipdeckError(Exception):
    """An error with a code: the reason, what to do about it, and details of the subject."""

    exit_code: ClassVar[int] = 4

    overtaken: bool = False
    """Whether the database undid the change for another one: the same again may succeed."""

    def __init__(
        self,
        code: Code,
        message: str,
        *,
        hint: str = "",
        fix: Fix | None = None,
        details: Mapping[str, object] | None = None,
    ) -> None:
        super().__init__(_short(message))
        self.code = code
        self.reason = _short(message)
        self.hint = hint
        """The next step, one sentence in the words of every front end; empty when the reason says it."""
        self.fix = fix
        """A command that helps, for a front end to word beside the hint."""
        self.details: Mapping[str, Any] = {
            key: _short(value) if isinstance(value, str) else value for key, value in (details or {}).items()
        }

    @property
    def message(self) -> str:
        """The reason and the hint."""
        return f"{self.reason} {self.hint}".strip()

    def __str__(self) -> str:
        return self.message

    def document(self, message: str = "") -> dict[str, Mapping[str, object]]:
        """Return the error document, with the message in the words of a front end."""
        return {"error": {"code": self.code.value, "message": message or self.message, "details": self.details}}


class InvalidInput(EipdeckError):
    """The input has no valid meaning; nothing was looked up, nothing changed."""

    exit_code = 2


class Refused(EipdeckError):
    """A rule of the platform refused the change; nothing changed."""

    exit_code = 4


class NotFound(EipdeckError):
    """The object does not exist; nothing changed."""

    exit_code = 5


class Unavailable(EipdeckError):
    """The database or the platform cannot be reached or is busy; nothing changed."""

    exit_code = 6


class OutcomeUnknown(EipdeckError):
    """The platform did not answer in time, or refused in the middle of a plan; the history says what was sent."""

    exit_code = 7


_INVALID: Final = (Code.USAGE, Code.CONFIRMATION_REQUIRED)
_UNAVAILABLE: Final = (
    Code.STORE_BUSY,
    Code.STORE_UNAVAILABLE,
    Code.SCHEMA_NEWER,
    Code.PLATFORM_UNAVAILABLE,
    Code.HISTORY_LOST,
    Code.TIME_LIMIT,
)


def _class_of(code: Code) -> type[EipdeckError]:
    if code.startswith("invalid_") or code in _INVALID:
        return InvalidInput
    if code.endswith("_not_found"):
        return NotFound
    if code in _UNAVAILABLE:
        return Unavailable
    return OutcomeUnknown if code in (Code.OUTCOME_UNKNOWN, Code.UNFINISHED) else Refused


CODES: Final[dict[Code, type[EipdeckError]]] = {code: _class_of(code) for code in Code}
"""The class of each code, which has its exit code."""


def error(
    code: Code,
    message: str,
    *,
    hint: str = "",
    fix: Fix | None = None,
    details: Mapping[str, object] | None = None,
) -> EipdeckError:
    """Return the error of this code, ready to raise.

    Args:
        code: decides the class.
        message: the reason, one sentence.
        hint: what to do, one sentence without commands or options.
        fix: a command that helps.
        details: the subject, in JSON types.

    """
    return CODES[code](code, message, hint=hint, fix=fix, details=details)

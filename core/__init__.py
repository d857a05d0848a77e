"""Everything true without a terminal: the front door of eipdeck's core.

`open_desk` gives a `Desk`; every read is a method of it, every write one of `desk.platform`.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from core.addresses import InvalidTime, parse_time
from core.config import Config, config_path, load_config
from core.desk import Desk, login_name, open_desk
from core.embedded import default_path
from core.errors import (
    CODES,
    EipdeckError,
    InvalidInput,
    NotFound,
    OutcomeUnknown,
    Refused,
    Unavailable,
    error,
)
from core.evidence import Evidence
from core.filters import FILTER_KEYS, InvalidFilter, Word, filter_term, filter_words
from core.inventory import EIPS_COUNTED, Siblings
from core.listing import EipPage, EipQuery, EipRow
from core.objects import (
    Allocation,
    Binding,
    BindingKind,
    Broken,
    Cidr,
    CidrState,
    Eip,
    EipStatus,
    Event,
    Finding,
    FixIn,
    Imported,
    Pool,
    PoolKind,
    PoolOrder,
    Present,
    Proof,
    Restored,
    Service,
    ServiceKind,
    Severity,
    Verdict,
    VerdictWord,
    Warn,
    iso,
    to_json,
)
from core.presence import BEAT_SECONDS
from core.shell import command, option
from core.utilization import Outlook

if TYPE_CHECKING:
    from core.demo import seed_demo
    from core.platform import (
        AcceptRequest,
        ActivateRequest,
        AddCidrRequest,
        AddServiceRequest,
        AllocationRequest,
        BandwidthRequest,
        BindRequest,
        DrainRequest,
        Platform,
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
    from core.transfer.files import written_whole

__all__ = [
    "BEAT_SECONDS",
    "CODES",
    "EIPS_COUNTED",
    "FILTER_KEYS",
    "AcceptRequest",
    "ActivateRequest",
    "AddCidrRequest",
    "AddServiceRequest",
    "Allocation",
    "AllocationRequest",
    "BandwidthRequest",
    "BindRequest",
    "Binding",
    "BindingKind",
    "Broken",
    "Cidr",
    "CidrState",
    "Config",
    "Desk",
    "DrainRequest",
    "Eip",
    "EipPage",
    "EipQuery",
    "EipRow",
    "EipStatus",
    "EipdeckError",
    "Event",
    "Evidence",
    "Finding",
    "FixIn",
    "Imported",
    "InvalidFilter",
    "InvalidInput",
    "InvalidTime",
    "NotFound",
    "OutcomeUnknown",
    "Outlook",
    "Platform",
    "Pool",
    "PoolKind",
    "PoolOrder",
    "PoolSettingsRequest",
    "Present",
    "Proof",
    "RecoverRequest",
    "Refused",
    "RehomeRequest",
    "ReleaseRequest",
    "RemoveServiceRequest",
    "ReserveRequest",
    "Restored",
    "RetireRequest",
    "Service",
    "ServiceKind",
    "SetAsnRequest",
    "Severity",
    "Siblings",
    "Unavailable",
    "UnbindRequest",
    "UnreserveRequest",
    "Verdict",
    "VerdictWord",
    "Warn",
    "Word",
    "command",
    "config_path",
    "default_path",
    "error",
    "filter_term",
    "filter_words",
    "iso",
    "load_config",
    "login_name",
    "open_desk",
    "option",
    "parse_time",
    "seed_demo",
    "to_json",
    "written_whole",
]


_LATE = {"seed_demo": "core.demo", "written_whole": "core.transfer.files"}


def __getattr__(name: str) -> Any:
    """What changes something is imported when it is first asked for: most sessions begin, and many end, by looking."""
    if name not in __all__:
        raise AttributeError(name)
    return getattr(import_module(_LATE.get(name, "core.platform")), name)

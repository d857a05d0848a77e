"""The public API of eipdeck's core, which has no terminal.

`open_inventory` returns an `Inventory`: every read is a method, and every change is a request to `execute`.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from core.domain.command_text import option, shell_command
from core.domain.config import Config, config_path, load_config
from core.domain.errors import (
    CODES,
    Code,
    EipdeckError,
    Fix,
    InvalidInput,
    NotFound,
    OutcomeUnknown,
    Refused,
    Unavailable,
    error,
)
from core.domain.filters import FILTER_KEYS, InvalidFilter, Word, filter_term, filter_words
from core.domain.json_types import json_fields, to_json
from core.domain.ports import PortRange
from core.domain.quotas import DNAT_ENTRIES, EIPS_A_PRIVATE_ADDRESS, SNAT_ENTRIES
from core.domain.results import ClockAccepted, Imported, Proof, Restored, Violation
from core.domain.text_evidence import DoubtCount, Evidence, TextFacts
from core.domain.times import InvalidTime, parse_time
from core.domain.values import (
    Allocation,
    Binding,
    BindingKind,
    Cidr,
    CidrState,
    Eip,
    EipStatus,
    Event,
    Finding,
    FixIn,
    OtherSession,
    Pool,
    PoolKind,
    PoolOrder,
    Service,
    ServiceKind,
    Severity,
    Verdict,
    VerdictWord,
    Warn,
    iso,
)
from core.inventory import Inventory, login_name, open_inventory
from core.operations.presence import BEAT_SECONDS
from core.queries.eips import EIPS_COUNTED, Siblings
from core.queries.listing import EipPage, EipQuery, EipRow
from core.queries.map_cells import AddressMap, CellState, MapCell
from core.queries.reads import InventorySnapshot
from core.queries.usage import Outlook
from core.queries.use_over_time import UseDay, UseOverTime
from core.storage.sqlite import default_path

if TYPE_CHECKING:
    from core.demo import seed_demo
    from core.domain.requests import *  # noqa: F403  # each request is public, and listed once, there
    from core.storage.reading import reading
    from core.storage.whole_file import written_whole

__all__ = [
    "BEAT_SECONDS",
    "CODES",
    "DNAT_ENTRIES",
    "EIPS_A_PRIVATE_ADDRESS",
    "EIPS_COUNTED",
    "FILTER_KEYS",
    "SNAT_ENTRIES",
    "AddressMap",
    "Allocation",
    "Binding",
    "BindingKind",
    "CellState",
    "Cidr",
    "CidrState",
    "ClockAccepted",
    "Code",
    "Config",
    "DoubtCount",
    "Eip",
    "EipPage",
    "EipQuery",
    "EipRow",
    "EipStatus",
    "EipdeckError",
    "Event",
    "Evidence",
    "Finding",
    "Fix",
    "FixIn",
    "Imported",
    "InvalidFilter",
    "InvalidInput",
    "InvalidTime",
    "Inventory",
    "InventorySnapshot",
    "MapCell",
    "NotFound",
    "OtherSession",
    "OutcomeUnknown",
    "Outlook",
    "Pool",
    "PoolKind",
    "PoolOrder",
    "PortRange",
    "Proof",
    "Refused",
    "Restored",
    "Service",
    "ServiceKind",
    "Severity",
    "Siblings",
    "TextFacts",
    "Unavailable",
    "UseDay",
    "UseOverTime",
    "Verdict",
    "VerdictWord",
    "Violation",
    "Warn",
    "Word",
    "config_path",
    "default_path",
    "error",
    "filter_term",
    "filter_words",
    "iso",
    "json_fields",
    "load_config",
    "login_name",
    "open_inventory",
    "option",
    "parse_time",
    "reading",
    "seed_demo",
    "shell_command",
    "to_json",
    "written_whole",
]


_LATE = {"reading": "core.storage.reading", "seed_demo": "core.demo", "written_whole": "core.storage.whole_file"}


def __getattr__(name: str) -> Any:
    """Import what is used late: most sessions begin with reads, and many make no change. Requests are public, too."""
    module = "core.domain.requests" if name.endswith("Request") else _LATE.get(name)
    if module is None:
        raise AttributeError(name)
    return getattr(import_module(module), name)

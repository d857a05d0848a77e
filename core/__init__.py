"""The public API of eipdeck's core, which has no terminal.

`open_inventory` returns an `Inventory`: every read is a method, and every change is a request to `execute`.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from core.domain.addresses import is_cidr
from core.domain.cidr_summary import CidrSummary
from core.domain.command_text import option, shell_command
from core.domain.config import Config, SavedView, config_path, load_config
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
from core.domain.login import login_name
from core.domain.memory import Lineage, Loss, Memory, Noted, OwnChange
from core.domain.ports import PortRange
from core.domain.ports_served import port_words
from core.domain.progress import WORK, Progress, progress_to
from core.domain.quotas import DNAT_ENTRIES, EIPS_A_PRIVATE_ADDRESS, SNAT_ENTRIES
from core.domain.receipt import CarriedOut, ChainEnd, EventHead, Head, Receipt
from core.domain.results import (
    AccountPlan,
    ClockAccepted,
    Imported,
    KindRead,
    MirrorKind,
    MirrorState,
    PlanStep,
    Proof,
    Restored,
    Synced,
    Violation,
)
from core.domain.serving import BindingWords, short_kind, stored_binding
from core.domain.text_evidence import DoubtCount, Evidence, LineVerdicts, TextFacts, TextVerdicts
from core.domain.times import InvalidTime, full_time, parse_duration, parse_time
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
    FindingCode,
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
from core.inventory import Inventory, open_inventory
from core.operations.presence import BEAT_SECONDS
from core.queries.eips import EIPS_COUNTED, Siblings
from core.queries.history_reads import EventPage, EventQuery
from core.queries.listing import EipPage, EipQuery, EipRow
from core.queries.map_cells import AddressMap, CellState, MapCell
from core.queries.reads import InventorySnapshot
from core.queries.service_listing import SERVICE_SORTS, ServicePage, ServiceQuery, ServiceRow
from core.queries.usage import Outlook
from core.queries.use_over_time import UseDay, UseOverTime
from core.storage.sqlite import default_path

if TYPE_CHECKING:
    from core.account import AccountInventory, account_answers, open_account
    from core.demo import seed_demo
    from core.domain.config_problems import ConfigProblem, config_line
    from core.domain.config_settings import Setting, config_schema, config_settings
    from core.domain.evidence.own_formats import format_table
    from core.domain.requests import *  # noqa: F403  # each request is public, and listed once, there
    from core.live.file_problems import file_problems
    from core.live.handover import take_secrets
    from core.queries.figures import EipCount, Figures
    from core.queries.finding_changes import FindingChange, finding_changes, open_by_key
    from core.queries.findings import read_finding
    from core.storage.lease import Lease
    from core.storage.reading import reading
    from core.storage.tracing import trace_to
    from core.storage.whole_file import written_whole

__all__ = [
    "BEAT_SECONDS",
    "CODES",
    "DNAT_ENTRIES",
    "EIPS_A_PRIVATE_ADDRESS",
    "EIPS_COUNTED",
    "FILTER_KEYS",
    "SERVICE_SORTS",
    "SNAT_ENTRIES",
    "WORK",
    "AccountInventory",
    "AccountPlan",
    "AddressMap",
    "Allocation",
    "Binding",
    "BindingKind",
    "BindingWords",
    "CarriedOut",
    "CellState",
    "ChainEnd",
    "Cidr",
    "CidrState",
    "CidrSummary",
    "ClockAccepted",
    "Code",
    "Config",
    "ConfigProblem",
    "DoubtCount",
    "Eip",
    "EipCount",
    "EipPage",
    "EipQuery",
    "EipRow",
    "EipStatus",
    "EipdeckError",
    "Event",
    "EventHead",
    "EventPage",
    "EventQuery",
    "Evidence",
    "Figures",
    "Finding",
    "FindingChange",
    "FindingCode",
    "Fix",
    "FixIn",
    "Head",
    "Imported",
    "InvalidFilter",
    "InvalidInput",
    "InvalidTime",
    "Inventory",
    "InventorySnapshot",
    "KindRead",
    "Lease",
    "LineVerdicts",
    "Lineage",
    "Loss",
    "MapCell",
    "Memory",
    "MirrorKind",
    "MirrorState",
    "NotFound",
    "Noted",
    "OtherSession",
    "OutcomeUnknown",
    "Outlook",
    "OwnChange",
    "PlanStep",
    "Pool",
    "PoolKind",
    "PoolOrder",
    "PortRange",
    "Progress",
    "Proof",
    "Receipt",
    "Refused",
    "Restored",
    "SavedView",
    "Service",
    "ServiceKind",
    "ServicePage",
    "ServiceQuery",
    "ServiceRow",
    "Setting",
    "Severity",
    "Siblings",
    "Synced",
    "TextFacts",
    "TextVerdicts",
    "Unavailable",
    "UseDay",
    "UseOverTime",
    "Verdict",
    "VerdictWord",
    "Violation",
    "Warn",
    "Word",
    "account_answers",
    "config_line",
    "config_path",
    "config_schema",
    "config_settings",
    "default_path",
    "error",
    "file_problems",
    "filter_term",
    "filter_words",
    "finding_changes",
    "format_table",
    "full_time",
    "is_cidr",
    "iso",
    "json_fields",
    "load_config",
    "login_name",
    "open_account",
    "open_by_key",
    "open_inventory",
    "option",
    "parse_duration",
    "parse_time",
    "port_words",
    "progress_to",
    "read_finding",
    "reading",
    "seed_demo",
    "shell_command",
    "short_kind",
    "stored_binding",
    "take_secrets",
    "to_json",
    "trace_to",
    "written_whole",
]


_LATE = {
    "ConfigProblem": "core.domain.config_problems",
    "Setting": "core.domain.config_settings",
    "config_line": "core.domain.config_problems",
    "config_schema": "core.domain.config_settings",
    "config_settings": "core.domain.config_settings",
    "Lease": "core.storage.lease",
    "read_finding": "core.queries.findings",
    "EipCount": "core.queries.figures",
    "Figures": "core.queries.figures",
    "FindingChange": "core.queries.finding_changes",
    "finding_changes": "core.queries.finding_changes",
    "open_by_key": "core.queries.finding_changes",
    "AccountInventory": "core.account",
    "take_secrets": "core.live.handover",
    "account_answers": "core.account",
    "file_problems": "core.live.file_problems",
    "format_table": "core.domain.evidence.own_formats",
    "open_account": "core.account",
    "reading": "core.storage.reading",
    "seed_demo": "core.demo",
    "trace_to": "core.storage.tracing",
    "written_whole": "core.storage.whole_file",
}


def __getattr__(name: str) -> object:
    """Import what is used late: most sessions begin with reads, and many make no change. Requests are public, too."""
    module = "core.domain.requests" if name.endswith("Request") else _LATE.get(name)
    if module is None:
        raise AttributeError(name)
    return getattr(import_module(module), name)

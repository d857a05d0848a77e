"""The selection: the one item that keys act on, its details, and how it survives refreshes."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum

from core import (
    Cidr,
    CidrState,
    Eip,
    EipdeckError,
    EipPage,
    EipQuery,
    Event,
    Finding,
    Inventory,
    Outlook,
    Pool,
    Service,
    ServiceRow,
    Siblings,
    Verdict,
    VerdictWord,
    filter_term,
)
from tui.wording.phrases import with_port

__all__ = [
    "IDLE_COUNTED",
    "CidrFacts",
    "CurrentSelection",
    "PoolFacts",
    "Selection",
    "SelectionDetails",
    "SelectionKind",
    "is_address",
    "is_problem",
    "load_details",
]

_HISTORY = 30
"""Events of an address that are loaded."""
_TENANCIES = 10
"""Holders of an address that are loaded."""
_SIBLINGS = 20
"""Siblings of an EIP that are loaded."""
IDLE_COUNTED = 100
"""Idle EIPs that are counted; beyond that the count is not exact."""
_NAMED = 2
"""Bound EIPs whose services the verdict bar names while they block a retirement."""


class SelectionKind(StrEnum):
    ADDRESS = "address"
    POOL = "pool"
    CIDR = "cidr"
    SERVICE = "service"


@dataclass(frozen=True, slots=True)
class Selection:
    """One item of a list, or one looked-up address."""

    kind: SelectionKind
    id: str
    """Address, pool id, prefix or service id."""
    eip: Eip | None = None
    """The EIP as its row or verdict showed it; a change expects to find it unchanged."""
    finding: Finding | None = None
    """The finding under the cursor, when it came from the list of findings."""
    at: datetime | None = None
    """The past moment of a lookup; None means now."""
    doubts: str = ""
    """Why the moment of a lookup can be wrong, in words; empty without doubt."""
    port: int | None = None
    """The port beside a looked-up address."""
    protocol: str | None = None
    read_with: str = ""
    """What the operator said of the looked-up text."""

    @property
    def key(self) -> tuple[object, ...]:
        """The parts that decide what the details say."""
        return self.kind, self.id, self.at, self.port, self.protocol

    @property
    def words(self) -> str:
        """`203.0.113.7:25/tcp`: the item as a lookup takes it, without its moment."""
        return with_port(self.id, self.port, self.protocol)


@dataclass(frozen=True, slots=True)
class PoolFacts:
    """A pool, its forecast, and the idle EIPs that could give addresses back."""

    pool: Pool
    outlook: Outlook
    idle: EipPage
    """Its first idle EIPs, at most `IDLE_COUNTED`."""


@dataclass(frozen=True, slots=True)
class CidrFacts:
    """A CIDR, the event that brought it to its state, and its live EIPs."""

    cidr: Cidr
    turned: Event | None
    """The event that brought it to its state; None when the history has none."""
    living: EipPage
    """Its live EIPs; the rows are the first bound ones. Loaded while it is draining."""
    bound: int
    """The number of them that are bound."""


@dataclass(frozen=True, slots=True)
class SelectionDetails:
    """Everything the verdict bar and the detail pane say about the selection."""

    selection: Selection
    now: datetime
    verdict: Verdict | None = None
    eip: Eip | None = None
    services: tuple[Service, ...] = ()
    """The services the EIP is bound to."""
    siblings: Siblings = field(default_factory=Siblings)
    """Other live EIPs of those services."""
    history: tuple[Event, ...] = ()
    """The events of the address, newest last."""
    tenancies: tuple[Eip, ...] = ()
    """The EIPs that hold and held the address, newest first."""
    pool: PoolFacts | None = None
    cidr: CidrFacts | None = None
    service: ServiceRow | None = None
    """The selected service; None when it is not registered."""
    worst: Finding | None = None
    """The worst open finding about the selection as it is now."""

    @property
    def released(self) -> bool:
        """Whether the address had an EIP and has none now, so that it can be recovered."""
        return self.verdict is not None and self.eip is None and bool(self.history)

    @property
    def mixed(self) -> bool:
        """Whether some sibling has another owner than the EIP."""
        return self.eip is not None and any(
            sibling.customer_owned != self.eip.customer_owned for sibling in self.siblings.eips
        )


@dataclass(slots=True)
class CurrentSelection:
    """The selected item. It survives refreshes of the lists."""

    selection: Selection | None = None
    details: SelectionDetails | None = None
    """The details of the selection; None until they are loaded."""
    held: bool = False
    """A lookup selected it, or its row is gone: it stays selected until the operator moves."""

    def move(self, selection: Selection | None, *, by_operator: bool) -> None:
        """Follow the cursor to another row; the operator moved it, or the data changed."""
        current = self.selection
        if by_operator:
            self.held = False
            self._set(selection)
        elif not self.held and selection is None and current is not None:
            self.hold(replace(current, eip=None))
        elif not self.held or _same_present(selection, current):
            self._set(_with_lookup(selection, current))

    def hold(self, selection: Selection) -> None:
        """Select an item that need not have a row."""
        self.held = True
        self._set(selection)

    def learn(self, details: SelectionDetails) -> bool:
        """Take the loaded details; return False when another item is selected by now."""
        selection, about = self.selection, details.selection
        if selection is None or selection.key != about.key:
            return False
        self.details = details
        if selection.at is None and details.verdict is not None:
            self.selection = replace(selection, eip=details.eip)
        return True

    def _set(self, selection: Selection | None) -> None:
        current = self.selection
        if selection is None or current is None or selection.key != current.key:
            self.details = None
        self.selection = selection


def _same_present(selection: Selection | None, current: Selection | None) -> bool:
    """Whether the row of a looked-up address is its present state."""
    return selection is not None and current is not None and current.at is None and selection.id == current.id


def _with_lookup(row: Selection | None, current: Selection | None) -> Selection | None:
    """Return a row with what the lookup of its address said of it."""
    if row is None or current is None or row.id != current.id:
        return row
    return replace(
        row, port=current.port, protocol=current.protocol, doubts=current.doubts, read_with=current.read_with
    )


def is_address(text: str) -> bool:
    """Whether the text has the shape of one IPv4 address."""
    parts = text.split(".")
    return len(parts) == 4 and all(part.isascii() and part.isdigit() and int(part) < 256 for part in parts)


def is_problem(verdict: Verdict) -> bool:
    """Whether the verdict itself is a problem."""
    landed = verdict.eip is not None and verdict.eip.landed_in_default
    return landed or verdict.verdict is VerdictWord.UNKNOWN


def load_details(inventory: Inventory, selection: Selection) -> SelectionDetails:
    """Load the details of the selection; blocks.

    Raises:
        EipdeckError: the selected item is gone, or the database cannot be read.

    """
    match selection.kind:
        case SelectionKind.ADDRESS:
            return _address_facts(inventory, selection)
        case SelectionKind.POOL:
            return SelectionDetails(selection, inventory.now(), pool=_pool_facts(inventory, selection.id))
        case SelectionKind.CIDR:
            return SelectionDetails(selection, inventory.now(), cidr=_cidr_facts(inventory, selection.id))
        case SelectionKind.SERVICE:
            known = _known_services(inventory, [selection.id])
            return SelectionDetails(
                selection,
                inventory.now(),
                services=known,
                siblings=inventory.siblings([selection.id], limit=_SIBLINGS),
                service=inventory.service_row(selection.id) if known else None,
            )


def _pool_facts(inventory: Inventory, pool_id: str) -> PoolFacts:
    idle = inventory.page(EipQuery(f"is:idle {filter_term('pool', pool_id)}"), limit=IDLE_COUNTED, counted=False)
    return PoolFacts(inventory.pool(pool_id), inventory.outlook(pool_id), idle)


def _cidr_facts(inventory: Inventory, prefix: str) -> CidrFacts:
    cidr = inventory.cidr(prefix)
    events = reversed(inventory.cidr_history(prefix))
    turned = next((event for event in events if (event.after or {}).get("state") == cidr.state), None)
    if cidr.state is not CidrState.DRAINING:
        return CidrFacts(cidr, turned, EipPage((), 0), 0)
    bound = inventory.page(EipQuery(f"{filter_term('cidr', prefix)} state:bound", sort="address"), limit=_NAMED)
    return CidrFacts(cidr, turned, EipPage(bound.rows, cidr.allocated), bound.total)


def _address_facts(inventory: Inventory, selection: Selection) -> SelectionDetails:
    verdict = inventory.lookup(selection.words, selection.at)
    if ":" in selection.id:  # the inventory holds nothing more about an IPv6 address
        return SelectionDetails(selection, inventory.now(), verdict=verdict)
    eip = verdict.eip
    service_ids = list(dict.fromkeys(binding.service_id for binding in eip.bindings)) if eip else []
    return SelectionDetails(
        selection=selection,
        now=inventory.now(),
        verdict=verdict,
        eip=eip,
        services=_known_services(inventory, service_ids),
        siblings=inventory.siblings(service_ids, eip, limit=_SIBLINGS),
        history=tuple(inventory.history(verdict.address, limit=_HISTORY)),
        tenancies=tuple(inventory.tenancies(verdict.address, limit=_TENANCIES)),
    )


def _known_services(inventory: Inventory, service_ids: list[str]) -> tuple[Service, ...]:
    """Return the registered services; an imported binding may name one that is not registered."""
    found = []
    for service_id in service_ids:
        try:
            found.append(inventory.service(service_id))
        except EipdeckError as refusal:
            if refusal.code != "service_not_found":
                raise
    return tuple(found)

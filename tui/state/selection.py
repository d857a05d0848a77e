"""What is in hand: the one thing keys act on, and everything the strip and the detail say about it."""

from __future__ import annotations

from dataclasses import dataclass, field
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
    Siblings,
    Verdict,
    VerdictWord,
    filter_term,
)

__all__ = [
    "IDLE_COUNTED",
    "CidrFacts",
    "PoolFacts",
    "Selection",
    "SelectionDetails",
    "SelectionKind",
    "is_address",
    "is_problem",
    "load_details",
]

_HISTORY = 30
"""How many events of an address are read for its detail."""
_TENANCIES = 10
"""How many holders of an address are read for its detail."""
_SIBLINGS = 20
"""How many other EIPs of its services are read for the detail of an EIP."""
IDLE_COUNTED = 100
"""A million need not be counted to know that there are many."""
_NAMED = 2
"""Services that the strip names of those that keep a CIDR from being retired."""


class SelectionKind(StrEnum):
    ADDRESS = "address"
    POOL = "pool"
    CIDR = "cidr"
    SERVICE = "service"


@dataclass(frozen=True, slots=True)
class Selection:
    """The thing the strip is about."""

    kind: SelectionKind
    id: str
    """Address, pool id, prefix or service id."""
    eip: Eip | None = None
    """The EIP as its row or verdict showed it; what a change expects to find unchanged."""
    finding: Finding | None = None
    """The finding under the cursor, when it came from the list of findings."""
    at: datetime | None = None
    """The past moment of a lookup; None: now."""


@dataclass(frozen=True, slots=True)
class PoolFacts:
    """A pool, where it is heading, and who could give addresses back."""

    pool: Pool
    outlook: Outlook
    idle: EipPage
    """The first of its idle EIPs, `IDLE_COUNTED` at most."""


@dataclass(frozen=True, slots=True)
class CidrFacts:
    """A CIDR, since when and by whom it is in its state, and what lives in it."""

    cidr: Cidr
    turned: Event | None
    """What brought it to its state; None when the history does not tell."""
    living: EipPage
    """Its live EIPs, of which the first bound ones are in the rows; read while it is draining."""
    bound: int
    """How many of them serve something."""


@dataclass(frozen=True, slots=True)
class SelectionDetails:
    """What was read about the thing in hand."""

    selection: Selection
    now: datetime
    verdict: Verdict | None = None
    eip: Eip | None = None
    services: tuple[Service, ...] = ()
    """Those the EIP is bound to."""
    siblings: Siblings = field(default_factory=Siblings)
    """Other live EIPs of those services."""
    history: tuple[Event, ...] = ()
    """Of the address, newest last."""
    tenancies: tuple[Eip, ...] = ()
    """Of the address, newest first: who has it, and who had it before."""
    pool: PoolFacts | None = None
    cidr: CidrFacts | None = None

    @property
    def released(self) -> bool:
        """Whether the address had an EIP and has none: it can be recovered."""
        return self.verdict is not None and self.eip is None and bool(self.history)

    @property
    def mixed(self) -> bool:
        """Whether the siblings belong to another owner than the EIP."""
        return self.eip is not None and any(
            sibling.customer_owned != self.eip.customer_owned for sibling in self.siblings.eips
        )


def is_address(text: str) -> bool:
    """Whether the text has the shape of one IPv4 address."""
    parts = text.split(".")
    return len(parts) == 4 and all(part.isascii() and part.isdigit() and int(part) < 256 for part in parts)


def is_problem(verdict: Verdict) -> bool:
    """Whether the verdict itself asks for attention."""
    landed = verdict.eip is not None and verdict.eip.landed_in_default
    return landed or verdict.verdict is VerdictWord.UNKNOWN


def load_details(inventory: Inventory, selection: Selection) -> SelectionDetails:
    """Read about the thing in hand; blocks.

    Raises:
        EipdeckError: what is in hand is gone, or the database is.

    """
    match selection.kind:
        case SelectionKind.ADDRESS:
            return _address_facts(inventory, selection)
        case SelectionKind.POOL:
            return SelectionDetails(selection, inventory.now(), pool=_pool_facts(inventory, selection.id))
        case SelectionKind.CIDR:
            return SelectionDetails(selection, inventory.now(), cidr=_cidr_facts(inventory, selection.id))
        case SelectionKind.SERVICE:
            return SelectionDetails(
                selection,
                inventory.now(),
                services=_known_services(inventory, [selection.id]),
                siblings=inventory.siblings([selection.id]),
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
    if ":" in selection.id:
        return SelectionDetails(
            selection, inventory.now(), verdict=inventory.lookup_text([selection.id], selection.at)[0]
        )
    verdict = inventory.lookup(selection.id, selection.at)
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
    """The services that are registered; an imported binding may name one that is not."""
    found = []
    for service_id in service_ids:
        try:
            found.append(inventory.service(service_id))
        except EipdeckError as refusal:
            if refusal.code != "service_not_found":
                raise
    return tuple(found)

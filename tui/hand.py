"""What is in hand: the one thing keys act on, and everything the strip and the detail say about it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from core import (
    Cidr,
    CidrState,
    Desk,
    Eip,
    EipdeckError,
    EipPage,
    EipQuery,
    Event,
    Finding,
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
    "Facts",
    "Hand",
    "HandKind",
    "PoolFacts",
    "is_address",
    "is_problem",
    "read_facts",
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


class HandKind(StrEnum):
    ADDRESS = "address"
    POOL = "pool"
    CIDR = "cidr"
    SERVICE = "service"


@dataclass(frozen=True, slots=True)
class Hand:
    """The thing the strip is about."""

    kind: HandKind
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
class Facts:
    """What was read about the thing in hand."""

    hand: Hand
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


def read_facts(desk: Desk, hand: Hand) -> Facts:
    """Read about the thing in hand; blocks.

    Raises:
        EipdeckError: what is in hand is gone, or the database is.

    """
    match hand.kind:
        case HandKind.ADDRESS:
            return _address_facts(desk, hand)
        case HandKind.POOL:
            return Facts(hand, desk.now(), pool=_pool_facts(desk, hand.id))
        case HandKind.CIDR:
            return Facts(hand, desk.now(), cidr=_cidr_facts(desk, hand.id))
        case HandKind.SERVICE:
            return Facts(
                hand,
                desk.now(),
                services=_known_services(desk, [hand.id]),
                siblings=desk.siblings([hand.id]),
            )


def _pool_facts(desk: Desk, pool_id: str) -> PoolFacts:
    idle = desk.page(EipQuery(f"is:idle {filter_term('pool', pool_id)}"), limit=IDLE_COUNTED, counted=False)
    return PoolFacts(desk.pool(pool_id), desk.outlook(pool_id), idle)


def _cidr_facts(desk: Desk, prefix: str) -> CidrFacts:
    cidr = desk.cidr(prefix)
    events = reversed(desk.cidr_history(prefix))
    turned = next((event for event in events if (event.after or {}).get("state") == cidr.state), None)
    if cidr.state is not CidrState.DRAINING:
        return CidrFacts(cidr, turned, EipPage((), 0), 0)
    bound = desk.page(EipQuery(f"{filter_term('cidr', prefix)} state:bound", sort="address"), limit=_NAMED)
    return CidrFacts(cidr, turned, EipPage(bound.rows, cidr.allocated), bound.total)


def _address_facts(desk: Desk, hand: Hand) -> Facts:
    if ":" in hand.id:
        return Facts(hand, desk.now(), verdict=desk.lookup_text([hand.id], hand.at)[0])
    verdict = desk.lookup(hand.id, hand.at)
    eip = verdict.eip
    service_ids = list(dict.fromkeys(binding.service_id for binding in eip.bindings)) if eip else []
    return Facts(
        hand=hand,
        now=desk.now(),
        verdict=verdict,
        eip=eip,
        services=_known_services(desk, service_ids),
        siblings=desk.siblings(service_ids, eip, limit=_SIBLINGS),
        history=tuple(desk.history(verdict.address, limit=_HISTORY)),
        tenancies=tuple(desk.tenancies(verdict.address, limit=_TENANCIES)),
    )


def _known_services(desk: Desk, service_ids: list[str]) -> tuple[Service, ...]:
    """The services that are registered; an imported binding may name one that is not."""
    found = []
    for service_id in service_ids:
        try:
            found.append(desk.service(service_id))
        except EipdeckError as refusal:
            if refusal.code != "service_not_found":
                raise
    return tuple(found)

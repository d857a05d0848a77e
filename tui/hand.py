"""What is in hand: the one thing keys act on, and everything the strip and the detail say about it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from core import Cidr, Desk, Eip, EipdeckError, Event, Finding, Pool, Service, Verdict, VerdictWord

__all__ = ["Facts", "Hand", "HandKind", "is_address", "is_problem", "read_facts"]

_HISTORY = 30
"""How many events of an address are read for its detail."""


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
class Facts:
    """What was read about the thing in hand."""

    hand: Hand
    now: datetime
    verdict: Verdict | None = None
    eip: Eip | None = None
    services: tuple[Service, ...] = ()
    """Those the EIP is bound to."""
    siblings: tuple[Eip, ...] = ()
    """Other live EIPs of those services."""
    history: tuple[Event, ...] = ()
    """Of the address, newest last."""
    pool: Pool | None = None
    cidr: Cidr | None = None

    @property
    def released(self) -> bool:
        """Whether the address had an EIP and has none: it can be recovered."""
        return self.verdict is not None and self.eip is None and bool(self.history)

    @property
    def mixed(self) -> bool:
        """Whether the siblings belong to another owner than the EIP."""
        return self.eip is not None and any(
            sibling.customer_owned != self.eip.customer_owned for sibling in self.siblings
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
            return Facts(hand, desk.now(), pool=desk.pool(hand.id))
        case HandKind.CIDR:
            return Facts(hand, desk.now(), cidr=desk.cidr(hand.id))
        case HandKind.SERVICE:
            return Facts(
                hand,
                desk.now(),
                services=_known_services(desk, [hand.id]),
                siblings=tuple(desk.service_eips(hand.id)),
            )


def _address_facts(desk: Desk, hand: Hand) -> Facts:
    if ":" in hand.id:
        return Facts(hand, desk.now(), verdict=desk.lookup_text([hand.id], hand.at)[0])
    verdict = desk.lookup(hand.id, hand.at)
    eip = verdict.eip
    service_ids = list(dict.fromkeys(binding.service_id for binding in eip.bindings)) if eip else []
    siblings = {
        sibling.id: sibling
        for service_id in service_ids
        for sibling in desk.service_eips(service_id)
        if eip is None or sibling.id != eip.id
    }
    return Facts(
        hand=hand,
        now=desk.now(),
        verdict=verdict,
        eip=eip,
        services=_known_services(desk, service_ids),
        siblings=tuple(siblings.values()),
        history=tuple(desk.history(verdict.address, limit=_HISTORY)),
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

"""The story of one address: five tenancies, a retirement and a return, asked about at eleven moments and more."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from core import (
    BandwidthRequest,
    BindRequest,
    DrainRequest,
    Inventory,
    RecoverRequest,
    RetireRequest,
    UnbindRequest,
    VerdictWord,
    open_inventory,
)
from tests.core.kit import Clock, balancer, customer_cidr, fresh_desk, nic, one, release, services, snat

CIDR = "203.0.113.0/24"
ADDRESS = "203.0.113.7"
DAY = 86_400


class Told:
    """The story as it happens: what the verdict must be at each moment that is remembered."""

    def __init__(self, inventory: Inventory, clock: Clock) -> None:
        self.inventory = inventory
        self.clock = clock
        self.moments: list[tuple[datetime, VerdictWord, str | None, tuple[str, ...], str]] = []

    def now(self, word: VerdictWord, eip: str | None = None, serves: tuple[str, ...] = (), says: str = "") -> None:
        """What is true now, and must be said of this moment ever after."""
        self.moments.append((self.clock.now, word, eip, serves, says))
        self.clock.advance(DAY)

    def bind(self, request: BindRequest) -> None:
        self.inventory.execute(request)


def test_one_address_through_five_tenancies_a_retirement_and_a_return(tmp_path: Path) -> None:
    clock = Clock()
    inventory = fresh_desk(tmp_path, clock=clock)
    services(inventory)
    story = Told(inventory, clock)
    story.now(VerdictWord.UNKNOWN, says="known here since 2026-11-24 12:00:00Z")

    customer_cidr(inventory, CIDR, pool="edge", cooldown=3 * DAY)
    story.now(VerdictWord.CUSTOMER_UNALLOCATED, says="no EIP holds it")

    first = one(inventory, address=ADDRESS, name="first")
    story.now(VerdictWord.CUSTOMER_UNBOUND, first.id, says="serves nothing")
    story.bind(nic(ADDRESS))
    story.now(VerdictWord.CUSTOMER_BOUND, first.id, ("nic-1",))
    inventory.execute(UnbindRequest(eip=ADDRESS))
    story.bind(balancer(ADDRESS))
    story.now(VerdictWord.CUSTOMER_BOUND, first.id, ("lb-1",), says='"shop"')
    release(inventory, ADDRESS, unbind=True)
    story.now(VerdictWord.CUSTOMER_COOLING, says=f'{first.id} "first"')

    second = inventory.execute(RecoverRequest(address=ADDRESS)).eips[0]
    assert second.previous_eip_id == first.id
    story.now(VerdictWord.CUSTOMER_UNBOUND, second.id)
    release(inventory, ADDRESS)
    clock.advance(4 * DAY)
    story.now(VerdictWord.CUSTOMER_UNALLOCATED, says=str(second.id))

    third = one(inventory, address=ADDRESS, name="third")
    story.bind(snat(ADDRESS, "10.0.8.0/24"))
    story.now(VerdictWord.CUSTOMER_BOUND, third.id, ("nat-1",), says="10.0.8.0/24")
    inventory.execute(DrainRequest(cidr=CIDR))
    story.now(VerdictWord.CUSTOMER_BOUND, third.id, ("nat-1",))
    release(inventory, ADDRESS, unbind=True)
    story.now(VerdictWord.CUSTOMER_UNALLOCATED, says=f'{third.id} "third"')
    inventory.execute(RetireRequest(cidr=CIDR))
    story.now(VerdictWord.NOT_OURS, says=f"{CIDR} was yours until")

    customer_cidr(inventory, CIDR, pool="edge", cooldown=0)
    story.now(VerdictWord.CUSTOMER_COOLING, says=f'{third.id} "third"')
    fourth = one(inventory, address=ADDRESS)
    release(inventory, ADDRESS)
    clock.advance(1)
    fifth = one(inventory, address=ADDRESS)
    assert len({first.id, second.id, third.id, fourth.id, fifth.id}) == 5
    story.now(VerdictWord.CUSTOMER_UNBOUND, fifth.id)

    assert len(story.moments) >= 11
    ask(inventory, story)
    assert [eip.id for eip in inventory.tenancies(ADDRESS)] == [fifth.id, fourth.id, third.id, second.id, first.id]
    inventory.close()
    ask(open_inventory(inventory.url, operator="bob", clock=clock), story)

    clock.advance(-400 * DAY)  # a clock set back tells no other story
    ask(open_inventory(inventory.url, operator="carol", clock=clock), story)


def ask(inventory: Inventory, story: Told) -> None:
    """Every moment, one by one and in one text."""
    text = inventory.lookup_text(f"{moment.isoformat()} {ADDRESS}" for moment, *_ in story.moments)
    for (moment, word, eip, serves, says), bulk in zip(story.moments, text, strict=True):
        verdict = inventory.lookup(ADDRESS, moment)
        assert verdict == bulk._replace(line=None, time_source=None, doubts=())
        assert (verdict.verdict, verdict.eip.id if verdict.eip else None) == (word, eip), verdict.summary
        assert tuple(binding.service_id for binding in verdict.eip.bindings) == serves if verdict.eip else not serves
        assert says in verdict.summary


def test_many_addresses_have_the_verdicts_that_each_has_alone(inventory: Inventory, clock: Clock) -> None:
    services(inventory)
    customer_cidr(inventory, cooldown=DAY)
    for last in range(6):
        one(inventory, address=f"203.0.113.{last}")
    inventory.execute(nic("203.0.113.1"))
    before = clock.advance(DAY)
    inventory.execute(BandwidthRequest(eip="203.0.113.1", bandwidth_mbps=7))
    release(inventory, "203.0.113.2")
    asked = [f"203.0.113.{last}" for last in range(20)] + [
        "8.8.8.8",
        "10.0.0.1",
        "198.18.0.9",
        "203.0.113.1:443",
        "::1",
    ]
    for at in (None, before, clock.now):
        assert inventory.lookup_all(asked, at) == [inventory.lookup(each, at) for each in asked]

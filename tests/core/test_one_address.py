"""The story of one address: five tenancies, a retirement and a return, asked about at eleven moments and more."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from core import (
    BindRequest,
    Desk,
    DrainRequest,
    RecoverRequest,
    RetireRequest,
    UnbindRequest,
    VerdictWord,
    open_desk,
)
from tests.core.kit import Clock, balancer, customer_cidr, fresh_desk, nic, one, release, services, snat

CIDR = "203.0.113.0/24"
ADDRESS = "203.0.113.7"
DAY = 86_400


class Told:
    """The story as it happens: what the verdict must be at each moment that is remembered."""

    def __init__(self, desk: Desk, clock: Clock) -> None:
        self.desk = desk
        self.clock = clock
        self.moments: list[tuple[datetime, VerdictWord, str | None, tuple[str, ...], str]] = []

    def now(self, word: VerdictWord, eip: str | None = None, serves: tuple[str, ...] = (), says: str = "") -> None:
        """What is true now, and must be said of this moment ever after."""
        self.moments.append((self.clock.now, word, eip, serves, says))
        self.clock.advance(DAY)

    def bind(self, request: BindRequest) -> None:
        self.desk.platform.bind(request)


def test_one_address_through_five_tenancies_a_retirement_and_a_return(tmp_path: Path) -> None:
    clock = Clock()
    desk = fresh_desk(tmp_path, clock=clock)
    services(desk)
    story = Told(desk, clock)
    story.now(VerdictWord.NOT_OURS, says="in no known range")

    customer_cidr(desk, CIDR, pool="edge", cooldown=3 * DAY)
    story.now(VerdictWord.CUSTOMER_UNALLOCATED, says="no EIP holds it")

    first = one(desk, address=ADDRESS, name="first")
    story.now(VerdictWord.CUSTOMER_UNBOUND, first.id, says="serves nothing")
    story.bind(nic(ADDRESS))
    story.now(VerdictWord.CUSTOMER_BOUND, first.id, ("nic-1",))
    desk.platform.unbind(UnbindRequest(eip=ADDRESS))
    story.bind(balancer(ADDRESS))
    story.now(VerdictWord.CUSTOMER_BOUND, first.id, ("lb-1",), says='"shop"')
    release(desk, ADDRESS, unbind=True)
    story.now(VerdictWord.CUSTOMER_COOLING, says=f'{first.id} "first"')

    second = desk.platform.recover(RecoverRequest(address=ADDRESS)).eips[0]
    assert second.previous_eip_id == first.id
    story.now(VerdictWord.CUSTOMER_UNBOUND, second.id)
    release(desk, ADDRESS)
    clock.advance(4 * DAY)
    story.now(VerdictWord.CUSTOMER_UNALLOCATED, says=str(second.id))

    third = one(desk, address=ADDRESS, name="third")
    story.bind(snat(ADDRESS, "10.0.8.0/24"))
    story.now(VerdictWord.CUSTOMER_BOUND, third.id, ("nat-1",), says="10.0.8.0/24")
    desk.platform.drain_cidr(DrainRequest(cidr=CIDR))
    story.now(VerdictWord.CUSTOMER_BOUND, third.id, ("nat-1",))
    release(desk, ADDRESS, unbind=True)
    story.now(VerdictWord.CUSTOMER_UNALLOCATED, says=f'{third.id} "third"')
    desk.platform.retire_cidr(RetireRequest(cidr=CIDR))
    story.now(VerdictWord.NOT_OURS, says=f"{CIDR} was yours until")

    customer_cidr(desk, CIDR, pool="edge", cooldown=0)
    story.now(VerdictWord.CUSTOMER_COOLING, says=f'{third.id} "third"')
    fourth = one(desk, address=ADDRESS)
    release(desk, ADDRESS)
    clock.advance(1)
    fifth = one(desk, address=ADDRESS)
    assert len({first.id, second.id, third.id, fourth.id, fifth.id}) == 5
    story.now(VerdictWord.CUSTOMER_UNBOUND, fifth.id)

    assert len(story.moments) >= 11
    ask(desk, story)
    assert [eip.id for eip in desk.tenancies(ADDRESS)] == [fifth.id, fourth.id, third.id, second.id, first.id]
    desk.close()
    ask(open_desk(desk.url, operator="bob", clock=clock), story)

    clock.advance(-400 * DAY)  # a clock set back tells no other story
    ask(open_desk(desk.url, operator="carol", clock=clock), story)


def ask(desk: Desk, story: Told) -> None:
    """Every moment, one by one and in one text."""
    text = desk.lookup_text(f"{moment.isoformat()} {ADDRESS}" for moment, *_ in story.moments)
    for (moment, word, eip, serves, says), bulk in zip(story.moments, text, strict=True):
        verdict = desk.lookup(ADDRESS, moment)
        assert verdict == bulk
        assert (verdict.verdict, verdict.eip.id if verdict.eip else None) == (word, eip), verdict.summary
        assert tuple(binding.service_id for binding in verdict.eip.bindings) == serves if verdict.eip else not serves
        assert says in verdict.summary

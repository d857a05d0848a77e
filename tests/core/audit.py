"""What must hold of any database at any moment, read from its rows and compared with what the desk says."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from itertools import pairwise

from core import CidrState, Inventory
from core.domain.values import to_micros
from tests.core.kit import ON_POSTGRESQL, Read, broken_links, reading

MINUTE = 60_000_000


@dataclass
class Life:
    """One CIDR row and what lies in it."""

    id: int
    cidr: str
    pool: str
    first: int
    last: int
    state: str
    allocated: int
    reserved: int
    live: set[int] = field(default_factory=set)
    withheld: set[int] = field(default_factory=set)
    free: set[int] = field(default_factory=set)
    cooling: dict[int, int] = field(default_factory=dict)

    @property
    def size(self) -> int:
        return self.last - self.first + 1


def audit(inventory: Inventory) -> dict[int, Life]:
    """Check every law on the rows; answers with the CIDRs as they were read.

    Raises:
        AssertionError: a law is broken.

    """
    now = max(to_micros(inventory.now()), *(to_micros(event.at) for event in inventory.history(limit=1)), 0)
    with reading(inventory) as read:
        lives = _read(read)
        _live_eips(read)
        _free_space(read, lives)
        for life in lives.values():
            _counters(read, life, now)
        assert broken_links(read) == []
        assert ON_POSTGRESQL or read("PRAGMA foreign_key_check") == []
    _usage(inventory, lives, now)
    return lives


def _read(read: Read) -> dict[int, Life]:
    columns = "id, cidr, pool_id, first, last, state, allocated, reserved"
    lives = {row[0]: Life(*row) for row in read(f"SELECT {columns} FROM cidr ORDER BY id")}
    for cidr_id, address in read("SELECT cidr_id, address FROM eip WHERE released_at IS NULL"):
        lives[cidr_id].live.add(address)
    for cidr_id, first, last in read("SELECT cidr_id, first, last FROM reservation"):
        span = set(range(first, last + 1))
        assert not span & lives[cidr_id].withheld, "reservations overlap"
        lives[cidr_id].withheld |= span
    return lives


def _live_eips(read: Read) -> None:
    live = Counter(address for (address,) in read("SELECT address FROM eip WHERE released_at IS NULL"))
    assert not [address for address, count in live.items() if count > 1], "two live EIPs of one address"
    bound = {eip for (eip,) in read("SELECT eip_id FROM binding WHERE unbound_at IS NULL")}
    said = {eip for (eip,) in read("SELECT id FROM eip WHERE status = 'bound'")}
    assert bound == said, "a status that its bindings do not bear out"
    lying = "SELECT e.id FROM eip e JOIN pool p ON p.id = e.pool_id WHERE e.customer_owned <> p.customer_owned"
    assert read(lying) == [], "a flag that its pool does not bear out"
    at_once = read(
        "SELECT a.id, b.id FROM eip a JOIN eip b ON a.address = b.address AND a.seq < b.seq"
        " WHERE a.released_at IS NULL OR a.released_at > b.allocated_at",
    )
    assert at_once == [], "two tenancies of one address at one time"


def _free_space(read: Read, lives: dict[int, Life]) -> None:
    ranges = read("SELECT pool_id, lo, hi, cidr_id FROM free_range ORDER BY pool_id, hi")
    for (pool, _, hi, cidr), (next_pool, lo, _, next_cidr) in pairwise(ranges):
        if pool == next_pool:
            assert hi < lo, "free ranges overlap"
            assert hi + 1 < lo or cidr != next_cidr, "free ranges are not merged"
    for pool, lo, hi, cidr_id in ranges:
        life = lives[cidr_id]
        assert life.pool == pool
        assert life.first <= lo <= hi <= life.last
        life.free.update(range(lo, hi + 1))
    for pool, address, ready_at, cidr_id in read("SELECT pool_id, address, ready_at, cidr_id FROM cooling"):
        assert lives[cidr_id].pool == pool
        lives[cidr_id].cooling[address] = ready_at


def _counters(read: Read, life: Life, now: int) -> None:
    everything = set(range(life.first, life.last + 1))
    assert life.live | life.withheld | life.free | life.cooling.keys() <= everything
    assert life.allocated == len(life.live)
    assert life.reserved == len(life.withheld - life.live)
    assert not life.free & (life.live | life.withheld | life.cooling.keys())
    assert not life.cooling.keys() & (life.live | life.withheld)
    if life.state == CidrState.ACTIVE:
        assert life.free | life.cooling.keys() == everything - life.live - life.withheld
    else:
        assert not life.free
        assert not life.cooling
    if life.state == CidrState.RETIRED:
        assert not life.live
    kept: dict[int, int] = dict(read("SELECT minute, count FROM cooling_minute WHERE cidr_id = ?", life.id))
    ahead = Counter(ready_at // MINUTE for ready_at in life.cooling.values() if ready_at // MINUTE > now // MINUTE)
    assert {minute: count for minute, count in kept.items() if minute > now // MINUTE and count} == ahead


def _usage(inventory: Inventory, lives: dict[int, Life], now: int) -> None:
    for pool in inventory.pools():
        here = [life for life in lives.values() if life.pool == pool.id and life.state != CidrState.RETIRED]
        active = [life for life in here if life.state == CidrState.ACTIVE]
        cooling = sum(1 for life in active for ready_at in life.cooling.values() if ready_at > now)
        counted = {
            "total": sum(life.size for life in here),
            "allocated": sum(len(life.live) for life in here),
            "cooling": cooling,
            "reserved": sum(len(life.withheld - life.live) for life in here),
            "held": sum(life.size - len(life.live | life.withheld) for life in here if life not in active),
            "available": sum(len(life.free) + len(life.cooling) for life in active) - cooling,
        }
        assert {name: getattr(pool, name) for name in counted} == counted, pool.id
        assert pool.total == pool.allocated + pool.cooling + pool.reserved + pool.held + pool.available
    said_of = {cidr.cidr: cidr for cidr in inventory.cidrs()}
    for life in lives.values():
        said = said_of[life.cidr]
        if said.state == life.state and life.state != CidrState.RETIRED:
            free = len(life.free) + sum(1 for ready_at in life.cooling.values() if ready_at <= now)
            assert (said.total, said.allocated, said.available) == (life.size, len(life.live), free)
            summed = inventory.lookup_cidr(life.cidr)
            cooling = sum(1 for ready_at in life.cooling.values() if ready_at > now)
            rest = life.size - len(life.live | life.withheld) - cooling
            counts = (summed.allocated, summed.cooling, summed.reserved, summed.free)
            assert counts == (len(life.live), cooling, len(life.withheld - life.live), rest), summed.summary

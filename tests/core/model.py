"""The platform's rules in plain sets and dictionaries: what every verb must do, without a database."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from core import BindingKind, CidrState, PoolOrder, VerdictWord

EXCLUSIVE = (BindingKind.NIC, BindingKind.LOAD_BALANCER)
EIPS_A_PRIVATE_ADDRESS = 4
EVERY_PORT = (1, 65535)


class No(Exception):  # what the model answers, not a failure
    """The model refuses, with this code."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True)
class Entry:
    """A binding: what it serves, and of DNAT which ports."""

    kind: BindingKind
    service: str
    sources: tuple[str, ...] = ()
    protocol: str | None = None
    ports: tuple[int, int] = EVERY_PORT


@dataclass
class Holding:
    """A live EIP."""

    address: int
    pool: str
    landed: bool
    id: str = ""
    bindings: list[Entry] = field(default_factory=list)


@dataclass
class Space:
    """One life of a CIDR: what in it is free as ranges, what rests until when, what is withheld."""

    cidr: str
    pool: str
    first: int
    last: int
    state: CidrState = CidrState.VALIDATING
    free: set[int] = field(default_factory=set)
    resting: dict[int, int] = field(default_factory=dict)
    withheld: dict[int, str] = field(default_factory=dict)

    def __contains__(self, address: int) -> bool:
        return self.first <= address <= self.last


@dataclass
class Settings:
    order: PoolOrder = PoolOrder.LRU
    cooldown: int = 0
    customer: bool = True


@dataclass(frozen=True)
class Past:
    """How the last ended tenancy of an address ended."""

    eip: str
    pool: str
    landed: bool
    ready_at: int
    released_at: int


@dataclass
class Model:
    pools: dict[str, Settings]
    spaces: list[Space]
    live: dict[int, Holding] = field(default_factory=dict)
    past: dict[int, Past] = field(default_factory=dict)
    ended: dict[str, Holding] = field(default_factory=dict)
    now: int = 0

    # what there is

    def present(self) -> list[Space]:
        return [space for space in self.spaces if space.state is not CidrState.RETIRED]

    def around(self, address: int) -> Space | None:
        return next((space for space in self.present() if address in space), None)

    def last_life(self, cidr: str) -> Space:
        found = [space for space in self.spaces if space.cidr == cidr]
        if not found:
            raise No("cidr_not_found")
        return found[-1]

    def active(self, pool: str) -> list[Space]:
        return [space for space in self.spaces if space.pool == pool and space.state is CidrState.ACTIVE]

    def settings(self, pool: str) -> Settings:
        if pool not in self.pools:
            raise No("pool_not_found")
        return self.pools[pool]

    def living(self, space: Space) -> set[int]:
        return {address for address in self.live if self._home(address) is space}

    # free space

    def _open(self, space: Space, addresses: Iterable[int]) -> None:
        lowest = self.pools[space.pool].order is PoolOrder.LOWEST
        for address in addresses:
            if address in self.live or address in space.withheld:
                continue
            past = self.past.get(address)
            if past is None or (lowest and past.ready_at <= self.now):
                space.free.add(address)
            else:
                space.resting[address] = past.ready_at

    @staticmethod
    def _close(space: Space, addresses: Iterable[int]) -> None:
        for address in addresses:
            space.free.discard(address)
            space.resting.pop(address, None)

    def take(self, pool: str, count: int) -> list[int]:
        settings, spaces = self.settings(pool), self.active(pool)
        ripe = sorted(
            (self.past[address].released_at, address)
            for space in spaces
            for address, ready_at in space.resting.items()
            if ready_at <= self.now
        )
        if settings.order is PoolOrder.LOWEST:
            for _, address in ripe:
                space = self._home(address)
                del space.resting[address]
                space.free.add(address)
            ripe = []
        order = [*sorted(address for space in spaces for address in space.free), *(address for _, address in ripe)]
        if len(order) < count:
            raise No("pool_exhausted" if spaces else "no_active_cidr")
        for address in order[:count]:
            self._close(self._home(address), (address,))
        return order[:count]

    def _home(self, address: int) -> Space:
        space = self.around(address)
        assert space is not None
        return space

    def take_one(self, pool: str, address: int, *, recovering: bool = False) -> None:
        self.settings(pool)
        space = self.around(address)
        if space is None or space.pool != pool:
            raise No("address_not_in_pool")
        if space.state is not CidrState.ACTIVE:
            raise No("cidr_not_active")
        if address in self.live:
            raise No("address_in_use")
        withheld = space.withheld.get(address)
        if withheld == "hard":
            raise No("address_reserved")
        past = self.past.get(address)
        if past is not None and past.ready_at > self.now and not recovering:
            raise No("address_cooling")
        self._close(space, (address,))

    # the verbs

    def allocate(self, pool: str, taken: Iterable[int], *, landed: bool = False) -> list[Holding]:
        made = [Holding(address, pool, landed) for address in taken]
        self.live.update((holding.address, holding) for holding in made)
        return made

    def found(self, key: int | str) -> Holding:
        """The live EIP of an address, or any by its id; an ended one is in `ended`."""
        if isinstance(key, int):
            if key in self.live:
                return self.live[key]
        else:
            for holding in self.live.values():
                if holding.id == key:
                    return holding
            if key in self.ended:
                return self.ended[key]
        raise No("eip_not_found")

    def release(self, keys: Iterable[int | str], *, unbind: bool) -> None:
        found = [self.found(key) for key in keys]
        if any(holding.bindings and holding.id not in self.ended for holding in found) and not unbind:
            raise No("eip_bound")
        for holding in found:
            if holding.id not in self.ended:
                self.end(holding)

    def end(self, holding: Holding) -> None:
        del self.live[holding.address]
        self.ended[holding.id] = holding
        ready_at = self.now + self.pools[holding.pool].cooldown * 1_000_000
        self.past[holding.address] = Past(holding.id, holding.pool, holding.landed, ready_at, self.now)
        space = self._home(holding.address)
        if space.state is CidrState.ACTIVE:
            self._open(space, (holding.address,))

    def recover(self, address: int) -> list[Holding]:
        if address in self.live:
            raise No("address_in_use")
        past = self.past.get(address)
        if past is None:
            raise No("eip_not_found")
        space = self.around(address)
        pool = past.pool if space is None else space.pool
        self.take_one(pool, address, recovering=True)
        return self.allocate(pool, (address,), landed=past.landed and not self.pools[pool].customer)

    def rehome(self, key: int | str, pool: str, *, keep: bool) -> list[Holding]:
        holding, settings = self.found(key), self.settings(pool)
        if holding.id in self.ended:
            raise No("eip_not_found")
        if not settings.customer:
            raise No("customer_pool_required")
        if holding.pool == pool and self._home(holding.address).state is CidrState.ACTIVE:
            raise No("conflict")
        (fresh,) = self.allocate(pool, self.take(pool, 1))
        if keep:
            for entry in holding.bindings:
                self._within_quota(entry)
        else:
            self.end(holding)
        fresh.bindings = list(holding.bindings)
        return [fresh]

    def bind(self, key: int | str, wanted: Entry) -> None:
        holding = self.found(key)
        if holding.id in self.ended:
            raise No("eip_not_found")
        if wanted in holding.bindings:
            return
        for entry in holding.bindings:
            if entry.service != wanted.service or entry.kind in EXCLUSIVE:
                raise No("holder_conflict")
        if any("any" in (entry.protocol, wanted.protocol) for entry in holding.bindings):
            raise No("anyport_conflict")
        for entry in holding.bindings:
            same = entry.kind is wanted.kind is BindingKind.DNAT and entry.protocol == wanted.protocol
            if same and entry.ports[0] <= wanted.ports[1] and wanted.ports[0] <= entry.ports[1]:
                raise No("port_in_use")
        self._within_quota(wanted)
        holding.bindings.append(wanted)

    def _within_quota(self, wanted: Entry) -> None:
        sharing = [h for h in self.live.values() for entry in h.bindings if entry.service == wanted.service]
        if wanted.kind is BindingKind.NIC and len(sharing) >= EIPS_A_PRIVATE_ADDRESS:
            raise No("quota_exceeded")

    def unbind(self, key: int | str) -> None:
        holding = self.found(key)
        if holding.id not in self.ended:
            holding.bindings.clear()

    def add(self, cidr: str, first: int, last: int, pool: str | None, *, avoid_edges: bool) -> None:
        if any(space.first <= last and first <= space.last for space in self.present()):
            raise No("cidr_overlap")
        before = [space.pool for space in self.spaces if space.cidr == cidr]
        name = pool or (before[-1] if before else f"pool-{cidr.replace('/', '-')}")
        self.pools.setdefault(name, Settings())
        space = Space(cidr, name, first, last)
        if avoid_edges and last - first > 1:
            space.withheld = {first: "hard", last: "hard"}
        self.spaces.append(space)

    def activate(self, cidr: str) -> None:
        space = self._not_retired(cidr)
        if space.state is not CidrState.ACTIVE:
            space.state = CidrState.ACTIVE
            self._open(space, range(space.first, space.last + 1))

    def drain(self, cidr: str) -> None:
        space = self._not_retired(cidr)
        space.state = CidrState.DRAINING
        self._close(space, range(space.first, space.last + 1))

    def retire(self, cidr: str) -> None:
        space = self.last_life(cidr)
        if space.state is CidrState.RETIRED:
            return
        if space.state is not CidrState.DRAINING or any(address in space for address in self.live):
            raise No("cidr_not_drained")
        space.state = CidrState.RETIRED

    def reserve(self, cidr: str, first: int, last: int, kind: str) -> None:
        space = self._not_retired(cidr)
        if first not in space or last not in space:
            raise No("address_not_in_pool")
        span = range(first, last + 1)
        space.withheld.update(dict.fromkeys(span, kind))
        self._close(space, span)

    def unreserve(self, cidr: str, first: int, last: int) -> None:
        space = self._not_retired(cidr)
        if first not in space or last not in space:
            raise No("address_not_in_pool")
        span = range(first, last + 1)
        if not any(address in space.withheld for address in span):
            return
        for address in span:
            space.withheld.pop(address, None)
        if space.state is CidrState.ACTIVE:
            self._close(space, span)
            self._open(space, span)

    def restore_order(self, pool: str) -> None:
        """What `lowest` gave back and what was never used are told apart again."""
        for space in self.active(pool):
            span = range(space.first, space.last + 1)
            self._close(space, span)
            self._open(space, span)

    def _not_retired(self, cidr: str) -> Space:
        space = self.last_life(cidr)
        if space.state is CidrState.RETIRED:
            raise No("cidr_not_active")
        return space

    def verdict(self, address: int) -> VerdictWord:
        space, holding = self.around(address), self.live.get(address)
        if space is None:
            return VerdictWord.NOT_OURS if self.spaces else VerdictWord.UNKNOWN
        owner = "customer" if self.pools[space.pool].customer else "default"
        if holding is not None:
            return VerdictWord(f"{owner}-{'bound' if holding.bindings else 'unbound'}")
        past = self.past.get(address)
        if owner == "default" or past is None or past.ready_at <= self.now or space.state is not CidrState.ACTIVE:
            return VerdictWord(f"{owner}-unallocated")
        return VerdictWord.CUSTOMER_COOLING

"""The laws of the inventory: whatever operators do in whatever order, the database agrees with plain sets."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from copy import deepcopy
from dataclasses import replace
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from core import (
    ActivateRequest,
    AddCidrRequest,
    Allocation,
    AllocationRequest,
    BandwidthRequest,
    BindingKind,
    BindRequest,
    CidrState,
    Config,
    DrainRequest,
    Eip,
    EipdeckError,
    PoolOrder,
    PoolSettingsRequest,
    RecoverRequest,
    RehomeRequest,
    ReleaseRequest,
    RenameRequest,
    Request,
    ReserveRequest,
    RetireRequest,
    UnbindRequest,
    UnreserveRequest,
    Verdict,
    VerdictWord,
)
from core.domain.addresses import format_address, parse_prefix
from core.domain.values import to_micros
from tests.core.audit import audit
from tests.core.kit import ON_POSTGRESQL, Clock, dump, fresh_desk, services
from tests.core.model import EVERY_PORT, Entry, Holding, Model, No, Settings, Space

DEFAULT_RANGE = "198.18.64.0/29"
DEFAULT = "default-lab"
CONFIG = Config(region="lab", regions={"lab": (DEFAULT_RANGE,)})
CIDRS = ("203.0.113.0/29", "203.0.113.8/30", "203.0.113.4/30", "192.0.2.6/31")
"""Two of them are neighbours, one overlaps another, one has no edges to avoid."""
POOLS = ("edge", "spare")
UNIVERSE = tuple(
    address
    for cidr in ("203.0.113.0/28", "192.0.2.4/30", DEFAULT_RANGE)
    for address in range(parse_prefix(cidr).first, parse_prefix(cidr).last + 1)
)
ENTRIES = (
    *(Entry(BindingKind.NIC, name) for name in ("nic-1", "nic-2")),
    Entry(BindingKind.LOAD_BALANCER, "lb-1"),
    *(Entry(BindingKind.SNAT, name, sources=("10.0.8.0/24",)) for name in ("nat-1", "nat-2")),
    *(Entry(BindingKind.DNAT, "nat-1", (), how, ports) for how in ("tcp", "udp") for ports in ((443, 443), (440, 450))),
    Entry(BindingKind.DNAT, "nat-1", protocol="any"),
)
UNSEEN = ("event", "chain", "request", "sqlite_sequence")
"""Tables that say that something changed, rather than being what changed."""

pools = st.sampled_from((*["edge"] * 5, "spare", "spare", DEFAULT, "no-such-pool"))
cidrs = st.sampled_from((*CIDRS[:2] * 2, *CIDRS[2:]))
picks = st.integers(0, 63)


class Inventory(RuleBasedStateMachine):
    """Every verb against the model; after every step the rows themselves are read."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(mkdtemp(prefix="eipdeck-laws-"))
        self.clock = Clock()
        self.inventory = fresh_desk(self.folder, clock=self.clock, config=CONFIG)
        block = parse_prefix(DEFAULT_RANGE)
        span = set(range(block.first, block.last + 1))
        supply = Space(DEFAULT_RANGE, DEFAULT, block.first, block.last, CidrState.ACTIVE, free=span)
        self.model = Model({DEFAULT: Settings(customer=False)}, [supply], now=to_micros(self.clock.now))
        self.answered: dict[str, tuple[AllocationRequest, tuple[str | None, ...]]] = {}
        self.told: list[Verdict] = []

    def teardown(self) -> None:
        self.inventory.close()
        shutil.rmtree(self.folder)

    @initialize(
        cooldown=st.sampled_from((0, 60)),
        order=st.sampled_from((PoolOrder.LRU, PoolOrder.LOWEST)),
        gone=st.lists(st.integers(0, 11), min_size=2, max_size=6, unique=True),
    )
    def settle(self, cooldown: int, order: PoolOrder, gone: list[int]) -> None:
        """Begin with a full pool that some have left: most of what can go wrong needs tenancies that have ended."""
        services(self.inventory)
        for cidr in CIDRS[:2]:
            self.add(cidr, "edge", avoid_edges=False)
            self.activate(cidr)
        self.set_pool("edge", order, cooldown)
        self.allocate("edge", 12, None, preview=False)
        for offset in gone:
            self.leave([UNIVERSE[offset]], unbind=False)
            self.model.now = to_micros(self.clock.advance(30))

    def both(self, expect: Callable[[], Any], act: Callable[[], Any]) -> tuple[Any, Any] | None:
        """Do it in the model and on the desk: both refuse with one code and nothing changed, or both do it."""
        before, saved, code = dump(self.inventory), deepcopy(self.model), None
        try:
            expected = expect()
        except No as no:
            self.model, code = saved, no.code
        if code is not None:
            with pytest.raises(EipdeckError) as refusal:
                act()
            assert refusal.value.code == code, refusal.value.message
            assert dump(self.inventory) == before, "a refused operation changed something"
            return None
        done = act()
        after = dump(self.inventory)
        changed = [name for name in before if name not in UNSEEN and before[name] != after[name]]
        assert set(before["event"]) <= set(after["event"]), "the history was changed"
        assert bool(changed) == (len(after["event"]) > len(before["event"])), changed
        return expected, done

    def given(self, expect: Callable[[], list[Holding]], act: Callable[[], Allocation]) -> Allocation | None:
        """`both` for what makes EIPs: the addresses agree, and the model learns their ids."""
        done = self.both(expect, act)
        if done is None:
            return None
        made: list[Holding] = done[0]
        allocation: Allocation = done[1]
        assert [format_address(holding.address) for holding in made] == [eip.address for eip in allocation.eips]
        for holding, eip in zip(made, allocation.eips, strict=True):
            assert eip.pool_id == holding.pool
            assert eip.customer_owned == self.model.pools[holding.pool].customer
            assert eip.landed_in_default == holding.landed
            holding.id = str(eip.id)
        assert [warning.eip_id for warning in allocation.warnings] == [each.id for each in made if each.landed]
        return allocation

    def key(self, pick: int) -> int | str:
        """Mostly a live EIP, by address or id; now and then an ended one, or none at all."""
        live, ended = list(self.model.live.values()), list(self.model.ended)
        if pick == 63 or (not live and not ended):
            return "eip-none" if pick % 2 else UNIVERSE[pick % len(UNIVERSE)]
        if (pick > 58 or not live) and ended:
            return ended[pick % len(ended)]
        holding = live[pick % len(live)]
        return holding.id if pick % 2 else holding.address

    def place(self, pick: int) -> int:
        """Mostly an address that somebody once held."""
        gone = [address for address in self.model.past if address not in self.model.live]
        return gone[pick % len(gone)] if gone and pick % 4 else UNIVERSE[pick % len(UNIVERSE)]

    # allocation

    @rule(pool=pools, count=st.sampled_from((1, 1, 2, 3)), key=st.none() | st.integers(0, 5), preview=st.booleans())
    def allocate(self, pool: str, count: int, key: int | None, preview: bool) -> None:  # noqa: FBT001
        request_id = None if key is None or f"k{key}" in self.answered else f"k{key}"
        request = AllocationRequest(pool_id=pool, count=count, request_id=request_id)
        seen = self.previewed(request) if preview else None
        allocation = self.given(
            lambda: self.model.allocate(pool, self.model.take(pool, count)),
            lambda: self.inventory.execute(request),
        )
        if preview:
            assert seen == (allocation and [eip.address for eip in allocation.eips])
        if allocation and request_id:
            self.answered[request_id] = (request, tuple(eip.id for eip in allocation.eips))

    def previewed(self, request: AllocationRequest) -> list[str] | None:
        before = dump(self.inventory)
        try:
            seen = self.inventory.preview(request)
        except EipdeckError:
            return None
        assert dump(self.inventory) == before, "a dry run changed something"
        assert {eip.id for eip in seen.eips} | {warning.eip_id for warning in seen.warnings} == {None}
        return [eip.address for eip in seen.eips]

    @rule(chosen=st.booleans())
    def allocate_without_pool(self, chosen: bool) -> None:  # noqa: FBT001
        self.given(
            lambda: self.model.allocate(DEFAULT, self.model.take(DEFAULT, 1), landed=not chosen),
            lambda: self.inventory.execute(AllocationRequest(default=chosen)),
        )

    @rule(pick=picks, stray=st.none() | pools)
    def allocate_address(self, pick: int, stray: str | None) -> None:
        address = self.place(pick)
        space = self.model.around(address)
        pool = stray or (space.pool if space else "edge")

        def expect() -> list[Holding]:
            self.model.take_one(pool, address)
            return self.model.allocate(pool, (address,))

        request = AllocationRequest(pool_id=pool, address=format_address(address))
        self.given(expect, lambda: self.inventory.execute(request))

    @precondition(lambda self: self.answered)
    @rule(pick=picks)
    def ask_again(self, pick: int) -> None:
        request, ids = list(self.answered.values())[pick % len(self.answered)]
        before = dump(self.inventory)
        assert tuple(eip.id for eip in self.inventory.execute(request).eips) == ids
        with pytest.raises(EipdeckError) as caught:
            self.inventory.execute(replace(request, count=request.count + 1))
        assert caught.value.code == "request_mismatch"
        assert dump(self.inventory) == before

    @rule(pick=picks)
    def recover(self, pick: int) -> None:
        address = self.place(pick)
        request = RecoverRequest(address=format_address(address))
        self.given(lambda: self.model.recover(address), lambda: self.inventory.execute(request))

    @rule(pick=picks, pool=pools, keep=st.booleans())
    def rehome(self, pick: int, pool: str, keep: bool) -> None:  # noqa: FBT001
        key = self.key(pick)
        request = RehomeRequest(eip=words(key), pool_id=pool, keep=keep)
        self.given(lambda: self.model.rehome(key, pool, keep=keep), lambda: self.inventory.execute(request))

    @rule(some=st.lists(picks, min_size=1, max_size=3), unbind=st.sampled_from((True, True, False)))
    def release(self, some: list[int], unbind: bool) -> None:  # noqa: FBT001
        self.leave([self.key(pick) for pick in some], unbind=unbind)

    def leave(self, keys: list[int | str], *, unbind: bool) -> None:
        request = ReleaseRequest(eips=tuple(words(key) for key in keys), unbind=unbind)
        self.both(lambda: self.model.release(keys, unbind=unbind), lambda: self.inventory.execute(request))

    # bindings

    @rule(pick=picks, entry=st.sampled_from(ENTRIES))
    def bind(self, pick: int, entry: Entry) -> None:
        key = self.key(pick)
        request = BindRequest(
            eip=words(key),
            kind=entry.kind,
            service_id=entry.service,
            private_ip="10.0.8.10" if entry.kind is BindingKind.DNAT else None,
            sources=entry.sources,
            protocol=entry.protocol,
            port=None if entry.ports == EVERY_PORT else f"{entry.ports[0]}-{entry.ports[1]}",
        )
        self.both(lambda: self.model.bind(key, entry), lambda: self.inventory.execute(request))

    @rule(pick=picks, to=st.sampled_from((None, None, 100, 200, "web", "")))
    def touch(self, pick: int, to: int | str | None) -> None:
        """Change the cap or the name, or unbind."""
        key = self.key(pick)

        def expect() -> None:
            if self.model.found(key).id in self.model.ended:
                raise No("eip_not_found")

        if to is None:
            request = UnbindRequest(eip=words(key))
            self.both(lambda: self.model.unbind(key), lambda: self.inventory.execute(request))
        else:
            change: Request[list[Eip]] = (
                RenameRequest(eip=words(key), name=to)
                if isinstance(to, str)
                else BandwidthRequest(eip=words(key), bandwidth_mbps=to)
            )
            self.both(expect, lambda: self.inventory.execute(change))

    # CIDRs and pools

    @rule(cidr=cidrs, act=st.sampled_from(("activate", "activate", "drain", "drain", "retire")))
    def move(self, cidr: str, act: str) -> None:
        {"activate": self.activate, "drain": self.drain, "retire": self.retire}[act](cidr)

    @rule(cidr=cidrs, pool=st.sampled_from((*POOLS, None)), avoid_edges=st.booleans())
    def add(self, cidr: str, pool: str | None, avoid_edges: bool) -> None:  # noqa: FBT001
        prefix = parse_prefix(cidr)
        request = AddCidrRequest(cidr=cidr, isp="bgp-a", asn=64500, pool_id=pool, avoid_edges=avoid_edges)
        self.both(
            lambda: self.model.add(cidr, prefix.first, prefix.last, pool, avoid_edges=avoid_edges),
            lambda: self.inventory.execute(request),
        )

    def activate(self, cidr: str) -> None:
        request = ActivateRequest(cidr=cidr, reason="onboarding done")
        self.both(lambda: self.model.activate(cidr), lambda: self.inventory.execute(request))

    def drain(self, cidr: str) -> None:
        request = DrainRequest(cidr=cidr)
        self.both(lambda: self.model.drain(cidr), lambda: self.inventory.execute(request))

    def retire(self, cidr: str) -> None:
        request = RetireRequest(cidr=cidr)
        self.both(lambda: self.model.retire(cidr), lambda: self.inventory.execute(request))

    @precondition(lambda self: any(space.state is CidrState.DRAINING for space in self.model.spaces))
    @rule()
    def empty_and_retire(self) -> None:
        space = next(space for space in self.model.spaces if space.state is CidrState.DRAINING)
        self.leave([address for address in self.model.live if address in space], unbind=True)
        self.retire(space.cidr)

    @rule(
        cidr=cidrs,
        start=st.integers(0, 4),
        size=st.integers(1, 4),
        how=st.sampled_from(("hard", "soft", "lift", "lift")),
    )
    def withhold(self, cidr: str, start: int, size: int, how: str) -> None:
        """Reserve a range or lift what is reserved in it; now and then one that is not wholly in the CIDR."""
        first = parse_prefix(cidr).first + start
        last = first + size - 1
        span = {"cidr": cidr, "first": format_address(first), "last": format_address(last)}
        if how == "lift":
            self.both(
                lambda: self.model.unreserve(cidr, first, last),
                lambda: self.inventory.execute(UnreserveRequest(**span)),
            )
        else:
            self.both(
                lambda: self.model.reserve(cidr, first, last, how),
                lambda: self.inventory.execute(ReserveRequest(**span, soft=how == "soft")),
            )

    @rule(
        pool=pools,
        order=st.sampled_from((PoolOrder.LRU, PoolOrder.LOWEST, None)),
        cooldown=st.sampled_from((0, 60, 90, None)),
    )
    def set_pool(self, pool: str, order: PoolOrder | None, cooldown: int | None) -> None:
        def expect() -> None:
            kept = self.model.settings(pool)
            turned = order is PoolOrder.LRU and kept.order is not order
            kept.order = order or kept.order
            if turned:
                self.model.restore_order(pool)
            kept.cooldown = kept.cooldown if cooldown is None else cooldown

        request = PoolSettingsRequest(pool_id=pool, order=order, cooldown_seconds=cooldown)
        self.both(expect, lambda: self.inventory.execute(request))

    # time and verdicts

    @rule(seconds=st.sampled_from((30, 30, 60, 3600)), pick=picks)
    def wait(self, seconds: int, pick: int) -> None:
        self.told.append(self.inventory.lookup(format_address(self.place(pick)), self.clock.now))
        self.model.now = to_micros(self.clock.advance(seconds))

    @rule(pick=picks)
    def look(self, pick: int) -> None:
        """At what is now; and at what was: what was said of a moment is said of it for ever.

        Of an address that was in no range only the doubt can come or go, with the CIDRs that are known since.
        """
        address = self.place(pick)
        assert self.inventory.lookup(format_address(address)).verdict is self.model.verdict(address)
        for told in self.told:
            again = self.inventory.lookup(told.address, told.at)
            if told.cidr is None:
                assert (again.verdict in UNPLACED, again.cidr) == (True, None)
            else:
                assert gist(again) == gist(told)

    @invariant()
    def agrees(self) -> None:
        read = {life.id: life for life in audit(self.inventory).values() if life.pool != "default-asia-east-1"}
        seen = [(each.cidr, each.pool, each.state, each.free, each.cooling, each.live) for each in read.values()]
        assert seen == [
            (each.cidr, each.pool, each.state, each.free, each.resting, self.model.living(each))
            for each in self.model.spaces
        ]
        live = {eip.address: eip for eip in self.inventory.eips()}
        assert {address: eip.id for address, eip in live.items()} == {
            format_address(address): holding.id for address, holding in self.model.live.items()
        }
        for address, holding in self.model.live.items():
            eip = live[format_address(address)]
            served = [
                Entry(
                    each.kind,
                    each.service_id,
                    each.sources,
                    each.protocol,
                    each.port or EVERY_PORT,
                )
                for each in eip.bindings
            ]
            assert served == holding.bindings
            assert eip.landed_in_default == holding.landed


def words(key: int | str) -> str:
    return key if isinstance(key, str) else format_address(key)


UNPLACED = (VerdictWord.NOT_OURS, VerdictWord.UNKNOWN)


def gist(verdict: Verdict) -> tuple[object, ...]:
    eip = verdict.eip
    bindings = tuple(binding.id for binding in eip.bindings) if eip else ()
    return verdict.verdict, verdict.cidr, verdict.pool_id, eip and eip.id, bindings


Inventory.TestCase.settings = settings(max_examples=5 if ON_POSTGRESQL else 40, stateful_step_count=50)
TestInventory = Inventory.TestCase

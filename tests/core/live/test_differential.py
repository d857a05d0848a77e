"""The same changes on the embedded platform and on a live account leave the same EIPs, whatever order they come in."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("zenlayercloud", reason="the extra `zenlayer` is not installed")

from core import (
    AccountInventory,
    ActivateRequest,
    AddCidrRequest,
    AddServiceRequest,
    AllocationRequest,
    BandwidthRequest,
    BindingKind,
    BindRequest,
    DrainRequest,
    EipdeckError,
    Inventory,
    RecoverRequest,
    RehomeRequest,
    ReleaseRequest,
    RenameRequest,
    Request,
    RetireRequest,
    ServiceKind,
    UnbindRequest,
    open_inventory,
)
from tests.core.audit import audit
from tests.core.kit import Clock, fresh_url
from tests.core.live.conftest import Opened
from tests.core.live.test_changes import patient
from tests.standin.account import Account
from tests.standin.server import Fault, Standin

POOLS = {"pool-a": "203.0.113.0/26", "pool-b": "203.0.112.0/27"}
SERVICES = {ServiceKind.NIC: "nic-1", ServiceKind.NAT_GATEWAY: "nat-1", ServiceKind.LOAD_BALANCER: "lb-1"}


def furnish(account: Account) -> None:
    """The account before the first change."""
    for rows in (account.eips, account.cidrs, account.pools, account.gateways, account.details, account.balancers):
        rows.clear()
    for number, (pool, cidr) in enumerate(POOLS.items()):
        account.cidr(f"c-{number}", cidr, poolId=pool)
    account.gateway("nat-1", eips=[], snats=[], dnats=[])
    account.balancer("lb-1")


@pytest.fixture
def live(account: Account, opened: Opened, clock: Clock) -> AccountInventory:
    furnish(account)
    inventory = patient(opened(), clock)
    inventory.sync()
    return inventory


@pytest.fixture
def embedded(tmp_path: Path, clock: Clock) -> Iterator[Inventory]:
    """The same on the embedded platform."""
    inventory = open_inventory(fresh_url(tmp_path / "embedded"), operator="alice", clock=clock)
    for pool, cidr in POOLS.items():
        inventory.execute(AddCidrRequest(cidr=cidr, isp="PremiumBGP", asn=64500, pool_id=pool))
        inventory.execute(ActivateRequest(cidr=cidr, reason="as on the account"))
    for kind, service in SERVICES.items():
        ips = ("10.0.1.1", "10.0.1.2") if kind is ServiceKind.NIC else ()
        inventory.execute(AddServiceRequest(kind=kind, service_id=service, private_ips=ips))
    yield inventory
    inventory.close()


class Chance:
    """Requests at random, about whatever the embedded platform has."""

    def __init__(self, seed: int, inventory: Inventory) -> None:
        self.dice = random.Random(seed)
        self.inventory = inventory

    def request(self) -> Request[Any]:
        eips = [eip.address for eip in self.inventory.eips()] or ["203.0.113.1"]
        some, pool = self.dice.choice(eips), self.dice.choice([*POOLS])
        given = f"203.0.{self.dice.choice([112, 113])}.{self.dice.randrange(70)}"
        choices: list[Callable[[], Request[Any]]] = [
            lambda: AllocationRequest(pool_id=pool, bandwidth_mbps=10, count=self.dice.randint(1, 3), name="n-1"),
            lambda: AllocationRequest(pool_id=pool, bandwidth_mbps=10, address=given, name="n-2"),
            lambda: RenameRequest(eip=some, name=f"n-{self.dice.randrange(5)}"),
            lambda: BandwidthRequest(eip=some, bandwidth_mbps=self.dice.randint(1, 5) * 10),
            lambda: self.bind(some),
            lambda: self.bind(some),
            lambda: self.bind(some),
            lambda: UnbindRequest(eip=some),
            lambda: ReleaseRequest(eips=(some,)),
            lambda: ReleaseRequest(eips=tuple(self.dice.sample(eips, min(2, len(eips)))), unbind=True),
            lambda: RehomeRequest(eip=some, pool_id=pool, keep=self.dice.random() < 0.3),
            lambda: RecoverRequest(address=given),
        ]
        if self.dice.random() < 0.02:
            cidr = self.dice.choice([*POOLS.values()])
            choices = [
                lambda: DrainRequest(cidr=cidr),
                *([lambda: ActivateRequest(cidr=cidr, reason="again")] if self.drains(cidr) else []),
                lambda: RetireRequest(cidr=POOLS["pool-b"]) if self.dice.random() < 0.1 else DrainRequest(cidr=cidr),
            ]
        return self.dice.choice(choices)()

    def drains(self, cidr: str) -> bool:
        return self.inventory.cidr(cidr).state == "draining"

    def bind(self, eip: str) -> BindRequest:
        port, source = str(self.dice.randint(80, 84)), f"10.0.{self.dice.randint(8, 11)}.0/24"
        match self.dice.choice([*BindingKind]):
            case BindingKind.NIC:
                private_ip = self.dice.choice(["10.0.1.1", "10.0.1.2"])
                return BindRequest(eip=eip, kind=BindingKind.NIC, service_id="nic-1", private_ip=private_ip)
            case BindingKind.SNAT:
                return BindRequest(eip=eip, kind=BindingKind.SNAT, service_id="nat-1", sources=(source,))
            case BindingKind.DNAT:
                target: dict[str, Any] = {
                    "private_ip": "10.0.8.9",
                    "protocol": self.dice.choice(["tcp", "udp"]),
                    "port": port,
                }
                return BindRequest(eip=eip, kind=BindingKind.DNAT, service_id="nat-1", **target)
            case kind:
                return BindRequest(eip=eip, kind=kind, service_id="lb-1")


def outcome(inventory: Inventory, request: Request[Any]) -> str:
    try:
        inventory.execute(request)
    except EipdeckError as refusal:
        return refusal.code.value
    return "done"


def state(inventory: Inventory) -> dict[str, tuple[object, ...]]:
    """The live EIPs, without what the platforms name differently."""
    return {
        eip.address: (
            *(eip.pool_id, eip.customer_owned, eip.status, eip.name, eip.bandwidth_mbps),
            sorted(
                (each.kind, each.service_id, str(each.private_ip), each.sources, str(each.protocol), str(each.port))
                for each in eip.bindings
            ),
        )
        for eip in inventory.eips()
    }


def difficult(account: Account, seed: int) -> None:
    """Lists that show late, and pages in any order."""
    account.late_reads, account.hidden_reads, account.shuffled = seed % 3, seed % 2, random.Random(seed)


@pytest.mark.parametrize(
    ("seed", "count"),
    [(0, 40), *(pytest.param(seed, 500, marks=pytest.mark.full) for seed in range(1, 11))],
)
def test_random_changes_leave_both_in_the_same_state(
    live: AccountInventory, embedded: Inventory, standin: Standin, clock: Clock, seed: int, count: int
) -> None:
    chance, account, done = Chance(seed, embedded), standin.account, 0
    if seed % 2:
        difficult(account, seed)
    for number in range(count):
        request = chance.request()
        if seed % 2 and number % 20 == 0:
            standin.faults.append(Fault(429, "REQUEST_LIMIT_EXCEEDED", headers={"Retry-After": "0"}))
        wanted, found = outcome(embedded, request), outcome(live, request)
        assert found == wanted, (request, wanted, found)
        done += wanted == "done"
        clock.advance(1)
    assert done > count / 8
    assert state(live) == state(embedded)
    account.late_reads = 0
    clock.advance(3600)
    live.sync()
    assert state(live) == state(embedded)
    audit(live)

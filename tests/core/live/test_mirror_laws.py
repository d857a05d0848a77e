"""The law of the mirror: whatever happens on the account, some syncs later the inventory is the account."""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import mkdtemp

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core import AccountInventory, load_config, open_account
from tests.core.audit import audit
from tests.core.kit import ON_POSTGRESQL, Clock, forget_databases, fresh_url
from tests.core.live.conftest import profile_file
from tests.core.live.test_paging import Direct
from tests.standin.account import Account

Deed = Callable[[Account, random.Random], None]
HOLDERS = ("nic", "lb", "nat")


def appear(account: Account, chance: random.Random) -> None:
    """A new EIP at a free address of the customer's, or of Zenlayer's."""
    held = {row["publicIpAddresses"][0] for row in account.eips.values()}
    block, cidr = chance.choice((("203.0.113", "c-1"), ("192.0.2", "c-2"), ("198.51.100", None)))
    free = [f"{block}.{number}" for number in range(1, 12) if f"{block}.{number}" not in held]
    if free:
        account.eip(f"e-{chance.randrange(10**9)}", chance.choice(free), cidr)


def vanish(account: Account, chance: random.Random) -> None:
    if free := [key for key, row in account.eips.items() if row["status"] == "UNBIND"]:
        account.delete(chance.choice(free))


def rename(account: Account, chance: random.Random) -> None:
    if account.eips:
        row = chance.choice(list(account.eips.values()))
        row.update(name=f"n-{chance.randrange(100)}", bandwidth=chance.randrange(1, 100))


def bind(account: Account, chance: random.Random) -> None:
    """Bind an EIP to another service, or to none."""
    if not account.eips:
        return
    key = chance.choice(list(account.eips))
    leave(account, key)
    match chance.choice((*HOLDERS, "")):
        case "nic":
            account.bind(key, "NIC", "nic-1", f"10.0.1.{chance.randrange(1, 9)}")
        case "lb":
            account.bind(key, "LB", "lb-1")
            account.balancers["lb-1"]["publicIpAddress"].append(account.eips[key]["publicIpAddresses"][0])
        case "nat":
            account.bind(key, "NAT", "nat-1")
            account.gateways["nat-1"]["eipIds"].append(key)
            entry = {"snatEntryId": f"s-{key}", "cidrs": [f"10.9.{chance.randrange(9)}.0/24"], "isAllEip": False}
            account.details["nat-1"]["snats"].append({**entry, "eipIds": [key]})


def leave(account: Account, key: str) -> None:
    """What the platform does when an EIP is unbound."""
    address = account.eips[key]["publicIpAddresses"][0]
    account.unbind(key)
    gateway, detail, balancer = account.gateways["nat-1"], account.details["nat-1"], account.balancers["lb-1"]
    gateway["eipIds"] = [each for each in gateway["eipIds"] if each != key]
    detail["snats"] = [each for each in detail["snats"] if each["eipIds"] != [key]]
    balancer["publicIpAddress"] = [each for each in balancer["publicIpAddress"] if each != address]


DEEDS: tuple[Deed, ...] = (appear, appear, vanish, rename, bind, bind, bind)


def shown(inventory: AccountInventory) -> set[tuple[object, ...]]:
    """What the inventory says of its live EIPs."""
    return {
        (eip.id, eip.address, eip.name, eip.bandwidth_mbps, eip.bindings[0].service_id if eip.bindings else None)
        for eip in inventory.eips()
    }


def real(account: Account) -> set[tuple[object, ...]]:
    return {
        (key, row["publicIpAddresses"][0], row["name"], row["bandwidth"], row["associatedId"])
        for key, row in account.eips.items()
    }


@contextmanager
def in_parts(rows: int) -> Iterator[None]:
    """Take a picture over in parts of so many rows; 0: at once."""
    with pytest.MonkeyPatch.context() as patch:
        if rows:
            patch.setattr("core.live.mirror._MANY", 0)
            patch.setattr("core.live.parts._ROWS", rows)
            patch.setattr("core.live.parts._GATEWAYS", rows)
        yield


@pytest.fixture(scope="module")
def folder() -> Path:
    return Path(mkdtemp())


@settings(max_examples=3 if ON_POSTGRESQL else 12)
@given(seed=st.integers(0, 10**6), deeds=st.lists(st.lists(st.sampled_from(DEEDS), max_size=6), min_size=1, max_size=8))
def test_some_syncs_later_the_inventory_is_the_account(folder: Path, seed: int, deeds: list[list[Deed]]) -> None:
    chance, clock, account = random.Random(seed), Clock(), Account(hidden_reads=seed % 3)
    account.shuffled = random.Random(seed) if seed % 2 else None
    account.cidr("c-1", "203.0.113.0/24")
    account.cidr("c-2", "192.0.2.0/24", poolId="pool-c-1")
    account.interface("nic-1", "10.0.1.1")
    account.balancer("lb-1")
    account.gateway("nat-1", eips=[], snats=[], dnats=[])
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    config = load_config(profile_file(folder, "http://127.0.0.1:1"))
    inventory = open_account("acme", fresh_url(folder / "mirror"), operator="alice", config=config, clock=clock)
    inventory._account.connect = lambda **_: Direct(account)  # type: ignore[method-assign]  # no network between
    for some in [*deeds, [], [], []]:
        for deed in some:
            deed(account, chance)
        clock.advance(61)
        with in_parts(chance.randrange(4)):
            inventory.sync()
    assert shown(inventory) == real(account)
    audit(inventory)
    assert inventory.verify().ok
    before = inventory.data_version()
    inventory.sync()
    assert inventory.data_version() == before
    inventory.close()
    forget_databases()

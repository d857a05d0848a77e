"""A stand-in of the account, and inventories that mirror it through the real SDK."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from core import AccountInventory, load_config, open_account
from tests.core.kit import Clock, forget_databases, fresh_url
from tests.standin.account import Account
from tests.standin.server import TOKEN, Standin, serving

Opened = Callable[..., AccountInventory]


@pytest.fixture
def account() -> Account:
    """A customer CIDR with EIPs on an interface, a gateway and a balancer, and one EIP of Zenlayer's."""
    made = Account()
    made.cidr("c-1", "203.0.113.0/24")
    made.interface("nic-1", "10.0.1.1", "10.0.1.2")
    for number in range(7, 11):
        made.eip(f"e-{number}", f"203.0.113.{number}", "c-1")
    made.bind("e-7", "NIC", "nic-1", "10.0.1.1")
    snat = {"snatEntryId": "s-1", "cidrs": ["10.0.8.0/24"], "eipIds": ["e-8"], "isAllEip": False}
    dnat = {"dnatEntryId": "d-1", "eipId": "e-8", "privateIp": "10.0.8.9", "protocol": "TCP"}
    made.gateway("nat-1", eips=["e-8"], snats=[snat], dnats=[{**dnat, "listenerPort": "443", "internalPort": "8443"}])
    made.balancer("lb-1", "203.0.113.9")
    made.bind("e-9", "LB", "lb-1")
    made.eip("e-z", "198.51.100.20", networkLineType="PremiumBGP")
    return made


@pytest.fixture
def standin(account: Account, clock: Clock) -> Iterator[Standin]:
    account.clock = clock
    with serving(account) as found:
        yield found


@pytest.fixture
def clock() -> Clock:
    return Clock()


def profile_file(folder: Path, endpoint: str, more: str = "") -> Path:
    """A configuration with the profile `acme`."""
    path = folder / "config.toml"
    path.write_text(
        f'[profiles.acme]\nendpoint = "{endpoint}"\ntoken = "env:ZC_TOKEN"\nrate = 10000\nbandwidth_mbps = 10\n{more}'
    )
    return path


@pytest.fixture
def opened(
    standin: Standin, tmp_path: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[[], AccountInventory]]:
    """Opens the mirror, each time as another process would."""
    monkeypatch.setenv("ZC_TOKEN", TOKEN)
    config = load_config(profile_file(tmp_path, standin.endpoint))
    url = fresh_url(tmp_path / "mirror")
    made: list[AccountInventory] = []

    def opening(*, read_only: bool = False) -> AccountInventory:
        made.append(open_account("acme", url, operator="alice", read_only=read_only, config=config, clock=clock))
        return made[-1]

    yield opening
    for each in made:
        each.close()
    forget_databases()


@pytest.fixture
def mirror(opened: Opened) -> AccountInventory:
    """The mirror after its first sync."""
    inventory = opened()
    inventory.sync()
    return inventory

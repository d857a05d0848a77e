"""Text to verdicts: many addresses at many moments are judged as each of them alone is."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core import (
    ActivateRequest,
    AddCidrRequest,
    Config,
    DrainRequest,
    EipdeckError,
    Inventory,
    RetireRequest,
    UnbindRequest,
)
from tests.core.kit import START, Clock, balancer, customer_cidr, fresh_desk, nic, one, release, services, snat

CIDR = "203.0.113.0/30"
MICROSECOND = timedelta(microseconds=1)
LAB = Config(region="lab", regions={"lab": ("198.18.64.0/30",)})
ASKED = (
    *(f"203.0.113.{octet}" for octet in range(6)),
    *(f"198.18.64.{octet}" for octet in range(3)),
    "203.0.112.255",
    "8.8.8.8",
    "0.0.0.1",
    "255.255.255.255",
)

VERBS: dict[str, Callable[[Inventory], object]] = {
    "allocate": one,
    "allocate again": one,
    "land": lambda inventory: one(inventory, None),
    "balancer": lambda inventory: inventory.execute(balancer(next(inventory.eips("state:unbound")).address)),
    "nic": lambda inventory: inventory.execute(nic(next(inventory.eips("state:unbound")).address)),
    "snat": lambda inventory: inventory.execute(snat(next(inventory.eips()).address)),
    "unbind": lambda inventory: inventory.execute(UnbindRequest(eip=next(inventory.eips("state:bound")).address)),
    "release": lambda inventory: release(inventory, next(inventory.eips()).address, unbind=True),
    "release the last": lambda inventory: release(inventory, list(inventory.eips())[-1].address, unbind=True),
    "drain": lambda inventory: inventory.execute(DrainRequest(cidr=CIDR)),
    "activate": lambda inventory: inventory.execute(ActivateRequest(cidr=CIDR, reason="back")),
    "retire": lambda inventory: inventory.execute(RetireRequest(cidr=CIDR)),
    "add": lambda inventory: inventory.execute(AddCidrRequest(cidr=CIDR, isp="bgp-b", asn=64501, pool_id="edge")),
    "a neighbour": lambda inventory: customer_cidr(inventory, "203.0.113.4/31", pool="other"),
}


def lived(folder: Path, deeds: list[str], cooldown: int) -> tuple[Inventory, list[datetime]]:
    """A desk on which these things were tried, a minute apart; and when."""
    clock = Clock()
    inventory = fresh_desk(folder, clock=clock, config=LAB)
    moments = [clock.now - MICROSECOND, clock.now]
    customer_cidr(inventory, CIDR, cooldown=cooldown)
    services(inventory)
    for deed in deeds:
        moments.append(clock.advance(60))
        with suppress(EipdeckError, StopIteration, IndexError):
            VERBS[deed](inventory)
    moments += [clock.now - MICROSECOND, clock.advance(30), clock.now + timedelta(days=1)]
    return inventory, sorted(set(moments))


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(deeds=st.lists(st.sampled_from(sorted(VERBS)), max_size=25), cooldown=st.sampled_from([0, 90, 86_400]))
def test_many_at_once_are_judged_as_each_alone(deeds: list[str], cooldown: int) -> None:
    with TemporaryDirectory() as folder:
        inventory, moments = lived(Path(folder), deeds, cooldown)
        lines = [f"{moment.isoformat()} {address}" for moment in moments for address in ASKED]
        text = [*lines, *ASKED]
        asked = [(address, moment) for moment in moments for address in ASKED]
        alone = [inventory.lookup(address, moment) for address, moment in asked] + [
            inventory.lookup(each) for each in ASKED
        ]
        assert inventory.lookup_text(text) == alone
        inventory.close()


def test_an_address_is_counted_once_a_moment_in_order_of_appearance(tmp_path: Path) -> None:
    inventory = fresh_desk(tmp_path, clock=Clock())
    text = [
        "2026-11-20T10:00:00Z 8.8.8.8 to 203.0.113.7",
        "2026-11-20T10:00:00Z 203[.]0[.]113[.]7 again",
        "no time: 8.8.8.8, 2001:db8::1",
    ]
    found = [(each.address, each.at, each.count) for each in inventory.lookup_text(text)]
    then = START.replace(day=20, hour=10)
    assert found == [("8.8.8.8", then, 1), ("203.0.113.7", then, 2), ("8.8.8.8", START, 1), ("2001:db8::1", START, 1)]


def test_more_than_fits_in_one_statement(tmp_path: Path) -> None:
    inventory = fresh_desk(tmp_path, clock=Clock())
    customer_cidr(inventory, "203.0.112.0/21")
    eip = one(inventory)
    text = [f"203.0.{high}.{low}" for high in range(112, 120) for low in range(256)]
    found = inventory.lookup_text(text)
    assert [each.address for each in found] == text
    assert [each.eip.id for each in found if each.eip is not None] == [eip.id]
    assert found[700] == inventory.lookup(text[700])._replace(count=1)


def test_progress_is_told(tmp_path: Path) -> None:
    inventory = fresh_desk(tmp_path)
    heard: list[int] = []
    found = inventory.evidence(("8.8.8.8" for _ in range(12_000)), on_progress=heard.append)
    assert heard == [0, 5_000, 10_000]
    assert (found.lines, found.mentions, len(found.verdicts), found.unzoned) == (12_000, 12_000, 1, 0)


def test_times_without_a_zone_are_counted(tmp_path: Path) -> None:
    inventory = fresh_desk(tmp_path, clock=Clock())
    text = ["2026-11-20 10:00 8.8.8.8", "2026-11-20T10:00Z 8.8.8.8", "2026-11-20 11:00 no address"]
    found = inventory.evidence(text)
    assert (found.lines, found.mentions, len(found.verdicts), found.unzoned) == (3, 2, 1, 1)


def test_a_time_that_is_not_understood_is_not_passed_over(tmp_path: Path) -> None:
    inventory = fresh_desk(tmp_path, clock=Clock())
    missed = ["23.11.2026 21:14 CET 8.8.8.8", "11/23/2026 9:14 PM EST 8.8.8.8", "yesterday 21:14:07 from 8.8.8.8"]
    none = ["8.8.8.8:44 to 8.8.4.4:4433", "aa:bb:cc:dd:ee:12 8.8.8.8", "8.8.8.8 took 1.2 s", "x:12:34y 8.8.8.8"]
    assert inventory.evidence(missed).misread == 3
    assert inventory.evidence(none).misread == 0

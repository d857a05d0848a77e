"""A lookup of a CIDR: how its addresses are held, now and at any moment of its past."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core import (
    ActivateRequest,
    BindingKind,
    BindRequest,
    CidrState,
    CidrSummary,
    Config,
    DrainRequest,
    EipdeckError,
    Inventory,
    ReserveRequest,
    RetireRequest,
    UnbindRequest,
    UnreserveRequest,
    VerdictWord,
)
from core.queries import prefix_parts
from core.queries.cidr_summary import _SERVED
from tests.core.kit import (
    Clock,
    balancer,
    customer_cidr,
    fresh_desk,
    many,
    nic,
    of_a_file,
    one,
    reading,
    release,
    services,
    snat,
)

CIDR = "203.0.113.0/28"
DAY = 86_400


def counts(found: CidrSummary) -> tuple[int, ...]:
    return (found.total, found.allocated, found.bound, found.idle, found.cooling, found.reserved, found.free)


@pytest.fixture
def inventory(tmp_path: Path) -> Inventory:
    inventory = fresh_desk(tmp_path, clock=Clock())
    services(inventory)
    customer_cidr(inventory, CIDR, pool="edge", cooldown=3 * DAY)
    return inventory


def test_a_cidr_is_summed_up_by_what_holds_it(inventory: Inventory) -> None:
    many(inventory, 4)
    inventory.execute(nic("203.0.113.0"))
    inventory.execute(snat("203.0.113.1"))
    inventory.execute(snat("203.0.113.2"))
    inventory.execute(ReserveRequest(cidr=CIDR, first="203.0.113.2", last="203.0.113.5"))
    one(inventory, address="203.0.113.9")
    release(inventory, "203.0.113.9")
    found = inventory.lookup_cidr(CIDR)
    assert counts(found) == (16, 4, 3, 1, 1, 2, 9)
    assert (found.cidr, found.customer_owned, found.pool_id, found.state) == (CIDR, True, "edge", CidrState.ACTIVE)
    assert found.summary == (
        "203.0.113.0/28 is yours, active, in pool edge. 4 of 16 addresses are allocated (3 bound, 1 idle); 1 cooling,"
        " 2 reserved, 9 free. They serve snat nat-1 (2), nic nic-1 (1)."
    )


@pytest.mark.parametrize(
    ("asked", "owned", "expected", "says"),
    [
        ("203.0.113.0/30", True, (4, 3, 1, 2, 0, 0, 1), "is yours, a part of 203.0.113.0/28, active"),
        ("203[.]0[.]113[.]8/29", True, (8, 0, 0, 0, 0, 0, 8), "a part of"),
        ("203.0.113.0/27", None, (32, 3, 1, 2, 0, 0, 13), "16 of its 32 addresses are in no known range"),
        ("198.18.0.0/20", False, (4096, 1, 0, 1, 0, 0, 4095), "is Zenlayer-assigned, not one of yours, active"),
        ("192.0.2.0/24", False, (256, 0, 0, 0, 0, 0, 0), "The nearest known one is 198.18.0.0/20"),
        ("10.0.0.0/8", False, (1 << 24, 0, 0, 0, 0, 0, 0), "Private, RFC 1918: 10.0.0.0/8 is in no public range"),
        ("0.0.0.0/0", None, (1 << 32, 4, 1, 3, 0, 0, 13 + 4095), "203.0.113.0/28 (yours, active, pool edge)"),
    ],
)
def test_parts_neighbours_and_strangers(
    inventory: Inventory, asked: str, *, owned: bool | None, expected: tuple[int, ...], says: str
) -> None:
    many(inventory, 3)
    inventory.execute(balancer("203.0.113.1"))
    one(inventory, None)
    found = inventory.lookup_cidr(asked)
    assert (counts(found), found.customer_owned) == (expected, owned), found.summary
    assert says in found.summary


def test_a_prefix_over_several_cidrs_names_the_pool_and_the_state_that_they_share(inventory: Inventory) -> None:
    customer_cidr(inventory, "203.0.113.16/28", pool="edge")
    found = inventory.lookup_cidr("203.0.113.0/27")
    assert (found.customer_owned, found.pool_id, found.state, found.free) == (True, "edge", CidrState.ACTIVE, 32)
    inventory.execute(DrainRequest(cidr=CIDR))
    found = inventory.lookup_cidr("203.0.113.0/27")
    assert (found.customer_owned, found.pool_id, found.state, found.free) == (True, "edge", None, 32)
    assert "203.0.113.0/28 (yours, draining, pool edge), 203.0.113.16/28 (yours, active, pool edge)" in found.summary


def test_problems_are_those_of_the_prefix_and_of_now(inventory: Inventory) -> None:
    many(inventory, 3)
    one(inventory, None)
    inventory.execute(DrainRequest(cidr=CIDR))
    assert inventory.lookup_cidr(CIDR).problems == 3
    assert inventory.lookup_cidr("203.0.113.0/31").problems == 2
    assert inventory.lookup_cidr("198.18.0.0/20").problems == 1
    assert inventory.lookup_cidr(CIDR, inventory.now() - timedelta(seconds=1)).problems is None


def test_the_data_cannot_tell(tmp_path: Path) -> None:
    clock = Clock()
    inventory = fresh_desk(tmp_path, clock=clock)
    found = inventory.lookup_cidr("8.8.8.0/24")
    assert (found.customer_owned, "holds no customer CIDR" in found.summary) == (None, True)
    clock.advance(DAY)
    customer_cidr(inventory, CIDR)
    before = inventory.lookup_cidr(CIDR, clock.now - timedelta(seconds=DAY // 2))
    assert (before.customer_owned, before.allocated, before.free) == (None, 0, 0)
    assert "is known here since 2026-11-24 12:00:00Z" in before.summary
    assert inventory.lookup_cidr("8.8.8.0/24").customer_owned is False


def test_a_retired_cidr_is_named(inventory: Inventory) -> None:
    inventory.execute(DrainRequest(cidr=CIDR))
    inventory.execute(RetireRequest(cidr=CIDR))
    found = inventory.lookup_cidr("203.0.113.0/30")
    assert (found.customer_owned, found.state, found.free) == (False, None, 0)
    assert "203.0.113.0/28 was yours until 2026-11-23 12:00:00Z" in found.summary


@pytest.mark.parametrize(
    ("asked", "code", "says"),
    [
        ("203.0.113.7/24", "invalid_cidr", "write 203.0.113.0/24"),
        ("203.0.113.0/33", "invalid_cidr", "not 0 to 32"),
        ("2001:db8::/32", "invalid_cidr", "IPv6"),
        ("203.0.113.0/28 @ next week", "invalid_time", "not a time"),
        ("203.0.113.0/28 @ 2999-01-01", "invalid_time", "future"),
    ],
)
def test_what_is_no_cidr_is_refused(inventory: Inventory, asked: str, code: str, says: str) -> None:
    with pytest.raises(EipdeckError) as refusal:
        inventory.lookup_cidr(asked)
    assert (refusal.value.code, says in str(refusal.value.document())) == (code, True), refusal.value.document()


def test_a_time_can_stand_behind_the_cidr(inventory: Inventory) -> None:
    many(inventory, 2)
    clock = inventory.now()
    assert inventory.lookup_cidr(f"{CIDR} @ {(clock - timedelta(seconds=1)).isoformat()}").customer_owned is None
    assert inventory.lookup_cidr(f"{CIDR} @ {clock.isoformat()}").allocated == 2


ACTS = st.sampled_from(["allocate", "release", "bind", "unbind", "reserve", "unreserve", "drain", "activate"])


def test_the_range_of_a_configured_region_is_known_before_something_is_written_in_it(tmp_path: Path) -> None:
    inventory = fresh_desk(tmp_path, clock=Clock(), config=Config(regions={"eu-1": ("45.10.0.0/24",)}))
    customer_cidr(inventory, "45.10.1.0/24")
    before = inventory.lookup_cidr("45.10.0.0/23")
    assert (before.total, before.free, before.customer_owned) == (512, 512, None)
    assert before.summary.startswith(
        "45.10.0.0/23 overlaps 45.10.0.0/24 (Zenlayer-assigned, active, pool default-eu-1)"
    )
    one(inventory, None, default=True, region="eu-1")
    after = inventory.lookup_cidr("45.10.0.0/23")
    assert (after.total, after.free, after.allocated) == (512, 511, 1)


STEPS = st.lists(st.tuples(ACTS, st.integers(0, 15), st.integers(1, 4), st.sampled_from([1, 60, DAY])), max_size=14)
ASKED = (CIDR, "203.0.113.8/29", "203.0.113.0/27")


def act(inventory: Inventory, what: str, place: int, width: int) -> None:
    address, last = f"203.0.113.{place}", f"203.0.113.{min(place + width, 15)}"
    acts: dict[str, Callable[[], object]] = {
        "allocate": lambda: one(inventory, address=address),
        "release": lambda: release(inventory, address, unbind=True),
        "bind": lambda: inventory.execute(BindRequest(eip=address, kind=BindingKind.LOAD_BALANCER, service_id="lb-1")),
        "unbind": lambda: inventory.execute(UnbindRequest(eip=address)),
        "reserve": lambda: inventory.execute(ReserveRequest(cidr=CIDR, first=address, last=last, soft=width > 2)),
        "unreserve": lambda: inventory.execute(UnreserveRequest(cidr=CIDR, first=address, last=last)),
        "drain": lambda: inventory.execute(DrainRequest(cidr=CIDR)),
        "activate": lambda: inventory.execute(ActivateRequest(cidr=CIDR, reason="again")),
    }
    with suppress(EipdeckError):
        acts[what]()


@settings(max_examples=20, deadline=None)
@given(steps=STEPS, edges=st.booleans())
def test_every_moment_is_summed_up_as_its_addresses_are_judged_and_as_it_was_then(
    steps: list[tuple[str, int, int, int]], *, edges: bool
) -> None:
    with TemporaryDirectory() as folder:
        clock = Clock()
        inventory = fresh_desk(Path(folder) / "db", clock=clock)
        services(inventory)
        clock.advance(60)
        customer_cidr(inventory, CIDR, pool="edge", cooldown=DAY, avoid_edges=edges)
        then: list[tuple[datetime, str, tuple[int, ...], CidrState | None]] = []
        for what, place, width, seconds in steps:
            clock.advance(1)
            act(inventory, what, place, width)
            clock.advance(seconds)
            for asked in ASKED:
                found = inventory.lookup_cidr(asked)
                assert_as_judged(inventory, found)
                then.append((clock.now, asked, counts(found), found.state))
        clock.advance(7)
        for moment, asked, counted, state in then:
            found = inventory.lookup_cidr(asked, moment)
            assert (counts(found), found.state) == (counted, state)
        inventory.close()


def assert_as_judged(inventory: Inventory, found: CidrSummary) -> None:
    first = int(found.cidr.partition("/")[0].rpartition(".")[2])
    verdicts = [inventory.lookup(f"203.0.113.{first + place}") for place in range(min(found.total, 16 - first))]
    words = [verdict.verdict for verdict in verdicts]
    assert found.bound == words.count(VerdictWord.CUSTOMER_BOUND)
    assert found.idle == words.count(VerdictWord.CUSTOMER_UNBOUND)
    assert found.allocated == found.bound + found.idle
    assert found.cooling <= words.count(VerdictWord.CUSTOMER_COOLING) <= found.cooling + found.reserved
    assert found.allocated + found.cooling + found.reserved + found.free == len(verdicts)


@of_a_file
def test_a_summary_reads_the_rows_of_its_own_prefix(inventory: Inventory) -> None:
    """The statements go by an index of the addresses, or of the history of a CIDR."""
    statements = [prefix_parts._ALLOCATED, prefix_parts._SERVING, prefix_parts._COOLING, prefix_parts._INSIDE, _SERVED]
    with reading(inventory) as read:
        for statement in statements:
            values = statement.replace(":first", "1").replace(":last", "2").replace(":at", "3")
            plan = [row[-1] for row in read(f"EXPLAIN QUERY PLAN {values}")]
            assert not [step for step in plan if step.startswith("SCAN")], (statement, plan)

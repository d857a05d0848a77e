"""The mirror: what an account shows becomes the inventory, and its differences history."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("zenlayercloud", reason="the extra `zenlayer` is not installed")

from core import (
    AcceptRequest,
    AccountInventory,
    ActivateRequest,
    EipdeckError,
    PoolSettingsRequest,
    ReserveRequest,
    Verdict,
    load_config,
    open_account,
    open_inventory,
)
from tests.core.audit import audit
from tests.core.kit import Clock, dump, fresh_desk, fresh_url, rows
from tests.standin.account import Account, stamped
from tests.standin.server import TOKEN, Fault, Standin

Opened = Callable[..., AccountInventory]
AGES = ("mirror", "mirror_kind")
"""Tables that say when the account was read."""


def without_ages(inventory: AccountInventory) -> dict[str, Any]:
    return {name: found for name, found in dump(inventory).items() if name not in AGES}


def words(inventory: AccountInventory, *addresses: str) -> list[str]:
    return [inventory.lookup(address).verdict.value for address in addresses]


def codes(inventory: AccountInventory) -> list[str]:
    return [finding.code.value for finding in inventory.findings()]


def refused(act: Callable[[], object], code: str) -> EipdeckError:
    with pytest.raises(EipdeckError) as caught:
        act()
    assert caught.value.code == code, caught.value.message
    return caught.value


# the first picture


def test_a_first_sync_gives_every_address_its_verdict(mirror: AccountInventory) -> None:
    found = words(mirror, "203.0.113.7", "203.0.113.8", "203.0.113.9", "203.0.113.10", "203.0.113.99")
    assert found == ["customer-bound"] * 3 + ["customer-unbound", "customer-unallocated"]
    assert words(mirror, "198.51.100.20", "192.88.99.1") == ["default-unbound", "not-ours"]
    assert {binding.kind.value for binding in mirror.eip("203.0.113.8").bindings} == {"snat", "dnat"}
    audit(mirror)
    assert mirror.verify().ok


def test_the_first_picture_makes_no_landing(mirror: AccountInventory) -> None:
    assert "landed_in_default_pool" not in codes(mirror)
    (event,) = [each for each in mirror.history("198.51.100.20") if each.action == "observed"]
    assert (event.operator, event.after["between"][0]) == ("zenlayer", None)  # type: ignore[index]  # JSON


def test_a_live_database_has_no_range_of_the_embedded_platform(mirror: AccountInventory, account: Account) -> None:
    assert [cidr.cidr for cidr in mirror.cidrs()] == ["198.51.100.20/32", "203.0.113.0/24"]
    account.eip("far", "198.51.100.99", regionId="na-east-1")
    mirror.sync()
    assert [pool.total for pool in mirror.pools() if pool.region == "na-east-1"] == [1]
    assert "198.18" not in " ".join(cidr.cidr for cidr in mirror.cidrs())


def test_an_empty_account_is_a_picture(opened: Opened, account: Account) -> None:
    for rows_ in (account.cidrs, account.pools, account.eips, account.gateways, account.nics, account.balancers):
        rows_.clear()
    done = opened().sync()
    assert (done.created, [each.problem for each in done.kinds]) == (0, [None] * 7)


@pytest.mark.parametrize("gateways", [1, 3])
def test_the_number_of_calls_is_that_of_the_formula(opened: Opened, account: Account, gateways: int) -> None:
    for number in range(2500):
        account.eip(f"n-{number}", f"203.0.{96 + number // 250}.{number % 250}")
    for number in range(gateways - 1):
        account.gateway(f"nat-{number + 2}", eips=[], snats=[], dnats=[])
    done = opened().sync()
    assert done.calls == 3 + 1 + gateways + 1 + 1 + 2
    assert sum(account.calls.values()) == done.calls


# the same picture again


def test_a_second_sync_without_differences_changes_ages_alone(mirror: AccountInventory, clock: Clock) -> None:
    before, version = without_ages(mirror), mirror.data_version()
    clock.advance(600)
    done = mirror.sync()
    assert (done.created, done.changed, done.ended) == (0, 0, 0)
    assert without_ages(mirror) == before
    assert mirror.data_version() == version
    assert mirror.lookup("203.0.113.7").as_of == clock.now


def test_a_sync_without_differences_does_not_wait_for_writers(mirror: AccountInventory) -> None:
    with mirror._store.write():
        assert mirror.sync().changed == 0


def test_what_nobody_reads_is_no_difference(mirror: AccountInventory, account: Account) -> None:
    before = without_ages(mirror)
    account.cidrs["c-1"]["availableCount"] = 1
    account.eips["e-7"].update(eipGeoRefs=[{"maxMind": "HK"}], expiredTime="2027-01-01T00:00:00Z")
    mirror.sync()
    assert without_ages(mirror) == before


def test_the_order_of_the_pages_does_not_matter(mirror: AccountInventory, account: Account) -> None:
    before = without_ages(mirror)
    account.shuffled = random.Random(7)
    mirror.sync()
    assert without_ages(mirror) == before


# differences


def test_changes_on_the_account_become_history_between_two_readings(
    mirror: AccountInventory, account: Account, clock: Clock
) -> None:
    first = clock.now
    clock.advance(3600)
    account.unbind("e-7")
    account.bind("e-10", "NIC", "nic-1", "10.0.1.2")
    account.eips["e-9"].update(name="shop", bandwidth=20)
    account.eip("e-11", "203.0.113.11", "c-1", createTime=stamped(clock.now - timedelta(minutes=30)))
    done = mirror.sync()
    assert done.created == 2  # an EIP and a binding
    seen = {event.address: event for event in mirror.history(since=clock.now)}
    assert set(seen) == {"203.0.113.7", "203.0.113.9", "203.0.113.10", "203.0.113.11"}
    for event in seen.values():
        assert (event.operator, event.action) == ("zenlayer", "observed")
        assert event.after is not None
        assert event.after["between"] == [f"{each:%Y-%m-%dT%H:%M:%S}Z" for each in (first, clock.now)]
    assert words(mirror, "203.0.113.7", "203.0.113.10") == ["customer-unbound", "customer-bound"]
    was = mirror.lookup("203.0.113.7", first)
    assert was.verdict.value == "customer-bound"
    assert mirror.eip("203.0.113.11").allocated_at == clock.now - timedelta(minutes=30)
    audit(mirror)


def test_entries_of_a_gateway_are_compared(mirror: AccountInventory, account: Account) -> None:
    account.details["nat-1"]["snats"][0]["cidrs"] = ["10.0.8.0/23"]
    mirror.sync()
    (snat,) = [each for each in mirror.eip("203.0.113.8").bindings if each.kind.value == "snat"]
    assert snat.sources == ("10.0.8.0/23",)
    account.details["nat-1"].update(snats=[], dnats=[])
    account.gateways["nat-1"]["eipIds"] = []
    account.unbind("e-8")
    mirror.sync()
    assert words(mirror, "203.0.113.8") == ["customer-unbound"]


def test_a_landing_of_anybody_is_a_finding_at_the_next_sync(
    mirror: AccountInventory, account: Account, clock: Clock
) -> None:
    clock.advance(60)
    account.eip("e-l", "198.51.100.21", createTime=stamped(clock.now))
    mirror.sync()
    (landed,) = [each for each in mirror.findings() if each.code.value == "landed_in_default_pool"]
    assert landed.eips == ("198.51.100.21",)
    mirror.execute(AcceptRequest(finding=landed.id, reason="for a test"))
    assert "landed_in_default_pool" not in codes(mirror)


def test_without_a_customer_cidr_nothing_lands(opened: Opened, account: Account, clock: Clock) -> None:
    account.cidrs.clear()
    account.pools.clear()
    account.eips = {"e-z": account.eips["e-z"]}
    inventory = opened()
    inventory.sync()
    clock.advance(60)
    account.eip("e-l", "198.51.100.21", createTime=stamped(clock.now))
    inventory.sync()
    assert "landed_in_default_pool" not in codes(inventory)


def test_a_new_holder_of_an_address_ends_the_tenancy_before(
    mirror: AccountInventory, account: Account, clock: Clock
) -> None:
    clock.advance(3600)
    account.delete("e-10")
    account.eip("e-new", "203.0.113.10", "c-1", createTime=stamped(clock.now))
    mirror.sync()
    assert [eip.id for eip in mirror.tenancies("203.0.113.10")] == ["e-new", "e-10"]
    audit(mirror)


# what is not seen


def test_absence_ends_nothing_until_it_is_asked_for_by_id_twice(
    mirror: AccountInventory, account: Account, clock: Clock
) -> None:
    account.delete("e-10")
    clock.advance(30)
    assert (mirror.sync().missing, mirror.eip("203.0.113.10").id) == (1, "e-10")
    clock.advance(30)
    assert mirror.sync().ended == 0  # too soon to be sure
    clock.advance(31)
    done = mirror.sync()
    assert (done.ended, done.missing) == (1, 0)
    event = mirror.history("203.0.113.10")[-1]
    assert (event.action, event.operator, event.reason) == ("release", "zenlayer", "observed")
    assert event.after is not None
    assert event.after["between"] == [
        f"{each:%Y-%m-%dT%H:%M:%S}Z" for each in (clock.now - timedelta(seconds=31), clock.now)
    ]
    assert words(mirror, "203.0.113.10") == ["customer-unallocated"]
    assert mirror.sync().missing == 0
    audit(mirror)


def test_a_list_that_shows_late_ends_nothing(mirror: AccountInventory, account: Account, clock: Clock) -> None:
    account._hidden["e-10"] = 5
    before = without_ages(mirror)
    for _ in range(3):
        clock.advance(120)
        assert mirror.sync().missing == 0
    assert without_ages(mirror) == before


def test_what_comes_back_is_no_longer_missing(mirror: AccountInventory, account: Account, clock: Clock) -> None:
    row = account.eips.pop("e-10")
    clock.advance(120)
    mirror.sync()
    account.eips["e-10"] = row
    clock.advance(120)
    mirror.sync()
    del account.eips["e-10"]
    clock.advance(120)
    assert (mirror.sync().ended, mirror.eip("203.0.113.10").id) == (0, "e-10")


def test_pages_that_never_agree_end_nothing(mirror: AccountInventory, account: Account, clock: Clock) -> None:
    for number in range(1500):
        account.eip(f"n-{number}", f"203.0.{96 + number // 250}.{number % 250}")
    mirror.sync()
    numbers = iter(range(1500))

    def release(action: str, _page: int) -> None:
        if action == "DescribeEips":
            account.eips.pop(f"n-{next(numbers)}")

    account.before_page = release
    clock.advance(120)
    done = mirror.sync()
    assert (done.missing, done.ended) == (0, 0)
    assert not next(each for each in done.kinds if each.kind == "DescribeEips").steady


def test_a_recycled_eip_keeps_its_address(mirror: AccountInventory, account: Account, clock: Clock) -> None:
    account.recycle_bin = True
    account.delete("e-10")
    for _ in range(3):
        clock.advance(120)
        mirror.sync()
    assert words(mirror, "203.0.113.10") == ["customer-unbound"]


def test_a_service_and_a_cidr_that_are_gone_end(mirror: AccountInventory, account: Account, clock: Clock) -> None:
    account.cidr("c-2", "192.0.2.0/24")
    mirror.sync()
    assert words(mirror, "192.0.2.1") == ["customer-unallocated"]
    del account.cidrs["c-2"]
    del account.balancers["lb-1"]
    account.unbind("e-9")
    for _ in range(2):
        clock.advance(120)
        mirror.sync()
    assert words(mirror, "192.0.2.1", "203.0.113.9") == ["not-ours", "customer-unbound"]
    assert "lb-1" not in [service.id for service in mirror.services()]
    audit(mirror)


# a picture that cannot be right


@pytest.fixture
def many(opened: Opened, account: Account) -> AccountInventory:
    """A mirror of 304 EIPs."""
    for number in range(300):
        account.eip(f"n-{number}", f"203.0.{96 + number // 250}.{number % 250}")
    inventory = opened()
    inventory.sync()
    return inventory


def test_a_picture_that_would_end_a_tenth_is_held_and_let_through_by_its_number(
    many: AccountInventory, account: Account, clock: Clock
) -> None:
    for number in range(40):
        del account.eips[f"n-{number}"]
    clock.advance(3600)
    held = refused(many.sync, "conflict")
    assert (held.details["held"], held.details["losses"]) == ("losses", 40)
    assert "mirror_held" in codes(many)
    assert many.lookup("203.0.96.1").eip is not None
    refused(lambda: many.sync(accept_losses=39), "conflict")
    clock.advance(3600)
    assert many.sync(accept_losses=40).ended == 40
    assert "mirror_held" not in codes(many)
    audit(many)


def test_twenty_eips_may_go_at_once(many: AccountInventory, account: Account, clock: Clock) -> None:
    for number in range(20):
        del account.eips[f"n-{number}"]
    for _ in range(2):
        clock.advance(120)
        done = many.sync()
    assert done.ended == 20


def test_another_account_is_held_until_it_is_accepted(mirror: AccountInventory, account: Account, clock: Clock) -> None:
    account.eips.clear()
    account.cidrs.clear()
    account.cidr("o-1", "192.0.2.0/24")
    account.eip("o-e", "192.0.2.9", "o-1")
    clock.advance(3600)
    before = {name: found for name, found in without_ages(mirror).items() if name != "mirror_row"}
    assert refused(mirror.sync, "conflict").details["held"] == "account"
    assert {name: found for name, found in without_ages(mirror).items() if name != "mirror_row"} == before
    clock.advance(3600)
    mirror.sync(accept_account=True)
    assert words(mirror, "192.0.2.9", "203.0.113.7") == ["customer-unbound", "not-ours"]
    assert mirror.verify().ok


def test_a_rotated_token_is_nothing_new(
    mirror: AccountInventory, standin: Standin, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ZC_TOKEN", "expired")
    refused(mirror.sync, "platform_refused")
    monkeypatch.setenv("ZC_TOKEN", TOKEN)
    mirror.sync()
    assert standin.seen[-1].headers["Authorization"] == f"Bearer {TOKEN}"


# rows and kinds that cannot be read


def test_rows_that_the_rules_refuse_are_set_aside_and_the_others_stand(
    mirror: AccountInventory, account: Account, clock: Clock
) -> None:
    account.eip("block", "203.0.113.64", "c-1", prefixLength=28)
    account.eip("six", "2001:db8::1", "c-1")
    account.eip("word", "203.0.113.12", "c-1", status="DREAMING")
    account.eip("outside", "192.0.2.77", "c-1")
    account.eip("good", "203.0.113.13", "c-1")
    done = mirror.sync()
    assert done.aside == 4
    assert words(mirror, "203.0.113.13") == ["customer-unbound"]
    (found,) = [each for each in mirror.findings() if each.code.value == "mirror_row_aside"]
    assert "4 rows" in found.message
    kept = {row[0]: row[1] for row in rows(mirror, "SELECT platform_id, why FROM mirror_aside")}
    assert kept.keys() == {"block", "six", "word", "outside"}
    assert "DREAMING" in kept["word"]
    before = without_ages(mirror)
    clock.advance(60)
    mirror.sync()
    assert without_ages(mirror) == before
    account.eips["word"]["status"] = "UNBIND"
    assert mirror.sync().aside == 3
    assert words(mirror, "203.0.113.12") == ["customer-unbound"]
    for gone in ("block", "six", "outside"):
        del account.eips[gone]
    for _ in range(2):
        clock.advance(120)
        mirror.sync()
    assert "mirror_row_aside" not in codes(mirror)
    audit(mirror)


def test_a_kind_that_the_key_may_not_read_stays_as_it_is(
    mirror: AccountInventory, account: Account, clock: Clock
) -> None:
    account.denied = {"DescribeNatGateways"}
    account.eips["e-10"]["name"] = "renamed"
    clock.advance(3600)
    done = mirror.sync()
    problems = {each.kind: each.problem for each in done.kinds if each.problem}
    assert problems == {"DescribeNatGateways": "AUTHFAILURE_UNAUTHORIZED_OPERATION"}
    assert mirror.eip("203.0.113.10").name == "renamed"
    assert len(mirror.eip("203.0.113.8").bindings) == 2
    state = mirror.mirror()
    assert state is not None
    gateways = next(each for each in state.kinds if each.kind == "DescribeNatGateways")
    assert (gateways.problem, gateways.read_at) == (problems[gateways.kind], clock.now - timedelta(seconds=3600))


def test_what_was_read_before_a_failure_is_taken_over(
    mirror: AccountInventory, account: Account, standin: Standin
) -> None:
    account.eips["e-10"]["name"] = "renamed"

    def fail(action: str, _page: int) -> None:
        if action == "DescribeEips":
            standin.always = Fault(401, "AUTHFAILURE_INVALID_AUTHORIZATION")

    account.before_page = fail
    refused(mirror.sync, "platform_refused")
    assert mirror.eip("203.0.113.10").name == "renamed"


def test_a_sync_that_is_stopped_changes_nothing(mirror: AccountInventory, account: Account) -> None:
    account.eips["e-10"]["name"] = "renamed"
    before = dump(mirror)

    def stop(kind: str, _rows: int) -> None:
        if kind == "DescribeNatGateways":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        mirror.sync(on_progress=stop)
    assert dump(mirror) == before


def test_a_dry_run_shows_the_events_and_changes_nothing(mirror: AccountInventory, account: Account) -> None:
    account.eips["e-10"]["name"] = "renamed"
    before = dump(mirror)
    done = mirror.sync(dry_run=True)
    assert [(event.action, event.address) for event in done.events] == [("observed", "203.0.113.10")]
    assert (done.dry_run, done.changed) == (True, 1)
    assert dump(mirror) == before


def test_an_older_picture_never_replaces_a_newer_one(opened: Opened, account: Account, clock: Clock) -> None:
    one, two = opened(), opened()
    one.sync()
    clock.advance(60)
    account.eips["e-10"]["name"] = "second"

    def overtake(kind: str, _rows: int) -> None:
        if kind == "DescribeNetworkInterfaces" and account.eips["e-10"]["name"] == "second":
            account.eips["e-10"]["name"] = "third"
            clock.advance(60)
            two.sync()

    refused(lambda: one.sync(on_progress=overtake), "store_busy")
    assert one.eip("203.0.113.10").name == "third"


# verdicts that the picture makes doubtful


def test_a_verdict_says_that_the_row_of_its_eip_is_set_aside(mirror: AccountInventory, account: Account) -> None:
    account.eips["e-7"]["status"] = "DREAMING"
    account.eips["e-10"]["publicIpAddresses"] = ["203.0.113.200"]
    mirror.sync()
    dreaming, moved, taken = (mirror.lookup(f"203.0.113.{number}") for number in (7, 10, 200))
    assert (dreaming.verdict.value, "DREAMING" in dreaming.summary) == ("customer-bound", True)
    assert (moved.verdict.value, "not with 203.0.113.200" in moved.summary) == ("customer-unbound", True)
    assert (taken.verdict.value, taken.customer_owned, "EIP e-10" in taken.summary) == ("unknown", None, True)
    for each in (dreaming, moved, taken):
        assert mirror.lookup_many([each.address]) == {each.address: each}


def test_an_address_in_a_block_of_the_account_is_not_called_free(mirror: AccountInventory, account: Account) -> None:
    account.eip("block", "203.0.113.64", "c-1", prefixLength=28)
    mirror.sync()
    assert words(mirror, "203.0.113.63", "203.0.113.64", "203.0.113.79", "203.0.113.80") == [
        *("customer-unallocated", "unknown", "unknown", "customer-unallocated"),
    ]
    assert "203.0.113.64-203.0.113.79" in mirror.lookup("203.0.113.70").summary
    assert words(mirror, "203.0.113.7") == ["customer-bound"]


@pytest.mark.parametrize(
    ("kind", "minutes", "word", "told"),
    [
        ("DescribeNatGatewayDetail", 59, "customer-bound", ""),
        ("DescribeNatGatewayDetail", 61, "customer-bound", "The NAT entries of acme were last read"),
        ("DescribeNatGatewayDetail", 24 * 60, "customer-bound", "The NAT entries of acme were last read"),
        ("DescribeCidrs", 59, "customer-bound", ""),
        ("DescribeCidrs", 61, "customer-bound", "The CIDRs of acme were last read"),
        ("DescribeCidrs", 24 * 60, "unknown", "The CIDRs of acme were last read"),
        ("DescribePools", 24 * 60, "customer-bound", ""),
    ],
)
def test_a_verdict_says_that_a_kind_which_it_rests_on_is_old(
    mirror: AccountInventory, account: Account, clock: Clock, kind: str, minutes: int, word: str, told: str
) -> None:
    account.denied = {kind}
    clock.advance(60 * minutes)
    mirror.sync()
    found = mirror.lookup("203.0.113.8")
    assert found.verdict.value == word
    assert found.summary.count("last read") == bool(told)
    assert told in found.summary
    state = mirror.mirror()
    assert state is not None
    assert next(each.rows for each in state.kinds if each.kind == kind) == 1


def test_cidrs_that_were_never_read_leave_the_owner_unknown(opened: Opened, account: Account) -> None:
    account.denied = {"DescribeCidrs"}
    inventory = opened()
    inventory.sync()
    found = inventory.lookup("203.0.113.7")
    assert (found.verdict.value, found.customer_owned) == ("unknown", None)
    assert "The CIDRs of acme were not read yet" in found.summary


# the age of the picture


@pytest.mark.parametrize(
    ("minutes", "word", "sentences"),
    [(59, "customer-bound", 0), (61, "customer-bound", 1), (24 * 60, "unknown", 1)],
)
def test_the_age_of_the_picture_is_said_and_a_day_is_too_old(
    mirror: AccountInventory, clock: Clock, minutes: int, word: str, sentences: int
) -> None:
    read = clock.now
    clock.advance(60 * minutes)
    found: Verdict = mirror.lookup("203.0.113.7")
    assert (found.verdict.value, found.as_of) == (word, read)
    assert found.summary.count("was last read") == sentences
    assert mirror.lookup("203.0.113.7", read).verdict.value == "customer-bound"


def test_the_age_is_shown_when_the_syncs_of_a_dashboard_fail(mirror: AccountInventory, clock: Clock) -> None:
    read = clock.now
    assert mirror.snapshot().behind is None
    clock.advance(301)
    assert mirror.snapshot().behind == read
    mirror.sync()
    assert mirror.snapshot().behind is None


def test_an_account_that_was_never_read_tells_nothing(opened: Opened) -> None:
    found = opened().lookup("203.0.113.7")
    assert found.verdict.value == "unknown"


# changes, and other databases


def test_a_change_of_the_account_is_refused_and_nothing_is_sent(mirror: AccountInventory, standin: Standin) -> None:
    sent, before = len(standin.seen), dump(mirror)
    problem = refused(
        lambda: mirror.execute(ActivateRequest(cidr="203.0.113.0/24", reason="again")), "platform_refused"
    )
    assert "console" in problem.message
    for act in (lambda: mirror.import_files([Path("x.json")]), lambda: mirror.restore(Path("x.db"))):
        refused(act, "platform_refused")
    assert (len(standin.seen), dump(mirror)) == (sent, before)


def test_changes_of_the_inventory_alone_are_made(mirror: AccountInventory, account: Account) -> None:
    pool = mirror.eip("203.0.113.7").pool_id
    mirror.execute(PoolSettingsRequest(pool_id=pool, cooldown_seconds=60))
    mirror.execute(ReserveRequest(cidr="203.0.113.0/24", first="203.0.113.200"))
    account.eip("e-r", "203.0.113.200", "c-1")
    mirror.sync()
    assert words(mirror, "203.0.113.200") == ["customer-unbound"]
    audit(mirror)


def test_an_embedded_database_is_never_opened_live_nor_the_reverse(
    mirror: AccountInventory, opened: Opened, tmp_path: Path
) -> None:
    refused(lambda: open_inventory(mirror.url), "usage")
    embedded = fresh_desk(tmp_path / "embedded")
    embedded.execute(PoolSettingsRequest(pool_id="default-asia-east-1", cooldown_seconds=1))
    refused(lambda: open_account("acme", embedded.url, config=mirror.config), "usage")
    embedded.close()
    assert opened(read_only=True).label == "acme"
    assert not mirror.embedded


def test_an_account_has_a_database_of_its_own(
    mirror: AccountInventory, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ZC_TOKEN", TOKEN)
    other = tmp_path / "other.toml"
    other.write_text('[profiles.other]\ntoken = "env:ZC_TOKEN"\nproduction = true\n')
    refused(lambda: open_account("other", mirror.url, config=load_config(other)), "usage")
    made = open_account("other", fresh_url(tmp_path / "own"), config=load_config(other))
    assert made.label == "PRODUCTION other"
    made.close()


def test_no_secret_is_in_the_database_or_in_an_export(mirror: AccountInventory, account: Account) -> None:
    account.eips["e-10"]["name"] = "renamed"
    mirror.sync()
    assert TOKEN not in repr(dump(mirror))
    assert TOKEN not in "".join(mirror.export_text())
    assert TOKEN not in repr(vars(mirror)) + repr(mirror.config)


def test_an_export_of_a_mirror_is_an_inventory_of_the_embedded_platform(
    mirror: AccountInventory, tmp_path: Path
) -> None:
    mirror.export(tmp_path / "export.json")
    copy = fresh_desk(tmp_path / "copy")
    copy.import_files([tmp_path / "export.json"])
    assert copy.lookup("203.0.113.7").verdict.value == "customer-bound"
    copy.close()


def test_a_finding_advises_what_can_be_done_on_an_account(mirror: AccountInventory, account: Account) -> None:
    account.eip("e-new", "198.51.100.77", networkLineType="PremiumBGP")
    mirror.sync()
    for finding in mirror.findings():
        assert "eipdeck rehome" not in finding.remedy
        assert finding.fix is None or finding.code.startswith("mirror")

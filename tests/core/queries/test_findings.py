"""Every finding, produced in the demo's inventory by what operators and imports do, and gone by its remedy."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import mkdtemp

import pytest

from core import (
    AcceptRequest,
    ActivateRequest,
    AddCidrRequest,
    AddServiceRequest,
    AllocationRequest,
    BindingKind,
    BindRequest,
    Config,
    DrainRequest,
    EipdeckError,
    Finding,
    Inventory,
    RehomeRequest,
    ReleaseRequest,
    RemoveServiceRequest,
    ServiceKind,
    Severity,
    UnbindRequest,
    iso,
    open_inventory,
    seed_demo,
)
from tests.core.kit import START, Clock, customer_cidr, fresh_desk, many, one, release, services, snat

DAY = 86_400


@pytest.fixture(scope="module")
def incident(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("incident") / "deck.db"
    seed_demo(f"sqlite:///{path}", START)
    return path


@pytest.fixture
def demo(incident: Path, tmp_path: Path) -> Inventory:
    path = tmp_path / "deck.db"
    path.write_bytes(incident.read_bytes())
    return open_inventory(str(path), operator="alice", clock=Clock())


def about(inventory: Inventory, code: str, subject: str | None = None) -> list[Finding]:
    return [each for each in inventory.findings() if each.code == code and subject in (None, each.subject)]


def bind(inventory: Inventory, eip: str, kind: BindingKind, service: str, **parts: str) -> None:
    inventory.execute(BindRequest(eip=eip, kind=kind, service_id=service, **parts))  # type: ignore[arg-type]


# produce, then remedy; each answers with the subject of its finding


def has(subject: str) -> Callable[[Inventory], str]:
    """The demo has it from the start."""
    return lambda _desk: subject


def landed(inventory: Inventory) -> str:
    return inventory.execute(AllocationRequest()).eips[0].address


def rehomed(inventory: Inventory, subject: str) -> None:
    inventory.execute(RehomeRequest(eip=subject, pool_id="hk-spare"))


def on_customer_service(inventory: Inventory) -> str:
    chosen = inventory.execute(AllocationRequest(default=True)).eips[0].address
    bind(inventory, chosen, BindingKind.LOAD_BALANCER, "lb-pay")
    return chosen


def unbound(inventory: Inventory, subject: str) -> None:
    inventory.execute(UnbindRequest(eip=subject))


def default_unbound(inventory: Inventory, subject: str) -> None:
    for eip in inventory.service_eips(subject):
        if not eip.customer_owned:
            unbound(inventory, eip.address)


def room_made(inventory: Inventory, subject: str) -> None:
    inventory.execute(AddCidrRequest(cidr="203.0.112.0/24", isp="bgp-a", asn=64500, pool_id=subject))
    inventory.execute(ActivateRequest(cidr="203.0.112.0/24", reason="announced"))


def released(inventory: Inventory, subject: str) -> None:
    inventory.execute(ReleaseRequest(eips=(subject,)))


def emptied(inventory: Inventory, subject: str) -> None:
    left = tuple(eip.address for eip in inventory.eips(f"cidr:{subject}"))
    inventory.execute(ReleaseRequest(eips=left, unbind=True))


def missing(inventory: Inventory) -> str:
    inventory.execute(RemoveServiceRequest(service_id="lb-pay"))
    return "lb-pay"


def nobody_names_it(inventory: Inventory, subject: str) -> None:
    for eip in inventory.service_eips(subject):
        unbound(inventory, eip.address)


def disagreeing(inventory: Inventory) -> str:
    return said_of(inventory, "203.0.113.9", owned=False)


def agreeing(inventory: Inventory, subject: str) -> None:
    said_of(inventory, subject, owned=True)


def said_of(inventory: Inventory, address: str, *, owned: bool) -> str:
    """Import what the platform says of an address."""
    row = {"eipId": inventory.eip(address).id, "publicIpAddresses": [address], "isCustomized": owned}
    row |= {"regionId": "asia-east-1", "status": "UNBIND"}
    file = Path(mkdtemp()) / "answer.json"
    file.write_text(json.dumps({"response": {"dataSet": [row], "totalCount": 1}}))
    inventory.import_files([file])
    return address


CASES: dict[str, tuple[Callable[[Inventory], str], Callable[[Inventory, str], None], Severity]] = {
    "landed_in_default_pool": (landed, rehomed, Severity.WARNING),
    "default_on_customer_service": (on_customer_service, unbound, Severity.WARNING),
    "snat_mixes_owners": (has("nat-1"), default_unbound, Severity.WARNING),
    "pool_near_exhaustion": (has("hk-edge"), room_made, Severity.CRITICAL),
    "eip_idle": (has("203.0.113.9"), released, Severity.INFO),
    "cidr_draining_blocked": (has("198.51.100.0/24"), emptied, Severity.WARNING),
    "service_missing": (missing, nobody_names_it, Severity.WARNING),
    "ownership_disagrees": (disagreeing, agreeing, Severity.CRITICAL),
}


@pytest.mark.parametrize("code", CASES)
def test_a_finding_is_there_with_its_ground_and_gone_with_its_remedy(demo: Inventory, code: str) -> None:
    produce, remedy, severity = CASES[code]
    subject = produce(demo)
    (found,) = about(demo, code, subject)
    assert (found.id.partition(":")[0], found.severity) == (code, severity)
    assert found.message
    assert found.remedy
    assert found.since <= demo.now()
    remedy(demo, subject)
    assert about(demo, code, subject) == []


@pytest.mark.parametrize("code", CASES)
def test_a_finding_is_accepted_until_a_time_or_until_its_ground_changes(demo: Inventory, code: str) -> None:
    subject = CASES[code][0](demo)
    (found,) = about(demo, code, subject)
    demo.execute(AcceptRequest(finding=found.id, reason="J-7", until="2026-11-24T00:00Z"))
    assert about(demo, code, subject) == []
    (kept,) = [each for each in demo.findings(accepted=True) if each.id == found.id]
    assert (kept.accepted_reason, kept.accepted_until) == ("J-7", datetime.fromisoformat("2026-11-24T00:00Z"))
    later = open_inventory(demo.url, operator="bob", clock=Clock(START + timedelta(days=1)))
    assert len(about(later, code, subject)) == 1


@pytest.mark.parametrize("code", CASES)
def test_an_acceptance_is_withdrawn_and_the_finding_is_open_again(demo: Inventory, code: str) -> None:
    subject = CASES[code][0](demo)
    (found,) = about(demo, code, subject)
    demo.execute(AcceptRequest(finding=found.id, reason="J-7", until="30d"))
    back = demo.execute(AcceptRequest(finding=found.id, reason="J-8: not any more", withdraw=True))
    assert (back.id, back.accepted_reason, back.accepted_until) == (found.id, None, None)
    assert [each.id for each in about(demo, code, subject)] == [found.id]
    (taken,) = [each for each in demo.history() if each.action == "withdraw_acceptance"]
    assert (taken.operator, taken.reason) == ("alice", "J-8: not any more")
    assert taken.before == {"finding": found.id, "reason": "J-7", "until": iso(START + timedelta(days=30))}
    again = demo.execute(AcceptRequest(finding=found.id, reason="twice", withdraw=True))
    assert not again.accepted
    assert len([each for each in demo.history() if each.action == "withdraw_acceptance"]) == 1


@pytest.mark.parametrize(
    ("parts", "code"),
    [
        ({}, "usage"),
        ({"reason": "J-7", "until": "30d"}, "usage"),
        ({"reason": "J-7", "finding": "f"}, "finding_not_found"),
    ],
)
def test_a_withdrawal_needs_a_reason_and_a_finding_and_takes_no_end(
    demo: Inventory, parts: dict[str, str], code: str
) -> None:
    found = demo.findings()[0].id
    with pytest.raises(EipdeckError) as refusal:
        demo.execute(AcceptRequest(**{"finding": found, "withdraw": True, **parts}))  # type: ignore[arg-type]
    assert refusal.value.code == code


def test_an_acceptance_ends_as_far_ahead_as_its_words_say(demo: Inventory) -> None:
    found = demo.findings()[0].id
    for words, until in (
        ("30d", "2026-12-23T12:00:00"),
        ("tue 03:12", "2026-11-24T03:12:00"),
        ("12-01", "2026-12-01T00:00:00"),
    ):
        done = demo.execute(AcceptRequest(finding=found, reason="J-7", until=words))
        assert done.accepted_until == datetime.fromisoformat(f"{until}+00:00")


def test_a_request_id_of_a_version_without_withdrawals_still_answers(demo: Inventory) -> None:
    found = demo.findings()[0].id
    asked = json.dumps(["AcceptRequest", {"finding": found, "until": None}], sort_keys=True)
    demo.execute(AcceptRequest(finding=found, reason="J-7", request_id="key-1"))
    with closing(sqlite3.connect(str(demo.file))) as database:
        (kept,) = database.execute("SELECT hash FROM request WHERE request_id = 'key-1'").fetchone()
    assert kept == hashlib.sha256(asked.encode()).digest()


def test_a_gateway_with_many_eips_of_both_owners_is_one_finding(tmp_path: Path) -> None:
    """Compared are its entries: 40,000 pairs of EIPs with the same sources would take seconds."""
    clock = Clock()
    inventory = fresh_desk(tmp_path, clock=clock)
    customer_cidr(inventory, "203.0.113.0/24")
    services(inventory)
    mixed = [one(inventory, pool) for pool in ("edge", None) for _ in range(3)]
    beside = [one(inventory, pool) for pool in ("edge", None)]
    for eip in mixed:
        clock.advance(60)
        inventory.execute(snat(eip.address, "10.0.0.0/16"))
    for eip, sources in zip(beside, ("10.8.0.0/16", "10.9.0.0/16"), strict=True):
        inventory.execute(snat(eip.address, sources))
    (found,) = about(inventory, "snat_mixes_owners")
    assert "(6 EIPs)" in found.message
    assert found.since == START + timedelta(minutes=4)  # the first of the others


def test_a_finding_comes_back_when_its_ground_changes(demo: Inventory) -> None:
    subject = landed(demo)
    (found,) = about(demo, "landed_in_default_pool", subject)
    demo.execute(AcceptRequest(finding=found.id, reason="for a test"))
    assert about(demo, "landed_in_default_pool", subject) == []
    demo.execute(AddServiceRequest(kind=ServiceKind.LOAD_BALANCER, service_id="lb-new"))
    bind(demo, subject, BindingKind.LOAD_BALANCER, "lb-new")
    (again,) = about(demo, "landed_in_default_pool", subject)
    assert again.severity is Severity.CRITICAL


def test_a_pool_that_will_be_full_within_days_says_so_before_it_is(tmp_path: Path) -> None:
    clock = Clock()
    inventory = fresh_desk(tmp_path, clock=clock, config=Config(runway_days=14))
    customer_cidr(inventory, "203.0.113.0/24")
    for _ in range(10):
        many(inventory, 14)
        clock.advance(DAY)
    (found,) = about(inventory, "pool_runway_short", "edge")
    pool = inventory.pool("edge")
    assert (found.severity, pool.runway_days) == (Severity.WARNING, round((256 - 140) / 14, 1))
    release(inventory, *[eip.address for eip in list(inventory.eips())[:100]])
    assert about(inventory, "pool_runway_short") == []


def test_since_when_a_pool_has_been_tight_is_not_since_its_last_change(tmp_path: Path) -> None:
    clock = Clock(START.replace(hour=0))
    inventory = fresh_desk(tmp_path, clock=clock)
    customer_cidr(inventory, "203.0.113.0/26")
    many(inventory, 20)
    clock.advance(DAY)
    tight = clock.now
    many(inventory, 40)
    clock.advance(3 * DAY)
    release(inventory, "203.0.113.0")
    one(inventory)
    (found,) = about(inventory, "pool_near_exhaustion", "edge")
    assert found.since == tight


def test_what_no_longer_exists_takes_no_binding_and_is_registered_again(tmp_path: Path) -> None:
    inventory = fresh_desk(tmp_path)
    customer_cidr(inventory)
    services(inventory)
    eip = one(inventory)
    bind(inventory, eip.address, BindingKind.LOAD_BALANCER, "lb-1")
    gone = RemoveServiceRequest(service_id="lb-1", reason="decommissioned")
    assert inventory.execute(gone) == inventory.execute(gone)
    assert "lb-1" not in {service.id for service in inventory.services()}
    assert [event.action for event in inventory.history()].count("remove_service") == 1
    with pytest.raises(EipdeckError) as refused:
        bind(inventory, one(inventory).address, BindingKind.LOAD_BALANCER, "lb-1")
    assert refused.value.code == "service_not_found"
    (missing,) = about(inventory, "service_missing", "lb-1")
    assert missing.eips == (eip.address,)
    assert [each.address for each in inventory.eips("is:problem")] == [eip.address]
    inventory.execute(AddServiceRequest(kind=ServiceKind.LOAD_BALANCER, service_id="lb-1"))
    assert about(inventory, "service_missing") == []
    with pytest.raises(EipdeckError) as unknown:
        inventory.execute(RemoveServiceRequest(service_id="lb-9"))
    assert unknown.value.code == "service_not_found"


def test_worst_comes_first(demo: Inventory) -> None:
    severities = [list(Severity).index(each.severity) for each in demo.findings()]
    assert severities == sorted(severities)
    demo.execute(DrainRequest(cidr="192.0.2.0/24"))
    assert about(demo, "cidr_draining_blocked", "192.0.2.0/24")


def test_the_history_of_what_was_moved_says_where_to(demo: Inventory) -> None:
    subject = landed(demo)
    new = demo.execute(RehomeRequest(eip=subject, pool_id="hk-spare")).eips[0]
    (moved,) = [event for event in demo.history(subject) if event.action == "moved"]
    assert moved.after == {"address": new.address, "eip_id": new.id, "kept": False}

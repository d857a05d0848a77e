"""Import of the platform's answers: what they make, in any order, twice, and when one row is wrong."""

from __future__ import annotations

import itertools
import json
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from time import process_time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core import (
    AddCidrRequest,
    BandwidthRequest,
    BindingKind,
    CidrState,
    DrainRequest,
    Eip,
    EipdeckError,
    Imported,
    Inventory,
    PoolOrder,
    PoolSettingsRequest,
    RecoverRequest,
    RehomeRequest,
    ReserveRequest,
    UnbindRequest,
    VerdictWord,
    open_inventory,
)
from core.domain.json_types import to_json
from core.domain.values import stamp
from core.storage.transaction import Transaction
from tests.core.audit import audit
from tests.core.kit import (
    ON_POSTGRESQL,
    ROOT,
    Clock,
    balancer,
    customer_cidr,
    dump,
    fresh_desk,
    fresh_url,
    nic,
    one,
    refused,
    release,
    services,
    unchanged,
)
from tests.core.kit import rows as rows_of

ANSWERS = sorted((ROOT / "tests/core/answers").glob("*.json"))
Json = dict[str, Any]


def cidr_row(prefix: str = "203.0.113.0/28", **fields: Any) -> Json:
    row = {"cidrId": "c-1", "cidrBlock": prefix, "poolId": "edge", "regionId": "asia-east-1", "source": "BYOIP"}
    return {**row, "asn": 64500, "status": "AVAILABLE", "networkLineType": "PremiumBGP", **fields}


def eip_row(address: str, eip_id: str | None = None, **fields: Any) -> Json:
    row = {"eipId": eip_id or f"e-{address}", "publicIpAddresses": [address], "regionId": "asia-east-1"}
    return {**row, "status": "UNBIND", "isCustomized": True, "bandwidth": 100, "name": "web", **fields}


def on(kind: str, service_id: str, **fields: Any) -> Json:
    return {"status": "BINDED", "associatedType": kind, "associatedId": service_id, **fields}


def gateway_row(service_id: str = "nat-1", **fields: Any) -> Json:
    return {"natGatewayId": service_id, "name": "egress", "regionId": "asia-east-1", **fields}


def detail_row(service_id: str = "nat-1", *, snats: Iterable[Json] = (), dnats: Iterable[Json] = ()) -> Json:
    return {"natGatewayId": service_id, "name": "egress", "snats": list(snats), "dnats": list(dnats)}


def dnat_row(eip_id: str, port: str, **fields: Any) -> Json:
    row = {"eipId": eip_id, "privateIp": "10.0.8.10", "protocol": "TCP", "listenerPort": port, "internalPort": port}
    return {**row, **fields}


class Files:
    """Writes answers to files and has the desk import them."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._names = itertools.count(1)

    def __call__(self, *documents: object) -> list[Path]:
        paths = [self._folder / f"answer-{next(self._names)}.json" for _ in documents]
        for path, document in zip(paths, documents, strict=True):
            path.write_text(json.dumps(document))
        return paths


@pytest.fixture
def files(tmp_path: Path) -> Files:
    return Files(tmp_path)


def eips(inventory: Inventory) -> dict[str, Eip]:
    return {eip.address: eip for eip in inventory.eips()}


def served(eip: Eip) -> list[tuple[str, str, str | None]]:
    return [(binding.kind.value, binding.service_id, binding.private_ip) for binding in eip.bindings]


# What the answers make


def test_the_answers_of_a_platform_make_an_inventory(inventory: Inventory) -> None:
    assert inventory.import_files(ANSWERS) == Imported(18, 0, 0)
    there = eips(inventory)
    assert {address: (eip.id, eip.customer_owned, eip.pool_id) for address, eip in there.items()} == {
        "88.0.2.17": ("1587214936502374656", True, "1587100000000000009"),
        "88.0.2.18": ("1587214936502374657", True, "1587100000000000009"),
        "88.0.2.19": ("1587214936502374658", True, "1587100000000000009"),
        "128.14.9.40": ("1587214936502374659", False, "default-asia-east-1"),
        "128.0.0.1": ("<eip id>", False, "default-na-east-1"),
    }
    assert served(there["88.0.2.17"]) == [("snat", "1587300000000000007", None)]
    assert served(there["88.0.2.18"]) == [("nic", "1587400000000000003", "10.0.0.12")]
    assert served(there["88.0.2.19"]) == []
    assert served(there["128.14.9.40"]) == [("load_balancer", "1587500000000000002", None)]
    cidr = inventory.cidr("88.0.2.0/24")
    assert (cidr.state, cidr.asn, cidr.isp, cidr.allocated) == (CidrState.ACTIVE, 62610, "PremiumBGP", 3)
    assert inventory.pool("1587100000000000009").name == "asia-east-1-byoip"
    assert inventory.service("1587500000000000002").name == "edge"
    assert not any(eip.landed_in_default for eip in there.values())
    audit(inventory)


def test_importing_twice_changes_nothing(inventory: Inventory, clock: Clock) -> None:
    inventory.import_files(ANSWERS)
    clock.advance(60)
    with unchanged(inventory):
        assert inventory.import_files(ANSWERS) == Imported(0, 0, 18)


@settings(max_examples=8 if ON_POSTGRESQL else 30)
@given(order=st.permutations(ANSWERS))
def test_the_order_of_the_files_does_not_matter(tmp_path_factory: pytest.TempPathFactory, order: list[Path]) -> None:
    inventory = fresh_desk(tmp_path_factory.mktemp("order"), clock=Clock())
    assert inventory.import_files(order) == Imported(18, 0, 0)
    assert {eip.id: _shown(eip) for eip in inventory.eips()} == _together(tmp_path_factory)
    inventory.close()


@settings(max_examples=8 if ON_POSTGRESQL else 30)
@given(order=st.permutations(ANSWERS))
def test_nor_does_it_when_they_come_one_by_one(tmp_path_factory: pytest.TempPathFactory, order: list[Path]) -> None:
    """An EIP whose CIDR comes later stands in a /32 until then."""
    inventory = fresh_desk(tmp_path_factory.mktemp("single"), clock=Clock())
    for path in order:
        inventory.import_files([path])
        audit(inventory)
    assert {eip.id: _shown(eip) for eip in inventory.eips()} == _together(tmp_path_factory)
    with unchanged(inventory):
        inventory.import_files(ANSWERS)
    inventory.close()


def _shown(eip: Eip) -> Json:
    """An EIP without the ids of its bindings, which count up in the order they were made."""
    shown: dict[str, Any] = to_json(eip)
    assert isinstance(shown, dict)
    return {**shown, "bindings": [{**binding, "id": None} for binding in shown["bindings"]], "version": None}


def _together(factory: pytest.TempPathFactory) -> dict[str | None, Json]:
    inventory = fresh_desk(factory.mktemp("together"), clock=Clock())
    inventory.import_files(ANSWERS)
    found = {eip.id: _shown(eip) for eip in inventory.eips()}
    inventory.close()
    return found


WRAPPINGS: Mapping[str, Callable[[Json], object]] = {
    "a bare row": lambda row: row,
    "a list of rows": lambda row: [row],
    "an answer": lambda row: {"requestId": "T1", "totalCount": 1, "dataSet": [row]},
    "an answer within its response": lambda row: {"requestId": "T1", "response": {"dataSet": [row]}},
    "a recorded call": lambda row: {
        "_x_zc_action": "DescribeEips",
        "response": {"requestId": "T1", "response": {"dataSet": [row]}},
    },
    "several recorded calls": lambda row: [
        {"_x_zc_action": "DescribeEips", "response": {"response": {"dataSet": []}}},
        {"_x_zc_action": "DescribeEips", "response": {"response": {"dataSet": [row]}}},
    ],
}


@pytest.mark.parametrize("wrapping", WRAPPINGS)
def test_an_answer_may_be_wrapped_or_bare(inventory: Inventory, files: Files, wrapping: str) -> None:
    customer_cidr(inventory)
    done = inventory.import_files(files(WRAPPINGS[wrapping](eip_row("203.0.113.5"))))
    assert done.created == 1
    assert eips(inventory)["203.0.113.5"].pool_id == "edge"


def test_a_byte_order_mark_is_no_obstacle(inventory: Inventory, tmp_path: Path) -> None:
    path = tmp_path / "windows.json"
    path.write_bytes(b"\xef\xbb\xbf" + json.dumps([cidr_row()]).encode())
    assert inventory.import_files([path]).created == 2


# What a row says


@pytest.mark.parametrize(
    ("status", "state"),
    [
        ("CREATING", CidrState.VALIDATING),
        ("AVAILABLE", CidrState.ACTIVE),
        ("CHANGING", CidrState.ACTIVE),
        ("RECYCLED", CidrState.DRAINING),
        ("FAILED", CidrState.FAILED),
    ],
)
def test_a_status_of_the_platform_is_a_state_here(
    inventory: Inventory, files: Files, status: str, state: CidrState
) -> None:
    inventory.import_files(files([cidr_row(status=status)]))
    assert inventory.cidr("203.0.113.0/28").state is state
    audit(inventory)


def test_a_state_follows_the_platform_but_a_drain_begun_here_goes_on(inventory: Inventory, files: Files) -> None:
    inventory.import_files(files([cidr_row(status="CREATING")]))
    assert inventory.import_files(files([cidr_row()])).changed == 1
    assert inventory.pool("edge").available == 16
    inventory.execute(DrainRequest(cidr="203.0.113.0/28"))
    with unchanged(inventory):
        inventory.import_files(files([cidr_row()]))


def test_leased_space_belongs_to_the_default_pool(inventory: Inventory, files: Files) -> None:
    rows = [cidr_row("128.14.8.0/24", source="CONSOLE", asn=None, poolId="leased"), eip_row("128.14.8.9")]
    inventory.import_files(files([rows[0]], [rows[1]]))
    assert inventory.cidr("128.14.8.0/24").pool_id == "default-asia-east-1"
    assert not eips(inventory)["128.14.8.9"].customer_owned


def test_the_flag_follows_what_was_granted_and_a_platform_that_says_otherwise_is_reported(
    inventory: Inventory, files: Files
) -> None:
    inventory.import_files(files([cidr_row()], [eip_row("203.0.113.5", isCustomized=False)]))
    eip = eips(inventory)["203.0.113.5"]
    assert eip.customer_owned
    assert inventory.lookup(eip.address).verdict is VerdictWord.UNKNOWN


def test_an_address_in_no_known_range_gets_a_range_of_its_own_until_its_cidr_comes(
    inventory: Inventory, files: Files
) -> None:
    on_nic = eip_row("203.0.113.5", isCustomized=False, **on("NIC", "nic-9", privateIpAddress="10.0.0.9"))
    inventory.import_files(files([on_nic]))
    before = eips(inventory)["203.0.113.5"]
    assert (before.cidr, before.pool_id, before.customer_owned) == ("203.0.113.5/32", "default-asia-east-1", False)
    assert inventory.import_files(files([cidr_row()])) == Imported(2, 2, 0)
    after = eips(inventory)["203.0.113.5"]
    assert (after.cidr, after.pool_id, after.customer_owned) == ("203.0.113.0/28", "edge", True)
    assert (after.id, after.bindings, after.allocated_at) == (before.id, before.bindings, before.allocated_at)
    assert inventory.pool("edge").available == 15
    audit(inventory)


def test_a_row_that_tells_something_new_changes_that_alone_and_is_one_event(
    inventory: Inventory, files: Files, clock: Clock
) -> None:
    inventory.import_files(files([cidr_row()], [eip_row("203.0.113.5"), eip_row("203.0.113.6")]))
    events = len(inventory.history())
    clock.advance(5)
    path = files([eip_row("203.0.113.5", name="front", bandwidth=None), eip_row("203.0.113.6")])
    assert inventory.import_files(path) == Imported(0, 1, 3)
    (event,) = inventory.history()[events:]
    assert (event.action, event.eip_id, event.reason) == ("import", "e-203.0.113.5", path[0].name)
    assert (event.before, event.after) == ({"name": "web"}, {"name": "front"})
    eip = eips(inventory)["203.0.113.5"]
    assert (eip.name, eip.bandwidth_mbps) == ("front", 100)


def test_an_interface_whose_private_address_is_not_told_is_bound_all_the_same(
    inventory: Inventory, files: Files
) -> None:
    inventory.import_files(files([cidr_row()], [eip_row("203.0.113.5", **on("NIC", "nic-1"))]))
    assert served(eips(inventory)["203.0.113.5"]) == [("nic", "nic-1", None)]
    assert "None" not in inventory.lookup("203.0.113.5").summary
    inventory.import_files(files([eip_row("203.0.113.5", **on("NIC", "nic-1", privateIpAddress="10.0.0.1"))]))
    assert served(eips(inventory)["203.0.113.5"]) == [("nic", "nic-1", "10.0.0.1")]


def test_an_eip_that_is_not_given_stays(inventory: Inventory, files: Files) -> None:
    """An answer may be one page of many."""
    inventory.import_files(files([cidr_row()], [eip_row("203.0.113.5")]))
    inventory.import_files(files([eip_row("203.0.113.6")]))
    assert set(eips(inventory)) == {"203.0.113.5", "203.0.113.6"}


def test_ids_of_our_own_making_are_not_given_out_again(inventory: Inventory, files: Files) -> None:
    inventory.import_files(files([cidr_row()], [eip_row("203.0.113.5", "eip-7")]))
    assert one(inventory).id == "eip-8"


def test_since_when_an_eip_is_held_comes_with_it(inventory: Inventory, files: Files, clock: Clock) -> None:
    inventory.import_files(files([cidr_row()], [eip_row("203.0.113.5", createTime="2026-03-02T09:11:40Z")]))
    eip = eips(inventory)["203.0.113.5"]
    assert to_json(eip.allocated_at) == "2026-03-02T09:11:40Z"
    assert inventory.lookup(eip.address, at=clock.now - timedelta(days=30)).eip == eip


def test_a_tenancy_that_ended_here_is_not_overlapped(inventory: Inventory, files: Files, clock: Clock) -> None:
    customer_cidr(inventory)
    first = one(inventory)
    clock.advance(60)
    release(inventory, first.address)
    inventory.import_files(files([eip_row(first.address, createTime="2020-01-01T00:00:00Z")]))
    assert eips(inventory)[first.address].allocated_at == clock.now
    audit(inventory)


@pytest.mark.parametrize("drained", [False, True])
def test_eips_take_what_is_free_cooling_or_withheld(inventory: Inventory, files: Files, *, drained: bool) -> None:
    customer_cidr(inventory, cooldown=3600)
    inventory.execute(ReserveRequest(cidr="203.0.113.0/28", first="203.0.113.8", last="203.0.113.10"))
    one(inventory, address="203.0.113.4")
    for address in ("203.0.113.0", "203.0.113.13"):
        one(inventory, address=address)
        release(inventory, address)
    if drained:
        inventory.execute(DrainRequest(cidr="203.0.113.0/28"))
    taken = [0, 1, 3, 5, 6, 8, 10, 12, 13, 15]
    inventory.import_files(files([eip_row(f"203.0.113.{host}") for host in taken]))
    assert {*eips(inventory)} == {f"203.0.113.{host}" for host in (*taken, 4)}
    pool = inventory.pool("edge")
    assert (pool.allocated, pool.reserved, pool.cooling, pool.available) == (11, 1, 0, 0 if drained else 4)
    audit(inventory)
    assert not inventory.verify().broken


@pytest.mark.parametrize("known", [True, False])
def test_many_eips_take_few_statements(
    inventory: Inventory, files: Files, monkeypatch: pytest.MonkeyPatch, *, known: bool
) -> None:
    """In a CIDR that is known they are hardly more than for few; where none is, each address is looked for."""
    counted: Counter[str] = Counter()
    run = Transaction.run

    def counting(change: Transaction, statement: str, /, **values: Any) -> Any:
        counted[statement] += 1
        return run(change, statement, **values)

    monkeypatch.setattr(Transaction, "run", counting)
    given = [eip_row(f"101.0.0.{host}", **on("NIC", "nic-1", privateIpAddress="10.0.0.1")) for host in range(200)]
    inventory.import_files(files([cidr_row("101.0.0.0/24")] if known else [], given))
    assert counted.most_common(1)[0][1] <= (5 if known else 400), counted.most_common(3)
    assert counted.total() < (60 if known else 460)
    audit(inventory)


def test_what_failed_or_has_no_address_yet_is_left_out(inventory: Inventory, files: Files) -> None:
    rows = [
        {"eipId": "e-1", "status": "CREATE_FAILED", "publicIpAddresses": ["203.0.113.5"]},
        {"eipId": "e-2", "status": "CREATING", "publicIpAddresses": []},
    ]
    assert inventory.import_files(files({"dataSet": rows})) == Imported(0, 0, 0)


# Services and bindings


def test_a_gateways_entries_are_bindings(inventory: Inventory, files: Files) -> None:
    rows = [eip_row(f"203.0.113.{number}", **on("NAT", "nat-1")) for number in (5, 6, 7)]
    detail = detail_row(
        snats=[
            {"cidrs": ["10.0.8.0/24"], "eipIds": ["e-203.0.113.5"]},
            {"cidrs": ["10.0.9.0/24"], "eipIds": [], "isAllEip": True},
        ],
        dnats=[dnat_row("e-203.0.113.6", "443"), dnat_row("e-203.0.113.6", "1-30")],
    )
    inventory.import_files(files([cidr_row()], rows, detail))
    assert {
        address: sorted((binding.kind.value, binding.sources, str(binding.port)) for binding in eip.bindings)
        for address, eip in eips(inventory).items()
    } == {
        "203.0.113.5": [("snat", ("10.0.8.0/24",), "None"), ("snat", ("10.0.9.0/24",), "None")],
        "203.0.113.6": [
            ("dnat", (), "1-30"),
            ("dnat", (), "443"),
            ("snat", ("10.0.9.0/24",), "None"),
        ],
        "203.0.113.7": [("snat", ("10.0.9.0/24",), "None")],
    }
    audit(inventory)


def test_on_a_gateway_whose_entries_are_unknown_an_eip_is_bound_all_the_same(
    inventory: Inventory, files: Files
) -> None:
    inventory.import_files(files([cidr_row()], [eip_row("203.0.113.5", **on("NAT", "nat-1"))]))
    verdict = inventory.lookup("203.0.113.5")
    assert verdict.verdict is VerdictWord.CUSTOMER_BOUND
    assert "in no known entry" in verdict.summary
    assert "eip_idle" not in {finding.code for finding in inventory.findings()}
    inventory.import_files(files(detail_row(snats=[{"cidrs": ["10.0.8.0/24"], "eipIds": ["e-203.0.113.5"]}])))
    (binding,) = eips(inventory)["203.0.113.5"].bindings
    assert binding.sources == ("10.0.8.0/24",)


def test_a_gateway_without_a_detail_keeps_the_entries_that_are_here(inventory: Inventory, files: Files) -> None:
    row = eip_row("203.0.113.5", **on("NAT", "nat-1"))
    detail = detail_row(dnats=[dnat_row("e-203.0.113.5", "443")])
    inventory.import_files(files([cidr_row()], [row], detail))
    with unchanged(inventory):
        inventory.import_files(files([row], [gateway_row(eipIds=["e-203.0.113.5"])]))


def test_a_binding_that_is_no_more_ends_and_what_serves_now_begins(
    inventory: Inventory, files: Files, clock: Clock
) -> None:
    inventory.import_files(files([cidr_row()], [eip_row("203.0.113.5", **on("LB", "lb-1"))]))
    began = clock.now
    clock.advance(60)
    inventory.import_files(files([eip_row("203.0.113.5", **on("NIC", "nic-1", privateIpAddress="10.0.0.1"))]))
    eip = eips(inventory)["203.0.113.5"]
    assert served(eip) == [("nic", "nic-1", "10.0.0.1")]
    past = inventory.lookup(eip.address, at=began + timedelta(seconds=1)).eip
    assert past is not None
    assert served(past) == [("load_balancer", "lb-1", None)]
    clock.advance(60)
    inventory.import_files(files([eip_row("203.0.113.5")]))
    assert served(eips(inventory)["203.0.113.5"]) == []
    audit(inventory)


def test_a_load_balancer_is_joined_on_its_addresses(inventory: Inventory, files: Files) -> None:
    balancer_row = {
        "loadBalancerId": "lb-1",
        "publicIpAddress": ["203.0.113.5", "2001:db8::1"],
    }
    customer_cidr(inventory)
    one(inventory, address="203.0.113.5")
    assert inventory.import_files(files([balancer_row])) == Imported(2, 0, 0)
    assert served(eips(inventory)["203.0.113.5"]) == [("load_balancer", "lb-1", None)]
    inventory.import_files(files([{**balancer_row, "publicIpAddress": []}]))
    assert served(eips(inventory)["203.0.113.5"]) == []


def test_the_detail_of_a_gateway_stands_alone(inventory: Inventory) -> None:
    (sample,) = (path for path in ANSWERS if "detail" in path.name)
    assert inventory.import_files([sample]) == Imported(1, 0, 0)
    assert [service.id for service in inventory.services()] == ["<natGatewayId>"]


def test_what_was_imported_is_changed_by_the_same_verbs(inventory: Inventory, files: Files) -> None:
    inventory.import_files(files([cidr_row()], [eip_row("203.0.113.5", **on("NAT", "nat-1"))]))
    inventory.execute(BandwidthRequest(eip="e-203.0.113.5", bandwidth_mbps=50))
    inventory.execute(UnbindRequest(eip="203.0.113.5"))
    services(inventory)
    inventory.execute(balancer("203.0.113.5"))
    release(inventory, "203.0.113.5", unbind=True)
    assert inventory.pool("edge").available == 16
    audit(inventory)


@pytest.mark.parametrize("keep", [False, True])
def test_what_an_import_does_not_know_of_a_binding_moves_with_it(
    inventory: Inventory, files: Files, *, keep: bool
) -> None:
    """An interface without a private address, an entry of all EIPs, and a gateway of which no entry is known."""
    customer_cidr(inventory)
    detail = detail_row(snats=[{"cidrs": ["10.0.9.0/24"], "isAllEip": True}])
    held = {"128.14.9.1": ("NIC", "nic-9"), "128.14.9.2": ("NAT", "nat-1"), "128.14.9.3": ("NAT", "nat-2")}
    given = [eip_row(address, isCustomized=False, **on(*holder)) for address, holder in held.items()]
    inventory.import_files(files(given, detail))
    for address, (_, service) in held.items():
        (new,) = inventory.execute(RehomeRequest(eip=address, pool_id="edge", keep=keep)).eips
        old = inventory.eip(f"e-{address}")
        assert [replace(binding, id="", bound_at=old.allocated_at) for binding in new.bindings] == [
            replace(binding, id="", bound_at=old.allocated_at, unbound_at=None) for binding in old.bindings
        ]
        assert {binding.service_id for binding in new.bindings} == {service}
        sort = "SELECT kind, private_ip, sources, all_eips FROM binding WHERE eip_id = ?"
        assert rows_of(inventory, sort, new.id) == rows_of(inventory, sort, old.id)
    audit(inventory)


# What is wrong

EIP = eip_row("203.0.113.5")
WRONG: Mapping[str, tuple[Json, str]] = {
    "host bits": (cidr_row("203.0.113.1/28"), "cidrBlock"),
    "a private prefix": (cidr_row("10.0.0.0/24"), "cidrBlock"),
    "a length that is none": (cidr_row("203.0.113.0/33"), "cidrBlock"),
    "no prefix": ({"cidrId": "c-1"}, "cidrBlock"),
    "a state nobody knows": (cidr_row(status="LOST"), "status"),
    "an ASN that is none": (cidr_row(asn=0x1_0000_0000), "asn"),
    "an ASN of text": (cidr_row(asn="64500"), "asn"),
    "a customer's pool called default": (cidr_row(poolId="default-asia-east-1"), "default"),
    "a leading zero": ({**EIP, "publicIpAddresses": ["203.0.113.07"]}, "publicIpAddresses[0]"),
    "an IPv6 address": ({**EIP, "publicIpAddresses": ["2001:db8::1"]}, "publicIpAddresses[0]"),
    "a private address": ({**EIP, "publicIpAddresses": ["10.0.0.1"]}, "publicIpAddresses[0]"),
    "a block of addresses": ({**EIP, "publicIpAddresses": ["203.0.113.5", "203.0.113.6"]}, "block"),
    "no address": ({**EIP, "publicIpAddresses": None}, "publicIpAddresses"),
    "no id": ({**EIP, "eipId": ""}, "eipId"),
    "a number for an id": ({**EIP, "eipId": 5}, "eipId"),
    "a long name": ({**EIP, "name": "x" * 300}, "name"),
    "a bandwidth below zero": ({**EIP, "bandwidth": -1}, "Mbps"),
    "a bandwidth of text": ({**EIP, "bandwidth": "100"}, "bandwidth"),
    "a flag of text": ({**EIP, "isCustomized": "yes"}, "isCustomized"),
    "a status nobody knows": ({**EIP, "status": "LOST"}, "status"),
    "a time that is none": ({**EIP, "createTime": "yesterday"}, "createTime"),
    "a holder without an id": ({**EIP, "status": "BINDED", "associatedType": "LB"}, "associatedId"),
    "a port that is none": (detail_row(dnats=[dnat_row("e-1", "70000")]), "listenerPort"),
    "ranges of two sizes": (detail_row(dnats=[dnat_row("e-1", "1-30", internalPort="1-20")]), "internalPort"),
    "a protocol nobody knows": (detail_row(dnats=[dnat_row("e-1", "443", protocol="SCTP")]), "protocol"),
    "a source that is none": (detail_row(snats=[{"cidrs": ["10.0.8.1/24"], "eipIds": []}]), "cidrs"),
    "an entry that is no object": ({"natGatewayId": "nat-1", "snats": ["x"], "dnats": []}, "snats[0]"),
    "something else": ({"hello": "world"}, "row"),
}


@pytest.mark.parametrize("wrong", WRONG)
def test_one_wrong_row_and_nothing_is_imported(inventory: Inventory, files: Files, wrong: str) -> None:
    row, words = WRONG[wrong]
    paths = files([cidr_row("198.51.100.0/24", cidrId="c-9", poolId="other")], {"dataSet": [row]})
    with refused(inventory, "invalid_import") as caught:
        inventory.import_files(paths)
    problem = caught.value
    assert problem.details == {"file": str(paths[1]), "row": "dataSet[0]"}
    assert f"{paths[1].name}, dataSet[0]: " in problem.message
    assert words in problem.message
    assert problem.exit_code == 2


CONFLICTS: Mapping[str, tuple[list[Json], str]] = {
    "one address for two EIPs": ([eip_row("203.0.113.5", "e-1"), eip_row("203.0.113.5", "e-2")], "same address"),
    "one EIP with two addresses": ([eip_row("203.0.113.5", "e-1"), eip_row("203.0.113.6", "e-1")], "same eipId"),
    "two CIDRs of one id": ([cidr_row(), cidr_row("198.51.100.0/24")], "same cidrId"),
    "two CIDRs that overlap": ([cidr_row(), cidr_row("203.0.113.0/29", cidrId="c-2")], "overlaps"),
    "an EIP outside the CIDR it names": ([cidr_row(), eip_row("198.51.100.1", cidrId="c-1")], "is not in"),
    "an id of two kinds": (
        [eip_row("203.0.113.5", **on("LB", "x-1")), eip_row("203.0.113.6", **on("NAT", "x-1"))],
        "x-1",
    ),
    "two gateways that claim one EIP": (
        [eip_row("203.0.113.5", status=None), *(gateway_row(name, eipIds=["e-203.0.113.5"]) for name in ("a", "b"))],
        "claims",
    ),
    "ports that overlap": (
        [
            eip_row("203.0.113.5", **on("NAT", "nat-1")),
            detail_row(dnats=[dnat_row("e-203.0.113.5", "1-30"), dnat_row("e-203.0.113.5", "30")]),
        ],
        "refuses",
    ),
}


@pytest.mark.parametrize("conflict", CONFLICTS)
def test_rows_that_contradict_each_other_are_refused(inventory: Inventory, files: Files, conflict: str) -> None:
    rows, words = CONFLICTS[conflict]
    with refused(inventory, "invalid_import") as caught:
        inventory.import_files(files(*rows))
    assert words in caught.value.message
    assert "answer-" in caught.value.message


def test_what_contradicts_the_inventory_is_refused(inventory: Inventory, files: Files) -> None:
    customer_cidr(inventory)
    held = one(inventory)
    with refused(inventory, "invalid_import"):
        inventory.import_files(files([eip_row("203.0.113.9", held.id)]))
    release(inventory, held.address)
    with refused(inventory, "invalid_import"):
        inventory.import_files(files([cidr_row("203.0.113.0/24")]))
    services(inventory)
    with refused(inventory, "invalid_import"):
        inventory.import_files(files([gateway_row("lb-1")]))
    with refused(inventory, "invalid_import"):
        inventory.import_files(files([cidr_row("198.51.100.0/24", regionId="eu-west-1")]))


@pytest.mark.parametrize(
    ("words", "why"),
    [
        ("{", "not JSON"),
        ("[NaN]", "not a JSON number"),
        ('{"eipId": "a", "eipId": "b"}', "twice"),
        ("[" * 100_000, "deep"),
        ("3", "object"),
        ('{"dataSet": 3}', "list"),
        ('{"_x_zc_action": "DescribeImages", "dataSet": []}', "DescribeImages"),
        ('{"requestId": "T1", "code": "NO_AUTH", "message": "denied"}', "NO_AUTH"),
        ("\xff", "not JSON"),
    ],
)
def test_a_file_that_is_no_answer_is_refused(inventory: Inventory, tmp_path: Path, words: str, why: str) -> None:
    path = tmp_path / "broken.json"
    path.write_text(words)
    with refused(inventory, "invalid_import") as caught:
        inventory.import_files([path])
    assert "broken.json" in caught.value.message
    assert why in caught.value.message


def test_bytes_that_are_no_text_are_refused(inventory: Inventory, tmp_path: Path) -> None:
    path = tmp_path / "broken.json"
    path.write_bytes(b'{"name": "\xff"}')
    with refused(inventory, "invalid_import") as caught:
        inventory.import_files([path])
    assert "UTF-8" in caught.value.message


def test_of_many_keys_the_one_that_stands_twice_is_named_at_once(inventory: Inventory, tmp_path: Path) -> None:
    path = tmp_path / "keys.json"
    path.write_text("{" + ", ".join(f'"{key}": 0' for key in [*range(30_000), 29_999]) + "}")
    begun = process_time()
    with refused(inventory, "invalid_import") as caught:
        inventory.import_files([path])
    assert "'29999' twice" in caught.value.message
    assert process_time() - begun < 2, "each key is compared with all others"


# Laws

hosts = st.integers(0, 15)
names = st.one_of(st.none(), st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1, max_size=20))
holders = st.one_of(
    st.just({"status": "UNBIND"}),
    st.sampled_from([on("LB", "lb-1"), on("LB", "lb-2"), on("NAT", "nat-1"), on("NAT", "nat-2")]),
    hosts.map(lambda host: on("NIC", f"nic-{host}", privateIpAddress=f"10.0.0.{host}")),
)
rows = st.dictionaries(hosts, st.tuples(names, holders), max_size=8)


@settings(max_examples=20 if ON_POSTGRESQL else 100)
@given(first=rows, second=rows)
def test_after_any_two_answers_every_law_holds_and_the_second_is_the_truth(
    tmp_path_factory: pytest.TempPathFactory, first: dict[int, Any], second: dict[int, Any]
) -> None:
    folder = tmp_path_factory.mktemp("law")
    inventory, files = fresh_desk(folder, clock=Clock()), Files(folder)
    for given_rows in (first, second):
        answer = [
            eip_row(f"203.0.113.{host}", name=name, **holder) for host, (name, holder) in sorted(given_rows.items())
        ]
        paths = files([cidr_row()], answer)
        inventory.import_files(paths)
        with unchanged(inventory):
            inventory.import_files(paths)
        there = eips(inventory)
        for host, (_, holder) in given_rows.items():
            bound_to = {binding.service_id for binding in there[f"203.0.113.{host}"].bindings}
            assert bound_to == ({holder["associatedId"]} if "associatedId" in holder else set())
    audit(inventory)
    _restored_alike(inventory, folder)
    inventory.close()


def _restored_alike(inventory: Inventory, folder: Path) -> None:
    inventory.export(folder / "whole.json")
    other = open_inventory(fresh_url(folder / "other"), operator="bob", clock=inventory.now)
    other.import_files([folder / "whole.json"])
    ours, theirs = dump(inventory), dump(other)
    assert {name: rows for name, rows in ours.items() if name != "sqlite_sequence"} == {
        name: rows for name, rows in theirs.items() if name != "sqlite_sequence"
    }
    other.close()


def test_a_quota_of_the_platform_is_not_ours_to_check(inventory: Inventory, files: Files) -> None:
    """What is there is there; the next binding is refused, not the import."""
    here = [eip_row(f"203.0.113.{host}", **on("NIC", "nic-1", privateIpAddress="10.0.0.1")) for host in range(1, 6)]
    inventory.import_files(files([cidr_row()], here))
    assert {binding.kind for eip in inventory.eips() for binding in eip.bindings} == {BindingKind.NIC}
    fresh = one(inventory)
    with refused(inventory, "quota_exceeded"):
        inventory.execute(nic(fresh.address))


def test_an_inventory_that_imports_keep_has_a_trend(inventory: Inventory, files: Files, clock: Clock) -> None:
    found: list[Json] = []
    for day in range(12):
        found += [eip_row(f"203.0.113.{4 * day + number}") for number in range(4)]
        inventory.import_files(files([cidr_row("203.0.113.0/24")], found))
        clock.advance(86_400)
    pool = inventory.pool("edge")
    assert pool.runway_days is not None
    assert pool.runway_days == pytest.approx((256 - 48) / 4, rel=0.1)


def test_the_first_import_of_an_inventory_is_no_growth(inventory: Inventory, files: Files, clock: Clock) -> None:
    first = [eip_row(f"203.0.113.{number}") for number in range(200)]
    inventory.import_files(files([cidr_row("203.0.113.0/24")], first))
    clock.advance(8 * 86_400)
    assert inventory.pool("edge").runway_days is None


@pytest.mark.parametrize("order", PoolOrder)
def test_an_address_that_the_platform_gave_to_another_eip_changes_hands_here(
    inventory: Inventory, files: Files, clock: Clock, order: PoolOrder
) -> None:
    """A cool-down that the pool has here does not keep the platform from it."""
    inventory.import_files(files([cidr_row(), eip_row("203.0.113.1", "e-1", **on("LB", "lb-1"))]))
    inventory.execute(PoolSettingsRequest(pool_id="edge", order=order, cooldown_seconds=3600))
    before = clock.now
    clock.advance(60)
    answer = files([cidr_row(), eip_row("203.0.113.1", "e-2", name="next"), eip_row("203.0.113.2", "e-3")])
    inventory.import_files(answer)
    assert {address: eip.id for address, eip in eips(inventory).items()} == {"203.0.113.1": "e-2", "203.0.113.2": "e-3"}
    (gone,) = inventory.eips("state:released")
    assert (gone.id, gone.released_at) == ("e-1", clock.now)
    assert [event.action for event in inventory.history("e-1")][-1] == "release"
    clock.advance(60)
    assert [inventory.lookup("203.0.113.1", at).eip.id for at in (before, clock.now)] == ["e-1", "e-2"]  # type: ignore[union-attr]
    audit(inventory)
    with unchanged(inventory):
        inventory.import_files(answer)


def test_an_eip_that_lives_on_at_the_platform_stays_released_here(
    inventory: Inventory, files: Files, clock: Clock
) -> None:
    answer = files([cidr_row(), eip_row("203.0.113.1", "e-1", **on("LB", "lb-1")), eip_row("203.0.113.2", "e-2")])
    inventory.import_files(answer)
    clock.advance(60)
    release(inventory, "203.0.113.1", unbind=True)
    clock.advance(60)
    inventory.import_files(files([eip_row("203.0.113.1", "e-1"), eip_row("203.0.113.2", "e-2", name="renamed")]))
    assert eips(inventory)["203.0.113.2"].name == "renamed"
    assert "203.0.113.1" not in eips(inventory)
    last = inventory.history("e-1")[-1]
    assert last.after == {"status": "released", "alive_on_platform": True}
    audit(inventory)
    with unchanged(inventory):
        inventory.import_files(files([eip_row("203.0.113.1", "e-1")]))
    inventory.execute(RecoverRequest(address="203.0.113.1"))
    inventory.import_files(files([eip_row("203.0.113.1", "e-1"), eip_row("203.0.113.3", "e-3")]))
    assert set(eips(inventory)) == {"203.0.113.1", "203.0.113.2", "203.0.113.3"}


def test_two_eips_alive_at_one_address_are_refused(inventory: Inventory, files: Files) -> None:
    inventory.import_files(files([cidr_row(), eip_row("203.0.113.1", "e-1")]))
    with unchanged(inventory), refused(inventory, "invalid_import"):
        inventory.import_files(files([eip_row("203.0.113.1", "e-1"), eip_row("203.0.113.1", "e-2")]))


def test_one_page_of_many_is_told_until_all_pages_are_imported(inventory: Inventory, files: Files) -> None:
    def page(*rows: Json) -> Json:
        return {"response": {"requestId": "T1", "totalCount": 3, "dataSet": list(rows)}}

    first, second = page(eip_row("203.0.113.1"), eip_row("203.0.113.2")), page(eip_row("203.0.113.3"))
    (note,) = inventory.import_files(files([cidr_row()], first)).notes
    assert note == "2 of 3 rows of DescribeEips: import the other pages too"
    assert inventory.import_files(files(first, second)).notes == ()


def test_a_pool_that_stood_in_for_the_pool_of_a_cidr_leaves_when_the_cidr_comes(
    inventory: Inventory, files: Files
) -> None:
    its_cidr = {"cidrId": "c1"}
    inventory.import_files(files(eip_row("203.0.113.1", "e1", **its_cidr)))
    (stood_in,) = [pool.id for pool in inventory.pools() if pool.kind == "customer"]
    inventory.import_files(files(cidr_row(cidrId="c1", poolId="P")))
    assert [pool.id for pool in inventory.pools() if pool.kind == "customer"] == ["P"]
    with pytest.raises(EipdeckError, match="There is no pool"):
        inventory.pool(stood_in)
    inventory.execute(AddCidrRequest(cidr="198.51.100.0/24", isp="l", asn=64500, pool_id=stood_in))
    assert inventory.pool(stood_in).held == 256


def test_what_an_eip_served_before_its_import_is_not_known(inventory: Inventory, files: Files, clock: Clock) -> None:
    created = (clock.now - timedelta(days=3)).isoformat()
    row = eip_row("203.0.113.1", createTime=created, **on("LB", "lb-1"))
    inventory.import_files(files([cidr_row(createTime=created)], [row]))
    imported = clock.now
    clock.advance(60)
    before = imported - timedelta(days=1)
    for found in (inventory.lookup("203.0.113.1", before), *inventory.lookup_text(["203.0.113.1"], before)):
        assert f"what it served before its import {stamp(imported)} is not known" in found.summary
        assert "serves nothing" not in found.summary
    for at in (imported, None):
        found = inventory.lookup("203.0.113.1", at)
        assert (found.verdict, "not known" in found.summary) == ("customer-bound", False)
    inventory.execute(UnbindRequest(eip="203.0.113.1"))
    clock.advance(60)
    assert "serves nothing" in inventory.lookup("203.0.113.1", clock.now - timedelta(seconds=30)).summary


def whole(*rows: Json) -> Json:
    """The only page of an answer."""
    return {"response": {"requestId": "T1", "totalCount": len(rows), "dataSet": list(rows)}}


def test_a_complete_answer_names_what_it_lacks_here(inventory: Inventory, files: Files) -> None:
    three = [eip_row(f"203.0.113.{last}") for last in range(1, 4)]
    assert inventory.import_files(files([cidr_row()], whole(*three))).notes == ()
    own = one(inventory)
    (note,) = inventory.import_files(files(whole(three[0]))).notes
    assert note.startswith("3 live EIPs of asia-east-1 here that the answer of DescribeEips lacks: ")
    assert f"lacks: {own.address}, 203.0.113.2, 203.0.113.3. " in note
    assert len(eips(inventory)) == 4
    assert inventory.import_files(files([three[0]])).notes == ()
    twice = {"totalCount": 2, "dataSet": [three[0]]}
    assert inventory.import_files(files(twice, {**twice, "requestId": "again"})).notes == (
        "1 of 2 rows of DescribeEips: import the other pages too",
    )


def test_an_eip_that_lives_on_at_the_platform_is_a_finding_until_one_side_follows(
    inventory: Inventory, files: Files, clock: Clock
) -> None:
    def disagreeing() -> list[tuple[str, str, tuple[str, ...]]]:
        found = [each for each in inventory.findings() if each.code == "ownership_disagrees"]
        return [(each.id, each.subject, () if each.fix is None else each.fix.words) for each in found]

    rows = [eip_row("203.0.113.1", "e-1"), eip_row("203.0.113.2", "e-2")]
    inventory.import_files(files([cidr_row()], rows))
    release(inventory, "203.0.113.1")
    assert disagreeing() == []
    since = clock.advance(60)
    inventory.import_files(files(rows))
    clock.advance(60)
    inventory.import_files(files(rows))
    assert disagreeing() == [("ownership_disagrees:e-1", "203.0.113.1", ("recover", "203.0.113.1"))]
    assert next(each.since for each in inventory.findings() if each.subject == "203.0.113.1") == since
    inventory.execute(RecoverRequest(address="203.0.113.1"))
    assert disagreeing() == []
    release(inventory, "203.0.113.1")
    assert len(disagreeing()) == 1
    inventory.import_files(files(whole(rows[1])))
    assert disagreeing() == []
    inventory.import_files(files(rows))
    assert len(disagreeing()) == 1
    inventory.import_files(files([eip_row("203.0.113.1", "e-9")]))
    release(inventory, "203.0.113.1")
    assert disagreeing() == []
    audit(inventory)

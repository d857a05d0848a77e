"""What a finding carries beside its sentences: its EIPs, and the command that repairs it."""

from __future__ import annotations

import shlex
from pathlib import Path

import pytest

from core import AcceptRequest, EipQuery, Finding, Inventory, open_inventory, shell_command, to_json
from core.queries.findings import read_finding
from tests.core.kit import START, Clock
from tests.core.queries.test_findings import CASES, about, incident, landed

__all__ = ["incident"]

FIELDS = ["id", "code", "severity", "subject", "message", "remedy", "since", "accepted_reason", "accepted_until"]


@pytest.fixture
def demo(incident: Path, tmp_path: Path) -> Inventory:
    path = tmp_path / "deck.db"
    path.write_bytes(incident.read_bytes())
    return open_inventory(str(path), operator="alice", clock=Clock(START))


def produced(inventory: Inventory, code: str) -> Finding:
    produce, _, _ = CASES[code]
    (found,) = about(inventory, code, produce(inventory))
    return found


VERBS = {
    "landed_in_default_pool": "rehome",
    "default_on_customer_service": "rehome",
    "snat_mixes_owners": "eips",
    "pool_near_exhaustion": "cidr add",
    "eip_idle": "release",
    "cidr_draining_blocked": "cidr retire",
    "service_missing": "eips",
    "ownership_disagrees": None,
}


@pytest.mark.parametrize("code", CASES)
def test_a_finding_carries_its_fix_as_data(demo: Inventory, code: str) -> None:
    found = produced(demo, code)
    assert (found.fix.verb if found.fix else None) == VERBS[code]
    assert 0 < len(found.brief) < len(found.message)
    assert "eipdeck" not in found.advice


@pytest.mark.parametrize("code", ["landed_in_default_pool", "default_on_customer_service", "eip_idle"])
def test_the_remedy_shows_the_command_of_its_fix(demo: Inventory, code: str) -> None:
    found = produced(demo, code)
    assert found.fix is not None
    assert found.remedy.startswith(f"{found.advice}: {shell_command(*found.fix.words)}")
    assert shlex.split(shell_command(*found.fix.words)) == ["eipdeck", *found.fix.words]


@pytest.mark.parametrize("code", CASES)
def test_the_eips_of_findings_are_the_problems_of_the_listing(demo: Inventory, code: str) -> None:
    produced(demo, code)
    named = {address for finding in demo.findings() for address in finding.eips}
    listed = {row.eip.address for row in demo.page(EipQuery(), limit=1000).rows if row.problem}
    assert named == listed


def test_the_eips_of_a_finding_are_the_ones_it_is_about(demo: Inventory) -> None:
    left = {eip.address for eip in demo.eips("cidr:198.51.100.0/24")}
    (draining,) = about(demo, "cidr_draining_blocked")
    (mixing,) = about(demo, "snat_mixes_owners")
    (full,) = about(demo, "pool_near_exhaustion")
    assert (set(draining.eips), full.eips) == (left, ())
    assert {demo.eip(address).customer_owned for address in mixing.eips} == {True, False}


def test_a_landing_names_the_eip_that_landed(demo: Inventory) -> None:
    eip = demo.eip(landed(demo))
    (found,) = about(demo, "landed_in_default_pool", eip.address)
    assert (found.landing, found.eips) == (eip.id, (eip.address,))
    assert all(each.landing is None for each in demo.findings() if each.code != "landed_in_default_pool")


@pytest.mark.parametrize("code", CASES)
def test_the_json_of_a_finding_has_the_fields_of_the_contract(demo: Inventory, code: str) -> None:
    found = produced(demo, code)
    assert list(to_json(found)) == FIELDS
    assert read_finding(to_json(found)) == found


def test_an_answer_stored_without_the_data_is_given_again(demo: Inventory) -> None:
    request = AcceptRequest(finding=landed(demo), reason="lab", request_id="key")
    first = demo.execute(request)
    again = demo.execute(request)
    assert first.fix is not None
    assert (again.fix, again.eips, again.landing) == (None, (), None)
    assert to_json(again) == to_json(first)

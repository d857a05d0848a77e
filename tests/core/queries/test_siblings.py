"""Who serves a target beside whom: a few and how many, at a cost that does not grow."""

from __future__ import annotations

import pytest

from core import AddServiceRequest, Inventory, ServiceKind, Siblings
from core.queries import eips
from core.storage.connection import Connection
from tests.core.kit import addresses, balancer, customer_cidr, dnat, many, nic, one, services, snat


@pytest.fixture
def served(inventory: Inventory) -> Inventory:
    """203.0.113.0-5 and one DEFAULT EIP on lb-1; another two on nat-1, one of them with two bindings."""
    customer_cidr(inventory)
    services(inventory)
    for eip in (*many(inventory, 6), one(inventory, None)):
        inventory.execute(balancer(eip.address))
    one(inventory)
    one(inventory)
    inventory.execute(snat("203.0.113.6"))
    inventory.execute(snat("203.0.113.7", "10.0.9.0/24"))
    inventory.execute(dnat("203.0.113.6", "tcp", "443"))
    return inventory


def told(found: Siblings) -> tuple[list[str], int]:
    return addresses(found.eips), found.total


def test_siblings_are_the_others_of_its_targets_those_of_the_other_owner_among_the_first(served: Inventory) -> None:
    ours, theirs = served.eip("203.0.113.3"), served.eip("198.18.0.0")
    assert told(served.siblings(["lb-1"], ours, limit=3)) == (["198.18.0.0", "203.0.113.0", "203.0.113.1"], 6)
    assert told(served.siblings(["lb-1"], theirs, limit=2)) == (["203.0.113.0", "203.0.113.1"], 6)
    assert told(served.siblings(["lb-1"], limit=1)) == (["198.18.0.0"], 7)
    assert told(served.siblings(["nat-1"], served.eip("203.0.113.7"))) == (["203.0.113.6"], 1)
    assert told(served.siblings(["nat-1", "lb-1"], ours))[1] == 8
    assert served.siblings([]) == served.siblings(["nobody"]) == Siblings()


def test_counting_siblings_ends_where_many_begin(served: Inventory, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(eips, "EIPS_COUNTED", 4)
    found = served.siblings(["lb-1"], served.eip("203.0.113.3"), limit=2)
    assert (len(found.eips), found.total) == (2, 4)
    at = served.occupants("asia-east-1")
    assert addresses(at["lb-1"]) == ["198.18.0.0", "203.0.113.0", "203.0.113.1", "203.0.113.2"]


def test_occupants_are_the_eips_of_every_target_of_a_region(served: Inventory) -> None:
    at = served.occupants("asia-east-1")
    assert {key: addresses(eips) for key, eips in at.items()} == {
        "lb-1": ["198.18.0.0", *(f"203.0.113.{number}" for number in range(6))],
        "nat-1": ["203.0.113.6", "203.0.113.7"],
    }
    assert at["nat-1"][0] == served.eip("203.0.113.6")
    assert served.occupants("elsewhere-1") == {}


def test_occupants_take_as_many_statements_for_few_targets_as_for_many(
    served: Inventory, monkeypatch: pytest.MonkeyPatch
) -> None:
    def statements() -> int:
        ran: list[str] = []
        execute = Connection.execute

        def counted(self: Connection, statement: str, *values: object) -> object:
            ran.append(statement)
            return execute(self, statement, *values)  # type: ignore[arg-type]

        with monkeypatch.context() as patch:
            patch.setattr(Connection, "execute", counted)
            served.occupants("asia-east-1")
        return len(ran)

    before = statements()
    for number in range(3, 6):
        served.execute(
            AddServiceRequest(kind=ServiceKind.NIC, service_id=f"nic-{number}", private_ips=(f"10.0.0.{number}",))
        )
        served.execute(nic(one(served).address, number))
    assert statements() == before

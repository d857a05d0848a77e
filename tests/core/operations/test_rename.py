"""The name of an EIP: given, changed and taken away, with its history; found by the new one and not by the old."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest

from core import Eip, EipQuery, Inventory, RenameRequest
from core.queries.text_index import catch_up
from tests.core.audit import audit
from tests.core.kit import (
    balancer,
    customer_cidr,
    fresh_desk,
    of_a_file,
    one,
    refused,
    release,
    rows,
    services,
    unchanged,
)


@pytest.fixture
def eip(inventory: Inventory) -> Eip:
    customer_cidr(inventory)
    services(inventory)
    return one(inventory, name="shop")


def rename(inventory: Inventory, key: object, name: str, request_id: str | None = None) -> Eip:
    (renamed,) = inventory.execute(RenameRequest(eip=str(key), name=name, request_id=request_id))
    return renamed


def test_a_name_is_changed_and_taken_away_and_nothing_else(inventory: Inventory, eip: Eip) -> None:
    (bound,) = inventory.execute(balancer(eip.address))
    assert rename(inventory, eip.address, "front") == bound._replace(name="front")
    assert rename(inventory, eip.id, "") == bound._replace(name=None)
    assert rows(inventory, "SELECT name FROM eip") == [(None,)]
    assert rename(inventory, eip.id, "x" * 255) == inventory.eip(eip.address)
    assert inventory.verify().ok
    audit(inventory)


def test_each_change_of_a_name_is_one_event_with_what_was_and_what_is(inventory: Inventory, eip: Eip) -> None:
    for name in ("front", ""):
        rename(inventory, eip.address, name)
    renames = inventory.history(str(eip.id))[1:]
    assert [(event.action, event.before, event.after) for event in renames] == [
        ("rename", {"name": "shop"}, {"name": "front"}),
        ("rename", {"name": "front"}, {"name": None}),
    ]
    assert {(event.eip_id, event.address, event.pool_id, event.cidr) for event in renames} == {
        (eip.id, eip.address, "edge", "203.0.113.0/28")
    }
    assert inventory.history(eip.address)[1:] == renames


@pytest.mark.parametrize("name", ["shop", ""])
def test_the_same_name_again_changes_nothing(inventory: Inventory, eip: Eip, name: str) -> None:
    rename(inventory, eip.address, name)
    with unchanged(inventory):
        assert rename(inventory, eip.id, name).name == (name or None)


@pytest.mark.parametrize("name", ["x" * 256, "a\0b", "\ud800"])
def test_what_names_nothing_is_refused_as_at_an_allocation(inventory: Inventory, eip: Eip, name: str) -> None:
    with refused(inventory, "invalid_name"):
        rename(inventory, eip.address, name)
    with refused(inventory, "invalid_name"):
        one(inventory, name=name)


def test_a_released_or_unknown_eip_is_not_renamed(inventory: Inventory, eip: Eip) -> None:
    release(inventory, eip.address)
    for key in (eip.id, eip.address, "eip-404"):
        with refused(inventory, "eip_not_found"):
            rename(inventory, key, "front")
    assert rename(inventory, one(inventory, address=eip.address).address, "front").name == "front"


def test_an_eip_that_has_changed_since_it_was_seen_is_not_renamed(inventory: Inventory, eip: Eip) -> None:
    inventory.execute(balancer(eip.address))
    with refused(inventory, "conflict"):
        inventory.execute(RenameRequest(eip=eip.address, name="front", expected=eip))


def test_the_same_request_again_is_answered_and_undoes_no_later_name(inventory: Inventory, eip: Eip) -> None:
    rename(inventory, eip.address, "front", "key")
    later = rename(inventory, eip.address, "back")
    with unchanged(inventory):
        assert rename(inventory, eip.address, "front", "key") == later
    with refused(inventory, "request_mismatch"):
        rename(inventory, eip.address, "other", "key")


def found(inventory: Inventory, text: str) -> list[str]:
    return [row.eip.address for row in inventory.page(EipQuery(text), limit=50).rows]


def test_it_is_found_by_its_new_name_and_not_by_its_old(inventory: Inventory, eip: Eip) -> None:
    one(inventory, name="other")
    rename(inventory, eip.address, "front")
    assert (found(inventory, "front"), found(inventory, "shop")) == ([eip.address], [])
    rename(inventory, eip.address, "")
    assert (found(inventory, "front"), found(inventory, "other")) == ([], ["203.0.113.1"])


@of_a_file
def test_the_text_index_forgets_the_old_name(inventory: Inventory, eip: Eip) -> None:
    for name in ("front", "back", ""):
        for _ in range(2):  # before the index has followed, and after
            rename(inventory, eip.address, name)
            matches = {text: found(inventory, text) for text in ("shop", "front", "back")}
            assert matches == {text: [eip.address] if text == name else [] for text in matches}
            with inventory._store.write() as connection:
                catch_up(connection)
        assert rows(inventory, "SELECT name FROM eip_words") == [(name,)]


def test_a_new_name_is_exported_and_imported_with_its_history(inventory: Inventory, eip: Eip, tmp_path: Path) -> None:
    rename(inventory, eip.address, "front", "key")
    inventory.export(tmp_path / "export.json")
    with closing(fresh_desk(tmp_path / "other", clock=inventory.now)) as other:
        other.import_files([tmp_path / "export.json"])
        assert other.eip(eip.address) == inventory.eip(eip.address)
        assert other.history(eip.address) == inventory.history(eip.address)
        assert found(other, "front") == [eip.address]
        with unchanged(other):
            rename(other, eip.address, "front", "key")
        assert other.verify().ok

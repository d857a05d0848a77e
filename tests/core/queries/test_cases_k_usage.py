"""Cases K: usage and its alarms."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from core import AcceptRequest, DrainRequest, Finding, Inventory, ReserveRequest, open_inventory
from core.domain.addresses import format_address
from core.storage.connection import Connection, Cursor, Values
from tests.core.audit import audit
from tests.core.kit import (
    Clock,
    connect,
    customer_cidr,
    dnat,
    dump,
    fresh_url,
    many,
    number,
    one,
    release,
    services,
    unchanged,
)


def test_92_every_address_of_a_pool_is_one_of_five_things(inventory: Inventory) -> None:
    """The laws say it of random histories; here once by hand."""
    customer_cidr(inventory, "203.0.113.0/28", cooldown=60)
    customer_cidr(inventory, "198.51.100.0/30", cooldown=60)
    eips = many(inventory, 4)
    assert [eip.cidr for eip in eips] == ["198.51.100.0/30"] * 4
    many(inventory, 5)
    release(inventory, "203.0.113.0", "203.0.113.1", "198.51.100.0")
    inventory.execute(ReserveRequest(cidr="203.0.113.0/28", first="203.0.113.14", last="203.0.113.15"))
    inventory.execute(DrainRequest(cidr="198.51.100.0/30"))
    pool = inventory.pool("edge")
    assert (pool.total, pool.allocated, pool.cooling, pool.reserved, pool.held, pool.available) == (20, 6, 2, 2, 1, 9)
    assert pool.used_percent == 30


def test_92_a_pool_without_a_cidr_has_no_percentage(inventory: Inventory) -> None:
    customer_cidr(inventory, "203.0.113.0/32", pool="edge", active=False)
    with_held = inventory.pool("edge")
    assert (with_held.total, with_held.held, with_held.used_percent) == (1, 1, 0)
    assert inventory.pool("default-asia-east-1").used_percent == 0


def alarms(inventory: Inventory) -> list[Finding]:
    return [finding for finding in inventory.findings() if finding.code == "pool_near_exhaustion"]


def test_93_crossing_the_threshold_is_one_finding_until_it_falls_below(inventory: Inventory) -> None:
    customer_cidr(inventory, "203.0.113.0/28")
    many(inventory, 12)
    assert alarms(inventory) == []
    one(inventory)
    (first,) = alarms(inventory)
    assert (first.severity, first.subject) == ("warning", "edge")
    one(inventory)
    (still,) = alarms(inventory)
    assert still.id == first.id
    release(inventory, "203.0.113.0", "203.0.113.1")
    assert alarms(inventory) == []


def test_93_a_muted_pool_is_silent_until_it_gets_worse(inventory: Inventory) -> None:
    customer_cidr(inventory, "203.0.113.0/28")
    many(inventory, 13)
    (alarm,) = alarms(inventory)
    inventory.execute(AcceptRequest(finding=alarm.id, reason="a new prefix is on its way"))
    one(inventory)
    assert alarms(inventory) == []
    many(inventory, 2)
    assert [each.severity for each in alarms(inventory)] == ["critical"]


def test_93_addresses_that_are_withheld_or_cooling_are_not_available_to_the_alarm(
    inventory: Inventory, clock: Clock
) -> None:
    customer_cidr(inventory, "203.0.113.0/28", cooldown=60)
    inventory.execute(ReserveRequest(cidr="203.0.113.0/28", first="203.0.113.10", last="203.0.113.15"))
    eips = many(inventory, 7)
    release(inventory, *(str(eip.id) for eip in eips))
    assert len(alarms(inventory)) == 1
    clock.advance(60)
    assert alarms(inventory) == []


def test_93_held_space_raises_no_alarm_and_eases_none(inventory: Inventory) -> None:
    customer_cidr(inventory, "203.0.113.0/28")
    many(inventory, 2)
    customer_cidr(inventory, "198.51.100.0/24", active=False)
    assert alarms(inventory) == []
    many(inventory, 11)
    (alarm,) = alarms(inventory)
    assert alarm.message == "3 of 16 addresses free."


def statements(inventory: Inventory, act: Callable[[], object]) -> int:
    act()
    seen: list[str] = []
    with inventory._store.read() as reading:
        connection = type(reading)
    cursor: Callable[[Connection, str, Values], Cursor] = connection.cursor

    def counted(self: Connection, statement: str, values: Values) -> Cursor:
        seen.append(statement)
        return cursor(self, statement, values)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(connection, "cursor", counted)
        act()
    return len(seen)


def test_94_a_thousand_cidrs_are_read_in_as_many_queries_as_one(inventory: Inventory) -> None:
    customer_cidr(inventory)
    few = [statements(inventory, act) for act in (inventory.cidrs, inventory.pools)]
    values = [(number("44.0.0.0") + 256 * place, number("44.0.0.0") + 256 * place + 255) for place in range(1000)]
    with closing(connect(inventory)) as connection:
        for first, last in values:
            connection.execute(
                "INSERT INTO cidr (cidr, first, last, pool_id, state, rpki, avoid_edges, allocated, reserved,"
                " created_at, version) VALUES (?, ?, ?, 'edge', 'active', 'unknown', FALSE, 0, 0, 0, 1)",
                (f"{format_address(first)}/24", first, last),
            )
    assert [statements(inventory, act) for act in (inventory.cidrs, inventory.pools)] == few
    assert len(inventory.cidrs()) == 1002
    assert inventory.pool("edge").total == 256_016


def test_95_what_is_exported_and_loaded_into_an_empty_database_is_the_same(
    inventory: Inventory, clock: Clock, tmp_path: Path
) -> None:
    """Case 81 too: the events come with it, and loading adds none; and the copy goes on where the original was."""
    customer_cidr(inventory, cooldown=3600)
    services(inventory)
    many(inventory, 3)
    release(inventory, "203.0.113.1")
    inventory.execute(ReserveRequest(cidr="203.0.113.0/28", first="203.0.113.8", last="203.0.113.9", soft=True))
    landed = one(inventory, None, name="\x1b[31m[/]=1+1", request_id="key")
    inventory.execute(dnat(landed.address, "tcp", "443"))
    inventory.execute(AcceptRequest(finding=landed.address, reason="lab"))
    inventory.export(tmp_path / "export.json")
    other = open_inventory(fresh_url(tmp_path / "other"), operator="alice", clock=clock)
    other.import_files([tmp_path / "export.json"])
    with unchanged(other):
        other.import_files([tmp_path / "export.json"])
    ours, theirs = dump(inventory), dump(other)
    assert {name: theirs[name] for name in theirs if name != "sqlite_sequence"} == {
        name: ours[name] for name in ours if name != "sqlite_sequence"
    }
    assert "".join(other.export_text()) == "".join(inventory.export_text())
    audit(other)
    assert one(other) == one(inventory)
    other.close()

"""What the database itself refuses, whoever asks: plain SQL on a plain connection.

`foreign_keys` is off unless a program turns it on, so everything that matters is tried both ways.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest

from core import DrainRequest, Inventory, RetireRequest, UnbindRequest
from tests.core.kit import (
    ON_POSTGRESQL,
    REFUSALS,
    Plain,
    balancer,
    connect,
    customer_cidr,
    dnat,
    dump,
    many,
    number,
    of_a_file,
    one,
    release,
    services,
    snat,
)

INSERT_EIP = (
    "INSERT INTO eip (id, address, pool_id, cidr_id, cidr_first, cidr_last, customer_owned, status, allocated_at,"
    " allocated_by, landed_in_default) SELECT {id}, {address}, {pool}, {cidr}, {first}, {last}, {owned}, 'unbound',"
    " 1, 'sql', FALSE FROM cidr c WHERE c.pool_id = 'edge'"
)
RIGHT = {
    "id": "'eip-sql'",
    "address": "c.first + 9",
    "pool": "c.pool_id",
    "cidr": "c.id",
    "first": "c.first",
    "last": "c.last",
    "owned": "TRUE",
}
INSERT_CIDR = (
    "INSERT INTO cidr (cidr, first, last, pool_id, state, rpki, avoid_edges, allocated, reserved, created_at, version)"
    " VALUES ('sql', ?, ?, 'edge', ?, 'unknown', FALSE, 0, 0, 1, 1)"
)
BIND = (
    "INSERT INTO binding (id, eip_id, kind, service_id, private_ip, sources, all_eips, protocol, port, port_end,"
    " to_port, to_port_end, bound_at) VALUES ('b-sql', 'eip-1', ?, ?, 1, ?, FALSE, ?, ?, ?, ?, ?, 1)"
)

SECOND_DEFAULT_POOL = (
    "INSERT INTO pool SELECT 'second', name, kind, customer_owned, region, \"order\", cooldown_seconds,"
    " warn_percent, critical_percent, created_at, picks_from FROM pool WHERE kind = 'default'"
)


@pytest.fixture(
    params=["foreign keys on"] if ON_POSTGRESQL else ["foreign keys on", "no pragma set"],
)
def sql(inventory: Inventory, request: pytest.FixtureRequest) -> Iterator[Plain]:
    """Two EIPs live in an active /28: .0 bound to a gateway, .1 to nothing; .2 is released; one is a default one's."""
    customer_cidr(inventory)
    services(inventory)
    many(inventory, 3)
    one(inventory, "default-asia-east-1")
    release(inventory, "203.0.113.2")
    inventory.execute(dnat("203.0.113.0", "tcp", "443"))
    inventory.execute(dnat("203.0.113.0", "udp", "8000-8010"))
    inventory.execute(snat("203.0.113.0"))
    with closing(connect(inventory, foreign_keys=request.param == "foreign keys on")) as connection:
        yield connection


def refuses(inventory: Inventory, sql: Plain, statement: str, *values: object) -> str:
    """The database refuses the statement and is as it was; answers with its words."""
    before = dump(inventory)
    with pytest.raises(REFUSALS) as caught:
        sql.execute(statement, values)
    assert dump(inventory) == before
    return str(caught.value)


def test_the_statements_used_here_are_accepted_when_they_are_right(inventory: Inventory, sql: Plain) -> None:
    sql.execute(INSERT_EIP.format(**RIGHT))
    sql.execute(INSERT_CIDR, (number("192.0.2.0"), number("192.0.2.255"), "validating"))
    sql.execute(BIND, ("dnat", "nat-1", "[]", "tcp", 80, 80, 80, 80))
    assert inventory.eip("203.0.113.9").id == "eip-sql"


def test_two_live_eips_of_one_address(inventory: Inventory, sql: Plain) -> None:
    refuses(inventory, sql, INSERT_EIP.format(**{**RIGHT, "address": "c.first"}))


def test_moving_a_live_eip_onto_another(inventory: Inventory, sql: Plain) -> None:
    refuses(inventory, sql, "UPDATE eip SET address = address - 1 WHERE id = 'eip-2'")


def test_two_live_eips_of_one_address_in_different_pools(inventory: Inventory, sql: Plain) -> None:
    theirs = INSERT_EIP.replace("'edge'", "'default-asia-east-1'")
    refuses(inventory, sql, theirs.format(**{**RIGHT, "address": str(number("203.0.113.1")), "owned": "FALSE"}))


def test_a_released_eip_that_is_made_live_beside_another(inventory: Inventory, sql: Plain) -> None:
    one(inventory, address="203.0.113.2")
    back = "UPDATE eip SET status = 'unbound', released_at = NULL WHERE id = 'eip-3'"
    refuses(inventory, sql, back)
    if not ON_POSTGRESQL:
        refuses(inventory, sql, back.replace("UPDATE", "UPDATE OR REPLACE"))


@of_a_file
@pytest.mark.parametrize("key", ["id", "address", "seq"])
def test_replacing_an_eip_by_another(inventory: Inventory, sql: Plain, key: str) -> None:
    """REPLACE deletes without a word to the triggers of DELETE."""
    statement = INSERT_EIP.replace("INSERT", "REPLACE")
    changed = {"id": {"id": "'eip-1'"}, "address": {"address": "c.first"}, "seq": {}}[key]
    if key == "seq":
        statement = statement.replace("(id,", "(seq, id,").replace("SELECT", "SELECT 1,")
    refuses(inventory, sql, statement.format(**{**RIGHT, **changed}))


@pytest.mark.parametrize("eip", ["eip-1", "eip-4"])
def test_a_flag_that_lies(inventory: Inventory, sql: Plain, eip: str) -> None:
    refuses(inventory, sql, "UPDATE eip SET customer_owned = NOT customer_owned WHERE id = ?", eip)


def test_a_flag_that_lies_from_the_start(inventory: Inventory, sql: Plain) -> None:
    refuses(inventory, sql, INSERT_EIP.format(**{**RIGHT, "owned": "FALSE"}))


def test_a_pool_that_turns_its_eips_into_liars(inventory: Inventory, sql: Plain) -> None:
    refuses(inventory, sql, "UPDATE pool SET customer_owned = TRUE WHERE id = 'default-asia-east-1'")
    refuses(inventory, sql, "UPDATE pool SET customer_owned = FALSE, kind = 'default', region = 'x' WHERE id = 'edge'")


def test_a_landing_among_customer_addresses(inventory: Inventory, sql: Plain) -> None:
    refuses(inventory, sql, "UPDATE eip SET landed_in_default = TRUE WHERE id = 'eip-1'")


@pytest.mark.parametrize(
    "wrong",
    [
        {"address": "c.last + 1"},
        {"address": "c.first - 1"},
        {"address": "c.last + 1", "last": "c.last + 1"},
        {"cidr": "1"},
        {"cidr": "404"},
        {"pool": "'default-asia-east-1'", "owned": "FALSE"},
        {"pool": "'no-such-pool'"},
    ],
    ids=str,
)
def test_an_eip_outside_its_cidr_or_its_cidr_outside_its_pool(
    inventory: Inventory, sql: Plain, wrong: dict[str, str]
) -> None:
    refuses(inventory, sql, INSERT_EIP.format(**{**RIGHT, **wrong}))


@pytest.mark.parametrize("change", ["last = last - 8, first = first + 8", "pool_id = 'default-asia-east-1'", "id = 77"])
def test_a_cidr_that_moves_away_from_under_its_eips(inventory: Inventory, sql: Plain, change: str) -> None:
    refuses(inventory, sql, f"UPDATE cidr SET {change} WHERE pool_id = 'edge'")


@pytest.mark.parametrize(
    ("first", "last"),
    [
        ("203.0.113.0", "203.0.113.15"),
        ("203.0.113.0", "203.0.113.255"),
        ("203.0.113.8", "203.0.113.11"),
        ("203.0.113.15", "203.0.113.15"),
        ("203.0.112.0", "203.0.113.0"),
        ("203.0.0.0", "203.0.255.255"),
        ("198.18.0.0", "198.18.0.255"),
    ],
)
@pytest.mark.parametrize("state", ["validating", "active", "draining", "failed"])
def test_a_cidr_that_overlaps_another(inventory: Inventory, sql: Plain, first: str, last: str, state: str) -> None:
    refuses(inventory, sql, INSERT_CIDR, number(first), number(last), state)


def test_a_cidr_that_is_moved_grown_or_brought_back_over_another(inventory: Inventory, sql: Plain) -> None:
    sql.execute(INSERT_CIDR, (number("203.0.113.16"), number("203.0.113.31"), "validating"))
    refuses(inventory, sql, "UPDATE cidr SET first = first - 1 WHERE cidr = 'sql'")
    refuses(inventory, sql, "UPDATE cidr SET first = first - 16, last = last - 16 WHERE cidr = 'sql'")
    sql.execute(INSERT_CIDR, (number("203.0.113.4"), number("203.0.113.7"), "retired"))
    for state in ("validating", "active", "draining", "failed"):
        refuses(inventory, sql, "UPDATE cidr SET state = ? WHERE cidr = 'sql' AND state = 'retired'", state)


def test_a_live_eip_in_a_retired_cidr(inventory: Inventory, sql: Plain) -> None:
    refuses(inventory, sql, "UPDATE cidr SET state = 'retired' WHERE pool_id = 'edge'")
    refuses(inventory, sql, "UPDATE cidr SET state = 'retired', allocated = 0 WHERE pool_id = 'edge'")
    release(inventory, "203.0.113.0", "203.0.113.1", unbind=True)
    inventory.execute(DrainRequest(cidr="203.0.113.0/28"))
    inventory.execute(RetireRequest(cidr="203.0.113.0/28"))
    refuses(inventory, sql, INSERT_EIP.format(**RIGHT))
    refuses(inventory, sql, "UPDATE eip SET status = 'unbound', released_at = NULL WHERE id = 'eip-2'")


def test_more_live_eips_than_a_cidr_contains(inventory: Inventory, sql: Plain) -> None:
    refuses(inventory, sql, "UPDATE cidr SET allocated = 17 WHERE pool_id = 'edge'")
    refuses(inventory, sql, "UPDATE cidr SET reserved = -1 WHERE pool_id = 'edge'")


def test_a_live_binding_on_a_released_eip(inventory: Inventory, sql: Plain) -> None:
    refuses(inventory, sql, BIND.replace("'eip-1'", "'eip-3'"), "load_balancer", "lb-1", "[]", *[None] * 5)
    now = "status = 'released', released_at = allocated_at WHERE id = 'eip-1'"
    assert "serves nothing" in refuses(inventory, sql, f"UPDATE eip SET {now}")


def test_an_ended_binding_that_is_brought_back_to_a_released_eip(inventory: Inventory, sql: Plain) -> None:
    inventory.execute(balancer("203.0.113.1"))
    inventory.execute(UnbindRequest(eip="203.0.113.1"))
    release(inventory, "203.0.113.1")
    refuses(inventory, sql, "UPDATE binding SET unbound_at = NULL WHERE eip_id = 'eip-2'")


@pytest.mark.parametrize(
    ("kind", "service"), [("nic", "nic-1"), ("load_balancer", "lb-1"), ("snat", "nat-2"), ("dnat", "nat-2")]
)
def test_a_second_holder(inventory: Inventory, sql: Plain, kind: str, service: str) -> None:
    forwarding = ("tcp", 80, 80, 80, 80) if kind == "dnat" else (None,) * 5
    assert "one holder" in refuses(inventory, sql, BIND, kind, service, "[]", *forwarding)


def test_a_second_binding_beside_an_exclusive_one(inventory: Inventory, sql: Plain) -> None:
    inventory.execute(balancer("203.0.113.1"))
    statement = BIND.replace("'eip-1'", "'eip-2'")
    refuses(inventory, sql, statement, "load_balancer", "lb-1", "[]", *[None] * 5)


def test_a_binding_to_a_service_of_another_kind(inventory: Inventory, sql: Plain) -> None:
    refuses(inventory, sql, BIND.replace("'eip-1'", "'eip-2'"), "nic", "lb-1", "[]", *[None] * 5)


@pytest.mark.parametrize(
    ("protocol", "first", "last"),
    [("tcp", 443, 443), ("tcp", 400, 500), ("udp", 8010, 8020), ("udp", 8004, 8004), ("any", None, None)],
)
def test_a_second_dnat_on_a_port(
    inventory: Inventory, sql: Plain, protocol: str, first: int | None, last: int | None
) -> None:
    refuses(inventory, sql, BIND, "dnat", "nat-1", "[]", protocol, first, last, first, last)


def test_a_dnat_that_is_moved_onto_another_port(inventory: Inventory, sql: Plain) -> None:
    inventory.execute(dnat("203.0.113.0", "tcp", "80"))
    moved = "UPDATE binding SET port = 443, port_end = 443, to_port = 443, to_port_end = 443 WHERE port = 80"
    refuses(inventory, sql, moved)


def test_a_second_snat_entry_of_equal_sources(inventory: Inventory, sql: Plain) -> None:
    refuses(inventory, sql, BIND, "snat", "nat-1", '["10.0.8.0/24"]', *[None] * 5)


def test_a_dnat_of_ranges_of_unequal_size_or_without_ports(inventory: Inventory, sql: Plain) -> None:
    refuses(inventory, sql, BIND, "dnat", "nat-1", "[]", "tcp", 80, 82, 80, 81)
    refuses(inventory, sql, BIND, "dnat", "nat-1", "[]", "tcp", None, None, None, None)
    refuses(inventory, sql, BIND, "dnat", "nat-1", "[]", None, None, None, None, None)


def replacing(statement: str) -> Any:
    """A statement of SQLite's, which deletes what is in its way."""
    return pytest.param(statement, marks=of_a_file)


@pytest.mark.parametrize("table", ["event", "eip", "binding", "cidr", "pool"])
@pytest.mark.skipif(not ON_POSTGRESQL, reason="SQLite has no TRUNCATE")
def test_a_table_that_is_emptied(inventory: Inventory, sql: Plain, table: str) -> None:
    assert "never emptied" in refuses(inventory, sql, f"TRUNCATE {table} CASCADE")


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE event SET reason = 'nothing' WHERE seq = 1",
        "UPDATE event SET at = at",
        replacing("UPDATE OR REPLACE event SET seq = 1 WHERE seq = 2"),
        "DELETE FROM event WHERE seq = 1",
        "DELETE FROM event",
        replacing("REPLACE INTO event (seq, at, operator, action, hash) VALUES (1, 1, 'mallory', 'nothing', x'00')"),
        replacing("INSERT OR REPLACE INTO event SELECT * FROM event WHERE seq = 2"),
    ],
)
def test_an_event_that_is_changed_replaced_or_deleted(inventory: Inventory, sql: Plain, statement: str) -> None:
    assert "append-only" in refuses(inventory, sql, statement)


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM eip WHERE id = 'eip-3'",
        "DELETE FROM eip",
        "DELETE FROM binding",
        "DELETE FROM cidr",
        "DELETE FROM pool",
        replacing("REPLACE INTO binding SELECT * FROM binding WHERE seq = 1"),
        replacing("UPDATE OR REPLACE eip SET id = 'eip-1' WHERE id = 'eip-2'"),
        replacing("UPDATE OR REPLACE binding SET id = 'b-1' WHERE id = 'b-2'"),
    ],
)
def test_a_row_that_is_deleted_or_replaced(inventory: Inventory, sql: Plain, statement: str) -> None:
    refuses(inventory, sql, statement)


@of_a_file
def test_ids_are_not_reused_even_when_the_last_row_is_gone(inventory: Inventory, sql: Plain) -> None:
    """AUTOINCREMENT keeps the highest number ever given."""
    for table in ("eip", "event", "binding", "cidr", "reservation"):
        (statement,) = sql.execute("SELECT sql FROM sqlite_master WHERE name = ?", (table,)).fetchone()
        assert "AUTOINCREMENT" in statement
    assert inventory.integrity()["foreign_keys"] == "ok"


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE eip SET status = 'Bound' WHERE id = 'eip-1'",
        "UPDATE eip SET status = 'released' WHERE id = 'eip-2'",
        "UPDATE eip SET released_at = 1 WHERE id = 'eip-2'",
        "UPDATE eip SET released_at = allocated_at - 1 WHERE id = 'eip-3'",
        "UPDATE eip SET bandwidth_mbps = 0 WHERE id = 'eip-1'",
        "UPDATE cidr SET state = 'ACTIVE' WHERE id = 1",
        "UPDATE cidr SET rpki = 'fine' WHERE id = 1",
        "UPDATE cidr SET first = last + 1 WHERE id = 1",
        "UPDATE pool SET \"order\" = 'random'",
        "UPDATE pool SET cooldown_seconds = -1",
        "UPDATE pool SET kind = 'other', customer_owned = FALSE",
        SECOND_DEFAULT_POOL,
        "UPDATE service SET kind = 'router'",
        "UPDATE binding SET unbound_at = bound_at - 1",
        "UPDATE binding SET protocol = 'icmp' WHERE kind = 'dnat'",
    ],
)
def test_a_word_or_a_number_that_means_nothing(inventory: Inventory, sql: Plain, statement: str) -> None:
    refuses(inventory, sql, statement)

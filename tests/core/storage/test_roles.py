"""What each role of PostgreSQL can and cannot do with plain SQL: an attacker's script for each."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from typing import Any

import psycopg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import EipdeckError, Inventory, RenameRequest, open_inventory
from core.storage.history import event_hash
from tests.core.kit import balancer, customer_cidr, many, one, release, services
from tests.core.storage.test_set_once import PLAN
from tests.server import server

PEOPLE = ("alice_r", "bob_r")


@pytest.fixture(scope="session")
def template() -> str:
    name = server().create()
    open_inventory(server().url(name), operator="owner").close()
    server().make_roles(name)
    with server().connect(name) as connection:
        for person in PEOPLE:
            connection.execute(f"DROP ROLE IF EXISTS {person}".encode())
            connection.execute(f"CREATE ROLE {person} LOGIN IN ROLE eipdeck_operator".encode())
        connection.execute(
            "ALTER ROLE bob_r SET deadlock_timeout = '5min'"
        )  # of a deadlock the other one is the victim
    return name


@pytest.fixture
def database(template: str) -> Iterator[str]:
    name = server().create(template)
    server().make_roles(name)  # a copy has no rights of the database itself
    yield name
    server().drop(name)


@pytest.fixture
def alice(database: str) -> Iterator[Inventory]:
    """A person with a role of her own, who calls herself something else; an EIP is bound, one is released."""
    with closing(open_inventory(server().url(database, "alice_r"), operator="anna")) as inventory:
        customer_cidr(inventory)
        services(inventory)
        many(inventory, 3)
        inventory.execute(balancer("203.0.113.0"))
        release(inventory, "203.0.113.2")
        yield inventory


@pytest.fixture
def bob(database: str) -> Iterator[psycopg.Connection[Any]]:
    """Another person, who tries plain SQL."""
    with closing(server().connect(database, "bob_r")) as connection:
        yield connection


def test_the_history_names_the_role_and_keeps_the_claim(alice: Inventory) -> None:
    assert (alice.operator, alice.claimed) == ("alice_r", "anna")
    assert {(event.operator, event.claimed) for event in alice.history()} == {("alice_r", "anna")}
    assert {eip.allocated_by for eip in alice.eips()} == {"alice_r"}
    assert alice.verify().ok


def event_of(connection: psycopg.Connection[Any], **given: Any) -> None:
    """An event with a right hash, as everybody can compute it."""
    row: dict[str, Any] = dict.fromkeys(
        ("eip_id", "address", "pool_id", "cidr", "reason", "request_id", "before", "after", "claimed")
    )
    row |= {"operator": "bob_r", "action": "note", "pool_id": "edge", **given}
    link = connection.execute("SELECT hash FROM chain WHERE pool_id = %s", [row["pool_id"] or ""]).fetchone()
    if row.get("at") is None:
        told = connection.execute("SELECT CAST(extract(epoch FROM clock_timestamp()) * 1000000 AS bigint)").fetchone()
        row["at"] = told[0] if told else 0
    row["hash"] = given.get("hash") or event_hash(link[0] if link else b"", row)
    places = ", ".join(f"%({name})s" for name in row)
    connection.execute(f"INSERT INTO event ({', '.join(row)}) VALUES ({places})".encode(), row)


@pytest.mark.parametrize(
    "forged",
    [
        {"operator": "alice_r"},
        {"at": 1_700_000_000_000_000},
        {"at": 1_900_000_000_000_000},
        {"hash": b"\x00" * 32},
        {"seq": 9_223_372_036_854_775_806},
        {"seq": 0},
        {"seq": -5},
    ],
)
def test_an_event_is_written_in_ones_own_name_and_time(
    alice: Inventory, bob: psycopg.Connection[Any], forged: dict[str, Any]
) -> None:
    with pytest.raises(psycopg.errors.CheckViolation):
        event_of(bob, **forged)
    event_of(bob)
    assert alice.history()[-1].operator == "bob_r"
    one(alice)
    assert alice.verify().ok


@given(text=st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"])))
def test_the_server_hashes_as_the_program_does(text: str) -> None:
    """Every text: quotes, control characters, other planes."""
    row: dict[str, Any] = dict.fromkeys(("operator", "action", "reason", "before", "claimed"), text)
    row |= {"at": 1, "address": 2} | dict.fromkeys(("eip_id", "pool_id", "cidr", "request_id", "after"))
    with HASHING() as connection:
        asked = (
            "SELECT event_hash('\\x01', ROW(1, 1, %(operator)s, %(action)s, NULL, 2, NULL, NULL, %(reason)s, NULL,"
            " %(before)s, NULL, ''::bytea, %(claimed)s)::event)"
        )
        told = connection.execute(asked.encode(), row).fetchone()
    assert told == (event_hash(b"\x01", row),)


class HASHING:
    """One connection to one database for every example."""

    kept: psycopg.Connection[Any] | None = None

    def __enter__(self) -> psycopg.Connection[Any]:
        if HASHING.kept is None:
            name = server().create()
            open_inventory(server().url(name), operator="owner").close()
            HASHING.kept = server().connect(name)
        return HASHING.kept

    def __exit__(self, *_: object) -> None:
        """It stays open."""


@pytest.mark.parametrize(
    ("statement", "refused"),
    [
        ("SELECT setval('event_seq_seq', 9223372036854775807)", "denied"),
        ("UPDATE chain SET length = 1, hash = '\\x00'", "denied"),
        ("INSERT INTO chain VALUES ('x', 1, 1, '\\x00')", "denied"),
        ("DELETE FROM chain", "denied"),
        ("CREATE TEMPORARY TABLE binding (LIKE public.binding)", "denied"),
        ("DO $$ BEGIN LOCK TABLE alembic_version IN SHARE UPDATE EXCLUSIVE MODE; END $$", "denied"),
        ("UPDATE eip SET allocated_by = 'bob_r' WHERE id = 'eip-1'", "began a tenancy"),
        ("UPDATE eip SET status = 'released', released_at = 1, released_by = 'alice_r' WHERE id = 'eip-2'", "role"),
        ("INSERT INTO acceptance VALUES ('f', 'g', 'r', 'alice_r', 1, NULL)", "role"),
        (
            "MERGE INTO eip USING (SELECT 1) AS s ON id = 'eip-1' WHEN MATCHED THEN UPDATE SET allocated_by = 'bob_r'",
            "began a tenancy|syntax",
        ),
        ("SET ROLE postgres", "denied"),
        ("SET session_replication_role = replica", "denied"),
        ("ALTER FUNCTION acting() SET search_path = pg_temp", "owner"),
        ("CREATE FUNCTION mine() RETURNS int LANGUAGE sql AS 'SELECT 1'", "denied"),
        ("CREATE SCHEMA mine", "denied"),
        ("UPDATE cidr SET created_at = 1", "life of a CIDR"),
        ("UPDATE cidr SET version = 2147483647", "version follows"),
        ("UPDATE usage_day SET allocated = 9223372036854775807", "a counter has an end"),
        ("INSERT INTO cooling_minute SELECT id, 1, 9223372036854775807 FROM cidr", "a counter has an end"),
        (
            "INSERT INTO epoch SELECT since_seq + 1, system, timeline, 9223372036854775807, 1 FROM epoch",
            "of this server",
        ),
        ("INSERT INTO epoch SELECT 9223372036854775807, system, timeline, 1, 1 FROM epoch", "of this server"),
        ("INSERT INTO epoch SELECT since_seq + 1, system, timeline + 1, 1, 1 FROM epoch", "of this server"),
        ("INSERT INTO mirror VALUES (1, 'acme', 'https://example.net', 1, NULL, NULL, NULL)", "before the first event"),
        (PLAN, "role"),
        ("INSERT INTO presence VALUES ('s', 'alice_r', 1, 1, 'release of everything', 1)", "role"),
    ],
)
def test_an_operator_is_refused(alice: Inventory, bob: psycopg.Connection[Any], statement: str, refused: str) -> None:
    with pytest.raises(psycopg.Error, match=refused):
        bob.execute(statement.encode())
    one(alice)
    assert alice.verify().ok


def test_no_event_comes_between_others(alice: Inventory, bob: psycopg.Connection[Any]) -> None:
    """One that goes ahead leaves numbers behind it; an event there would break the chain for good."""
    event_of(bob, seq=1_000_000)
    with pytest.raises(psycopg.errors.CheckViolation, match="follow one another"):
        event_of(bob, seq=999_999)
    one(alice)
    assert alice.verify().ok


def test_a_clock_is_accepted_at_its_own_time(alice: Inventory, bob: psycopg.Connection[Any]) -> None:
    """From an older moment on, times of others could be put back to it."""
    ago = "SELECT CAST(extract(epoch FROM clock_timestamp()) * 1000000 AS bigint) - 3000000000"
    (at,) = bob.execute(ago.encode()).fetchone() or (0,)
    with pytest.raises(psycopg.errors.CheckViolation, match="its own time"):
        event_of(bob, action="accept_clock", at=at)
    assert alice.verify().ok


def test_the_open_session_of_another_one_stays(alice: Inventory, bob: psycopg.Connection[Any], database: str) -> None:
    alice.announce("release of 203.0.113.0")
    for statement in ("DELETE FROM presence", "UPDATE presence SET doing = 'nothing'"):
        with pytest.raises(psycopg.errors.CheckViolation):
            bob.execute(statement.encode())
    with closing(open_inventory(server().url(database, "bob_r"), operator="bob")) as other:
        other.announce(None)
        assert [each.doing for each in other.other_sessions()] == ["release of 203.0.113.0"]
        other.close()
    alice.announce(None)


def test_a_number_far_ahead_leaves_room_for_all_others(alice: Inventory, bob: psycopg.Connection[Any]) -> None:
    eip = (
        "INSERT INTO eip (seq, id, address, pool_id, cidr_id, cidr_first, cidr_last, customer_owned, status,"
        " allocated_at, allocated_by, landed_in_default) SELECT {}, 'eip-x', first + 9, pool_id, id, first, last, TRUE,"
        " 'unbound', 1, 'bob_r', FALSE FROM cidr WHERE pool_id = 'edge'"
    )
    with pytest.raises(psycopg.errors.CheckViolation, match="numbers follow"):
        bob.execute(eip.format(9_223_372_036_854_775_806).encode())
    assert one(alice).id == "eip-4"


@pytest.mark.parametrize("role", ["eipdeck_reader", "bob_r"])
def test_no_lock_of_a_reader_stops_the_writers(alice: Inventory, database: str, role: str) -> None:
    """Advisory locks, shared locks on every table, a long read."""
    with closing(server().connect(database, role)) as other:
        other.execute("SELECT pg_advisory_lock(1162432580)")
        other.execute("BEGIN ISOLATION LEVEL REPEATABLE READ")
        for (table,) in other.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall():
            other.execute(f"LOCK TABLE {table} IN ACCESS SHARE MODE".encode())
        other.execute("SELECT count(*) FROM event")
        one(alice)


def test_a_reader_cannot_take_the_turn(database: str) -> None:
    with (
        closing(server().connect(database, "eipdeck_reader")) as other,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        other.execute("SELECT take_turn()")


@pytest.mark.parametrize("level", ["REPEATABLE READ", "SERIALIZABLE"])
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE eip SET name = 'x' WHERE id = 'eip-2'",
        "UPDATE cidr SET version = version",
        "INSERT INTO service VALUES ('svc', 'nic', NULL, 'asia-east-1', '[]', '[]')",
        "DELETE FROM free_range",
    ],
)
def test_no_write_on_an_old_picture(bob: psycopg.Connection[Any], level: str, statement: str) -> None:
    bob.execute(f"BEGIN ISOLATION LEVEL {level}".encode())
    bob.execute("SELECT count(*) FROM eip")
    with pytest.raises(psycopg.errors.CheckViolation, match="READ COMMITTED"):
        bob.execute(statement.encode())
    bob.execute("ROLLBACK")


def test_every_function_of_a_trigger_has_its_search_path(database: str) -> None:
    with closing(server().connect(database)) as owner:
        loose = owner.execute(
            "SELECT p.proname FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace WHERE n.nspname = 'public'"
            " AND p.prorettype = 'trigger'::regtype AND NOT coalesce(p.proconfig::text LIKE '%search_path=%', FALSE)"
        ).fetchall()
    assert loose == []


def test_the_roles_of_the_readme_can_do_everything(alice: Inventory, database: str) -> None:
    """No role is locked out by a table that a later version adds."""
    with closing(open_inventory(server().url(database, "eipdeck_reader"), operator="eve")) as looking:
        assert looking.read_only
        assert looking.verify().ok
        assert list(looking.findings()) == list(alice.findings())
        with pytest.raises(EipdeckError):
            one(looking)


def test_the_owner_takes_spare_rights_back_with_the_upgrade(database: str) -> None:
    with closing(server().connect(database)) as owner:
        rights = owner.execute(
            "SELECT has_table_privilege('eipdeck_operator', 'chain', 'UPDATE'),"
            " has_sequence_privilege('eipdeck_operator', 'event_seq_seq', 'UPDATE'),"
            " has_sequence_privilege('eipdeck_operator', 'event_seq_seq', 'USAGE')"
        ).fetchone()
    assert rights == (False, False, True)


def test_a_change_that_the_server_undoes_for_another_one_is_made_then(
    alice: Inventory, bob: psycopg.Connection[Any], database: str
) -> None:
    """Another program locks a row first and takes its turn then: the server ends one of the two."""
    bob.execute("BEGIN")
    bob.execute("SELECT 1 FROM eip WHERE id = 'eip-2' FOR UPDATE")
    with ThreadPoolExecutor() as several, closing(server().connect(database)) as watching:
        renamed = several.submit(alice.execute, RenameRequest(eip="203.0.113.1", name="later"))
        waiting = "SELECT count(*) FROM pg_stat_activity WHERE usename = 'alice_r' AND wait_event_type = 'Lock'"
        while watching.execute(waiting.encode()).fetchone() == (0,):
            pass
        bob.execute("UPDATE cidr SET version = version")
        bob.execute("COMMIT")
        renamed.result()
    assert alice.eip("203.0.113.1").name == "later"
    assert [event.action for event in alice.history("203.0.113.1")].count("rename") == 1

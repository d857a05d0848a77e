"""The head of the history, which is kept elsewhere, and the rules of the schema."""

from __future__ import annotations

import json
from contextlib import closing

import pytest

from core import EipdeckError, Inventory, ReleaseRequest
from core.queries.replay import Replay
from core.storage.history import EVENT_COLUMNS, EventRow, event_hash
from core.storage.opening import open_store
from tests.core.kit import ON_POSTGRESQL, Plain, connect, customer_cidr, many, one, release

COLUMNS = (
    *("at", "operator", "action", "eip_id", "address", "pool_id", "cidr"),
    *("reason", "request_id", "before", "after", "claimed"),
)


@pytest.fixture
def lived(inventory: Inventory) -> Inventory:
    customer_cidr(inventory)
    customer_cidr(inventory, "198.51.100.0/28", pool="old")
    many(inventory, 3)
    many(inventory, 2, "old")
    release(inventory, "203.0.113.1")
    return inventory


def forge(connection: Plain) -> None:
    """Compute every hash anew, and write every chain as it is then: what an owner can do."""
    links: dict[str, tuple[int, bytes, int]] = {}
    rows = connection.execute(f"SELECT seq, {', '.join(COLUMNS)} FROM event ORDER BY seq").fetchall()
    for seq, *values in rows:
        row = dict(zip(COLUMNS, values, strict=True))
        length, link, _ = links.get(row["pool_id"] or "", (0, b"", 0))
        link = event_hash(bytes(link), row)
        links[row["pool_id"] or ""] = (length + 1, link, row["at"])
        connection.execute("UPDATE event SET hash = ? WHERE seq = ?", (link, seq))
    connection.execute("DELETE FROM chain")
    for chain, (length, link, at) in links.items():
        connection.execute(
            "INSERT INTO chain (pool_id, at, length, hash) VALUES (?, ?, ?, ?)", (chain, at, length, link)
        )


def heads(inventory: Inventory) -> tuple[str, list[str]]:
    head = inventory.head()
    return str(head), [f"{end.chain}:{end.length}:{end.hash}" for end in head.chains]


def test_a_history_that_goes_on_has_every_head_it_ever_had(lived: Inventory) -> None:
    kept = []
    for _ in range(4):
        whole, chains = heads(lived)
        kept += [whole, *chains]
        carried = lived.carry_out(ReleaseRequest(eips=(one(lived).address,)))
        event = carried.receipt.events[-1]
        kept.append(f"{event.chain}:{event.length}:{event.hash}")
    proof = lived.verify(kept)
    assert proof.ok, proof.broken
    assert str(proof.head) == str(lived.head())
    assert proof.head.events == proof.events


RENAMED = "UPDATE eip SET allocated_by = 'mallory', released_by = CASE WHEN released_by IS NOT NULL THEN 'mallory' END"
ALIVE = (
    "UPDATE eip SET released_at = NULL, released_by = NULL, status = 'unbound', ready_at = NULL,"
    " unbound_since = allocated_at WHERE id = 'eip-2'"
)


@pytest.mark.parametrize(
    ("statements", "said"),
    [
        (("UPDATE event SET operator = 'mallory'", RENAMED), "rewritten"),
        (("DELETE FROM event WHERE action = 'release'", ALIVE), "cut off"),
        (("DELETE FROM event WHERE pool_id = 'old'",), "taken out"),
    ],
)
def test_what_an_owner_makes_consistent_again_is_named_by_a_head(
    lived: Inventory, statements: tuple[str, ...], said: str
) -> None:
    whole, chains = heads(lived)
    with closing(connect(lived)) as connection:
        connection.unguarded()
        for statement in statements:
            connection.execute(statement)
        forge(connection)
    law = "the history goes on from the head that was kept"
    assert not [each for each in lived.verify().broken if "as it was written" in each.law]
    told = [each.message for each in lived.verify([whole, *chains]).broken if each.law == law]
    assert any(said in each for each in told), told
    assert [each for each in lived.verify([whole]).broken if each.law == law]


@pytest.mark.parametrize("words", ["", "12", "12:abc", "edge:x:" + "0" * 64, "12:" + "G" * 64])
def test_what_is_no_head_is_refused(inventory: Inventory, words: str) -> None:
    with pytest.raises(EipdeckError) as caught:
        inventory.verify([words])
    assert (caught.value.code, caught.value.exit_code) == ("usage", 2)


WEAK = (
    [
        "DROP TRIGGER eip_begun ON eip",
        "ALTER TABLE event DISABLE TRIGGER event_unchanged",
        "ALTER TABLE cidr DROP CONSTRAINT cidr_overlap",
        "ALTER TABLE eip DROP CONSTRAINT released_after",
        "CREATE OR REPLACE FUNCTION eip_kept() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN OLD; END $$",
    ]
    if ON_POSTGRESQL
    else [
        "DROP TRIGGER eip_begun",
        "DROP INDEX one_live_eip_an_address",
        "CREATE TRIGGER mine AFTER INSERT ON event BEGIN SELECT 1; END",
    ]
)


@pytest.mark.parametrize("statement", WEAK)
def test_a_rule_that_was_taken_away_is_named(lived: Inventory, statement: str) -> None:
    assert lived.verify().ok
    with closing(connect(lived)) as connection:
        connection.execute(statement)
    (broken,) = lived.verify().broken
    assert broken.law == "the rules of the schema stand"
    assert any(word in statement for word in broken.subject.split())


@pytest.mark.parametrize("words", ["[1", '{"status": "unbound"}'])
def test_an_event_that_cannot_be_understood_is_named(lived: Inventory, words: str) -> None:
    store = open_store(lived.url)
    with store.read() as connection:
        replay = Replay(connection)
        for row in connection.rows(EventRow, f"SELECT {EVENT_COLUMNS} FROM event ORDER BY seq"):
            first = row.action == "allocate" and row.eip_id == "eip-1"
            replay.tell(row._replace(action="import", after=words) if first else row)
        named = {each.subject for each in replay.violations()}
    store.close()
    assert named & {"eip-1", *(f"ev-{number}" for number in range(20))}


def test_the_end_of_an_acceptance_that_an_older_version_wrote_as_it_was_typed_is_sound(lived: Inventory) -> None:
    store = open_store(lived.url)
    with store.read() as connection:
        for until in ("2026-12-24", "30d", "2026-12-24T00:00:00Z", None):
            row = EventRow._make([None] * len(EventRow._fields))._replace(
                seq=1,
                at=0,
                operator="alice",
                action="accept_finding",
                after=json.dumps({"finding": "f", "until": until}),
            )
            replay = Replay(connection)
            replay.tell(row)
            assert not [each for each in replay.violations() if each.subject.startswith("ev-")]
    store.close()

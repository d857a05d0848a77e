"""The list of EIPs: every order, walked by pages from either end; text search; a schema brought up to date."""

from __future__ import annotations

import random
import sqlite3
import unicodedata
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from core import (
    AddServiceRequest,
    AllocationRequest,
    BindingKind,
    BindRequest,
    Eip,
    EipQuery,
    EipRow,
    Inventory,
    RenameRequest,
    ServiceKind,
    UnbindRequest,
)
from core.domain.addresses import parse_address
from core.queries.listing import ORDERS
from core.queries.text_index import catch_up, lag
from tests.core.kit import (
    UNDO_0004,
    Clock,
    another,
    balancer,
    customer_cidr,
    dump,
    file_of,
    fresh_desk,
    many,
    of_a_file,
    one,
    release,
    services,
)

NAMES = ("web", "web-2", "Web", "db_1", "50%", "a b", "\u6771\u4eac", None, None)


def fill(inventory: Inventory, clock: Clock) -> None:
    """EIPs of two pools and two operators, named alike or not at all, bound and released."""
    customer_cidr(inventory, "203.0.113.0/26")
    services(inventory)
    bob = another(inventory)
    for place in range(40):
        clock.advance(place % 3)
        who = bob if place % 4 == 0 else inventory
        pool = "edge" if place % 3 else "default-asia-east-1"
        who.execute(AllocationRequest(pool_id=pool, name=NAMES[place % len(NAMES)]))
    inventory.execute(AllocationRequest())
    inventory.execute(balancer("203.0.113.4"))
    release(inventory, "203.0.113.0", "203.0.113.9", "198.18.0.3")
    many(inventory, 2)
    bob.close()


def walked(inventory: Inventory, query: EipQuery, limit: int, *, backwards: bool) -> list[EipRow]:
    rows: list[EipRow] = []
    page = inventory.page(query, limit=limit, last=backwards)
    while page.rows:
        rows = [*page.rows, *rows] if backwards else [*rows, *page.rows]
        page = (
            inventory.page(query, limit=limit, before=rows[0], counted=False)
            if backwards
            else inventory.page(query, limit=limit, after=rows[-1], counted=False)
        )
    return rows


VALUES: dict[str, Callable[[Eip], Any]] = {
    "address": lambda _: 0,
    "newest": lambda eip: -eip.allocated_at.timestamp(),
    "name": lambda eip: (eip.name is None, eip.name or ""),
    "state": lambda eip: eip.status.value,
    "pool": lambda eip: eip.pool_id,
    "owner": lambda eip: eip.customer_owned,
    "operator": lambda eip: eip.allocated_by,
}


REVERSED = ("problems", "name", "newest")


def order(sort: str, *, reverse: bool = False) -> EipQuery:
    return EipQuery(sort=sort, reverse=reverse)


@pytest.mark.parametrize("words", ["", "own:yes", "pool:edge !203.0.113.5", "web", "state:released"])
@pytest.mark.parametrize("query", [*map(order, ORDERS), *(order(sort, reverse=True) for sort in REVERSED)], ids=repr)
def test_every_order_is_the_same_list_from_either_end(
    inventory: Inventory, clock: Clock, query: EipQuery, words: str
) -> None:
    fill(inventory, clock)
    query = replace(query, filter=words)
    sort = query.sort
    rows = walked(inventory, query, 5, backwards=False)
    assert [row.eip.id for row in walked(inventory, query, 3, backwards=True)] == [row.eip.id for row in rows]
    assert sorted(str(row.eip.id) for row in rows) == sorted(str(eip.id) for eip in inventory.eips(words))
    assert inventory.count(query) == inventory.page(query, limit=1).total == len(rows)
    if query.reverse:
        forward = walked(inventory, replace(query, reverse=False), 5, backwards=False)
        valued = [row for row in forward if sort != "name" or row.eip.name is not None]
        first = [row for row in valued if row.key[0] == 0]
        turned = [*first[::-1], *[row for row in valued if row not in first][::-1]]
        assert [row.eip.id for row in rows][: len(valued)] == [row.eip.id for row in turned]
    elif sort in VALUES:
        keys = [(VALUES[sort](row.eip), parse_address(row.eip.address)) for row in rows]
        descending = sort == "newest"
        assert keys == sorted(keys, key=lambda key: (key[0], -key[1] if descending else key[1]))
    if words != "state:released":
        assert [inventory.rank(query, row.eip.address) for row in rows] == list(range(len(rows)))


def found_by_hand(inventory: Inventory, text: str) -> set[str]:
    """What a text is in: names, ids, addresses, and ids and names of services; capitals of ASCII do not count."""
    names = {service.id: service.name or "" for service in inventory.services()}
    wanted = lowered(text)
    return {
        str(eip.id)
        for eip in inventory.eips()
        if any(
            wanted in lowered(words)
            for words in (
                eip.name or "",
                str(eip.id),
                eip.address,
                *(word for binding in eip.bindings for word in (binding.service_id, names[binding.service_id])),
            )
        )
    }


def lowered(text: str) -> str:
    return "".join(char.lower() if char.isascii() else char for char in text)


TERMS = (
    *("own:yes", "own:no", "state:bound", "state:unbound", "pool:edge", "cidr:203.0.113.0/26", "region:asia-east-1"),
    *(
        "region:nowhere",
        "kind:lb",
        "service:lb-1",
        "age:<1m",
        "age:>1m",
        "by:bob",
        "is:idle",
        "is:landed",
        "is:recycled",
    ),
    *("is:problem", "203.0.113.", "203.0.113.0/28", "web"),
)


@pytest.mark.parametrize("first", TERMS)
def test_terms_narrow_each_other_and_a_negated_one_leaves_the_rest(tmp_path: Path, clock: Clock, first: str) -> None:
    inventory = fresh_desk(tmp_path, clock=clock)
    fill(inventory, clock)
    clock.advance(90)
    every, alone = ids(inventory, ""), ids(inventory, first)
    assert ids(inventory, f"!{first}") == every - alone
    for second in TERMS:
        assert ids(inventory, f"{first} {second}") == alone & ids(inventory, second), second
        assert ids(inventory, f"{first} !{second}") == alone - ids(inventory, second), second
    gone = ids(inventory, "state:released")
    assert gone
    assert not gone & every
    assert ids(inventory, "!state:released") == ids(inventory, "!state:cooling") == every
    inventory.close()


def test_released_eips_are_found_by_region_and_age_too(tmp_path: Path, clock: Clock) -> None:
    inventory = fresh_desk(tmp_path, clock=clock)
    fill(inventory, clock)
    clock.advance(90)
    gone = ids(inventory, "state:released")
    assert ids(inventory, "state:released region:asia-east-1") == gone
    assert ids(inventory, "state:released age:>1m") | ids(inventory, "state:released age:<1m") == gone
    assert ids(inventory, "state:released age:>1m")
    assert ids(inventory, "region:nowhere state:released") == set()
    inventory.close()


def ids(inventory: Inventory, words: str) -> set[str]:
    return {str(eip.id) for eip in inventory.eips(words)}


TEXTS = ("web", "WEB-", "eb", "db_", "50%", "a b", "\u6771\u4eac", "eip-", "eip-1", "p-12", "-3", "203.0", "113.1")
SERVED = ("lb-1", "shop", "front", "nat", "nowhere")


@of_a_file
@pytest.mark.parametrize("seed", range(6))
def test_a_search_is_complete_however_far_its_index_is(tmp_path: Path, clock: Clock, seed: int) -> None:
    inventory, choose = fresh_desk(tmp_path, clock=clock), random.Random(seed)
    fill(inventory, clock)
    acts: list[Callable[[], object]] = [
        lambda: inventory.execute(AllocationRequest(pool_id="edge", name=choose.choice(NAMES))),
        lambda: inventory.execute(
            RenameRequest(eip=choose.choice([eip.address for eip in inventory.eips()]), name=choose.choice(NAMES) or "")
        ),
        lambda: release(inventory, choose.choice([eip.address for eip in inventory.eips()]), unbind=True),
        lambda: inventory.execute(
            AddServiceRequest(kind=ServiceKind.LOAD_BALANCER, service_id="lb-1", name=choose.choice(("shop", "front")))
        ),
        lambda: inventory.execute(
            BindRequest(
                eip=choose.choice([eip.address for eip in inventory.eips("state:unbound")]),
                kind=BindingKind.LOAD_BALANCER,
                service_id="lb-1",
            )
        ),
        lambda: index(inventory),
    ]
    for _ in range(25):
        choose.choice(acts)()
        text = choose.choice(TEXTS + SERVED)
        assert {str(eip.id) for eip in inventory.eips(f'"{text}"')} == found_by_hand(inventory, text), text
    inventory.close()


def index(inventory: Inventory) -> None:
    with inventory._store.write() as connection:
        catch_up(connection)


@of_a_file
def test_writers_keep_the_index_up(inventory: Inventory) -> None:
    customer_cidr(inventory, "44.0.0.0/20")
    many(inventory, 1000)
    assert len(list(inventory.eips("44.0.3"))) == 232
    for _ in range(300):
        many(inventory, 1)
    with inventory._store.read() as connection:
        assert lag(connection) < 128


ADDED = """
DROP TABLE presence; DROP TABLE eip_words; DROP TABLE search_mark;
DROP INDEX eip_by_name; DROP INDEX eip_by_status; DROP INDEX eip_by_pool_id; DROP INDEX eip_by_allocated_at;
DROP INDEX eip_by_customer_owned; DROP INDEX eip_by_allocated_by; DROP INDEX service_name; DROP INDEX binding_kind;
UPDATE alembic_version SET version_num = '0001';
"""
"""What later schemas added, taken away."""


@of_a_file
def test_a_database_of_the_first_schema_is_brought_up_to_date_with_its_data(tmp_path: Path, clock: Clock) -> None:
    inventory = fresh_desk(tmp_path, clock=clock)
    fill(inventory, clock)
    inventory.close()
    before, indexes = dump(inventory), all_indexes(file_of(inventory))
    with closing(sqlite3.connect(file_of(inventory))) as connection:
        connection.executescript(";".join((*UNDO_0004, ADDED)))
    upgraded = another(inventory)
    assert all_indexes(file_of(inventory)) == indexes
    counted = before.keys() - {"usage_day"}
    assert {name: rows for name, rows in dump(inventory).items() if name in counted} == {
        name: before[name] for name in counted
    }
    assert [eip.name for eip in upgraded.eips("db_")] == ["db_1"] * 5
    assert upgraded.integrity()["integrity"] == "ok"
    upgraded.close()


def all_indexes(path: Path) -> set[str]:
    with closing(sqlite3.connect(path)) as connection:
        return {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'index'")}


def test_a_problem_is_marked_and_counted_beyond_any_page(inventory: Inventory, clock: Clock) -> None:
    many(inventory, 1500, pool=None)
    clock.advance(61)
    found = {
        EipQuery(filter=words): inventory.page(EipQuery(filter=words)).total for words in ("is:problem", "!is:problem")
    }
    assert list(found.values()) == [1500, 0]
    assert len(list(inventory.eips("is:problem"))) == 1500
    last = inventory.page(EipQuery(), last=True).rows
    assert all(row.problem for row in last)


@of_a_file
def test_a_list_of_any_length_is_one_value(inventory: Inventory) -> None:
    wanted = list(range(300_000))
    with inventory._store.read() as connection:
        found = connection.column(int, "SELECT 1 WHERE 299999 IN :wanted AND 300000 NOT IN :wanted", {"wanted": wanted})
    assert found == [1]


@pytest.mark.parametrize("words", ["service:lb-1", "kind:lb", "shop", "service:shop"])
def test_a_released_eip_is_found_by_the_bindings_it_ended_with(inventory: Inventory, words: str, clock: Clock) -> None:
    customer_cidr(inventory)
    services(inventory)
    before, eip = one(inventory), one(inventory)
    inventory.execute(balancer(before.address))
    inventory.execute(UnbindRequest(eip=before.address))
    inventory.execute(balancer(eip.address))
    clock.advance(1)
    release(inventory, before.address)
    release(inventory, eip.address, unbind=True)
    assert [each.id for each in inventory.eips(f"state:released {words}")] == [eip.id]
    assert list(inventory.eips(words)) == []


def test_a_name_is_found_whichever_way_its_accents_are_written(inventory: Inventory) -> None:
    services(inventory)
    composed, decomposed = "Zürich-é", unicodedata.normalize("NFD", "Zürich-é")
    for name in (composed, decomposed):
        one(inventory, None, name=name)
    inventory.execute(AddServiceRequest(kind=ServiceKind.LOAD_BALANCER, service_id="lb-2", name=decomposed))
    inventory.execute(balancer("198.18.0.0"))
    inventory.execute(BindRequest(eip="198.18.0.1", kind=BindingKind.LOAD_BALANCER, service_id="lb-2"))
    for words in (composed, decomposed, "ürich-", unicodedata.normalize("NFD", "ürich-")):
        assert [eip.address for eip in inventory.eips(words)] == ["198.18.0.0", "198.18.0.1"]
        assert [eip.address for eip in inventory.eips(f"!{words}")] == []
    for name in (composed, decomposed):
        assert [eip.address for eip in inventory.eips(f"service:{name}")] == ["198.18.0.1"]

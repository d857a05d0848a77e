"""The listing of services: every row once, in order, whatever the filter, the order and the page."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core import (
    SERVICE_SORTS,
    AddServiceRequest,
    EipdeckError,
    Inventory,
    RemoveServiceRequest,
    ServiceKind,
    ServiceQuery,
    ServiceRow,
    Severity,
    open_inventory,
    seed_demo,
)
from tests.core.kit import START, Clock, customer_cidr, fresh_desk, one, services, snat


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Inventory:
    path = tmp_path_factory.mktemp("services") / "deck.db"
    seed_demo(f"sqlite:///{path}", START)
    return open_inventory(str(path), operator="alice", clock=Clock())


def listed(inventory: Inventory, query: ServiceQuery, step: int = 100) -> list[ServiceRow]:
    rows: list[ServiceRow] = []
    while True:
        page = inventory.service_page(query, offset=len(rows), limit=step)
        rows += page.rows
        if not page.rows:
            assert len(rows) == page.total
            return rows


def ids(rows: list[ServiceRow]) -> list[str]:
    return [row.service.id for row in rows]


FILTERS = (
    "",
    "nat",
    "10.0.5",
    "kind:gateway",
    "!kind:nic",
    "is:idle",
    "!is:idle",
    "is:problem",
    "is:missing",
    "region:x",
)


@settings(max_examples=40)
@given(st.sampled_from(FILTERS), st.sampled_from(SERVICE_SORTS), st.booleans(), st.integers(1, 40))
def test_pages_of_any_size_make_the_same_list_and_ranks_are_places(
    demo: Inventory,
    words: str,
    sort: str,
    reverse: bool,  # noqa: FBT001
    step: int,
) -> None:
    query = ServiceQuery(words, sort, reverse)
    whole = ids(listed(demo, query))
    assert ids(listed(demo, query, step)) == whole
    assert len(set(whole)) == len(whole)
    assert set(whole) == set(ids(listed(demo, ServiceQuery(words))))
    for place in {0, step, len(whole) - 1} & set(range(len(whole))):
        assert demo.service_rank(query, whole[place]) == place
    assert demo.service_rank(query, "no such service") is None


@pytest.mark.parametrize("sort", ["id", "name", "kind", "region"])
def test_an_order_is_that_of_its_column_and_turns_round(demo: Inventory, sort: str) -> None:
    def key(row: ServiceRow) -> tuple[str, str]:
        service = row.service
        return {"id": service.id, "name": service.name or "", "kind": service.kind.value, "region": service.region}[
            sort
        ], service.id

    rows = listed(demo, ServiceQuery(sort=sort))
    assert [key(row) for row in rows] == sorted(key(row) for row in rows)
    assert listed(demo, ServiceQuery(sort=sort, reverse=True)) == rows[::-1]


def test_problems_come_first_the_critical_ones_on_top(demo: Inventory) -> None:
    rows = listed(demo, ServiceQuery())
    known = [row.severity for row in rows]
    worst = {Severity.CRITICAL: 0, Severity.WARNING: 1, None: 2}
    assert [worst[each] for each in known] == sorted(worst[each] for each in known)
    assert known[0] is Severity.CRITICAL
    bound = {b.service_id for each in demo.findings() for address in each.eips for b in demo.eip(address).bindings
             if each.severity is not Severity.INFO}  # fmt: skip
    assert {row.service.id for row in rows if row.severity} == bound


def test_a_row_says_what_serves_it_and_how_much_of_its_quota_is_used(tmp_path: Path) -> None:
    inventory = fresh_desk(tmp_path)
    customer_cidr(inventory, "203.0.113.0/24")
    services(inventory)
    eips = [one(inventory, "edge") for _ in range(6)]
    for place, eip in enumerate(eips):
        inventory.execute(snat(eip.address, f"10.{place // 2}.0.0/16" if place < 2 else f"10.{place}.0.0/16"))
    (row,) = [each for each in listed(inventory, ServiceQuery()) if each.eips]
    assert (row.eips, row.snat, row.dnat, row.idle) == (6, 5, 0, False)
    assert row.addresses == tuple(eip.address for eip in eips[:4])
    assert all(each.idle for each in listed(inventory, ServiceQuery("is:idle")))
    inventory.execute(RemoveServiceRequest(service_id=row.service.id))
    (gone,) = listed(inventory, ServiceQuery("is:missing"))
    assert (gone.service.id, gone.severity) == (row.service.id, Severity.WARNING)
    assert gone.missing_since == inventory.history()[-1].at


@pytest.mark.parametrize("words", ["100%", "a_b", "\\"])
def test_a_word_is_text_and_no_pattern(tmp_path: Path, words: str) -> None:
    inventory = fresh_desk(tmp_path)
    for name in ("100%", "a_b", "back\\slash", "1000", "axb"):
        inventory.execute(AddServiceRequest(kind=ServiceKind.NIC, service_id=name))
    assert all(words in each for each in ids(listed(inventory, ServiceQuery(words))))
    assert len(listed(inventory, ServiceQuery(words))) == 1


@pytest.mark.parametrize(
    ("query", "code"),
    [
        (ServiceQuery("pool:hk"), "invalid_filter"),
        (ServiceQuery("kind:router"), "invalid_filter"),
        (ServiceQuery("is:landed"), "invalid_filter"),
        (ServiceQuery('"open'), "invalid_filter"),
        (ServiceQuery(sort="age"), "usage"),
    ],
)
def test_what_is_not_known_is_refused_by_name(demo: Inventory, query: ServiceQuery, code: str) -> None:
    with pytest.raises(EipdeckError) as refusal:
        demo.service_page(query)
    assert refusal.value.code == code

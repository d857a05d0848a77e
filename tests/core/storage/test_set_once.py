"""Who did something and when is set once: what the database refuses, and what stays possible."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

import pytest

from core import (
    AcceptClockRequest,
    AcceptRequest,
    DrainRequest,
    EipdeckError,
    Inventory,
    RetireRequest,
    UnbindRequest,
)
from tests.core.kit import (
    REFUSALS,
    Clock,
    Plain,
    balancer,
    connect,
    customer_cidr,
    dump,
    many,
    of_a_file,
    one,
    release,
    services,
    snat,
)

PLAN = (
    "INSERT INTO mirror_plan (request_id, hash, verb, asked, operator, state, holds, noted_at, touched_at)"
    " VALUES ('r', '', 'ReleaseRequest', '{}', 'alice', 'open', '[\"eip:eip-2\"]', 1, 1)"
)
STEP = "INSERT INTO mirror_step (request_id, nth, kind, about, state) VALUES ('r', 1, 'delete', '{}', 'noted')"
MIRRORED = (
    "INSERT INTO mirror (id, profile, endpoint, since) VALUES (1, 'acme', 'https://example.net', 1)",
    PLAN,
    STEP,
)
"""Rows as a live account has them."""


@pytest.fixture
def sql(inventory: Inventory) -> Iterator[Plain]:
    """eip-1 is bound, eip-2 was bound once, eip-3 is released; a landing is accepted, a CIDR retired."""
    customer_cidr(inventory)
    services(inventory)
    many(inventory, 3)
    inventory.execute(balancer("203.0.113.0"))
    inventory.execute(snat("203.0.113.1"))
    inventory.execute(UnbindRequest(eip="203.0.113.1", reason="r"))
    release(inventory, "203.0.113.2")
    one(inventory, None)
    landing = next(each for each in inventory.findings() if each.landing is not None)
    inventory.execute(AcceptRequest(finding=landing.id, reason="known"))
    customer_cidr(inventory, "198.51.100.0/28", pool="old")
    inventory.execute(DrainRequest(cidr="198.51.100.0/28"))
    inventory.execute(RetireRequest(cidr="198.51.100.0/28"))
    with closing(connect(inventory)) as connection:
        for statement in MIRRORED:
            connection.execute(statement)
        yield connection


@pytest.mark.parametrize(
    ("statement", "sentence"),
    [
        ("UPDATE eip SET allocated_by = 'bob'", "began a tenancy"),
        ("UPDATE eip SET allocated_at = allocated_at - 86400000000", "began a tenancy"),
        ("UPDATE eip SET allocated_at = allocated_at + 1 WHERE id = 'eip-1'", "began a tenancy"),
        ("UPDATE eip SET address = address + 9 WHERE id = 'eip-2'", "began a tenancy"),
        ("UPDATE eip SET previous_eip_id = 'eip-3' WHERE id = 'eip-2'", "began a tenancy"),
        ("UPDATE eip SET landed_in_default = FALSE", "began a tenancy"),
        ("UPDATE eip SET released_by = 'bob' WHERE id = 'eip-3'", "ended a tenancy"),
        ("UPDATE eip SET released_at = released_at + 1 WHERE id = 'eip-3'", "ended a tenancy"),
        ("UPDATE eip SET ready_at = ready_at + 1 WHERE id = 'eip-3'", "ended a tenancy"),
        ("UPDATE eip SET status = 'unbound', released_at = NULL WHERE id = 'eip-3'", "ended a tenancy"),
        (
            "UPDATE eip SET status = 'unbound', released_at = NULL, released_by = NULL WHERE id = 'eip-3'",
            "ended a tenancy",
        ),
        ("UPDATE binding SET bound_at = bound_at - 1", "what is bound"),
        ("UPDATE binding SET sources = '[\"10.0.0.0/8\"]' WHERE kind = 'snat'", "what is bound"),
        ("UPDATE binding SET unbound_at = unbound_at + 1 WHERE eip_id = 'eip-2'", "end of a binding"),
        ("UPDATE binding SET unbound_at = NULL WHERE eip_id = 'eip-2'", "end of a binding"),
        ("UPDATE acceptance SET operator = 'bob'", "acceptance"),
        ("UPDATE acceptance SET at = at - 1", "acceptance"),
        ("UPDATE acceptance SET reason = 'another'", "acceptance"),
        ("DELETE FROM acceptance", "acceptance"),
        ("UPDATE pool SET created_at = created_at - 1", "since when a pool"),
        ("UPDATE cidr SET created_at = created_at - 1", "life of a CIDR"),
        ("UPDATE cidr SET activated_at = activated_at - 1", "life of a CIDR"),
        ("UPDATE cidr SET activated_at = NULL", "life of a CIDR"),
        ("UPDATE cidr SET draining_at = 1", "life of a CIDR"),
        ("UPDATE cidr SET retired_at = retired_at - 1 WHERE state = 'retired'", "life of a CIDR"),
        ("UPDATE cidr SET retired_at = NULL WHERE state = 'retired'", "life of a CIDR"),
        ("UPDATE mirror SET profile = 'another'", "which account"),
        ("UPDATE mirror SET since = since + 1", "which account"),
        ("UPDATE mirror_plan SET operator = 'bob'", "asked of an account"),
        ("UPDATE mirror_plan SET asked = '[]', touched_at = 2", "asked of an account"),
        ("UPDATE mirror_plan SET state = 'done', noted_at = 2", "asked of an account"),
        ("DELETE FROM mirror_plan", "never deleted"),
        ("UPDATE mirror_step SET kind = 'name'", "what a step does"),
        ("UPDATE mirror_step SET nth = 2", "what a step does"),
        ("DELETE FROM mirror_step", "never deleted"),
    ],
)
def test_who_and_when_is_set_once(inventory: Inventory, sql: Plain, statement: str, sentence: str) -> None:
    before = dump(inventory)
    with pytest.raises(REFUSALS, match=sentence):
        sql.execute(statement)
    assert dump(inventory) == before


def test_an_accepted_clock_puts_times_back_and_nothing_else_does(inventory: Inventory, clock: Clock) -> None:
    customer_cidr(inventory)
    services(inventory)
    clock.advance(400 * 86_400)
    eip = one(inventory)
    inventory.execute(balancer(eip.address))
    release(inventory, one(inventory).address)
    clock.advance(-400 * 86_400)
    inventory.execute(AcceptClockRequest(reason="it was ahead"))
    with closing(connect(inventory)) as sql, pytest.raises(REFUSALS, match="began a tenancy"):
        sql.execute("UPDATE eip SET allocated_at = allocated_at - 1")
    assert inventory.eip(eip.address).allocated_at == inventory.now()
    assert inventory.verify().ok
    one(inventory)


def test_an_acceptance_is_renewed_and_withdrawn(inventory: Inventory, sql: Plain, clock: Clock) -> None:
    ((finding,),) = sql.execute("SELECT finding_id FROM acceptance").fetchall()
    inventory.execute(AcceptRequest(finding=finding, reason="known for long"))
    clock.advance(60)
    inventory.execute(AcceptRequest(finding=finding, withdraw=True, reason="no longer"))
    assert sql.execute("SELECT reason FROM acceptance").fetchall() == [("known for long",)]
    assert inventory.verify().ok


@of_a_file
def test_in_a_file_the_operator_is_a_claim(inventory: Inventory) -> None:
    customer_cidr(inventory)
    one(inventory)
    assert inventory.claimed is None
    assert {(event.operator, event.claimed) for event in inventory.history()} == {(inventory.operator, None)}


@pytest.mark.usefixtures("sql")
def test_a_refusal_of_the_database_is_told(inventory: Inventory) -> None:
    """eipdeck never asks for it; a defect of it would be told as a conflict."""
    with pytest.raises(EipdeckError) as caught, inventory._store.write() as connection:
        connection.execute("UPDATE eip SET allocated_by = 'bob'")
    assert caught.value.code == "conflict"

"""A hot standby: what it says of its data while it follows its primary, and when it does not."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest

from core import EipdeckError, Inventory, open_inventory
from tests.core.kit import customer_cidr, one, release
from tests.server import Server, new_server


@pytest.fixture(scope="module")
def pair() -> Iterator[tuple[Server, Server]]:
    """A primary and its standby."""
    primary = new_server()
    standby = primary.standby()
    yield primary, standby
    standby.remove()
    primary.remove()


@pytest.fixture
def desks(pair: tuple[Server, Server]) -> Iterator[tuple[Inventory, Inventory]]:
    """An inventory on the primary, and the same one on the standby."""
    primary, standby = pair
    name = primary.create()
    writing = open_inventory(primary.url(name), operator="alice")
    customer_cidr(writing, "203.0.113.0/28")
    standby.catch_up(primary)
    reading = open_inventory(standby.url(name), operator="alice")
    yield writing, reading
    reading.close()
    writing.close()


def until(true: Callable[[], bool]) -> None:
    end = time.monotonic() + 30
    while not true():
        assert time.monotonic() < end
        time.sleep(0.01)


def later(inventory: Inventory, monkeypatch: pytest.MonkeyPatch, seconds: float) -> None:
    """Let the clock of an inventory be ahead by some seconds."""
    monkeypatch.setattr(inventory, "_clock", lambda: datetime.now(UTC) + timedelta(seconds=seconds))


def test_an_idle_standby_that_has_replayed_everything_is_not_behind(
    pair: tuple[Server, Server], desks: tuple[Inventory, Inventory], monkeypatch: pytest.MonkeyPatch
) -> None:
    writing, reading = desks
    eip = one(writing)
    primary, standby = pair
    standby.catch_up(primary)
    later(reading, monkeypatch, 3600)
    found = reading.lookup(eip.address)
    assert (found.verdict, "standby" in found.summary) == ("customer-unbound", False)
    assert abs(found.as_of - datetime.now(UTC)) < timedelta(minutes=1)
    assert found.at is not None
    assert found.at - found.as_of > timedelta(minutes=59)
    assert reading.integrity()["standby"] == "up to date"
    assert reading.snapshot().behind is None


def test_a_standby_whose_replay_is_paused_says_so_and_knows_nothing_from_five_minutes_on(
    pair: tuple[Server, Server], desks: tuple[Inventory, Inventory], monkeypatch: pytest.MonkeyPatch
) -> None:
    primary, standby = pair
    writing, reading = desks
    eip = one(writing)
    standby.catch_up(primary)
    standby.execute("SELECT pg_wal_replay_pause()")
    try:
        release(writing, eip.address)
        standby.catch_up(primary, "receive")
        found = reading.lookup(eip.address)
        assert found.verdict == "customer-unbound"
        assert "This is a standby, and its replay is paused" in found.summary
        summary = reading.lookup_cidr("203.0.113.0/28")
        assert (summary.customer_owned, summary.allocated, summary.as_of) == (True, 1, found.as_of)
        assert "This is a standby, and its replay is paused" in summary.summary
        assert reading.integrity()["standby"] == "its replay is paused"
        assert reading.snapshot().behind == found.as_of
        later(reading, monkeypatch, 301)
        found = reading.lookup(eip.address)
        assert (found.verdict, found.customer_owned, found.fix_in) == ("unknown", None, None)
        assert "its replay is paused" in found.summary
        assert reading.lookup_cidr("203.0.113.0/28").customer_owned is None
        assert "standby" not in reading.lookup_cidr("203.0.113.0/28", eip.allocated_at).summary
        assert {verdict.verdict for verdict in reading.lookup_text([eip.address])} == {"unknown"}
        assert reading.lookup(eip.address, eip.allocated_at).verdict == "customer-unbound"
        assert reading.lookup("10.0.0.1").verdict == "not-ours"
    finally:
        standby.execute("SELECT pg_wal_replay_resume()")
    standby.catch_up(primary)
    assert reading.lookup(eip.address).verdict == "customer-unallocated"


def test_a_standby_without_its_primary_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    primary = new_server()
    standby = primary.standby()
    try:
        name = primary.create()
        writing = open_inventory(primary.url(name), operator="alice")
        customer_cidr(writing, "203.0.113.0/28")
        standby.catch_up(primary)
        writing.close()
        reading = open_inventory(standby.url(name), operator="alice")
        primary.stop_fast()
        until(lambda: reading.integrity()["standby"] == "it is not connected to its primary")
        assert "not connected to its primary" in reading.lookup("203.0.113.1").summary
        later(reading, monkeypatch, 301)
        assert reading.lookup("203.0.113.1").verdict == "unknown"
        reading.close()
    finally:
        standby.remove()
        primary.remove()


def test_nothing_is_written_on_a_standby(desks: tuple[Inventory, Inventory]) -> None:
    _, reading = desks
    assert reading.read_only
    assert reading.integrity()["may_change"] == "no"
    with pytest.raises(EipdeckError) as refused:
        one(reading)
    assert refused.value.code == "read_only"

"""Events after a cursor: none missed, none repeated, and told when the history is another one."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core import (
    AllocationRequest,
    EipdeckError,
    Event,
    EventQuery,
    Inventory,
    finding_changes,
    open_by_key,
    open_inventory,
)
from tests.core.kit import ON_POSTGRESQL, ROOT, Clock, another, customer_cidr, of_a_file, one, release, rows, services
from tests.server import new_server

ENVIRONMENT = {**os.environ, "PYTHONPATH": str(ROOT)}
FOLLOW = [sys.executable, "-m", "tui", "--read-only", "--db"]


def _may_be_interrupted() -> None:
    signal.signal(signal.SIGINT, signal.SIG_DFL)


@contextmanager
def follower(url: str, *words: str) -> Iterator[subprocess.Popen[str]]:
    """The installed program, following the history in a process of its own; interrupted at the end."""
    process = subprocess.Popen(
        [*FOLLOW, url, "history", "--follow", "--format", "ndjson", *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env=ENVIRONMENT,
        preexec_fn=_may_be_interrupted,  # noqa: PLW1509  # what runs in the background of a shell ignores SIGINT
    )
    try:
        yield process
    finally:
        if process.poll() is None:
            process.kill()
        process.communicate()


def read(process: subprocess.Popen[str], count: int) -> list[dict[str, str]]:
    assert process.stdout is not None
    lines = [process.stdout.readline() for _ in range(count)]
    assert all(lines), process.stderr and process.stderr.read()
    return [json.loads(line) for line in lines]


def ids(events: list[dict[str, str]]) -> list[str]:
    return [event["id"] for event in events]


def crowd(url: str, operations: int = 12) -> subprocess.Popen[bytes]:
    """Eight writers."""
    words = [sys.executable, str(ROOT / "tests/core/crowd.py"), url, "8", str(operations)]
    return subprocess.Popen(words, env=ENVIRONMENT, stdout=subprocess.DEVNULL)


def test_a_stream_has_every_event_of_eight_writers_once_and_goes_on_after_it_was_killed(inventory: Inventory) -> None:
    customer_cidr(inventory, "203.0.113.0/24")
    services(inventory)
    before = len(inventory.history())
    with follower(inventory.url) as first:
        writers = crowd(inventory.url)
        seen = read(first, before + 20)
        first.kill()  # somewhere in what the writers do
    with follower(inventory.url, "--after", seen[-1]["cursor"]) as second:
        assert writers.wait(120) == 0
        told = [event.id for event in inventory.history()]
        assert len(told) > before + 60
        seen += read(second, len(told) - len(seen))
        assert ids(seen) == told
        second.send_signal(signal.SIGINT)
        out, err = second.communicate(timeout=30)
        assert (second.returncode, out, err) == (130, "", "")


@pytest.mark.skipif(not ON_POSTGRESQL, reason="about a server")
def test_a_stream_survives_a_restart_of_the_server() -> None:
    server = new_server()
    try:
        url = server.url(server.create())
        inventory = open_inventory(url, operator="alice")
        customer_cidr(inventory)
        before = len(inventory.history())
        with follower(url) as stream:
            read(stream, before)
            one(inventory)
            inventory.close()
            server.stop_fast()
            assert stream.stderr is not None
            assert "store_unavailable" in stream.stderr.readline()
            server.start()
            inventory = open_inventory(url, operator="alice")
            one(inventory)
            told = [event.id for event in inventory.history()]
            assert ids(read(stream, 2)) == told[before:]
        inventory.close()
    finally:
        server.remove()


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(sizes=st.lists(st.integers(1, 3), min_size=1, max_size=5), page=st.integers(1, 4))
def test_pages_of_any_length_make_the_history(inventory: Inventory, sizes: list[int], page: int) -> None:
    pool = customer_cidr(inventory, "203.0.113.0/24") if not inventory.cidrs()[1:] else "edge"
    cursor = inventory.newest_events(limit=0).cursor
    seen: list[Event] = []
    start = len(inventory.history())
    for size in sizes:
        for eip in inventory.execute(AllocationRequest(pool_id=pool, count=size)).eips:
            release(inventory, eip.address)
        found = inventory.events_after(cursor, limit=page)
        seen += found.events
        cursor = found.cursor
    while (found := inventory.events_after(cursor, limit=page)).events:
        seen += found.events
        cursor = found.cursor
    assert seen == inventory.history()[start:]
    assert found.cursor == seen[-1].cursor


def test_a_filtered_page_moves_its_cursor_past_what_others_did(inventory: Inventory) -> None:
    customer_cidr(inventory)
    one(inventory)
    by_bob = EventQuery(by="bob")
    place = inventory.newest_events(by_bob, limit=0)
    one(inventory)
    page = inventory.events_after(place.cursor, by_bob)
    assert page.events == ()
    assert page.cursor == inventory.history()[-1].cursor
    bob = another(inventory)
    one(bob)
    bob.close()
    assert [each.operator for each in inventory.events_after(page.cursor, by_bob).events] == ["bob"]


def test_events_are_asked_for_by_time_action_and_operator(inventory: Inventory, clock: Clock) -> None:
    customer_cidr(inventory)
    clock.advance(60)
    eip = one(inventory)
    release(inventory, eip.address)
    at = clock.advance(60)
    one(inventory)

    def actions(query: EventQuery) -> list[str]:
        return [event.action for event in inventory.events(query)]

    assert actions(EventQuery(since=at - timedelta(seconds=60), until=at)) == ["allocate", "release"]
    assert actions(EventQuery(since=at)) == ["allocate"]
    assert actions(EventQuery(actions=("release",))) == ["release"]
    assert actions(EventQuery(subject=eip.address, actions=("allocate", "release"))) == [
        "allocate",
        "release",
        "allocate",
    ]
    assert actions(EventQuery(by="nobody")) == []


@pytest.mark.parametrize(
    "words", ["", "7", "x:y", "7:abc", f"7:{'g' * 64}", f"-7:{'a' * 64}", f"{'9' * 30}:{'a' * 64}"]
)
def test_what_is_no_cursor_is_refused(inventory: Inventory, words: str) -> None:
    with pytest.raises(EipdeckError) as caught:
        inventory.events_after(words)
    assert (caught.value.code, caught.value.exit_code) == ("usage", 2)


def test_the_event_of_a_receipt_is_a_cursor(inventory: Inventory) -> None:
    customer_cidr(inventory)
    receipt = inventory.carry_out(AllocationRequest(pool_id="edge")).receipt
    head = receipt.events[-1]
    assert inventory.events_after(f"{head.id}:{head.hash}").events == ()


def test_a_cursor_of_another_history_is_lost(inventory: Inventory) -> None:
    customer_cidr(inventory)
    ((seq, digest),) = rows(inventory, "SELECT seq, hash FROM event ORDER BY seq DESC LIMIT 1")
    altered = bytes(digest[:-1]) + bytes([digest[-1] ^ 1])
    for cursor in (f"{seq}:{altered.hex()}", f"{seq + 1}:{bytes(digest).hex()}"):
        with pytest.raises(EipdeckError) as caught:
            inventory.events_after(cursor)
        assert (caught.value.code, caught.value.exit_code) == ("history_lost", 6)
        assert caught.value.details == {"cursor": cursor}


@of_a_file
def test_a_restoration_ends_a_stream_that_had_read_more(inventory: Inventory, tmp_path: Path) -> None:
    customer_cidr(inventory)
    one(inventory)
    kept = inventory.newest_events(limit=0).cursor
    inventory.backup(tmp_path / "backup.db")
    one(inventory)
    with follower(inventory.url, "--limit", "1") as stream:
        read(stream, 1)
        inventory.restore(tmp_path / "backup.db")
        assert stream.wait(60) == 6
        assert stream.stderr is not None
        assert json.loads(stream.stderr.read())["error"]["code"] == "history_lost"
    assert [each.action for each in inventory.events_after(kept).events] == ["restore"]


def test_findings_open_and_close(inventory: Inventory, clock: Clock) -> None:
    before = open_by_key(inventory.findings())
    landed = one(inventory, None)
    after = open_by_key(inventory.findings())
    (opened,) = finding_changes(before, after, clock.now)
    assert (opened.change, opened.code, opened.subject) == ("opened", "landed_in_default_pool", landed.address)
    release(inventory, landed.address)
    (closed,) = finding_changes(after, open_by_key(inventory.findings()), clock.now)
    assert (closed.change, closed.id, closed.since) == ("closed", opened.id, opened.since)
    assert finding_changes(after, after, clock.now) == ()

"""Data that changes elsewhere, a database that goes away, and sessions that may not write."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest

from core import (
    BEAT_SECONDS,
    AcceptRequest,
    AllocationRequest,
    Config,
    EipdeckError,
    Inventory,
    PoolSettingsRequest,
    ReleaseRequest,
    open_inventory,
)
from tests.core.kit import Clock, another, file_of
from tests.tui.deck_kit import NOW, Operator, allocated, demo_desk, held_up, on_deck, small_desk
from tui.state.refresh import LATE_SECONDS
from tui.state.write_mode import WriteMode


async def poll(operator: Operator) -> None:
    """What the timer does every second."""
    await operator.deck.polling.poll()
    await operator.pilot.pause()


async def test_what_others_commit_appears_by_itself(tmp_path: Path) -> None:
    inventory = small_desk(tmp_path)
    bob = another(inventory)
    async with on_deck(inventory) as operator:
        await operator.until("[e EIPs 0]")
        bob.execute(AllocationRequest(pool_id="hk", name="from-bob"))
        await operator.until("[e EIPs 1]", "203.0.113.0")
    bob.close()


async def test_what_cooled_is_free_without_anybody_doing_anything(tmp_path: Path) -> None:
    clock = Clock(NOW)
    small = small_desk(tmp_path)
    small.execute(PoolSettingsRequest(pool_id="hk", cooldown_seconds=90))
    small.execute(ReleaseRequest(eips=(allocated(small).address,)))
    small.close()
    async with on_deck(open_inventory(small.url, operator="alice", clock=clock)) as operator:
        await operator.press("p")
        await operator.until("0/16", "15       1")
        clock.advance(59)
        await poll(operator)
        clock.advance(32)
        await operator.until("0/16", "16       0")


async def test_what_time_alone_changes_is_seen_within_a_minute(tmp_path: Path) -> None:
    clock = Clock(NOW)
    small = small_desk(tmp_path)
    finding = allocated(small, pool=None).address
    small.execute(AcceptRequest(finding=finding, reason="lab", until="2025-11-23T03:20:00Z"))
    small.close()
    async with on_deck(open_inventory(small.url, operator="alice", clock=clock)) as operator:
        await operator.until("  0 findings")
        clock.advance(8 * 60)
        await operator.until("  1 finding", "198.18.0.0")


async def test_reading_again_after_a_minute_paints_nothing_when_nothing_changed(tmp_path: Path) -> None:
    """Not even the age of a young EIP, which would tick otherwise."""
    clock = Clock(NOW)
    small = small_desk(tmp_path)
    allocated(small)
    small.close()
    async with on_deck(open_inventory(small.url, operator="alice", clock=clock)) as operator:
        await poll(operator)
        painted: list[object] = []
        for widget in operator.deck.query("*"):
            widget.refresh = lambda *regions, **_options: painted.append(regions)  # type: ignore[method-assign,assignment]
        before = operator.deck.refresher._read_at
        clock.advance(5 * 60)
        await poll(operator)
        await operator.when(lambda: operator.deck.refresher._read_at != before)
        assert not painted


async def test_nothing_is_painted_again_when_nothing_changed(tmp_path: Path) -> None:
    async with on_deck(demo_desk(tmp_path)) as operator:
        painted: list[object] = []
        table = operator.deck.panes.eips.table
        before = table._lines
        for widget in operator.deck.query("*"):
            widget.refresh = lambda *regions, **_options: painted.append(regions)  # type: ignore[method-assign,assignment]
        await poll(operator)
        await poll(operator)
        assert not painted
        assert table._lines is before


async def test_one_changed_row_paints_one_line(tmp_path: Path) -> None:
    inventory = demo_desk(tmp_path)
    async with on_deck(inventory) as operator:
        before = operator.lines()
        inventory.execute(ReleaseRequest(eips=("192.0.2.0",), unbind=True))
        await poll(operator)
        await operator.until("[e EIPs 346]")
        after = operator.lines()
        assert before[3:13] == after[3:13]
        assert "192.0.2.0 " not in "\n".join(after)


async def test_a_reload_keeps_the_cursor_on_its_eip_and_on_its_line(tmp_path: Path) -> None:
    inventory = demo_desk(tmp_path)
    async with on_deck(inventory) as operator:
        table = operator.deck.panes.eips.table
        await operator.press("pagedown", "pagedown", "j")
        await operator.when(lambda: table.cursor == 31)
        eip, line = table.row, 31 - table.top
        assert eip is not None
        inventory.execute(ReleaseRequest(eips=("192.0.2.0",), unbind=True))
        await poll(operator)
        assert table.row is not None
        assert table.row.eip.id == eip.eip.id
        assert table.cursor is not None
        assert (table.cursor, table.cursor - table.top) == (30, line)


async def test_the_key_acts_on_the_row_it_was_pressed_on(tmp_path: Path) -> None:
    inventory = demo_desk(tmp_path)
    async with on_deck(inventory) as operator:
        await operator.press("R")
        await operator.until("review: release 198.18.0.5", "read again now")
        other = inventory.execute(AllocationRequest(address="198.18.0.1"))
        await poll(operator)
        await operator.confirm("5")
        await operator.until("released 198.18.0.5", other.eips[0].address)
        assert inventory.eip("198.18.0.1").id == other.eips[0].id


async def test_a_database_that_goes_away_leaves_the_data_and_says_since_when(tmp_path: Path) -> None:
    inventory = demo_desk(tmp_path)
    away = tmp_path / "away"
    async with on_deck(inventory) as operator:
        _take_away(inventory, away)
        await poll(operator)
        text = await operator.until("! not read since 03:12:44Z", "0 min old")
        assert "198.18.0.5" in text
        await operator.press("j", "k", "p", "e")
        assert len(operator.app.screen_stack) == 1
        _bring_back(inventory, away)
        await poll(operator)
        await operator.until(" live ", "rows 1-15")


def _take_away(inventory: Inventory, away: Path) -> None:
    inventory._store._let_go()  # type: ignore[attr-defined]
    away.mkdir()
    for file in list(file_of(inventory).parent.glob(f"{file_of(inventory).name}*")):
        file.rename(away / file.name)
    file_of(inventory).mkdir()


def _bring_back(inventory: Inventory, away: Path) -> None:
    file_of(inventory).rmdir()
    for file in away.iterdir():
        file.rename(file_of(inventory).parent / file.name)


async def test_a_read_only_session_refuses_every_change_and_says_why(tmp_path: Path) -> None:
    async with on_deck(demo_desk(tmp_path, read_only=True)) as operator:
        await operator.until("READ-ONLY", "enter detail", absent="arm write")
        for key in "ABURFKZCM":
            await operator.press(key)
            assert operator.status() == f"{key} does nothing: this session was started with --read-only"
            assert len(operator.app.screen_stack) == 1
        await operator.press("W")
        assert "--read-only" in operator.status()
        assert operator.lines()[-1] == "enter detail  o go to  a copy  / filter  : all  ? help  q quit"


async def test_w_drops_write_mode_and_arms_it_again_with_a_review(tmp_path: Path) -> None:
    async with on_deck(demo_desk(tmp_path)) as operator:
        await operator.press("W")
        await operator.until("[READ-ONLY]", "W arm write  enter detail")
        await operator.press("F")
        await operator.until("F does nothing now: READ-ONLY")
        await operator.press("W")
        await operator.confirm()
        await operator.until("[WRITE]", absent="READ-ONLY")


async def test_arming_that_runs_out_closes_the_review(tmp_path: Path) -> None:
    async with on_deck(demo_desk(tmp_path)) as operator:
        operator.deck.mode = WriteMode(expires=True, writing=True, until=NOW + timedelta(seconds=1))
        await operator.press("R")
        await operator.until("review: release")
        operator.deck.mode = WriteMode(expires=True, writing=True, until=NOW)
        operator.deck._tick()
        await operator.until("! write mode ran out: READ-ONLY", absent="review:")


def armed(operator: Operator, seconds: int) -> None:
    operator.deck.set_mode(WriteMode(expires=True, writing=True, until=NOW + timedelta(seconds=seconds)))


async def test_arming_runs_out_while_the_database_does_not_answer(tmp_path: Path) -> None:
    clock = Clock(NOW)
    demo_desk(tmp_path).close()
    inventory = open_inventory(f"sqlite:///{tmp_path / 'eipdeck.db'}", operator="alice", clock=clock)
    async with on_deck(inventory) as operator:
        with held_up(inventory, "data_version"):
            operator.deck._tick()
            armed(operator, 60)
            await operator.until("[WRITE 1m]", "F rehome  A alloc")
            clock.advance(60)
            operator.deck._tick()
            await operator.until("[READ-ONLY]", "! write mode ran out: READ-ONLY", "W arm write")


async def test_a_key_pressed_when_arming_has_run_out_does_nothing(tmp_path: Path) -> None:
    clock = Clock(NOW)
    demo_desk(tmp_path).close()
    inventory = open_inventory(f"sqlite:///{tmp_path / 'eipdeck.db'}", operator="alice", clock=clock)
    async with on_deck(inventory) as operator:
        operator.deck._tick = lambda: None  # type: ignore[method-assign]
        armed(operator, 60)
        clock.advance(60)
        await operator.press("R")
        await operator.until("R does nothing now: READ-ONLY", "[READ-ONLY]")


async def test_nothing_is_sent_when_arming_ran_out_before_it(tmp_path: Path) -> None:
    """However it got past everything that asks before: the last look is right before sending."""
    clock = Clock(NOW)
    demo_desk(tmp_path).close()
    inventory = open_inventory(f"sqlite:///{tmp_path / 'eipdeck.db'}", operator="alice", clock=clock)
    async with on_deck(inventory) as operator:
        flow = operator.deck.runner.flow
        armed(operator, 60)
        clock.advance(60)
        with pytest.raises(EipdeckError, match="Write mode ran out"):
            flow._tracked("release", ReleaseRequest(eips=("198.18.0.9",)))
        assert inventory.eip("198.18.0.9").released_at is None


async def test_a_database_that_does_not_answer_is_not_called_live(tmp_path: Path) -> None:
    clock = Clock(NOW)
    demo_desk(tmp_path).close()
    inventory = open_inventory(f"sqlite:///{tmp_path / 'eipdeck.db'}", operator="alice", clock=clock)
    async with on_deck(inventory) as operator:
        with held_up(inventory, "data_version"):
            await operator.until(" live ")
            clock.advance(120)
            for _second in range(LATE_SECONDS + 2):
                operator.deck._tick()
                await operator.pilot.pause()
            await operator.until(" 2 min old ", "! not read since 03:12:44Z: the database has not answered yet")
        await operator.until(" live ", "rows 1-15")


async def test_a_long_read_after_a_change_is_called_a_long_read(tmp_path: Path) -> None:
    inventory = small_desk(tmp_path)
    bob = another(inventory)
    async with on_deck(inventory) as operator:
        await operator.until(" live ")
        with held_up(inventory, "snapshot"):
            allocated(bob)
            operator.deck._tick()
            await operator.when(lambda: not operator.deck.refresher._idle.is_set())
            for _second in range(LATE_SECONDS):
                operator.deck._tick()
            await operator.until("the read under way is a long one", absent="has not answered")
        await operator.until(" live ")
    bob.close()


async def test_a_long_read_of_unchanged_data_is_live_and_others_still_see_this_session(tmp_path: Path) -> None:
    inventory = small_desk(tmp_path)
    bob = another(inventory)
    async with on_deck(inventory) as operator:
        await operator.until(" live ")
        operator.deck._tick = lambda: None  # type: ignore[method-assign]
        with held_up(inventory, "snapshot"):
            await operator.press("r")
            await operator.when(lambda: not operator.deck.refresher._idle.is_set())
            bob.announce(None)
            operator.deck.other_sessions._said = -BEAT_SECONDS
            async with asyncio.timeout(5):
                await poll(operator)
            await operator.until("+1  ", " live ", absent="not read since")
    bob.close()


async def test_a_remapped_key_works_and_is_what_the_key_line_shows(tmp_path: Path) -> None:
    async with on_deck(demo_desk(tmp_path, config=Config(keys={"release": "J"}))) as operator:
        assert "J release" in operator.lines()[-1]
        await operator.press("J")
        await operator.until("review: release 198.18.0.5")


async def test_quitting_waits_for_a_write_in_flight(tmp_path: Path) -> None:
    inventory = small_desk(tmp_path)
    allocated(inventory)
    async with on_deck(inventory) as operator:
        with inventory._store.write():
            await operator.press("M")
            await operator.until("bandwidth of")
            await operator.type("50")
            await operator.press("enter", "enter")
            await operator.confirm()
            await operator.when(lambda: operator.deck.runner.flow.sending)
            await operator.press("q", "q")
            assert operator.status() == "leaving as soon as the change that was sent is answered"
            assert operator.app.return_code is None
        await operator.when(lambda: operator.app.return_code == 0)
        assert inventory.eip("203.0.113.0").bandwidth_mbps == 50


async def test_a_defect_of_ours_is_said_and_ends_nothing(tmp_path: Path) -> None:
    async def broken() -> None:
        raise RuntimeError("a defect")

    async with on_deck(demo_desk(tmp_path)) as operator:
        operator.deck.jobs.read(broken)
        await operator.until("! internal error in read: RuntimeError('a defect')")
        assert operator.app.return_code is None

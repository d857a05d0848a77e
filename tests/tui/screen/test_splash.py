"""The first lines, and what comes before the deck is there."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from textual import events
from textual.pilot import Pilot

from core import Code, Inventory, error
from tests.tui.deck_kit import SMALL, demo_desk
from tui.app import EipdeckApp, run_dashboard


class Door:
    """Opens a desk, but not before it is told to."""

    def __init__(self, opens: Callable[[], Inventory]) -> None:
        self.may = threading.Event()
        self._opens = opens

    def __call__(self) -> Inventory:
        self.may.wait()
        return self._opens()


@asynccontextmanager
async def behind(door: Door) -> AsyncIterator[tuple[EipdeckApp, Pilot[int]]]:
    app = EipdeckApp(door)
    async with app.run_test(size=SMALL) as pilot:
        try:
            await shows(app, pilot, " eipdeck  opening", "[e EIPs]    p Pools     c CIDRs")
            yield app, pilot
        finally:
            door.may.set()


async def shows(app: EipdeckApp, pilot: Pilot[int], *wanted: str) -> None:
    async with asyncio.timeout(30):
        while not all(each in text(app) for each in wanted):
            await pilot.pause()


def text(app: EipdeckApp) -> str:
    strips = app.screen._compositor.render_strips()
    return "\n".join("".join(segment.text for segment in strip) for strip in strips)


def key(name: str) -> events.Key:
    return events.Key(name, name if len(name) == 1 else None)


async def test_keys_that_come_before_the_deck_wait_for_it(tmp_path: Path) -> None:
    inventory = demo_desk(tmp_path)
    times = iter(range(100))
    async with behind(door := Door(lambda: inventory)) as (app, pilot):
        app.key_time = lambda _: float(next(times))
        app.post_message(key("c"))
        app.post_message(key("j"))
        await pilot.pause()
        assert app.main_screen is None
        door.may.set()
        await shows(app, pilot, "[c CIDRs 4]")
    inventory.close()


async def test_a_paste_that_comes_before_the_deck_is_looked_up(tmp_path: Path) -> None:
    inventory = demo_desk(tmp_path)
    async with behind(door := Door(lambda: inventory)) as (app, pilot):
        app.post_message(events.Paste("from 203.0.113.17\n"))
        await pilot.pause()
        door.may.set()
        await shows(app, pilot, "203.0.113.17 -- ")
    inventory.close()


async def test_a_database_that_cannot_be_opened_ends_it_with_the_reason() -> None:
    def refuse() -> Inventory:
        raise error(Code.STORE_UNAVAILABLE, "It is gone.")

    async with behind(door := Door(refuse)) as (app, pilot):
        door.may.set()
        async with asyncio.timeout(30):
            while app.failure is None:
                await pilot.pause()
    assert str(app.failure) == str(error(Code.STORE_UNAVAILABLE, "It is gone."))
    assert app.main_screen is None


async def test_ctrl_c_ends_a_start_that_takes_too_long(tmp_path: Path) -> None:
    inventory = demo_desk(tmp_path)
    async with behind(Door(lambda: inventory)) as (app, pilot):
        app.post_message(key("ctrl+c"))
        await pilot.pause()
    assert app.return_code == 0
    assert app.main_screen is None
    inventory.close()


def test_a_desk_that_opens_after_ctrl_c_is_closed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    inventory, closed = demo_desk(tmp_path), threading.Event()
    door = Door(lambda: inventory)

    async def left(self: EipdeckApp, **_settings: object) -> int:
        loading = asyncio.create_task(asyncio.to_thread(self._load))
        await asyncio.sleep(0)
        loading.cancel()
        door.may.set()
        return 0

    monkeypatch.setattr(EipdeckApp, "run_async", left)
    monkeypatch.setattr(inventory, "close", closed.set)
    assert run_dashboard(door) == 0
    assert closed.is_set()
    monkeypatch.undo()
    inventory.close()

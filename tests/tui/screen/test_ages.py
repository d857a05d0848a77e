"""Ages on the screen are counted anew once a minute, also when nothing changes."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from core import open_inventory
from tests.core.kit import Clock
from tests.tui.deck_kit import NOW, allocated, on_deck, small_desk


@pytest.mark.parametrize("size", [(80, 24), (120, 36), (200, 50)])
async def test_an_age_in_the_list_and_in_the_strip_goes_on(tmp_path: Path, size: tuple[int, int]) -> None:
    clock = Clock(NOW)
    small = small_desk(tmp_path)
    allocated(small)
    small.close()
    async with on_deck(open_inventory(small.url, operator="alice", clock=clock), size) as operator:
        await operator.until("0s", "nothing")
        deck = operator.deck
        for minutes, shown in ((3, "3m"), (60, "1h")):
            clock.now = NOW + timedelta(minutes=minutes)
            deck.clock.tick()
            in_the_strip = f"({shown})" if size == (80, 24) else ""  # from 120 columns the list alone has the age
            await operator.until(f" {shown}", in_the_strip)
        assert (deck.clock.minute - NOW).total_seconds() > 3500


async def test_within_a_minute_nothing_is_painted(tmp_path: Path) -> None:
    clock = Clock(NOW)
    small = small_desk(tmp_path)
    allocated(small)
    small.close()
    async with on_deck(open_inventory(small.url, operator="alice", clock=clock)) as operator:
        await operator.settled()
        before = operator.text()
        clock.now = NOW + timedelta(seconds=15)
        operator.deck.clock.tick()
        await operator.settled()
        assert operator.text() == before

"""Names, ids and reasons from outside: shown as they are, never obeyed."""

from __future__ import annotations

from pathlib import Path

import pytest

from core import AllocationRequest, BindingKind, BindRequest, Inventory
from tests.corpus import TEXTS, obeyed, register_as_older_versions_did
from tests.tui.deck_kit import SMALL, WIDE, on_deck, small_desk


def haunted(folder: Path) -> Inventory:
    """An inventory in which everything that can be named is named by an attacker, by ids of an older version, too."""
    inventory = small_desk(folder)
    assert inventory.file is not None
    services = {f"lb-{number}{name[:30]}": name for number, name in enumerate(TEXTS)}
    register_as_older_versions_did(inventory.file, services)
    for number, (service, name) in enumerate(services.items()):
        pool = "hk" if number % 2 else None
        request = AllocationRequest(pool_id=pool, name=name, reason=name)
        eip = inventory.execute(request).eips[0]
        bind = BindRequest(eip=eip.address, kind=BindingKind.LOAD_BALANCER, service_id=service, reason=name)
        inventory.execute(bind)
    return inventory


@pytest.mark.parametrize("size", [SMALL, WIDE, (200, 50), (50, 12)])
async def test_every_view_survives_and_nothing_reaches_the_terminal(tmp_path: Path, size: tuple[int, int]) -> None:
    inventory = haunted(tmp_path)
    async with on_deck(inventory, size) as operator:
        for key in ("e", "p", "c", "f", "t", "t", "e", "enter", "q"):
            await operator.press(key)
            for _ in range(3):
                await operator.type("jj")
                text = operator.text()
                assert obeyed(text) == []
            assert len(operator.lines()) == size[1]
        assert operator.app.return_code is None


async def test_a_click_on_a_name_runs_nothing(tmp_path: Path) -> None:
    async with on_deck(haunted(tmp_path), (200, 50)) as operator:
        row = next(number for number, line in enumerate(operator.lines()) if "[@click=app.quit]" in line)
        column = operator.lines()[row].index("[@click=app.quit]")
        await operator.pilot.click(offset=(column + 3, row))
        await operator.pilot.pause()
        assert operator.app.return_code is None


@pytest.mark.parametrize("key", ["R", "U", "F", "M", "B"])
async def test_every_form_and_review_of_them_opens(tmp_path: Path, key: str) -> None:
    async with on_deck(haunted(tmp_path)) as operator:
        for _ in range(10):
            await operator.press(key)
            await operator.when(lambda: len(operator.app.screen_stack) > 1 or "F rehomes" in operator.status())
            assert "\x1b" not in operator.text()
            if len(operator.app.screen_stack) > 1:
                await operator.press("escape")
            await operator.when(lambda: len(operator.app.screen_stack) == 1)
            await operator.when(lambda: not operator.deck.runner.busy)
            await operator.press("j")


async def test_a_terminal_that_may_not_know_utf_8_gets_ascii_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A byte above 127 could be a control there."""
    monkeypatch.setenv("LC_ALL", "C")
    async with on_deck(haunted(tmp_path)) as operator:
        for key in ("p", "c", "f", "t", "e", "enter"):
            await operator.press(key)
            assert operator.text().isascii()
        await operator.press("escape")
        assert "??" in await operator.until("EIPs, rows")
        await operator.press("R")
        assert (await operator.until("review: release")).isascii()


async def test_a_hostile_filter_and_lookup_are_text(tmp_path: Path) -> None:
    async with on_deck(haunted(tmp_path)) as operator:
        await operator.press("slash")
        await operator.type("[/]")
        await operator.press("enter")
        await operator.until("filter: [/]", "2 EIPs, rows")
        await operator.press("escape")
        await operator.paste("1 [/] \x1b]52;c;aGFjaw==\x07")
        await operator.until("no address in what you pasted")
        assert "\x1b" not in operator.text()


async def test_a_megabyte_of_reason_is_told_in_part(tmp_path: Path) -> None:
    """To look through all of it would hold up every key."""
    inventory = small_desk(tmp_path)
    for reason in ("r" * 1_000_000, "r \u0301" * 300_000):
        inventory.execute(AllocationRequest(pool_id="hk", reason=reason))
    async with on_deck(inventory, WIDE) as operator:
        for key in ("j", "k", "enter", "escape", "t", "t", "j", "e", "R", "escape"):
            await operator.press(key)
            await operator.settled()
        told = operator.deck.panes.detail.text.whole
        assert max(len(line.text) for line in told) < 1_200
        assert any("..." in line.text for line in told)

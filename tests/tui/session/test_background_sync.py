"""The sync beside a dashboard: one for all dashboards of a database, when the picture is old."""

from __future__ import annotations

import sys
from contextlib import closing
from pathlib import Path

import pytest

from core import AccountInventory, EipdeckError
from tests.core.kit import Clock
from tests.tui.deck_kit import NOW
from tests.tui.state.test_ages import read_account
from tui.cli import background


@pytest.fixture
def clock() -> Clock:
    return Clock(NOW)


@pytest.fixture
def inventory(tmp_path: Path, clock: Clock) -> AccountInventory:
    return read_account(tmp_path, clock)


def child(told: Path, code: int = 0) -> list[str]:
    """A program in the place of the sync; it notes that it ran."""
    return [sys.executable, "-c", f"open({str(told)!r}, 'a').write('ran '); raise SystemExit({code})"]


def test_the_account_is_read_when_the_picture_is_old(inventory: AccountInventory, clock: Clock, tmp_path: Path) -> None:
    told = tmp_path / "told"
    assert background._round(inventory, child(told)) == 60
    clock.advance(59)
    assert (background._round(inventory, child(told)), told.exists()) == (1, False)
    clock.advance(1)
    assert (background._round(inventory, child(told)), told.read_text()) == (60, "ran ")
    assert background._round(inventory, child(told, code=6)) == 300


def test_two_dashboards_do_not_read_it_at_the_same_time(
    inventory: AccountInventory, clock: Clock, tmp_path: Path
) -> None:
    told = tmp_path / "told"
    clock.advance(600)
    with closing(inventory.sync_lease()) as other:
        other.hold()
        with pytest.raises(EipdeckError, match="Another session reads the account"):
            inventory.sync_lease().hold()
        assert (background._round(inventory, child(told)), told.exists()) == (60, False)
    background._round(inventory, child(told))
    assert told.read_text() == "ran "

"""The age of a live account on the top line, and what a change of it alone costs."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from rich.cells import cell_len

from core import AccountInventory, MirrorKind, load_config, open_account
from tests.core.kit import Clock, fresh_url
from tests.core.live.conftest import profile_file
from tests.core.live.test_paging import Direct
from tests.standin.demo import furnished
from tests.tui.deck_kit import NOW, on_deck
from tui.screen.header import Top, top_line
from tui.state.ages import ages_of
from tui.terminal import palette
from tui.terminal.roles import Role

EIPS, ENTRIES, BALANCERS = "DescribeEips", "DescribeNatGatewayDetail", "DescribeLoadBalancers"


@pytest.fixture
def clock() -> Clock:
    return Clock(NOW)


def read_account(folder: Path, clock: Clock, more: str = "") -> AccountInventory:
    """The mirror of the account of the demonstration."""
    config = load_config(profile_file(folder, "http://127.0.0.1:1", more))
    made = open_account("acme", fresh_url(folder / "mirror"), operator="alice", config=config, clock=clock)
    account = furnished()
    made._account.connect = lambda **_: Direct(account)  # type: ignore[method-assign]  # no network between
    made.sync()
    return made


def kinds(**minutes: int | None) -> tuple[MirrorKind, ...]:
    return tuple(
        MirrorKind(kind, 1, None if ago is None else NOW - timedelta(minutes=ago), steady=True, problem=None)
        for kind, ago in minutes.items()
    )


@pytest.mark.parametrize(
    ("minutes", "words", "short"),
    [
        ({}, "not read yet", "not read yet"),
        ({EIPS: 1, ENTRIES: 5}, "read 1m ago", "read 1m ago"),
        ({EIPS: 1, ENTRIES: 12}, "read 1m ago, NAT entries 12m", "NAT entries 12m"),
        ({EIPS: 200, ENTRIES: 3000}, "read 3h ago, NAT entries 2d", "NAT entries 2d"),
        (
            {EIPS: 0, ENTRIES: 90, BALANCERS: None},
            "read 0m ago, balancers never, NAT entries 90m",
            "balancers never +1",
        ),
    ],
)
def test_the_age_names_the_kinds_that_are_older(minutes: dict[str, int | None], words: str, short: str) -> None:
    ages = ages_of(kinds(**minutes), NOW)
    assert (ages.words, ages.short) == (words, short)


def top(**more: Any) -> Top:
    return Top(
        *("acme-hongkong", "alice@10.0.4.7", "READ-ONLY", "read 1m ago, NAT entries 12m", 7, 2, "", "Sat 03:12Z"),
        live=False,
        short_age="NAT entries 12m",
        production=True,
        **more,
    )


@pytest.mark.parametrize("colourless", [False, True])
def test_an_account_of_production_is_unmistakable_at_every_width(
    colourless: bool,  # noqa: FBT001  # a parameter
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("tui.widgets.lines.is_colourless", lambda: colourless)
    for width in range(56, 201):
        line = top_line(top(), width)
        assert cell_len(line.text) <= width
        assert all(each in line.text for each in ("READ-ONLY", "NAT entries 12m", "7 find", "2 crit"))
        at = line.text.index("PRODUCTION")
        assert line.text[at - 1] == ("[" if colourless else " ")
        if width >= 80:
            assert "PRODUCTION acme-ho" in line.text
    assert "PRODUCTION acme-hongkong" in top_line(top(), 120).text
    assert "read 1m ago" in top_line(top(), 130).text


def test_production_has_a_ground_of_its_own_in_every_theme() -> None:
    parts = [role for text, role in top_line(top(), 80).cut(80) if "PRODUCTION" in text]
    assert parts == [Role.CRITICAL_CHIP]
    for theme, light, indexes in product(palette.themes(), (False, True), (False, True)):
        production, *others = (
            palette._style(role, theme.name, False, light, indexes).bgcolor  # noqa: FBT003  # as the screen calls it
            for role in (Role.CRITICAL_CHIP, Role.WRITE_CHIP, Role.READ_ONLY_CHIP, Role.TEXT)
        )
        assert production is not None
        assert production not in others, theme.name


async def test_when_only_ages_change_a_dashboard_reads_only_those(tmp_path: Path, clock: Clock) -> None:
    inventory = read_account(tmp_path, clock)
    asked = Counter[str]()
    for name in ("snapshot", "readings", "pulse", "pool_levels", "describe", "eip_page"):
        if hasattr(inventory, name):
            setattr(inventory, name, _counted(asked, name, getattr(inventory, name)))
    async with on_deck(inventory) as operator:
        await operator.until("read 0m ago")
        asked.clear()
        clock.advance(30)
        inventory.sync()
        clock.advance(29)
        await operator.deck.polling.poll()
        await operator.pilot.pause()
        assert asked.keys() <= {"pulse", "readings"}
        assert asked["readings"] >= 1
        assert operator.deck.refresher.readings[0].read_at == clock.now - timedelta(seconds=29)


def _counted(asked: Counter[str], name: str, act: Any) -> Any:
    def counted(*args: Any, **words: Any) -> Any:
        asked[name] += 1
        return act(*args, **words)

    return counted


async def test_a_picture_that_is_not_renewed_is_told_and_costs_no_reading(tmp_path: Path, clock: Clock) -> None:
    inventory = read_account(tmp_path, clock)
    async with on_deck(inventory) as operator:
        await operator.until("read 0m ago", "READ-ONLY")
        clock.advance(310)
        await operator.deck.polling.poll()
        await operator.until("5 min old", "acme was not read since, doctor says why")
        asked = Counter[str]()
        inventory.snapshot = _counted(asked, "snapshot", inventory.snapshot)  # type: ignore[method-assign]
        await operator.deck.polling.poll()
        assert not asked
        inventory.sync()
        await operator.deck.polling.poll()
        await operator.until("read 0m ago", absent="not read since")


async def test_production_starts_read_only_and_is_armed_for_a_quarter_of_an_hour(tmp_path: Path, clock: Clock) -> None:
    inventory = read_account(tmp_path, clock, "production = true\n")
    async with on_deck(inventory, (60, 20)) as operator:
        await operator.until("[PRODUCTION", "[READ-ONLY]")
        await operator.press("W")
        await operator.until("PRODUCTION acme", "15 minutes")
        await operator.confirm()
        await operator.until("[PRODUCTION", "[WRITE 15m]")
        clock.advance(15 * 60)
        operator.deck._tick()
        await operator.until("[PRODUCTION", "[READ-ONLY]")

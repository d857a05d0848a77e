"""The severity of a row is that of the worst finding about it, in every list."""

from __future__ import annotations

from collections.abc import Callable
from operator import attrgetter
from pathlib import Path
from typing import Any

import pytest

from core import FindingCode, Severity
from tests.tui.deck_kit import demo_desk, on_deck
from tui.commands.registry import View


@pytest.mark.parametrize("size", [(80, 24), (120, 36), (200, 50)])
async def test_a_row_is_critical_when_a_critical_finding_is_about_it(tmp_path: Path, size: tuple[int, int]) -> None:
    inventory = demo_desk(tmp_path)
    findings = list(inventory.findings())
    critical = {finding.subject for finding in findings if finding.severity is Severity.CRITICAL}
    full = {finding.subject for finding in findings if finding.code is FindingCode.POOL_NEAR_EXHAUSTION}
    assert critical & full
    active = {cidr.cidr for cidr in inventory.cidrs() if cidr.pool_id in critical and cidr.state == "active"}
    async with on_deck(inventory, size) as operator:
        panes = operator.deck.panes.panes
        worst: dict[View, set[str]] = {}
        names: dict[View, Callable[[Any], str]] = {
            View.EIPS: attrgetter("eip.address"),
            View.POOLS: attrgetter("id"),
            View.CIDRS: attrgetter("cidr"),
            View.FINDINGS: attrgetter("subject"),
        }
        for view, name in names.items():
            await operator.press(view.value[0].lower())
            table = panes[view].table
            rows = [row for row in map(table.row_at, range(table.total)) if row is not None]
            worst[view] = {name(row) for row in rows if table.is_critical(row)}
            assert all(table.has_problem(row) for row in rows if table.is_critical(row))
    assert worst[View.FINDINGS] == critical
    assert worst[View.POOLS] == critical & full
    assert worst[View.CIDRS] == active
    assert worst[View.EIPS] == critical - full


async def test_a_looked_up_address_is_marked_like_its_row(tmp_path: Path) -> None:
    async with on_deck(demo_desk(tmp_path)) as operator:
        await operator.paste("198.18.0.5 198.18.0.6 192.0.2.0\n")
        await operator.until("> !! 198.18.0.5", "  !  198.18.0.6", "     192.0.2.0")

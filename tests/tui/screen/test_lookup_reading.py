"""The operator says how a looked-up text is read; its doubts go, and what was said stands in every output."""

from __future__ import annotations

import json
from pathlib import Path

from tests.tui.deck_kit import demo_desk, on_deck

LOG = "2025-11-22 10:14:00 deny 203.0.113.17\n2025-11-22 10:15:00 deny 203.0.113.13:443\n"


async def test_a_zone_settles_a_doubt_and_stands_in_the_list_the_pin_and_the_export(tmp_path: Path) -> None:
    async with on_deck(demo_desk(tmp_path)) as operator:
        await operator.paste(LOG)
        await operator.until("2025-11-22 10:14Z", "? 2 without a zone: UTC (line 1)")
        await operator.press("colon")
        await operator.type("zone")
        await operator.press("enter")
        await operator.until("how the looked-up text is read", "log-format")
        await operator.type("Asia/Shanghai")
        await operator.press(*["enter"] * 6)
        await operator.until("2025-11-22 02:14Z", "read with --zone Asia/Shanghai", absent="zone_assumed")
        await operator.press("i")
        await operator.until("note")
        await operator.press("tab", "right", "enter")
        await operator.until("pinned 203.0.113.17")
        await operator.press("i")
        await operator.until("note")
        await operator.press("enter", "enter")
        await operator.until("pinned 2 addresses")
        await operator.press("x")
        await operator.until("0600")
        await operator.press("right", "enter")
        await operator.type(str(tmp_path / "found.json"))
        await operator.press("enter")
        await operator.until("wrote 2 rows to")
        trail = operator.deck.trail.text()
    assert trail.count("    read with --zone Asia/Shanghai\n") == 2
    exported = json.loads((tmp_path / "found.json").read_text())
    assert [each["doubts"] for each in exported] == [[], []]
    assert all(each["summary"].endswith("Read with zone Asia/Shanghai.") for each in exported)


async def test_the_form_begins_with_what_was_said_and_a_wrong_word_changes_nothing(tmp_path: Path) -> None:
    async with on_deck(demo_desk(tmp_path)) as operator:
        await operator.press("colon")
        await operator.type("lookup -")
        await operator.press("enter")
        await operator.until("no text was looked up: paste one")
        await operator.paste("03/04/2025 10:14:00 deny 203.0.113.17\n")
        await operator.until("203.0.113.17 @ 2025-03-04 10:14Z")
        await operator.press("colon")
        await operator.type("lookup -")
        await operator.press("enter")
        await operator.until("how the looked-up text is read")
        await operator.press("tab")
        await operator.type("20x5")
        await operator.press(*["enter"] * 5)
        await operator.until("'20x5' is not a year")
        await operator.press("tab", "tab", "ctrl+u", "tab", "right", *["enter"] * 4)
        await operator.until("203.0.113.17 @ 2025-04-03 10:14Z", "read with --day-first")
        await operator.press("colon")
        await operator.type("lookup -")
        await operator.press("enter")
        await operator.until("how the looked-up text is read")
        await operator.type("Atlantis/Main")
        await operator.press(*["enter"] * 6)
        await operator.until("'Atlantis/Main' is not a zone")
        await operator.until("203.0.113.17 @ 2025-04-03 10:14Z", "read with --day-first")

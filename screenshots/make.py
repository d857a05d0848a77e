"""Draws every picture of the README from the demo: `make screenshots`.

Each picture is a size and the keys that lead there.
"""

from __future__ import annotations

import asyncio
import os
import re
import sys
import tempfile
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from textual import events
from textual.pilot import Pilot

from core import Inventory, open_inventory, seed_demo
from tui.app import EipdeckApp

FOLDER = Path(__file__).parent
PATIENCE = 400
"""Pauses of a twentieth of a second before a picture is given up."""


@dataclass(frozen=True, slots=True)
class Picture:
    name: str
    size: tuple[int, int]
    flow: tuple[tuple[str, str], ...]
    """Keys, or `MAIL` for a paste, each with a sentence that the screen shows when it has done its work."""
    ground: str = "15;0"
    """The colours of the terminal in `COLORFGBG`: they choose the theme."""


WEB_FONT = re.compile(r"@font-face \{.*?\}", re.DOTALL)
"""A picture fetches nothing: the reader's own monospaced font does."""

NOW = datetime(2026, 11, 28, 3, 12, 44, tzinfo=UTC)
"""The moment of every picture: a picture changes only when its screen does."""
SMALL, MIDDLE, WIDE = (80, 24), (100, 28), (120, 36)
LIGHT = "0;15"
MAIL = """From: abuse@isp.example
Subject: scans and spam from your network

2026-11-27 20:14:03 UTC 203[.]0[.]113[.]252 port scan, 4,120 probes
2026-11-27 20:31:47 UTC 203.0.113.17:51234 ssh brute force
2026-11-27 22:40:11 UTC hxxp://198.18.0.5:443/ phishing page
2026-11-27 22:41:19 UTC 198.51.100.21 spam
2026-11-27 23:02:55 UTC 8.8.8.8 open resolver
2026-03-02 23:02:55 UTC 198.51.100.7 spam
"""
PASTED = (MAIL, "6 addresses, 6 distinct")
CIDR = (("c", "LIVE/TOTAL"), ("j", "> !! 203.0.113.0/24"))
REPAIR = (
    ("F", "choose where it goes"),
    ("enter", "address"),
    ("enter", "old EIP"),
    ("enter", "reason"),
    ("enter", "read again now"),
)
INCIDENT = (
    Picture("incident-1-mail", MIDDLE, (PASTED,)),
    Picture("incident-2-past", MIDDLE, (PASTED, ("enter", "BINDING"))),
    Picture("incident-3-map", MIDDLE, (*CIDR, ("enter", "reserved"))),
    Picture("incident-4-review", MIDDLE, REPAIR),
)
"""An incident in four pictures, dark and light."""
PICTURES = (
    *INCIDENT,
    *(replace(picture, name=f"{picture.name}-light", ground=LIGHT) for picture in INCIDENT),
    Picture("home-80x24", SMALL, ()),
    Picture("home-120x36", WIDE, ()),
    Picture("home-120x36-light", WIDE, (), LIGHT),
    Picture("home-200x50", (200, 50), ()),
    Picture("pools-80x24", SMALL, (("p", "RUNWAY"),)),
    Picture("cidrs-80x24", SMALL, (("c", "LIVE/TOTAL"),)),
    Picture("map-80x24", SMALL, (*CIDR, ("enter", "reserved"))),
    Picture("map-160x45", (160, 45), CIDR),
    Picture("use-80x24", SMALL, (("p", "RUNWAY"), ("enter", "the live EIPs of each day"))),
    Picture("findings-80x24", SMALL, (("f", "SEVERITY"),)),
    Picture("detail-80x24", SMALL, (("f", "SEVERITY"), ("e", "AGE"), ("enter", "BINDING"))),
    Picture("plan-80x24", SMALL, (("c", "LIVE/TOTAL"), ("D", "plan: retire"))),
    Picture(
        "allocate-80x24", SMALL, (("p", "RUNWAY"), ("j", "> !  hk-legacy"), ("j", ">    hk-spare"), ("A", "you get"))
    ),
    Picture("review-80x24", SMALL, REPAIR),
)


async def main() -> int:
    os.environ.pop("NO_COLOR", None)
    with tempfile.TemporaryDirectory(prefix="eipdeck-") as folder:
        url = f"sqlite:///{folder}/demo.db"
        seed_demo(url, NOW)
        inventory = open_inventory(url, operator="alice", clock=lambda: NOW)
        try:
            for picture in PICTURES:
                await draw(inventory, picture)
                print(picture.name)
        finally:
            inventory.close()
    return 0


async def draw(inventory: Inventory, picture: Picture) -> None:
    os.environ |= {"COLORTERM": "truecolor", "COLORFGBG": picture.ground, "LC_ALL": "C.UTF-8"}
    app = EipdeckApp(lambda: inventory)
    async with app.run_test(size=picture.size) as pilot:
        await shows(app, "347 EIPs")
        await shows(app, "default pool by mistake")
        for key, words in picture.flow:
            await (pilot.press(key) if key != MAIL else paste(app, pilot))
            await shows(app, words)
        await pilot.pause()
        drawn = WEB_FONT.sub("", app.export_screenshot(title="eipdeck")).replace("Fira Code", "monospace")
        (FOLDER / f"{picture.name}.svg").write_text(drawn, encoding="utf-8")


async def paste(app: EipdeckApp, pilot: Pilot[int]) -> None:
    app.post_message(events.Paste(MAIL))
    await pilot.pause()


async def shows(app: EipdeckApp, words: str) -> None:
    for _ in range(PATIENCE):
        if words in text(app):
            return
        await asyncio.sleep(0.05)
    sys.exit(f"the screen never showed {words!r}:\n{text(app)}")


def text(app: EipdeckApp) -> str:
    """What the screen shows, as lines."""
    lines = app.screen._compositor.render_strips()  # noqa: SLF001  # the only door to the painted text
    return "\n".join("".join(segment.text for segment in line) for line in lines)


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))

"""What is copied is what is seen: no byte of a foreign id acts on the shell or the ticket that it is pasted into."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from markdown_it import MarkdownIt

from core import AddCidrRequest, Inventory
from tests.tui.deck_kit import on_deck, small_desk
from tui.session.trail import Entry, Trail
from tui.wording.markdown import markdown_text

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
HOSTILE = "aaa\x1b[201~\ntouch pwned #\n"
SPELLED = r"aaa\x1b[201~\x0atouch pwned #\x0a"


@pytest.fixture
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    return tmp_path / "state"


def desk(folder: Path) -> Inventory:
    """A desk with a pool whose id an older version took."""
    inventory = small_desk(folder)
    inventory.execute(AddCidrRequest(cidr="192.0.2.0/28", isp="bgp-a", asn=64500, pool_id="aaa"))
    assert inventory.file is not None
    with closing(sqlite3.connect(inventory.file)) as connection:
        for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            connection.execute(f"DROP TRIGGER {name}")
        connection.execute("PRAGMA foreign_keys = OFF")
        for table, column in (("pool", "id"), ("pool", "name"), ("cidr", "pool_id"), ("event", "pool_id")):
            connection.execute(f"UPDATE {table} SET {column} = ? WHERE {column} = 'aaa'", (HOSTILE,))
        connection.commit()
    return inventory


@pytest.mark.parametrize("downs", range(5))
async def test_no_way_to_copy_takes_a_control_character_along(tmp_path: Path, state: Path, downs: int) -> None:
    async with on_deck(desk(tmp_path)) as operator:
        await operator.press("p")
        await operator.deck.navigator.pane.select(HOSTILE)
        await operator.press("down", "up")
        await operator.until("pool aaa")
        await operator.press("m")
        await operator.until("copy of", "command")
        await operator.press(*["down"] * downs, "enter")
        await operator.until("copied ")
    copied = (state / "eipdeck" / "clip").read_text(encoding="utf-8")
    assert "aaa" in copied
    assert "\x1b" not in copied
    assert not [line for line in copied.splitlines() if line.startswith("touch")]


async def test_a_copies_what_is_seen(tmp_path: Path, state: Path) -> None:
    async with on_deck(desk(tmp_path)) as operator:
        await operator.press("p")
        await operator.deck.navigator.pane.select(HOSTILE)
        await operator.press("down", "up")
        await operator.until("pool aaa")
        await operator.press("a")
        await operator.until("copied ")
    assert (state / "eipdeck" / "clip").read_text(encoding="utf-8") == SPELLED


LIVE = (
    "![t](http://127.0.0.1/t.png)<img src=x><script>alert(1)</script>",
    "@here and @team/ops",
    "http://example.invalid/x?y=1",
    "www.example.invalid",
    "org/repo#12 GH-7",
    "group/project!12 $34",
    "`@here` ``http://x``",
    "&lt;b&gt; &#64;all",
    "[a]: http://x",
    "*b* _i_ ~~s~~ <b>",
    "me@example.invalid",
)


@pytest.mark.parametrize("text", LIVE)
def test_markdown_makes_nothing_of_foreign_text(tmp_path: Path, text: str) -> None:
    trail = Trail(NOW, tmp_path)
    entry: Entry = (f"pinned pool {text}", [text])
    trail.add(NOW, text, entry)
    for source in (trail.text(), f"| {markdown_text(text)} |\n| --- |\n"):
        tokens = MarkdownIt("gfm-like", {"linkify": False, "html": True}).parse(source)
        inside = [child for token in tokens for child in token.children or ()]
        assert {child.type for child in inside} <= {"text", "code_inline", "text_special", "softbreak"}
        assert not [token for token in tokens if token.type == "html_block"]
        plain = "".join(child.content for child in inside if child.type in ("text", "text_special"))
        assert not any(mark in plain for mark in ("@here", "://", "www.", "#12", "!12", "$34", "@example"))

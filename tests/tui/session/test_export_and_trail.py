"""Copies, exports, pins and the incident trail."""

from __future__ import annotations

import asyncio
import csv
import json
import shlex
import stat
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice
from pathlib import Path

import pytest

from core import AddCidrRequest, Code, Eip, EipdeckError, error, to_json
from tests.corpus import TEXTS
from tests.tui.deck_kit import Operator, allocated, demo_desk, held_up, on_deck, small_desk
from tui.session.export import Format, write_rows, write_text
from tui.wording.tables import EIPS


@pytest.fixture(autouse=True)
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Use a state folder and a working folder of the test's own."""
    folder = tmp_path / "state"
    monkeypatch.setenv("XDG_STATE_HOME", str(folder))
    work = tmp_path / "work"
    work.mkdir()
    monkeypatch.chdir(work)
    return folder


def clip(state: Path) -> str:
    return (state / "eipdeck" / "clip").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("downs", "wanted"),
    [
        (0, "198.18.0.5"),
        (1, "eip-"),
        (2, "198.18.0.5  DEFAULT  default  bound  lb lb-shop shop-front"),
        (3, "198.18.0.5 -- !! Zenlayer address, in use -- in default pool by mistake\nserves lb lb-shop"),
        (4, '"verdict": "default-bound"'),
        (5, "eipdeck lookup 198.18.0.5"),
    ],
)
async def test_m_copies_what_is_chosen(tmp_path: Path, state: Path, downs: int, wanted: str) -> None:
    async with on_deck(demo_desk(tmp_path)) as operator:
        await operator.press("m")
        await operator.until("copy of 198.18.0.5", "verdict", "command")
        await operator.press(*["down"] * downs, "enter")
        await operator.until("copied ")
        assert wanted in clip(state)


@pytest.mark.parametrize("line", ["JSON", "command"])
async def test_m_copies_a_pool_as_the_command_line_has_it(tmp_path: Path, state: Path, line: str) -> None:
    inventory = small_desk(tmp_path)
    odd = "my pool;touch /tmp/x"
    inventory.execute(AddCidrRequest(cidr="192.0.2.0/28", isp="bgp-a", asn=64500, pool_id=odd))
    pool = to_json(inventory.pool(odd))
    async with on_deck(inventory) as operator:
        await operator.press("p")
        await operator.deck.navigator.pane.select(odd)
        await operator.press("down", "up")
        await operator.until(f"pool {odd} --")
        await operator.press("m")
        await operator.until(f"copy of {odd}", "command")
        await operator.press(*["down"] * (3 if line == "JSON" else 4), "enter")
        await operator.until("copied ")
        if line == "JSON":
            assert json.loads(clip(state)) == pool
        else:
            assert shlex.split(clip(state)) == ["eipdeck", "eips", f'pool:"{odd}"']


def trails(state: Path) -> list[Path]:
    return list(state.glob("eipdeck/trail-*.md"))


async def written(operator: Operator, *, rights: int = 0, name: str = "") -> Path:
    await operator.press("x")
    await operator.until("export ", "a file that exists is never overwritten")
    await operator.press(*["right"] * rights, "enter")
    await operator.type(name)
    await operator.press("enter")
    await operator.until("wrote ")
    (path,) = Path.cwd().iterdir()
    return path


async def test_what_is_listed_is_written_as_csv(tmp_path: Path) -> None:
    async with on_deck(demo_desk(tmp_path)) as operator:
        await operator.press("slash")
        await operator.type("pool:hk-spare")
        await operator.press("enter")
        await operator.until("hidden by the filter")
        path = await written(operator)
        assert path.name == "eipdeck-eips-20251123T031244Z.csv"
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        with path.open(encoding="utf-8") as file:
            rows = list(csv.DictReader(file))
        assert len(rows) == 88
        assert {row["pool_id"] for row in rows} == {"hk-spare"}


async def test_findings_as_json_and_csv_and_pools_as_markdown(tmp_path: Path) -> None:
    async with on_deck(demo_desk(tmp_path)) as operator:
        await operator.press("f")
        path = await written(operator, rights=1, name="mine.json")
        findings = json.loads(path.read_text())
        assert len(findings) == 7
        path.unlink()
        path = await written(operator)
        with path.open(encoding="utf-8") as file:
            assert next(csv.reader(file)) == list(findings[0])
        path.unlink()
        await operator.press("p")
        path = await written(operator, rights=2)
        lines = path.read_text().splitlines()
        assert lines[0].startswith("| POOL | KIND |")
        assert len(lines) == 2 + 4


async def test_a_file_that_exists_or_cannot_be_is_refused(tmp_path: Path) -> None:
    mine = tmp_path / "work" / "mine"
    mine.write_text("before")
    async with on_deck(demo_desk(tmp_path)) as operator:
        for name, why in (("mine", "a file is there already"), ("no/such/folder", "no such file")):
            await operator.press("x")
            await operator.until("export EIPs")
            await operator.press("enter")
            await operator.type(name)
            await operator.press("enter")
            await operator.until(why)
    assert mine.read_text() == "before"


def test_a_file_is_written_whole_or_not_at_all(tmp_path: Path) -> None:
    inventory = demo_desk(tmp_path)

    def rows() -> Iterator[Eip]:
        yield from islice(inventory.eips(), 200)
        raise error(Code.STORE_UNAVAILABLE, "the connection was lost")

    for path in (tmp_path / "half.csv", Path("~nobody-has-this-name") / "half.csv"):
        with pytest.raises(EipdeckError, match=r"the connection was lost|no such file"):
            write_rows(rows(), EIPS, Format.CSV, path)
    assert not list(tmp_path.glob("*half*")) + list(tmp_path.glob(".eipdeck*"))
    count, path = write_rows(inventory.eips(), EIPS, Format.CSV, tmp_path / "half.csv")
    assert (count, stat.S_IMODE(path.stat().st_mode)) == (347, 0o600)
    inventory.close()


def test_a_file_with_a_link_in_its_place_is_not_written(tmp_path: Path) -> None:
    victim, link = tmp_path / "victim", tmp_path / "link.md"
    link.symlink_to(victim)
    with pytest.raises(EipdeckError, match="a file is there already"):
        write_text("mine", link)
    assert not victim.exists()


async def test_hostile_names_leave_in_files_as_text(tmp_path: Path) -> None:
    inventory = small_desk(tmp_path)
    for name in (*TEXTS, "=1+1", "| x |"):
        allocated(inventory, pool=None, name=name)
    async with on_deck(inventory) as operator:
        path = await written(operator)
        text = path.read_text(encoding="utf-8")
        assert "\x1b" not in text
        assert "\u202e" not in text
        assert "'=1+1" in text
        path.unlink()
        path = await written(operator, rights=2)
        text = path.read_text(encoding="utf-8")
        assert "\x1b" not in text
        assert r"\| x \|" in text


async def test_i_pins_with_a_note_and_the_trail_grows(tmp_path: Path, state: Path) -> None:
    async with on_deck(demo_desk(tmp_path)) as operator:
        await operator.press("i")
        await operator.until("pin to the incident trail", "Zenlayer address, in use")
        await operator.type("shop is on a Zenlayer address")
        await operator.press("enter")
        await operator.until("pinned 198.18.0.5: 1 entry in")
        await operator.press("j", "i")
        await operator.until("198.18.0.6 -- ")
        await operator.press("enter")
        await operator.until("pinned 198.18.0.6: 2 entries in")
        (trail,) = trails(state)
        text = trail.read_text(encoding="utf-8")
        assert stat.S_IMODE(trail.stat().st_mode) == 0o600
        assert text.count("## 2025-11-23 03:12:44Z") == 2
        assert "note: shop is on a Zenlayer address" in text
        assert "    by alice@10.0.4.7" in text


async def the_trail(operator: Operator) -> None:
    await operator.press(":")
    await operator.until("every command")
    await operator.type("trail")
    await operator.press("enter")


async def test_the_trail_has_what_was_looked_up_and_changed_as_it_happens(tmp_path: Path, state: Path) -> None:
    inventory = small_desk(tmp_path)
    first = allocated(inventory, name="`rm -rf`\n# not a heading")
    async with on_deck(inventory) as operator:
        await the_trail(operator)
        await operator.until("the trail is empty")
        assert not trails(state)
        await operator.type(first.address)
        await operator.press("enter")
        await operator.until("judged as of")
        await operator.press("R")
        await operator.confirm()
        await operator.until("released 203.0.113.0")
        await operator.press("Z")
        await operator.confirm()
        await operator.until("recovered 203.0.113.0")
        (trail,) = trails(state)
        text = trail.read_text(encoding="utf-8")
        for words in (
            "# Incident trail, times in UTC, begun 2025-11-23T03:12:44Z",
            "## 2025-11-23 03:12:44Z looked up 203.0.113.0",
            "yours, idle, changes are made on your CIDR",
            "## 2025-11-23 03:12:44Z release 203.0.113.0",
            "    before: 203.0.113.0 eip-1 customer hk unbound: serves nothing",
            "    eipdeck release eip-1 --yes",
            "    after: 203.0.113.0 eip-1 customer hk released",
            "## 2025-11-23 03:12:44Z recover 203.0.113.0",
        ):
            assert words in text
        assert {line[:4] for line in text.splitlines()} <= {"# In", "## 2", "    ", ""}
        assert stat.S_IMODE(trail.stat().st_mode) == 0o600


async def test_the_trail_is_read_and_written_to_a_file(tmp_path: Path) -> None:
    async with on_deck(demo_desk(tmp_path)) as operator:
        await operator.paste("203.0.113.17 and 8.8.8.8")
        await operator.until("2 addresses: ")
        await the_trail(operator)
        await operator.until("the incident trail", "looked up 2 addresses of a text", "8.8.8.8 at", "a copy all")
        await operator.press("escape")
        await operator.until("2 addresses: ", absent="a copy all")
        await the_trail(operator)
        await operator.until("a copy all")
        await operator.press("x")
        await operator.until("export trail")
        await operator.press("enter")
        await operator.type("ticket.md")
        await operator.press("enter")
        await operator.until("wrote 1 entry to")
        assert "looked up 2 addresses" in (tmp_path / "work" / "ticket.md").read_text(encoding="utf-8")


async def test_a_trail_that_cannot_be_written_stops_nothing(tmp_path: Path, state: Path) -> None:
    await asyncio.to_thread(state.mkdir)
    (state / "eipdeck").write_text("in the way")
    inventory = small_desk(tmp_path)
    first = allocated(inventory)
    async with on_deck(inventory) as operator:
        await operator.press("M")
        await operator.until("bandwidth of 203.0.113.0")
        await operator.type("50")
        await operator.press("enter", "enter")
        await operator.confirm()
        await operator.until("capped at 50 Mbps")
        assert inventory.eip(first.address).bandwidth_mbps == 50
        await operator.press("g")
        await operator.until("! Nothing was written to the trail")


async def test_leaving_any_of_them_leaves_nothing(tmp_path: Path, state: Path) -> None:
    async with on_deck(demo_desk(tmp_path)) as operator:
        for key, title in (("m", "copy of"), ("x", "export"), ("i", "pin to")):
            await operator.press(key)
            await operator.until(title)
            await operator.press("escape")
            await operator.until("A alloc", absent=title)
    assert not trails(state)
    assert not list((tmp_path / "work").iterdir())


async def test_a_form_never_opens_on_top_of_a_review(tmp_path: Path) -> None:
    """A slow count delays the form of `x`; keys pressed before it opens are refused."""
    inventory = demo_desk(tmp_path)
    async with on_deck(inventory) as operator:
        await operator.press("slash")
        await operator.type("own:yes")
        await operator.press("enter")
        with held_up(inventory, "count") as let_through:
            operator.deck.panes.eips.table.window = replace(operator.deck.panes.eips.table.window, counted=False)
            await operator.press("x")
            for key in ("R", "W", "question_mark", "i"):
                operator.deck.say("")
                await operator.press(key)
                await operator.until("Finish or cancel the current action first.")
            let_through()
            await operator.until("export EIPs")
        assert [type(screen).__name__ for screen in operator.app.screen_stack] == ["MainScreen", "ExportModal"]
        await operator.press("escape", "R")
        await operator.until("review: release")

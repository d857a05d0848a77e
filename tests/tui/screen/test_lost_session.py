"""A session that is lost leaves a note of its place; the next one offers it and goes there only when asked."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import pytest

from core import open_inventory
from tests.tui.deck_kit import NOW, Operator, demo_desk, on_deck
from tui.commands.registry import View
from tui.session.last_place import LastPlace
from tui.state.navigation import Place

HOME = "[e EIPs 347]"
NOT_A_VIEW = json.dumps({"view": "x", "filter": "", "key": None, "looked": ""}).encode()


@pytest.fixture(autouse=True)
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A state folder of the test's own."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    return tmp_path / "state" / "eipdeck"


def notes(state: Path) -> list[Path]:
    return list(state.glob("place-*.json"))


def cut_off(state: Path) -> None:
    """Leave the notes as those of sessions whose process is gone: nobody locks them."""
    for note in notes(state):
        left = note.with_name(f"place-left-{note.name[6:]}")
        left.write_bytes(note.read_bytes())
        left.chmod(note.stat().st_mode)
        note.unlink()


async def noted(operator: Operator, state: Path, *wanted: str) -> None:
    """Wait until a note has these words; the clock of the dashboard ticks by itself."""
    await operator.settled()
    operator.deck.lost.tick()

    def there() -> bool:
        if any(worker.group == "place" and worker.is_running for worker in operator.app.workers):
            return False  # the newest place is under way
        return any(all(each in note.read_text() for each in wanted) for note in notes(state))

    await operator.when(there)


@pytest.mark.parametrize(
    ("keys", "note", "offer", "back"),
    [
        (
            ["slash", *"pool:hk-edge", "enter", "j"],
            ["pool:hk-edge"],
            "EIPs, filter pool:hk-edge, ",
            "filter: pool:hk-edge",
        ),
        ([*"203.0.113.17", "enter", "t"], ["Timeline"], "Timeline, 203.0.113.17", "[t Timeline"),
    ],
)
async def test_the_place_is_offered_and_never_imposed(
    tmp_path: Path, state: Path, keys: list[str], note: list[str], offer: str, back: str
) -> None:
    async with on_deck(demo_desk(tmp_path)) as operator:
        await operator.settled()
        await operator.press(*keys)
        await operator.settled()
        before = operator.strip()
        await noted(operator, state, *note)
    assert [oct(each.stat().st_mode & 0o777) for each in notes(state)] == ["0o600"]
    cut_off(state)

    async with on_deck(demo_desk(tmp_path)) as operator:
        text = await operator.until("[ goes to ", ": a session was cut off there")
        assert HOME in text
        assert offer in operator.status()
        await operator.press("left_square_bracket")
        await operator.until(back)
        await operator.settled()
        assert operator.strip() == before
        await operator.press("right_square_bracket")
        await operator.until(HOME)


async def test_a_list_of_lookups_comes_back(tmp_path: Path, state: Path) -> None:
    async with on_deck(demo_desk(tmp_path)) as operator:
        await operator.settled()
        await operator.paste("203.0.113.17\n198.18.0.5\n8.8.8.8\n")
        await operator.until("3 addresses: ")
        await noted(operator, state, "8.8.8.8")
    cut_off(state)
    async with on_deck(demo_desk(tmp_path)) as operator:
        await operator.until(HOME, "[ goes to ")
        await operator.press("left_square_bracket")
        await operator.until("3 addresses: ", "not yours")


async def test_the_offer_stands_until_the_operator_is_somewhere_else(tmp_path: Path, state: Path) -> None:
    async with on_deck(demo_desk(tmp_path)) as operator:
        await operator.settled()
        await operator.press("c")
        await noted(operator, state, "CIDRs")
    cut_off(state)
    inventory = demo_desk(tmp_path)
    assert LastPlace(inventory).lost() == LastPlace(inventory).lost()  # a line that is lost again and again
    async with on_deck(inventory) as operator:
        await operator.until(HOME, "[ goes to CIDRs")
        await operator.settled()
        await operator.press("f")
        await noted(operator, state, "Findings")
        assert len(notes(state)) == 1
        await operator.press("left_square_bracket")
        await operator.until(HOME)
        await operator.press("left_square_bracket")
        await operator.until("[c CIDRs 4]")


def test_a_note_is_of_one_operator_one_database_and_a_lost_session(tmp_path: Path, state: Path) -> None:
    shutil.copy(demo_desk(tmp_path).file or "", tmp_path / "other.db")
    alice = open_inventory(f"sqlite:///{tmp_path / 'eipdeck.db'}", operator="alice", clock=lambda: NOW)
    bob = open_inventory(f"sqlite:///{tmp_path / 'eipdeck.db'}", operator="bob", clock=lambda: NOW)
    other = open_inventory(f"sqlite:///{tmp_path / 'other.db'}", operator="alice", clock=lambda: NOW)
    place = Place(View.POOLS, "hk", "hk-edge", "")
    living = LastPlace(alice)
    living.keep(place)
    assert LastPlace(alice).lost() is None  # it lives
    (note,) = notes(state)
    left = note.with_name("place-left.json")
    left.write_bytes(note.read_bytes())
    assert LastPlace(alice).lost() == (NOW.replace(microsecond=0), place)
    assert [LastPlace(each).lost() for each in (bob, other)] == [None, None]
    living.forget()
    assert not note.exists()
    living.keep(place)
    assert notes(state) == [left]
    for inventory in (alice, bob, other):
        inventory.close()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"[]",
        b"{",
        b'{"view": "EIPs"}',
        json.dumps({"view": "x", "filter": "", "key": None, "looked": ""}).encode(),
    ],
)
def test_a_damaged_note_is_no_offer(tmp_path: Path, state: Path, content: bytes) -> None:
    inventory = demo_desk(tmp_path)
    state.mkdir(parents=True)
    if content.startswith(b'{"'):
        whose = {"database": inventory.url, "operator": inventory.operator, "at": "2025-11-23T03:12:00Z"}
        content = json.dumps(json.loads(content) | whose).encode()
    (state / "place-a.json").write_bytes(content)
    (state / "place-b.json").symlink_to(state / "place-a.json")
    os.mkfifo(state / "place-c.json")
    assert LastPlace(inventory).lost() is None
    inventory.close()


def test_a_pasted_log_too_long_for_a_note_is_left_out(tmp_path: Path, state: Path) -> None:
    inventory = demo_desk(tmp_path)
    last = LastPlace(inventory)
    last.keep(Place(View.LOOKUPS, "", "203.0.113.17", "203.0.113.17\n" * 9_000))
    (note,) = notes(state)
    assert json.loads(note.read_text())["looked"] == ""
    inventory.close()

"""What is remembered of a database across processes, in one file."""

from __future__ import annotations

import stat
from datetime import UTC, datetime
from multiprocessing import get_context
from pathlib import Path

import pytest

from core import Lineage, Noted, OwnChange
from tui.session.memory import KeptMemory

URL = "postgresql+psycopg://alice@db1,db2/deck?sslmode=require"
AT = datetime(2026, 11, 29, 12, 3, 4, tzinfo=UTC)


@pytest.fixture(autouse=True)
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    return tmp_path / "eipdeck"


def own(number: int) -> OwnChange:
    return OwnChange(f"r-{number}", AT, f"allocate 203.0.113.{number}", "alice")


def kept(first: int, last: int) -> None:
    memory = KeptMemory(URL)
    for number in range(first, last):
        memory.keep(Noted(1, number, number), Lineage(7, 2), own(number))


def test_another_process_knows_what_this_one_saw(state: Path) -> None:
    assert (KeptMemory(URL).seen(), KeptMemory(URL).lineage(), list(KeptMemory(URL).own())) == (None, None, [])
    kept(1, 3)
    again = KeptMemory(URL)
    assert again.seen() == Noted(1, 2, 2)
    assert again.lineage() == Lineage(7, 2)
    assert list(again.own()) == [own(1), own(2)]
    again.forget_own()
    assert list(KeptMemory(URL).own()) == []
    assert again.seen() == Noted(1, 2, 2)
    (file,) = state.iterdir()
    assert again.where == str(file)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert KeptMemory(f"{URL}&port=1").seen() is None


def test_processes_that_write_at_once_lose_nothing() -> None:
    context = get_context("fork")
    several = [context.Process(target=kept, args=(1 + 40 * nth, 41 + 40 * nth)) for nth in range(4)]
    for each in several:
        each.start()
    for each in several:
        each.join()
    memory = KeptMemory(URL)
    assert memory.seen() == Noted(1, 160, 160)
    assert sorted(memory.own()) == sorted(map(own, range(1, 161)))


def test_the_file_does_not_grow_without_end() -> None:
    kept(1, 2_000)
    memory = KeptMemory(URL)
    assert memory.where is not None
    assert Path(memory.where).stat().st_size < 1 << 18
    assert memory.seen() == Noted(1, 1_999, 1_999)
    assert memory.own()[-1] == own(1_999)
    assert len(memory.own()) > 400


@pytest.mark.parametrize("words", [b"", b"{", b"[1]\n", b"\xff\x00\n", b'{"seen": [1]}\n', b'{"own": "abcd"}\n'])
def test_a_damaged_line_is_no_line(words: bytes) -> None:
    kept(1, 3)
    memory = KeptMemory(URL)
    file = Path(str(memory.where))
    file.write_bytes(file.read_bytes() + words)
    assert memory.seen() == Noted(1, 2, 2)
    assert memory.own()[:2] == [own(1), own(2)]


def test_a_link_in_its_place_is_not_followed(state: Path, tmp_path: Path) -> None:
    state.mkdir()
    theirs = tmp_path / "theirs"
    theirs.write_text("mine")
    Path(str(KeptMemory(URL).where)).symlink_to(theirs)
    kept(1, 2)
    assert theirs.read_text() == "mine"
    assert KeptMemory(URL).seen() is None


def test_the_place_of_a_file_is_the_same_from_every_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert KeptMemory("sqlite:///deck.db").where == KeptMemory(f"sqlite:///{tmp_path}/deck.db").where

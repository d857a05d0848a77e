"""The file of the operator's choices: private, tolerant of what it does not know."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from stat import S_IMODE

import pytest

from tui.terminal.kept import Kept
from tui.terminal.palette import LOOKS


def test_a_choice_is_there_in_the_next_session_and_is_private(tmp_path: Path) -> None:
    path = tmp_path / "ui.json"
    Kept(path).keep("theme", "blind")
    assert Kept(path).text("theme", LOOKS) == "blind"
    assert S_IMODE(path.stat().st_mode) == 0o600
    assert [each.name for each in tmp_path.iterdir()] == ["ui.json"]


def test_keys_of_other_versions_and_other_sessions_survive(tmp_path: Path) -> None:
    path = tmp_path / "ui.json"
    path.write_text('{"later": [1, {"a": null}]}', encoding="utf-8")
    first, second = Kept(path), Kept(path)
    first.keep("theme", "light")
    second.keep("columns", ["NAME"])
    kept = {"later": [1, {"a": None}], "theme": "light", "columns": ["NAME"]}
    assert json.loads(path.read_text(encoding="utf-8")) == kept


def test_what_several_sessions_keep_at_once_is_all_kept(tmp_path: Path) -> None:
    path = tmp_path / "ui.json"
    sessions = [Kept(path) for _ in range(16)]
    with ThreadPoolExecutor(16) as several:
        list(several.map(lambda place: sessions[place].keep(f"choice-{place}", "x"), range(16)))
    assert len(json.loads(path.read_text(encoding="utf-8"))) == 16


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"\xff\xfe", b"null", b"[" * 60_000])
def test_an_unreadable_file_counts_as_empty_is_told_and_left_alone(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "ui.json"
    path.write_bytes(content)
    kept = Kept(path)
    assert kept.text("theme", LOOKS) is None
    assert kept.texts("columns") == ()
    assert kept.problem == f"{path} cannot be read: the usual theme, columns and order are shown"
    kept.keep("theme", "dark")
    assert path.read_bytes() == content


@pytest.mark.parametrize("value", ['"pink"', "7", "null", "{}", '["dark"]'])
def test_a_theme_that_is_none_is_not_taken(tmp_path: Path, value: str) -> None:
    path = tmp_path / "ui.json"
    path.write_text(f'{{"theme": {value}}}', encoding="utf-8")
    assert Kept(path).text("theme", LOOKS) is None


def test_where_nothing_can_be_written_nothing_is_kept(tmp_path: Path) -> None:
    Kept(None).keep("theme", "dark")
    (tmp_path / "file").write_text("mine", encoding="utf-8")
    Kept(tmp_path / "file" / "ui.json").keep("theme", "dark")
    assert (tmp_path / "file").read_text(encoding="utf-8") == "mine"

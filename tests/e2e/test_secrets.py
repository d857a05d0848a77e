"""A database URL holds a password: whatever is wrong with it, no part of the password is told or becomes a file."""

from __future__ import annotations

import io
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Final
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tests.e2e.conftest import Deck, Said
from tui.__main__ import main

SHAPES: Final = (
    "postgresql://bob:{}@127.0.0.1:1/x",
    "postgresql+psycopg://bob:{}@127.0.0.1:1/x?sslmode=disable",
    "postgresql://127.0.0.1:1/x?user=bob&password={}",
    "postgresql:/bob:{}@127.0.0.1/x",
    "postgresql//bob:{}@127.0.0.1/x",
    "//bob:{}@127.0.0.1/x",
    "bob:{}@127.0.0.1/x",
    "bob:{}://127.0.0.1/x",
    "host=127.0.0.1 port=1 user=bob password={} dbname=x",
    "  password = {} host=127.0.0.1 port=1",
)
COMMANDS: Final = (("--db", "URL", "pools"), ("--db", "URL", "doctor"), ("pools", "--db", "URL"), ("URL", "pools"))


def said(*words: str) -> Said:
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        code = main(words)
    return Said(code, out.getvalue(), err.getvalue())


@pytest.mark.parametrize("shape", SHAPES)
@given(between=st.text(), quoted=st.booleans(), command=st.sampled_from(COMMANDS))
@example(between="/", quoted=False, command=COMMANDS[0])
@example(between="@", quoted=False, command=COMMANDS[0])
@example(between="?host=", quoted=False, command=COMMANDS[0])
@example(between="%zz", quoted=False, command=COMMANDS[0])
@example(between=" ", quoted=False, command=COMMANDS[2])
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_part_of_a_password_is_told_however_it_was_written(
    shape: str, between: str, *, quoted: bool, command: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    before = sorted(tmp_path.rglob("*"))
    password = f"S3cr3tOne{between}S3cr3tTwo"
    url = shape.format(quote(password, safe="", errors="surrogatepass") if quoted else password)
    found = said(*(url if word == "URL" else word for word in command))
    assert found.code in (2, 6)
    assert "S3cr3t" not in found.out + found.err
    assert sorted(tmp_path.rglob("*")) == before


@pytest.mark.parametrize("url", ["sqlite:///{}?mode=ro", "file:{}", "sqlite:{}", "host=x dbname={}"])
def test_what_only_looks_like_a_database_is_refused_as_such(
    deck: Deck, url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    before = deck.dump()
    answer = deck("--db", url.format(deck.path), "allocate", "--json")
    assert (answer.error["code"], answer.code) == ("usage", 2)
    assert str(deck.path) not in answer.err
    assert deck.dump() == before


def test_a_file_with_an_odd_name_is_named_by_its_path(
    empty: Deck, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert empty("--db", "./a=b:c@d.db", "pools").code == 0
    assert (tmp_path / "a=b:c@d.db").exists()

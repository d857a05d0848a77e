"""`eipdeck config`: the settings with their sources, every problem of the file, the schema."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from core import login_name
from core.domain.config import TYPES

if TYPE_CHECKING:
    from tests.e2e.conftest import Deck


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "config.toml"


def test_show_says_where_each_value_comes_from(empty: Deck, file: Path) -> None:
    file.write_text("runway_days = 3\nidle_days = 7\n")
    told = {each["key"]: each for each in empty.done("--config", str(file), "--operator", "bob", "config", "show")}
    assert set(told) == {"db", "operator", "profile", *TYPES}
    assert (told["idle_days"]["value"], told["idle_days"]["source"], told["idle_days"]["line"]) == (7, str(file), 2)
    assert (told["region"]["value"], told["region"]["source"]) == ("asia-east-1", "default")
    assert (told["operator"]["value"], told["operator"]["source"]) == ("bob", "--operator")
    assert (told["db"]["value"], told["db"]["source"]) == (str(empty.path), "EIPDECK_DB")
    assert not empty.path.exists()


def test_show_says_what_is_used_where_nothing_is_given(
    empty: Deck, file: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("EIPDECK_DB")
    monkeypatch.delenv("EIPDECK_OPERATOR")
    file.write_text('[profiles.acme]\ntoken = "env:T"\n[profiles.other]\ntoken = "env:T"\ndatabase = "/srv/x.db"\n')

    def told(*words: str) -> list[tuple[object, str]]:
        rows = {each["key"]: each for each in empty.done("--config", str(file), *words, "config", "show")}
        return [(rows[key]["value"], rows[key]["source"]) for key in ("db", "operator", "profile")]

    data, who = home / ".local/share/eipdeck", login_name()
    assert told() == [(f"sqlite:///{data}/eipdeck.db", "default"), (who, "default"), (None, "default")]
    of_acme = [(f"{data}/acme.db", "profile acme"), (who, "default"), ("acme", "--profile")]
    assert told("--profile", "acme") == of_acme
    monkeypatch.setenv("EIPDECK_PROFILE", "other")
    assert told()[0::2] == [("/srv/x.db", "profile other"), ("other", "EIPDECK_PROFILE")]
    assert told("--db", "x.db")[0::2] == [("x.db", "--db"), (None, "default")]


def test_show_repeats_no_secret_that_stands_in_the_file(empty: Deck, file: Path) -> None:
    file.write_text(
        '[profiles.a]\ntoken = "geheim"\n[profiles.b]\nkey_id = "k"\nkey = "env:KEY"\nproxy = "http://geheim"\n'
    )
    for how in ("table", "json", "csv", "ndjson", "value"):
        said = empty("--config", str(file), "config", "show", "--format", how)
        assert "env:KEY" in said.out
        assert "geheim" not in said.out
    assert "geheim" not in empty("--config", str(file), "config", "check").out


def test_check_looks_at_the_files_that_are_named(deck: Deck, file: Path, tmp_path: Path) -> None:
    token = tmp_path / "token"
    token.write_text("t")
    token.chmod(0o644)
    file.write_text(
        f'roa_file = "no.json"\n[profiles.a]\ntokn = "env:T"\n[profiles.b]\ntoken = "file:{token}"\n'
        'ca_file = "no.pem"\n'
        '[profiles.c]\nendpoint = "http://example.net"\ntoken = "env:T"\n'
    )
    file.chmod(0o622)
    deck.path.chmod(0o644)
    told = deck.done("--config", str(file), "config", "check", code=1)
    assert [(each["line"], each["key"]) for each in told] == [
        (1, "roa_file"),
        (3, "profiles.a.tokn"),
        (5, "profiles.b.token"),
        (6, "profiles.b.ca_file"),
        (7, "profiles.c"),
        (None, ""),
        (None, "db"),
    ]
    assert told[1]["message"].endswith("the nearest is token")
    assert "others can read" in told[2]["message"]
    for each in (token, file, deck.path):
        each.chmod(0o600)
    file.write_text(f'[profiles.b]\ntoken = "file:{token}"\n')
    assert deck.done("--config", str(file), "config", "check") == []


def test_show_repeats_no_password(empty: Deck) -> None:
    for url in ("postgresql://bob:geheim@host/db", "postgresql://host/db?password=geheim"):
        for how in ("table", "json", "csv"):
            said = empty("--db", url, "config", "show", "--format", how)
            assert said.code == 0
            assert "geheim" not in said.out + said.err


def test_check_tells_every_problem(empty: Deck, file: Path) -> None:
    file.write_text('idle_dais = 7\n[keys]\nrelease = "j"\nhalp = "h"\n[[evidence.format]]\nname = "gate"\n')
    unknown, *others = empty.done("--config", str(file), "config", "check", code=1)
    assert (unknown["line"], unknown["key"]) == (1, "idle_dais")
    assert [each["line"] for each in others] == [3, 4, 5]
    file.write_text(file.read_text().replace("dais", "days"))
    told = empty.done("--config", str(file), "config", "check", code=1)
    assert [(each["line"], each["key"]) for each in told] == [
        (3, "keys.release"),
        (4, "keys.halp"),
        (5, "evidence.format.1.sample"),
    ]
    assert told[1]["message"] == "halp is not a command that has a key; the nearest is help"
    said = empty("--config", str(file), "config", "check")
    assert said.code == 1
    assert "keys.halp" in said.out


def test_check_tells_an_order_and_a_column_that_the_list_lacks(empty: Deck, file: Path) -> None:
    file.write_text('[views.a]\nsort = "newst"\n[views.b]\ncolumns = ["POOL", "owner"]\n')
    first, second = empty.done("--config", str(file), "config", "check", code=1)
    assert (first["line"], first["key"]) == (2, "views.a.sort")
    assert first["message"].endswith("the nearest is newest")
    assert (second["line"], second["message"][-20:]) == (4, "the nearest is OWNER")


def test_a_saved_view_narrows_a_list(deck: Deck, file: Path) -> None:
    deck.done("allocate", "--pool", "hk", "--name", "web")
    deck.done("allocate", "--pool", "hk", "--name", "db")
    deck.done("allocate", code=3)
    file.write_text('[views.ours]\nfilter = "own:yes"\n')
    ours = deck.done("--config", str(file), "eips", "--view", "ours")
    assert [each["name"] for each in ours] == ["web", "db"]
    assert [each["name"] for each in deck.done("--config", str(file), "eips", "db", "--view", "ours")] == ["db"]
    assert deck.refused("--config", str(file), "eips", "--view", "theirs") == ("usage", 2)
    assert "Known: ours" in deck("--config", str(file), "eips", "--view", "theirs").err
    assert deck.refused("eips", "--view", "ours") == ("usage", 2)


def test_a_saved_view_brings_its_order_and_in_a_table_its_columns(busy: Deck, file: Path) -> None:
    file.write_text(
        '[views.new]\nsort = "newest"\ncolumns = ["STATE", "BY", "AGE"]\n[views.bad]\nsort = "problems"\n'
        '[views.name]\nfilter = "own:yes"\nsort = "name"\n'
    )

    def listed(*words: str) -> str:
        said = busy("--config", str(file), "eips", *words)
        assert said.code == 0
        return said.out

    head, *rows = listed("--view", "new").splitlines()
    assert head.split() == ["STATUS", "ALLOCATED", "BY", "ALLOCATED", "AT"]
    assert len(rows) == 4
    assert next(csv.reader(io.StringIO(listed("--view", "new", "--format", "csv"))))[:2] == ["id", "address"]
    for how in ("table", "value"):
        first = listed("--view", "bad", "--format", how, "--columns", "address", "--no-header").split()[0]
        assert first == "198.18.0.0"
    ours = listed("--view", "name", "--format", "value", "--columns", "name").split()
    assert ours == ["a", "b9", "b10"]
    other = listed("--view", "name", "--format", "value", "--columns", "name", "--sort", "address:desc").split()
    assert other == ["b10", "b9", "a"]


@pytest.fixture
def busy(deck: Deck) -> Deck:
    """Three EIPs of the customer and a landing."""
    for name, address in (("b10", "203.0.113.10"), ("b9", "203.0.113.9"), ("a", "203.0.113.0")):
        deck.done("allocate", "--pool", "hk", "--name", name, "--address", address)
    deck.done("allocate", code=3)
    return deck


def test_check_of_a_sound_file_and_of_none(empty: Deck, file: Path) -> None:
    assert "does not exist; every setting is a default" in empty("config", "check").out
    file.write_text("")
    assert empty("--config", str(file), "config", "check").out == f"{file} is sound\n"
    assert empty.done("--config", str(file), "config", "check") == []


@pytest.mark.parametrize("words", ["idle_days =", "\udcff", "x = " + "[" * 5000])
def test_what_is_no_configuration_is_one_problem(empty: Deck, file: Path, words: str) -> None:
    file.write_bytes(words.encode("utf-8", "surrogateescape"))
    (problem,) = empty.done("--config", str(file), "config", "check", code=1)
    assert str(file) in problem["message"]


def test_the_schema_is_json_for_an_editor(empty: Deck) -> None:
    said = empty("config", "schema")
    assert said.code == 0
    assert set(json.loads(said.out)["properties"]) == set(TYPES)


def test_views_and_profiles_are_checked_beside_an_unknown_setting(empty: Deck, file: Path) -> None:
    file.write_text('requre = true\n[views.a]\nsort = "newst"\n[profiles.b]\ntoken = "env:T"\nrat = 3\n')
    told = empty.done("--config", str(file), "config", "check", code=1)
    assert [(each["line"], each["key"]) for each in told] == [(1, "requre"), (3, "views.a.sort"), (6, "profiles.b.rat")]
    file.write_text("requre = true\nviews = 3\nprofiles = [1]\n")
    assert empty("--config", str(file), "config", "check").code == 1


def test_a_key_is_checked_beside_an_unknown_setting(empty: Deck, file: Path) -> None:
    file.write_text('requre = true\n[keys]\nrelease = "y"\n')
    told = empty.done("--config", str(file), "config", "check", code=1)
    assert [(each["line"], each["key"]) for each in told] == [(1, "requre"), (3, "keys.release")]

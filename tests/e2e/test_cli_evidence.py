"""Evidence of a defect: the log of `EIPDECK_LOG=debug`, and the bundle of `doctor`."""

from __future__ import annotations

import json
import re
import stat
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import open_inventory
from tests.corpus import TEXTS
from tests.server import server
from tui.cli.bundle import Mask

if TYPE_CHECKING:
    from tests.e2e.conftest import Deck, Said

DEBUG = {"EIPDECK_LOG": "debug"}


@pytest.fixture
def log(home: Path) -> Path:
    return home / ".local/state/eipdeck/eipdeck.log"


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_the_log_has_times_and_no_values(program: Callable[..., Said], log: Path, tmp_path: Path, kind: str) -> None:
    name = server().create() if kind == "postgresql" else None
    url = str(tmp_path / "other.db") if name is None else server().url(name)
    open_inventory(url, operator="alice").close()
    secrets = ("a-secret-name", "a-secret-reason", "a-secret-key")
    words = ("--name", secrets[0], "--reason", secrets[1], "--request-id", secrets[2])
    said = program("--db", url, "allocate", *words, "--json", env=DEBUG)
    assert (said.code, said.err) == (3, "")
    told = log.read_text()
    assert stat.S_IMODE(log.stat().st_mode) == 0o600
    assert "begin allocate" in told
    assert re.search(r"statement \d+\.\d\d ms SELECT ", told)
    assert re.search(r"statement \d+\.\d\d ms INSERT INTO usage_day ", told)
    assert re.search(r"commit \d+\.\d\d ms$", told, re.MULTILINE)
    if name is None:
        assert re.search(r"wait for the lock \d+\.\d\d ms$", told, re.MULTILINE)
    for secret in (*secrets, "198.18.0.0", "alice"):
        assert secret not in told
    if name is not None:
        server().drop(name)


def test_a_list_in_a_statement_is_short(program: Callable[..., Said], deck: Deck, log: Path) -> None:
    deck.done("cidr", "add", "44.0.0.0/22", "--isp", "x", "--asn", "64500", "--pool", "big")
    deck.done("cidr", "activate", "44.0.0.0/22", "--reason", "x")
    assert program("allocate", "--pool", "big", "--count", "600", env=DEBUG).code == 0
    assert max(map(len, log.read_text().splitlines())) < 2_000


def test_nothing_is_logged_unless_it_is_asked_for(program: Callable[..., Said], deck: Deck, log: Path) -> None:
    deck.done("allocate", code=3)
    assert program("eips", env={"EIPDECK_LOG": ""}).code == 0
    assert not log.exists()
    said = program("eips", env={"EIPDECK_LOG": "all"})
    assert (said.code, said.out) == (2, "")


def test_a_bundle_is_masked_unless_addresses_are_asked_for(
    program: Callable[..., Said], deck: Deck, home: Path, log: Path, tmp_path: Path
) -> None:
    deck.done("allocate", code=3)
    log.parent.mkdir(parents=True, exist_ok=True)
    log.write_text("2026-11-29 10:59:59,123 ERROR x: 198.18.0.0 [198[.]18.0.0] 2001:db8::7 by alice in " + str(home))
    out = tmp_path / "bundle.json"
    said = program("doctor", "--bundle", str(out))
    assert said.code == 0
    assert stat.S_IMODE(out.stat().st_mode) == 0o600
    bundle = json.loads(out.read_text())
    (line,) = bundle["log"]
    assert line.startswith("2026-11-29 10:59:59,123 ERROR x: [address-")
    for secret in ("198.18.0.0", "198[.]18", "2001:db8", "alice", str(home)):
        assert secret not in out.read_text()
    assert bundle["versions"]["textual"]
    assert bundle["doctor"]["database"]["schema"]
    assert bundle["environment"] == ["EIPDECK_DB", "EIPDECK_OPERATOR"]
    assert program("doctor", "--bundle", str(out)).code == 4, "it is not replaced unless that is asked for"
    assert program("doctor", "--bundle", str(out), "--with-addresses", "--force").code == 0
    for told in ("198.18.0.0", "2001:db8::7", "alice"):
        assert told in out.read_text()


def test_the_bundle_of_a_server_names_no_server_and_no_password(program: Callable[..., Said], tmp_path: Path) -> None:
    name = server().create()
    url = server().url(name).replace("postgres@", "postgres:hunter2@")
    with closing(open_inventory(url, operator="alice")):
        out = tmp_path / "bundle.json"
        assert program("--db", url, "doctor", "--bundle", str(out)).code == 0
    text = out.read_text()
    assert "hunter2" not in text
    assert "postgres@" not in text
    server().drop(name)


def test_a_confined_login_makes_no_bundle(program: Callable[..., Said], deck: Deck, tmp_path: Path) -> None:
    assert deck.path.exists()
    assert program("--confined", str(tmp_path), "doctor", "--bundle", str(tmp_path / "b")).code == 2
    assert not (tmp_path / "b").exists()


@given(before=st.sampled_from(["", "(", " ", "x=", "/"]), octets=st.lists(st.integers(0, 255), min_size=4, max_size=4))
def test_no_address_is_left_in_a_masked_text(before: str, octets: list[int]) -> None:
    address = ".".join(map(str, octets))
    mask = Mask({})
    masked = mask.text(f"{before}{address}:443 then {address}/32, {address}.")
    assert address not in masked
    assert masked.count("[address-1]") == 3


@pytest.mark.parametrize("name", TEXTS)
def test_any_text_is_masked_without_failing(name: str) -> None:
    assert isinstance(Mask({"alice": "[operator]"}).of({"a": [name, None, 1]}), dict)


def test_a_moment_and_a_version_are_no_addresses() -> None:
    words = "2026-11-29T10:59:59.123456Z 10:59:59 Python 3.11.7 schema 0004"
    assert Mask({}).text(words) == words

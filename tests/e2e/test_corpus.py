"""The corpus through every command and every way out to a file: nothing crashes, nothing is obeyed, nothing is written
beside the file that was named.
"""

from __future__ import annotations

import os
import re
import stat
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core import EipdeckError, load_config
from tests.corpus import FILES, REFUSED, TEXTS, obeyed
from tui.cli.arguments import Misuse, parse

if TYPE_CHECKING:
    from tests.e2e.conftest import Deck

COMMANDS: Final = (
    "lookup {}",
    "lookup 203.0.113.0 --at {}",
    "allocate --pool {} --name {} --reason {} --request-id {}",
    "allocate --pool hk --name {} --reason {} --request-id {}",
    "allocate --pool hk --address {}",
    "allocate --region {} --bandwidth {} --count {}",
    "bind {} --nic {} --private-ip {}",
    "bind 203.0.113.0 --load-balancer {} --reason {} --request-id {}",
    "bind 203.0.113.0 --snat {} --source {}",
    "bind 203.0.113.0 --dnat {} --private-ip {} --port {} --to-port {} --protocol tcp",
    "unbind {} --binding {} --reason {}",
    "release {} --unbind --yes --reason {}",
    "bandwidth {} {} --reason {}",
    "name {} {} --reason {}",
    "name 203.0.113.0 {} --reason {} --request-id {}",
    "rehome {} --pool {} --address {} --yes --reason {}",
    "recover {} --reason {}",
    "cidr add {} --isp {} --asn {} --pool {} --region {} --reason {}",
    "cidr add 198.51.100.0/28 --isp {} --asn 64500 --pool {} --region {}",
    "cidr activate {} --reason {}",
    "cidr set-asn {} {} --reason {}",
    "cidr drain {} --reason {}",
    "cidr retire {} --yes --reason {}",
    "pool set {} --cooldown {} --warn {} --critical {}",
    "eips {}",
    "eips name:{}",
    "findings --severity {}",
    "history {} --since {}",
    "reserve {} {} --reason {}",
    "reserve 203.0.113.0/28 {} --soft",
    "unreserve {} {}",
    "accept {} --reason {} --until {}",
    "service add nic {} --name {} --region {} --private-ip {}",
    "service add load-balancer {} --name {}",
    "service remove {} --reason {}",
    "clock accept --reason {}",
    "import {}",
    "export missing/{}",
    "backup missing/{}",
    "restore {} --yes --reason {}",
    "open {}",
    "--operator {} eips",
    "--profile {} eips",
    "--config {} eips",
    "cidrs",
    "pools",
    "services",
    "verify",
    "metrics --out missing/{}",
    "metrics",
    "watch --exec {} --once --after {} --timeout {}",
    "watch --exec true --once --after {}",
    "verify --since {}",
    "head",
    "settle {}",
    "plan show {}",
    "plan resume {}",
    "plan undo {} --yes",
    "sync --accept-losses {}",
    "doctor",
    "completion {}",
    "config check",
    "interface",
    "--config {} config show",
    "doctor --bundle missing/{}",
)
NO_TEXT: Final = {"demo", "open"}
"""Commands of the table that end in a dashboard, or take no text."""


def filled(command: str, text: str) -> list[str]:
    """The words of a command with the text in every place; an option takes what begins with a dash only after `=`."""
    words: list[str] = []
    for word in command.split():
        if word == "{}" and words and words[-1].startswith("--"):
            words[-1] += f"={text}"
        else:
            words.append(word.replace("{}", text))
    return words


@pytest.mark.parametrize("command", COMMANDS)
def test_no_command_obeys_or_breaks_on_any_text(
    deck: Deck, tmp_path: Path, command: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = tmp_path / "here"
    here.mkdir()
    monkeypatch.chdir(here)
    deck.done("allocate", "--pool", "hk")
    for text in (*TEXTS, *REFUSED) if "{}" in command else ("",):
        for how in ((), ("--json",)):
            said = deck(*filled(command, text), *how)
            assert said.code in range(7), (text[:80], said.err)
            assert obeyed(said.out + said.err) == [], text[:80]
            assert "defect" not in said.err
            assert len(said.err) < 3000, "a refusal repeats text short"
    assert list(here.iterdir()) == []
    assert deck("verify").code == 0


def test_every_command_is_tried(empty: Deck) -> None:
    said = empty("--help").out
    known = set(re.findall(r"^    ([a-z]+) ", said, re.MULTILINE)) - NO_TEXT
    tried = {next(word for word in each.split() if not word.startswith(("-", "{"))) for each in COMMANDS}
    assert len(known) > 20
    assert known <= tried


@pytest.mark.parametrize("name", FILES)
def test_a_hostile_file_is_refused_whole(deck: Deck, tmp_path: Path, name: str) -> None:
    path = tmp_path / "answer.json"
    path.write_bytes(FILES[name])
    before = deck.dump()
    said = deck("import", str(path))
    assert said.code == 2
    assert "invalid_import" in said.err
    assert obeyed(said.err) == []
    assert len(said.err) < 3000
    assert deck.dump() == before


def test_what_never_ends_or_is_too_large_is_no_file_to_import(deck: Deck, tmp_path: Path) -> None:
    bomb = tmp_path / "bomb.json"
    with bomb.open("wb") as file:
        file.truncate(1 << 40)
    for path in ("/dev/zero", "/dev/full", str(bomb), str(tmp_path)):
        assert deck.refused("import", path) == ("invalid_import", 2)


@pytest.mark.parametrize("command", ["export", "backup"])
def test_a_file_is_written_where_it_was_named_and_nowhere_else(deck: Deck, tmp_path: Path, command: str) -> None:
    out = tmp_path / "out"
    out.mkdir()
    kept = tmp_path / "kept"
    kept.write_text("precious")
    (out / "link").symlink_to(kept)
    (out / "nowhere").symlink_to(tmp_path / "not-there")
    os.mkfifo(out / "pipe")
    (out / "folder").mkdir()
    (out / "file").write_text("old")
    for name in ("link", "nowhere", "pipe", "folder"):
        for force in ((), ("--force",)):
            assert deck.refused(command, str(out / name), *force)[0] == "conflict"
    assert deck.refused(command, "/dev/full", "--force")[0] == "conflict"
    assert deck.refused(command, str(kept / "below"))[0] == "store_unavailable"
    assert deck.refused(command, str(out / "folder" / ".." / "gone" / "x"))[0] == "store_unavailable"
    assert deck.refused(command, str(out / "file"))[0] == "conflict"
    assert (out / "file").read_text() == "old"
    assert deck(command, str(out / "file"), "--force").code == 0
    assert stat.S_IMODE((out / "file").stat().st_mode) == 0o600
    assert kept.read_text() == "precious"
    assert not (tmp_path / "not-there").exists()
    assert sorted(path.name for path in out.iterdir()) == ["file", "folder", "link", "nowhere", "pipe"]
    assert list((out / "folder").iterdir()) == []


words = st.one_of(
    st.sampled_from([word for command in COMMANDS for word in command.split()]),
    st.sampled_from(TEXTS),
    st.text(max_size=20),
)


@settings(max_examples=100)
@given(st.lists(words, max_size=8))
def test_any_words_are_a_command_or_misuse(given_words: list[str]) -> None:
    with suppress(Misuse):
        parse([word for word in given_words if word not in ("-h", "--help", "--version")])


toml = st.one_of(
    st.binary(max_size=200),
    st.just(b"a = " + b"[" * 10_000),
    st.lists(
        st.sampled_from(
            [
                "[keys]",
                "[profiles.x]",
                "[regions]",
                "a = 1",
                "release = 'x'",
                "backend = 'zenlayer'",
                "= ",
                "[[",
                "\x00",
            ]
        ),
        max_size=8,
    ).map(lambda lines: "\n".join(lines).encode()),
)


@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(toml)
def test_any_bytes_are_a_configuration_or_refused_as_one(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "config.toml"
    path.write_bytes(data)
    with suppress(EipdeckError):
        load_config(path)

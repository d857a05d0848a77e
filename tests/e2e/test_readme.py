"""The README's own words, tried."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from core import load_config
from tests.e2e.terminal import terminal
from tui.cli.arguments import parse
from tui.wording.verbs import VERBS

if TYPE_CHECKING:
    from tests.e2e.conftest import Deck

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def section(heading: str) -> str:
    """What stands under a heading, up to the next of its rank."""
    found = README.partition(f"## {heading}\n")[2].partition("\n## ")[0]
    assert found, heading
    return found


@dataclass(frozen=True, slots=True)
class Shell:
    """A user's shell in a folder of their own, with the installed program on the path."""

    folder: Path

    def __call__(self, line: str) -> subprocess.CompletedProcess[str]:
        path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        return subprocess.run(
            ["sh", "-c", line],
            cwd=self.folder,
            env={name: value for name, value in os.environ.items() if name != "EIPDECK_DB"} | {"PATH": path},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    assert Path(sys.executable).with_name("eipdeck").exists(), "the program is not installed"
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    return Shell(folder)


def test_the_first_session_goes_as_it_is_told_from_any_folder(shell: Shell) -> None:
    lines = [line.removeprefix("$ ") for line in section("A first session").splitlines() if line.startswith("$ ")]
    assert len(lines) >= 8
    for line in lines:
        told = re.search(r"exit code (\d)", line)
        wanted = int(told[1]) if told else int(line == "eipdeck findings")
        said = shell(line)
        assert said.returncode == wanted, (line, said.stdout, said.stderr)
    assert shell("eipdeck findings").returncode == 0
    assert "everything works" in shell("eipdeck doctor").stdout
    assert list(shell.folder.iterdir()) == []


def test_the_incident_is_mended_by_the_keys_it_names() -> None:
    told = README.partition("### The incident of the demo")[2].partition("\n## ")[0]
    rows = [re.findall(r"`([^`]+)`", line.split(" | ")[0]) for line in told.splitlines() if line.startswith("| `")]
    findings, fix, form, (octet, send), copy = rows
    assert "nine keystrokes" in told.splitlines()[0]
    assert sum(map(len, rows)) == 9
    with terminal("demo") as deck:
        deck.until("2 critical", "7 findings", "> !! 198.18.0.5")
        deck.press(*findings)
        deck.until("[f Findings 7!]", "198.18.0.5 -- !! Zenlayer address, in use -- in default pool by mistake")
        deck.press(*fix)
        deck.until("rehome 198.18.0.5", "> hk-spare")
        deck.press(*form)
        assert send == "y"
        deck.confirm(octet)
        deck.until("rehomed: 198.18.0.5 -> 192.0.2.", "1 critical", "6 findings")
        deck.press(*copy)
        deck.until("copied 192.0.2.")
        assert deck.leave() == 0


def test_the_lines_for_scripts_run_as_they_are_told(shell: Shell) -> None:
    told = README.partition("**Lists for scripts.**")[2].partition("**A time**")[0]
    lines = [line.removeprefix("$ ") for line in told.splitlines() if line.startswith("$ eipdeck")]
    run = [line for line in lines if "--follow" not in line]
    assert len(run) >= 4
    for line in (*run, run[-1]):
        assert shell("eipdeck allocate").returncode == 3
        plain = line.replace("jq -r .cursor", 'sed \'s/.*"cursor": "\\([^"]*\\)".*/\\1/\'')
        said = shell(f"bash -c {shlex.quote(plain)}")
        assert said.returncode == 0, (line, said.stderr)
    assert re.fullmatch("[0-9]+:[0-9a-f]{64}\n", (shell.folder / "seen").read_text())
    assert shell('eipdeck history --after "$(cat seen)"').returncode == 0


def test_every_picture_is_there() -> None:
    shown = re.findall(r"!\[[^\]]*\]\(([^)]+)\)", README)
    assert len(shown) >= 4
    assert [name for name in shown if not (ROOT / name).is_file()] == []


def test_every_make_target_that_is_named_exists() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    named = set(re.findall(r"(?:\$ |`)make ([a-z-]+)", README))
    assert {"demo", "run", "test"} <= named
    assert named <= set(re.findall(r"^([a-z-]+):", makefile, re.MULTILINE))


def test_every_filter_that_is_shown_is_understood(empty: Deck) -> None:
    words = section("The command line").partition("A filter is words")[2]
    shown = [word for word in re.findall(r"`([^`]+)`", words) if word != "!"]
    assert len(shown) >= 10
    for word in shown:
        assert empty("eips", word).code == 0, word
        assert empty("eips", f"!{word}").code == 0, word
    assert empty("eips", "no-such-key:x").code == 2


def commands_of_the_table() -> list[str]:
    """The words of every command in the table of commands, without their arguments."""
    rows = [line for line in section("The command line").splitlines() if line.startswith("| `")]
    cells = [cell for row in rows for cell in re.findall(r"`([^`]+)`", row.split(" | ")[0])]
    return [re.sub(r" (-$|[A-Z[-].*)", "", cell.removeprefix("eipdeck").strip()) for cell in cells]


def test_the_table_names_every_command_and_no_other() -> None:
    assert {command for command in commands_of_the_table() if command} == {verb.name for verb in VERBS}


def test_the_configuration_is_one_that_is_read(tmp_path: Path) -> None:
    words = README.partition("```toml\n")[2].partition("```")[0]
    file = tmp_path / "config.toml"
    file.write_text(words)
    config = load_config(file)
    assert config.require_customer_pool
    assert config.regions == {"na-east-1": ("198.18.16.0/20",)}


@pytest.mark.parametrize("command", sorted(set(re.findall(r"`eipdeck ([a-z-]+)", README))))
def test_every_command_that_is_named_exists(command: str) -> None:
    with pytest.raises(SystemExit) as end:
        parse([command, "--help"])
    assert end.value.code == 0


def test_the_readme_shows_every_picture_that_is_drawn_and_no_other() -> None:
    shown = set(re.findall(r"screenshots/([a-z0-9-]+)\.svg", README))
    drawn = set(re.findall(r'Picture\(\s*"([a-z0-9-]+)"', (ROOT / "screenshots/make.py").read_text(encoding="utf-8")))
    light = {f"{name}-light" for name in drawn if name.startswith("incident-")}
    assert shown == drawn | light == {path.stem for path in (ROOT / "screenshots").glob("*.svg")}

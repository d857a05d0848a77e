"""What the program says of itself: the interface for programs, the manual page, the completion scripts."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from core import CODES, FILTER_KEYS
from tui.cli.arguments import EXITS, parse
from tui.cli.interface import EXIT_CODES
from tui.cli.manual import manual
from tui.wording.verbs import VERBS

if TYPE_CHECKING:
    from tests.e2e.conftest import Deck, Said

ROOT = Path(__file__).parents[2]


def test_it_has_every_command_and_code(program: Callable[..., Said]) -> None:
    told = program("interface", "--json").document
    assert [each["name"] for each in told["commands"]] == [verb.name for verb in VERBS]
    assert {each["code"]: each["exit_code"] for each in told["error_codes"]} == {
        code.value: raised.exit_code for code, raised in CODES.items()
    }
    assert {each["key"]: tuple(each["values"]) for each in told["filter_keys"]} == FILTER_KEYS
    assert {each["exit_code"] for each in told["error_codes"]} <= {each["code"] for each in told["exit_codes"]}
    (allocate,) = (each for each in told["commands"] if each["name"] == "allocate")
    assert allocate["writes"]
    assert {"--pool", "--request-id", "--dry-run"} <= {each["name"] for each in allocate["arguments"]}
    (severity,) = (
        argument
        for each in told["commands"]
        if each["name"] == "findings"
        for argument in each["arguments"]
        if argument["name"] == "--severity"
    )
    assert severity["choices"] == ["critical", "warning", "info"]


def test_each_command_that_it_tells_is_parsed_as_it_tells(empty: Deck) -> None:
    for each in empty.done("interface")["commands"]:
        words = each["name"].split()
        for argument in each["arguments"]:
            if argument["required"] and not argument["exclusive"]:
                value = argument["choices"][0] if argument["choices"] else "7"
                words += [argument["name"], value] if argument["name"].startswith("-") else [value]
        exclusive = [argument for argument in each["arguments"] if argument["exclusive"] and argument["required"]]
        words += [exclusive[0]["name"], "7"] if exclusive else []
        assert parse(words).verb.name == each["name"]


def test_the_exit_codes_are_those_of_the_help() -> None:
    told = " ".join(EXITS.split())
    for code, means in EXIT_CODES.items():
        assert code > 7 or re.search(rf"[:;] {code} {re.escape(means)}", told), code


def test_people_read_a_command_a_line(empty: Deck) -> None:
    said = empty("interface")
    assert said.code == 0
    assert len(said.out.splitlines()) == len(VERBS) + 1


def test_the_manual_has_every_command_and_option() -> None:
    page = manual("1.2.3").replace("\\-", "-")
    for verb in VERBS:
        assert f".SS {verb.name}\n" in page
        for argument in verb.arguments:
            assert argument.name in page or f"\\fI{argument.metavar}\\fR" in page


@pytest.mark.skipif(shutil.which("groff") is None, reason="there is no groff")
def test_the_manual_is_printed_without_a_warning() -> None:
    done = subprocess.run(
        ["groff", "-man", "-Tutf8", "-ww", "-z"], input=manual("1.2.3"), capture_output=True, text=True, check=True
    )
    assert (done.stdout, done.stderr) == ("", "")


def test_the_wheel_has_the_manual(tmp_path: Path) -> None:
    built = subprocess.run(
        [
            sys.executable,
            "-m",
            "pip",
            "wheel",
            "--quiet",
            "--no-deps",
            "--no-build-isolation",
            "-w",
            str(tmp_path),
            str(ROOT),
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    assert built.returncode == 0, built.stderr
    with zipfile.ZipFile(next(tmp_path.glob("*.whl"))) as wheel:
        (page,) = (name for name in wheel.namelist() if name.endswith("share/man/man1/eipdeck.1"))
        assert ".SS cidr activate" in wheel.read(page).decode()

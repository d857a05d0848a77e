"""The README's own words, tried."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from core import load_config
from tui.arguments import parse

if TYPE_CHECKING:
    from tests.e2e.conftest import Deck

README = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")


def test_the_first_session_goes_as_it_is_told(empty: Deck) -> None:
    section = README.partition("## A first session")[2].partition("\n## ")[0]
    lines = [line.removeprefix("$ eipdeck ") for line in section.splitlines() if line.startswith("$ eipdeck ")]
    assert len(lines) >= 8
    codes = {}
    for line in lines:
        words, _, told = line.partition("#")
        code = re.search(r"exit code (\d)", told)
        codes[words.strip()] = empty(*shlex.split(words)).code, int(code[1]) if code else 0
    assert codes.pop("findings") == (1, 0), "one finding is an answer that is no"
    assert all(said == told for said, told in codes.values()), codes
    assert empty("findings").code == 0


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

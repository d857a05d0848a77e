"""The configuration file: what it may say, and what a wrong one is told."""

from __future__ import annotations

from pathlib import Path

import pytest

from core import AllocationRequest, EipdeckError, open_inventory
from core.domain.config import Config, load_config


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "config.toml"


def test_every_setting_of_the_readme(file: Path) -> None:
    file.write_text(
        'region = "na-east-1"\nrequire_customer_pool = true\nidle_days = 7\nrunway_days = 3\nroa_file = "roas.json"\n'
        '[regions]\nna-east-1 = ["198.18.16.0/20"]\neu-west-1 = []\n[keys]\nallocate = "ctrl+a"\n'
    )
    assert load_config(file) == Config(
        region="na-east-1",
        regions={"na-east-1": ("198.18.16.0/20",), "eu-west-1": ()},
        require_customer_pool=True,
        idle_days=7,
        runway_days=3,
        roa_file=file.parent / "roas.json",
        keys={"allocate": "ctrl+a"},
        path=file,
    )


@pytest.mark.parametrize(
    ("words", "why"),
    [
        ("idle_days = 0", "idle_days"),
        ("idle_days = true", "idle_days"),
        ('colour = "red"', "'colour' is not a known setting"),
        ("region = 3", "region"),
        ('[regions]\nna-east-1 = "198.18.16.0/20"', "list of prefixes"),
        ("[regions]\nna-east-1 = [3]", "list of prefixes"),
        ('[regions]\nna-east-1 = ["198.18.16.1/20"]', "na-east-1"),
        ('[regions]\nasia-east-1 = ["198.19.0.0/20"]', "has its range already"),
        ("region =", "not valid TOML"),
        ('region = "\\ud800"', "not valid TOML"),
    ],
)
def test_a_wrong_one_is_refused_and_says_where(file: Path, words: str, why: str) -> None:
    file.write_text(words)
    with pytest.raises(EipdeckError) as caught:
        load_config(file)
    assert (caught.value.code, caught.value.exit_code) == ("usage", 2)
    assert why in caught.value.message
    assert str(file) in caught.value.message


def test_a_missing_one_is_refused_when_it_was_named(file: Path) -> None:
    with pytest.raises(EipdeckError) as caught:
        load_config(file)
    assert caught.value.code == "usage"


def test_the_ranges_of_a_region_are_its_default_pool(file: Path, tmp_path: Path) -> None:
    file.write_text('[regions]\nna-east-1 = ["198.19.4.0/30"]')
    inventory = open_inventory(str(tmp_path / "deck.db"), operator="alice", config=load_config(file))
    (eip,) = inventory.execute(AllocationRequest(region="na-east-1", default=True)).eips
    assert (eip.address, eip.pool_id) == ("198.19.4.0", "default-na-east-1")
    inventory.close()

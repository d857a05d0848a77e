"""The configuration file: what it may say, and what a wrong one is told."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import AllocationRequest, EipdeckError, config_line, config_schema, config_settings, open_inventory
from core.domain.config import TYPES, Config, load_config


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
        ('[views.a]\nfilter = "nokey:x"', "views.a.filter: 'nokey' is not a key"),
        ("[views.a]\nfilter = 3", "views.a: filter and sort must be text"),
        ('[views.a]\ncolumns = "POOL"', "views.a.columns must be a list"),
        ('[views.a]\nfitler = "x"', "views.a.fitler is not a known setting; the nearest is filter"),
        ("[views]\na = 1", "views.a must be a table"),
        ('start_view = "b"\n[views.a]', "there is no view 'b'"),
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


WRONG = """\
regoin = "x"
idle_days = 0
[regions]
# eu is below
na-east-1 = "198.18.16.0/20"
eu = [
  "198.18.16.1/20",
]
[display]
zone = "Nowhere/City"
[evidence]
fromat = 3
"""


def test_every_problem_is_told_at_once_with_its_line_and_the_nearest_name(file: Path) -> None:
    file.write_text(WRONG)
    with pytest.raises(EipdeckError) as caught:
        load_config(file)
    problems = [(each["line"], each["key"]) for each in caught.value.details["problems"]]
    assert problems == [
        (1, "regoin"),
        (2, "idle_days"),
        (5, "regions.na-east-1"),
        (6, "regions.eu"),
        (10, "display.zone"),
        (12, "evidence.fromat"),
    ]
    assert "6 problems: line 1: 'regoin' is not a known setting; the nearest is region; line 2" in caught.value.message
    assert "line 12: evidence.fromat is not a known setting; the nearest is format" in caught.value.message


def test_a_name_like_no_other_is_told_the_known_ones(file: Path) -> None:
    file.write_text("\n\nzzz = 1")
    with pytest.raises(EipdeckError, match="line 3: 'zzz' is not a known setting; known are region, regions"):
        load_config(file)


def test_a_file_of_many_problems_is_told_short(file: Path) -> None:
    file.write_text("".join(f"wrong_{number} = {number}\n" for number in range(3000)))
    with pytest.raises(EipdeckError) as caught:
        load_config(file)
    assert len(caught.value.details["problems"]) == 20
    assert "3000 problems" in caught.value.message


@given(
    st.lists(
        st.sampled_from(["idle_days = 0", "", "# idle_days", 'x = """\nidle_days = 3\n"""', "a = [\n1,\n2]"]),
        unique=True,
    )
)
def test_the_line_is_that_of_the_setting(lines: list[str]) -> None:
    text = "\n".join(lines)
    found = config_line(text, ("idle_days",))
    if "idle_days = 0" not in lines:
        assert found is None
    else:
        assert text.splitlines()[(found or 0) - 1] == "idle_days = 0"


def test_the_schema_knows_every_setting_and_no_other(file: Path) -> None:
    schema = config_schema()
    assert list(schema["properties"]) == list(TYPES)
    assert not schema["additionalProperties"]
    file.write_text("idle_days = 7\n")
    assert [(each.key, each.line) for each in config_settings(file) if each.line] == [("idle_days", 1)]
    assert [each.key for each in config_settings(file)] == list(TYPES)


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

"""What a release must have: a dated section, a licence, and files for the versions after it."""

from __future__ import annotations

import re
import tomllib
from importlib.metadata import metadata
from pathlib import Path

import pytest

from tests import release

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
RELEASED = re.findall(
    r"^## (\d+\.\d+\.\d+) - \d{4}-\d\d-\d\d$", (ROOT / "CHANGELOG.md").read_text("utf-8"), re.MULTILINE
)


def test_the_newest_section_of_the_changelog_is_this_version() -> None:
    assert RELEASED[0] == PROJECT["version"] == metadata("eipdeck")["Version"]


def test_every_earlier_version_left_its_files() -> None:
    assert sorted(RELEASED[1:]) == sorted(path.name for path in (ROOT / "tests" / "data").iterdir())


def test_the_licence_is_the_one_that_is_declared() -> None:
    assert PROJECT["license"] == metadata("eipdeck")["License-Expression"] == "Apache-2.0"
    assert "Apache License\n                           Version 2.0" in (ROOT / "LICENSE").read_text(encoding="utf-8")


def test_the_checklist_stops_at_changes_without_a_version(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place = release.Place(tmp_path)
    monkeypatch.setattr(release, "ROOT", tmp_path)
    changelog = tmp_path / "CHANGELOG.md"
    dated = f"## {PROJECT['version']} - 2026-11-28\n\n- A change.\n"
    changelog.write_text(f"# Changelog\n\n{dated}", encoding="utf-8")
    release.is_told(place)
    changelog.write_text(f"# Changelog\n\n## Unreleased\n\n{dated}", encoding="utf-8")
    release.is_told(place)
    for wrong in (f"# Changelog\n\n## Unreleased\n\n- More.\n\n{dated}", "# Changelog\n"):
        changelog.write_text(wrong, encoding="utf-8")
        with pytest.raises(release.Failed):
            release.is_told(place)


def test_every_point_of_the_checklist_says_what_it_proves() -> None:
    assert all(point.__doc__ for point in release.POINTS)


def test_both_packages_are_typed() -> None:
    assert all((ROOT / package / "py.typed").is_file() for package in ("core", "tui"))

"""The measures of `make house`, on a small house with every fault in it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.house import main, measure, unused_doors

ROOT = Path(__file__).parents[1]
PYPROJECT = """
[[tool.importlinter.contracts]]
type = "layers"
layers = ["core.inventory", "core.operations | core.queries", "core.domain"]

[[tool.importlinter.contracts]]
type = "layers"
layers = ["tui.app", "tui.screen"]
"""
SOUND = {
    "core/__init__.py": "from core.inventory import Inventory\n",
    "core/inventory.py": "from core.domain.values import Eip\nclass Inventory:\n    pass\n",
    "core/domain/__init__.py": "",
    "core/domain/values.py": "class Eip:\n    pass\n",
    "core/operations/__init__.py": "",
    "core/operations/release.py": "from core.domain.values import Eip\ndef one() -> None:\n    pass\n",
    "core/queries/__init__.py": "",
    "core/queries/usage.py": "def two() -> None:\n    pass\n",
    "core/storage/migrations/versions/0001_first.py": "x = 1\n" * 400,
    "tui/__init__.py": "",
    "tui/app.py": "def shown() -> None:\n    from tui.screen import Screen\n",
    "tui/screen/__init__.py": "class Screen:\n    pass\n",
}
HIDDEN = "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from core.operations.release import one\n"


def house(root: Path, **changed: str) -> dict[str, float]:
    for name, text in {**SOUND, **changed, "pyproject.toml": PYPROJECT}.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return {each.name: len(each.breaches) for each in measure(root)}


def test_a_sound_house_breaks_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert not any(house(tmp_path).values())
    assert main(tmp_path) == 0
    assert "circles: 0\n" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("name", "path", "text"),
    [
        ("circles", "core/domain/values.py", "from core import inventory\n"),
        ("circles hidden under TYPE_CHECKING", "core/domain/values.py", HIDDEN),
        ("back-arrows", "core/domain/values.py", "import core.operations.release\n"),
        ("back-arrows", "core/queries/usage.py", "from core.operations import release\n"),
        ("modules outside the layers", "core/extra/thing.py", "x = 1\n"),
        (
            "late imports that are not doors",
            "core/queries/usage.py",
            "def f() -> None:\n    import core.domain.values\n",
        ),
        ("files over 300 lines", "core/domain/values.py", "x = 1\n" * 301),
        ("functions over 40 lines", "core/domain/values.py", "def f() -> None:\n" + "    x = 1\n" * 40),
    ],
)
def test_each_fault_is_named(tmp_path: Path, name: str, path: str, text: str) -> None:
    assert house(tmp_path, **{path: text})[name] == 1


def test_more_than_three_flat_files_are_named(tmp_path: Path) -> None:
    flat = {f"core/{name}.py": "" for name in ("one", "two", "three")}
    assert house(tmp_path, **flat)["flat files in core"] == 4


def test_a_breach_ends_with_exit_code_1(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    house(tmp_path, **{"core/domain/values.py": "x = 1\n" * 301})
    assert main(tmp_path) == 1
    assert "core.domain.values 301" in capsys.readouterr().err


def test_every_door_is_used() -> None:
    assert not unused_doors(Path(__file__).parents[1])


def test_each_file_that_contributing_names_exists() -> None:
    """A name without a folder is of a file somewhere below; `VERB` stands for a name."""
    words = re.findall(r"`([\w./]+\.py)`", (ROOT / "CONTRIBUTING.md").read_text())
    parts = ("core", "tui", "tests")
    files = [f"/{path.relative_to(ROOT).as_posix()}" for part in parts for path in (ROOT / part).rglob("*.py")]
    assert len(words) > 40
    named = [word for word in words if "VERB" not in word]
    missing = [word for word in named if not any(file.endswith(f"/{word}") for file in files)]
    assert missing == []

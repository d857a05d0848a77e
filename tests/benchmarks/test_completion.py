"""A completion at a million EIPs, against the least that reads a SQLite file from Python."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from core import Inventory
from tests.benchmarks.bench import Ratio
from tui.cli.offers import CALL

BIN = Path(sys.executable).parent
ROUNDS = 100


@pytest.mark.parametrize(("kind", "typed"), [("eips", ""), ("eips", "44.0.0."), ("filter", "pool:"), ("findings", "")])
def test_a_completion_at_a_million_eips(ratio: Ratio, million: Inventory, kind: str, typed: str) -> None:
    """Goal 23."""
    asked = [str(BIN / "eipdeck"), CALL, kind, typed, "eipdeck", "--db", str(million.file)]
    found = subprocess.run(asked, capture_output=True, check=True).stdout
    assert found or kind == "findings"
    floor = [sys.executable, "-c", "import sqlite3"]
    ratio.of(
        lambda: subprocess.run(asked, capture_output=True, check=True),
        lambda: subprocess.run(floor, capture_output=True, check=True),
        number=23,
        says=f"a completion of {kind} {typed!r}, 1M EIPs / python -c 'import sqlite3'",
        goal=1.5,
        rounds=ROUNDS,
    )

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from core import Inventory, open_inventory
from tests.benchmarks.bench import FIGURES, Figure, Ratio, before, fill
from tests.benchmarks.floor import Floor


@pytest.fixture
def floor(tmp_path: Path) -> Iterator[Floor]:
    made = Floor(tmp_path)
    yield made
    made.close()


@pytest.fixture
def inventory(tmp_path: Path) -> Iterator[Inventory]:
    opened = open_inventory(str(tmp_path / "deck.db"), operator="bench")
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def million(pytestconfig: pytest.Config, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Inventory]:
    """A million EIPs of two days ago, a quarter of them second tenancies, by the public door; a few unmeasured."""
    path = str(tmp_path_factory.mktemp("million") / "deck.db")
    with before(path, timedelta(days=2)) as inventory:
        fill(inventory, batches=16 if pytestconfig.getoption("benchmark_enable") else 1)
    opened = open_inventory(path, operator="bench")
    yield opened
    opened.close()


def pytest_configure(config: pytest.Config) -> None:
    config.stash[FIGURES] = []


@pytest.fixture
def ratio(benchmark: BenchmarkFixture, request: pytest.FixtureRequest) -> Ratio:
    return Ratio(benchmark, request.config.stash[FIGURES])


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    found: list[Figure] = terminalreporter.config.stash[FIGURES]
    figures = sorted(found, key=lambda figure: figure.number)
    if figures:
        terminalreporter.section("medians of interleaved rounds; the README of tests/benchmarks has the goals")
        terminalreporter.write_line(f"{'':>3}  {'figure':<82}{'goal':>12}{'measured':>14}")
        for figure in figures:
            terminalreporter.write_line(_line(figure), yellow=not figure.met)


def _line(figure: Figure) -> str:
    goal, measured = (_amount(value, figure.unit) for value in (figure.goal, figure.measured))
    return f"{figure.number:>3}  {figure.says:<82}{goal:>12}{measured:>14}  {'met' if figure.met else 'NOT MET'}"


def _amount(value: float, unit: str) -> str:
    if unit != "x":
        return f"{value:,.0f} {unit}"
    return f"{value:.2g} x" if value < 0.1 else f"{value:.2f} x"

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from core import Desk, open_desk
from tests.benchmarks.bench import LINES, Ratio, fill
from tests.benchmarks.floor import Floor


@pytest.fixture
def floor(tmp_path: Path) -> Iterator[Floor]:
    made = Floor(tmp_path)
    yield made
    made.close()


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    opened = open_desk(str(tmp_path / "deck.db"), operator="bench")
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def million(pytestconfig: pytest.Config, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """A million live EIPs, a quarter of them second tenancies, by the public door; a few when nothing is measured."""
    opened = open_desk(str(tmp_path_factory.mktemp("million") / "deck.db"), operator="bench")
    fill(opened, batches=16 if pytestconfig.getoption("benchmark_enable") else 1)
    yield opened
    opened.close()


def pytest_configure(config: pytest.Config) -> None:
    config.stash[LINES] = []


@pytest.fixture
def ratio(benchmark: BenchmarkFixture, request: pytest.FixtureRequest) -> Ratio:
    return Ratio(benchmark, request.config.stash[LINES])


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    lines = terminalreporter.config.stash[LINES]
    if lines:
        terminalreporter.section("ratios, medians of interleaved rounds")
        for line in lines:
            terminalreporter.write_line(line)

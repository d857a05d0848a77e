"""No test reads or writes the inventory, the configuration or the name of whoever runs it."""

from __future__ import annotations

import gc
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from tests.pooler import PROGRAM

MEMORY = Path("/dev/shm")  # noqa: S108  # a folder in memory, where the machine has one
ROOMY = 2 << 30
"""Bytes that the folders of a run may need."""
BENCHMARKS = "--benchmark-enable" in sys.argv
"""Benchmarks compare with what a disk takes, so their folders lie on one."""
if not BENCHMARKS and "TMPDIR" not in os.environ and MEMORY.is_dir() and shutil.disk_usage(MEMORY).free > ROOMY:
    os.environ["TMPDIR"] = str(MEMORY)  # flushing a commit to a disk takes a hundred times as long
    tempfile.tempdir = None
os.environ["NO_COLOR"] = "1"  # tests read a screen as text: without colours every sign on it is a character
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # hundreds of programs are started: each source is compiled once

settings.register_profile("eipdeck", deadline=None, print_blob=True, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("eipdeck")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--on", choices=["sqlite", "postgresql"], help="the database that the tests of the core run on")
    parser.addoption("--quick", action="store_true", help="only the fast tests, for the inner loop")
    parser.addoption("--full", action="store_true", help="a live account at full scale too")
    chosen = parser.parse_known_args(sys.argv[1:]).on  # files that are named are imported before anything is configured
    if chosen:
        os.environ["EIPDECK_TESTS_ON"] = chosen


def pytest_configure(config: pytest.Config) -> None:
    """Workers and the programs of the tests were told by the environment."""
    if os.environ.get("EIPDECK_TESTS_THROUGH") == "pgbouncer" and PROGRAM is None:
        pytest.exit("skipped: pgbouncer is not installed", returncode=0)
    if config.getoption("--on"):
        config.addinivalue_line("filterwarnings", "ignore:.*was deleted while still open:ResourceWarning")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what takes minutes, unless it is asked for."""
    if not config.getoption("--full"):
        config.hook.pytest_deselected(items=[item for item in items if item.get_closest_marker("full")])
        items[:] = [item for item in items if not item.get_closest_marker("full")]


_WITHOUT_DATABASE = (
    "addresses",
    "config",
    "log_verdicts",
    "filters",
    "moved_file",
    "pasted_text",
    "postgres",
    "connection",
    "evidence_scanner",
    "evidence_formats",
    "ports",
    "serving",
    "client",
    "paging",
    "profiles",
    *("failover", "faults", "hosts", "pooler", "roles", "round_trips", "standby", "trials"),
)
"""Tests of the core that say the same whatever the database is, or choose one themselves."""


_SLOW = (
    *("postgres", "crowd", "cases_j_concurrency", "corpus", "laws", "import", "disk", "restore"),
    "integrity",
    *(
        "fuzz",
        "every_change",
        "hostile",
        "whole_life",
        "export_and_trail",
        "live",
        "presence",
        "batches",
        "screens",
        "lookup",
    ),
    *("review", "reviews", "forms", "notices"),
    *("evidence_scanner", "pasted_text", "palette", "bursts", "nothing_is_lost", "filter_line", "elision"),
    *("stale_words", "plain_truth", "keys_behind", "pictures", "settings", "standby", "failover", "trials", "hosts"),
    *("roles", "faults", "pooler"),
)
"""Files and folders that `--quick` leaves out: those that take longest, and the programs in `e2e` and `benchmarks`."""


def pytest_runtestloop() -> None:
    """Leave what was collected out of every later look for garbage."""
    gc.freeze()


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """On a second database run again only what differs there; in the inner loop leave out the slow tests."""
    again = os.environ.get("EIPDECK_TESTS_ON") == "postgresql" and not os.environ.get("EIPDECK_TESTS_THROUGH")
    quick = config.getoption("--quick")
    name = collection_path.stem.removeprefix("test_")
    left_out = (again and name in _WITHOUT_DATABASE) or (quick and name in (*_SLOW, "e2e", "benchmarks"))
    return True if left_out else None


_HOMES = ("XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME")


@pytest.fixture(scope="session", autouse=True)
def a_house_of_its_own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Every default path lies in a folder made for this run."""
    home = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch:
        for name in [
            name
            for name in os.environ
            if name.startswith(("EIPDECK_", "SSH_")) and not name.startswith("EIPDECK_TESTS_")
        ]:
            patch.delenv(name)
        patch.setenv("HOME", str(home))
        for name in _HOMES:
            patch.setenv(name, str(home / name.lower()))
        yield home

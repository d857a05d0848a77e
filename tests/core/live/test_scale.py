"""A picture of many rows: the calls of its formula, parts that end as one, little memory, and nothing twice.

`--full` has 100,000 EIPs and 500 gateways, through the installed program.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from core import AccountInventory, load_config, open_account
from tests.core.kit import Clock, forget_databases, fresh_url, rows
from tests.core.live.conftest import profile_file
from tests.core.live.test_mirror_laws import real, shown
from tests.core.live.test_paging import Direct
from tests.standin.account import Account
from tests.standin.crowd import crowded, formula
from tests.standin.server import TOKEN, serving

ROOT = Path(__file__).parents[3]
MEMORY = 60
"""MiB that a sync may take beside the program."""


@pytest.fixture
def direct(tmp_path: Path) -> Iterator[Any]:
    """Opens a mirror of an account that is called without a network."""
    config, made = load_config(profile_file(tmp_path, "http://127.0.0.1:1")), list[AccountInventory]()

    def opening(account: Account, name: str) -> AccountInventory:
        url = fresh_url(tmp_path / name)
        made.append(open_account("acme", url, operator="alice", config=config, clock=Clock()))
        made[-1]._account.connect = lambda **_: Direct(account)  # type: ignore[method-assign]  # no network between
        return made[-1]

    yield opening
    for each in made:
        each.close()
    forget_databases()


_CONTENT = (
    "SELECT e.id, e.address, e.pool_id, e.status, e.customer_owned, e.name FROM eip e ORDER BY e.id",
    "SELECT eip_id, kind, service_id, sources, all_eips, protocol, port FROM binding ORDER BY 1, 2, 3, 4, 6, 7",
    "SELECT id, kind, region, name, private_ips FROM service ORDER BY id",
    "SELECT kind, platform_id, digest, subject FROM mirror_row ORDER BY kind, platform_id",
    "SELECT kind, platform_id, why FROM mirror_aside ORDER BY kind, platform_id",
    "SELECT action, count(*) FROM event GROUP BY action ORDER BY action",
)


def content(inventory: AccountInventory) -> list[Any]:
    return [[tuple(row) for row in rows(inventory, statement)] for statement in _CONTENT]


def test_many_rows_are_taken_over_in_parts_that_end_as_one(direct: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    account = crowded(600, 12)
    account.eip("block", "203.0.200.64", "c-0", prefixLength=28)
    account.details["nat-3"]["dnats"][0]["protocol"] = "dreaming"
    whole = direct(account, "whole")
    whole.sync()
    monkeypatch.setattr("core.live.mirror._MANY", 100)
    monkeypatch.setattr("core.live.parts._ROWS", 200)
    monkeypatch.setattr("core.live.parts._GATEWAYS", 5)
    monkeypatch.setattr("core.live.reading.PAGE_SIZE", 100)
    told: list[tuple[str, int]] = []
    parts = direct(account, "parts")
    done = parts.sync(on_progress=lambda kind, number: told.append((kind, number)))
    assert content(parts) == content(whole)
    assert shown(parts) == real(account) - {each for each in real(account) if each[0] == "block"}
    assert told[-1] == ("taken over", 1 + 1 + 601 + 12 + 12 + 2)
    assert (done.aside, parts.verify().ok) == (2, True)
    assert len(parts.history()) == len(whole.history())


def test_a_stop_between_two_parts_keeps_the_first_and_not_the_age(direct: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.live.mirror._MANY", 100)
    monkeypatch.setattr("core.live.parts._ROWS", 100)
    monkeypatch.setattr("core.live.reading.PAGE_SIZE", 100)
    account = crowded(600, 12)
    inventory = direct(account, "mirror")

    def stop(kind: str, number: int) -> None:
        if kind == "taken over" and number > 300:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        inventory.sync(on_progress=stop)
    state = inventory.mirror()
    assert state is not None
    assert (state.as_of, inventory.lookup("203.0.0.1").verdict.value) == (None, "unknown")
    assert 0 < len(list(inventory.eips())) < 600
    inventory.sync()
    assert shown(inventory) == real(account)
    assert "landed_in_default_pool" not in {finding.code.value for finding in inventory.findings()}


def test_the_calls_are_those_of_the_formula_and_a_second_sync_writes_nothing(direct: Any) -> None:
    account = crowded(2100, 30)
    inventory = direct(account, "mirror")
    done = inventory.sync()
    assert done.calls == formula(account) == sum(account.calls.values()) == 2 + 30 + 3 + 1 + 1 + 1
    before = content(inventory), inventory.data_version()
    assert inventory.sync().calls == formula(account)
    assert (content(inventory), inventory.data_version()) == before


@pytest.mark.full
def test_a_hundred_thousand_eips_take_little_memory(tmp_path: Path) -> None:
    small, big = crowded(40, 1), crowded(100_000, 500)
    few, many = _synced(small, tmp_path / "small"), _synced(big, tmp_path / "big")
    assert sum(big.calls.values()) == 2 * formula(big) == 2 * 605
    assert [each["created"] for each in many.answers] == [100_000 + 40_250 + 506, 0]
    taken = many.mebibytes - few.mebibytes
    assert taken <= MEMORY, f"{taken:.0f} MiB beside the program of {few.mebibytes:.0f}"


class _Synced:
    """Two syncs of the installed program: their answers, the most memory of the first, and its processor time."""

    def __init__(self) -> None:
        self.answers: list[Any] = []
        self.mebibytes = self.seconds = 0.0


def _synced(account: Account, folder: Path) -> _Synced:
    found = _Synced()
    folder.mkdir()
    with serving(account) as standin:
        words = ["--config", str(profile_file(folder, standin.endpoint)), "--profile", "acme"]
        environment = {**os.environ, "ZC_TOKEN": TOKEN, "XDG_DATA_HOME": str(folder)}
        for _ in range(2):
            program = [sys.executable, "-m", "tui", *words, "sync", "--json"]
            process = subprocess.Popen(program, cwd=ROOT, env=environment, stdout=subprocess.PIPE)
            assert process.stdout is not None
            found.answers.append(json.loads(process.stdout.read()))
            process.stdout.close()
            _, status, used = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
            assert process.returncode == 0
            found.mebibytes = found.mebibytes or used.ru_maxrss / 1024
            found.seconds = found.seconds or used.ru_utime + used.ru_stime
    return found

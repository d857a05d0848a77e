"""Work whose time is over: no commit begins after its end, and it is not ended after a commit began."""

from __future__ import annotations

import pytest

from core import Inventory
from core.domain.progress import Work
from tests.core.kit import customer_cidr, one, refused


@pytest.fixture
def work(monkeypatch: pytest.MonkeyPatch) -> Work:
    made = Work()
    for module in ("sqlite_connection", "postgres"):
        monkeypatch.setattr(f"core.storage.{module}.WORK", made)
    return made


def test_no_commit_begins_after_the_end(inventory: Inventory, work: Work) -> None:
    assert work.end("The command has worked for 1 s") is not None
    with refused(inventory, "time_limit"):
        one(inventory, None)
    assert len(inventory.pools()) == 1


def test_after_a_commit_began_nothing_is_ended(inventory: Inventory, work: Work) -> None:
    customer_cidr(inventory)
    assert work.end("The command has worked for 1 s") is None
    assert one(inventory).id == "eip-1"


def test_an_open_read_is_known(inventory: Inventory, work: Work) -> None:
    if not inventory.embedded:
        pytest.skip("a server ends it")
    assert work.reads_for == 0
    with inventory._store.read():
        assert work.reads_for > 0
    assert work.reads_for == 0

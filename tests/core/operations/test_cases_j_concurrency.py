"""Cases J: many at once, twice the same, and killed in the middle."""

from __future__ import annotations

import fcntl
import json
import os
import subprocess
import sys
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from core import (
    AcceptRequest,
    AllocationRequest,
    DrainRequest,
    EipdeckError,
    EipStatus,
    Inventory,
    ReleaseRequest,
    RetireRequest,
    open_inventory,
)
from core.storage.opening import open_store
from tests.core.audit import audit
from tests.core.kit import (
    ROOT,
    Clock,
    addresses,
    another,
    at_once,
    balancer,
    connect,
    customer_cidr,
    file_of,
    fresh_desk,
    of_a_file,
    one,
    refused,
    release,
    rows,
    services,
    unchanged,
)

ENVIRONMENT = {**os.environ, "PYTHONPATH": str(ROOT)}


def python(program: str, *words: object) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, str(ROOT / "tests/core" / program), *map(str, words)],
        stdout=subprocess.PIPE,
        text=True,
        env=ENVIRONMENT,
    )


def test_82_eight_at_once_on_eight_free_addresses_all_get_one(inventory: Inventory) -> None:
    customer_cidr(inventory, "203.0.113.0/29")
    got = at_once(inventory, [lambda mine: one(mine).address] * 8)
    assert sorted(got) == [f"203.0.113.{last}" for last in range(8)]
    audit(inventory)


def test_83_fifty_threads_of_two_processes_get_fifty_addresses_and_the_cidr_retires(
    inventory: Inventory, clock: Clock
) -> None:
    customer_cidr(inventory, "44.0.0.0/20")
    workers = [python("worker.py", inventory.url, "edge", 25) for _ in range(2)]
    words = [worker.communicate(timeout=60)[0].split() for worker in workers]
    got = [word for each in words for word in each if word != "ready"]
    assert [worker.returncode for worker in workers] == [0, 0]
    assert (len(got), len(set(got)), set(addresses(inventory.eips()))) == (50, 50, set(got))
    clock.now = datetime.now(UTC)  # the workers go by the clock of this host
    release(inventory, *got)
    inventory.execute(DrainRequest(cidr="44.0.0.0/20"))
    assert inventory.execute(RetireRequest(cidr="44.0.0.0/20")).state == "retired"


def test_84_of_two_who_ask_for_the_same_address_one_gets_it(inventory: Inventory) -> None:
    customer_cidr(inventory)
    answers = at_once(inventory, [lambda mine: one(mine, address="203.0.113.7").address] * 2)
    assert sorted(answers) == ["203.0.113.7", "address_in_use"]


def test_86_the_same_request_again_has_the_first_answer_and_changes_nothing(inventory: Inventory) -> None:
    customer_cidr(inventory)
    request = AllocationRequest(pool_id="edge", count=2, request_id="key", reason="J-1")
    first = inventory.execute(request)
    with unchanged(inventory):
        assert inventory.execute(request) == first
    services(inventory)
    inventory.execute(balancer(first.eips[0].address))
    again = inventory.execute(request)
    assert [eip.status for eip in again.eips] == ["bound", "unbound"]


def test_86_a_landing_asked_for_again_warns_again(inventory: Inventory) -> None:
    request = AllocationRequest(request_id="key")
    first = inventory.execute(request)
    assert inventory.execute(request).warnings == first.warnings != ()


@pytest.mark.parametrize("change", [{"count": 2}, {"pool_id": None}, {"name": "web"}, {"address": "203.0.113.9"}])
def test_86_the_same_key_with_another_request_is_refused(inventory: Inventory, change: dict[str, str]) -> None:
    customer_cidr(inventory)
    request = AllocationRequest(pool_id="edge", request_id="key")
    inventory.execute(request)
    with refused(inventory, "request_mismatch"):
        inventory.execute(replace(request, **change))  # type: ignore[arg-type]
    with refused(inventory, "request_mismatch"):
        inventory.execute(DrainRequest(cidr="203.0.113.0/28", request_id="key"))


def test_86_eight_at_once_with_one_key_make_one_eip(inventory: Inventory) -> None:
    customer_cidr(inventory)
    ask = AllocationRequest(pool_id="edge", request_id="key")
    answers = at_once(inventory, [lambda mine: str(mine.execute(ask).eips[0].id)] * 8)
    assert answers == ["eip-1"] * 8
    assert len(list(inventory.eips())) == 1


def test_86_after_the_release_the_answer_is_still_there_marked_released(inventory: Inventory) -> None:
    customer_cidr(inventory, "203.0.113.0/32")
    request = AllocationRequest(pool_id="edge", request_id="key")
    (eip,) = inventory.execute(request).eips
    release(inventory, eip.address)
    other = one(inventory)
    (answer,) = inventory.execute(request).eips
    assert (answer.id, answer.status) == (eip.id, EipStatus.RELEASED)
    assert inventory.eip(other.address) == other


def test_86_a_release_sent_twice_with_one_key_releases_no_later_tenant(inventory: Inventory) -> None:
    customer_cidr(inventory, "203.0.113.0/32")
    one(inventory)
    request = ReleaseRequest(eips=("203.0.113.0",), request_id="key")
    inventory.execute(request)
    later = one(inventory)
    inventory.execute(request)
    assert inventory.eip("203.0.113.0") == later


def test_86_a_refused_request_leaves_its_key_free(inventory: Inventory) -> None:
    request = AllocationRequest(pool_id="edge", request_id="key")
    with refused(inventory, "pool_not_found"):
        inventory.execute(request)
    customer_cidr(inventory)
    assert inventory.execute(request).eips[0].address == "203.0.113.0"


def test_86_a_retry_may_give_another_reason_and_the_first_stands(inventory: Inventory) -> None:
    customer_cidr(inventory)
    request = AllocationRequest(pool_id="edge", request_id="key", reason="J-1")
    first = inventory.execute(request)
    with unchanged(inventory):
        assert inventory.execute(replace(request, reason="J-1, once more")) == first


def test_86_an_acceptance_is_answered_again_when_its_finding_is_gone(inventory: Inventory) -> None:
    landed = one(inventory, None)
    until = "2099-01-01T00:00:00Z"
    request = AcceptRequest(finding=str(landed.id), reason="wanted", until=until, request_id="key")
    first = inventory.execute(request)
    assert inventory.execute(request) == first
    release(inventory, landed.address)
    with unchanged(inventory):
        assert inventory.execute(request) == first


def answer_file(folder: Path, name: str, *given: str) -> Path:
    """An answer of the platform with these addresses."""
    path = folder / name
    path.write_text(json.dumps([{"eipId": f"e-{each}", "publicIpAddresses": [each]} for each in given]))
    return path


def test_86_an_import_sent_twice_with_one_key_is_one_import(inventory: Inventory, tmp_path: Path) -> None:
    path = answer_file(tmp_path, "a.json", "128.14.9.1", "128.14.9.2")
    first = inventory.import_files([path], reason="J-1", request_id="key")
    assert first.created == 4
    assert {event.request_id for event in inventory.history()} == {"key"}
    release(inventory, "128.14.9.2")
    same = answer_file(tmp_path, "renamed.json", "128.14.9.1", "128.14.9.2")
    with unchanged(inventory):
        assert inventory.import_files([same], reason="J-1", request_id="key") == first


def test_86_the_key_of_an_import_is_of_its_contents(inventory: Inventory, tmp_path: Path) -> None:
    customer_cidr(inventory)
    path = answer_file(tmp_path, "a.json", "128.14.9.1")
    inventory.import_files([path], request_id="key")
    with refused(inventory, "request_mismatch"):
        inventory.import_files([answer_file(tmp_path, "b.json", "128.14.9.2")], request_id="key")
    with refused(inventory, "request_mismatch"):
        inventory.execute(AllocationRequest(pool_id="edge", request_id="key"))
    inventory.execute(AllocationRequest(pool_id="edge", request_id="other"))
    with refused(inventory, "request_mismatch"):
        inventory.import_files([path], request_id="other")
    with refused(inventory, "invalid_name"):
        inventory.import_files([path], request_id="a\0b")


def test_86_a_refused_import_leaves_its_key_free(inventory: Inventory, tmp_path: Path) -> None:
    with refused(inventory, "invalid_import"):
        inventory.import_files([answer_file(tmp_path, "a.json", "10.0.0.1")], request_id="key")
    assert inventory.import_files([answer_file(tmp_path, "a.json", "128.14.9.1")], request_id="key").created == 2


def test_86_an_export_restored_with_a_key_is_restored_once(inventory: Inventory, tmp_path: Path) -> None:
    customer_cidr(inventory)
    inventory.execute(AllocationRequest(pool_id="edge", request_id="theirs"))
    inventory.export(tmp_path / "export.json")
    other = fresh_desk(tmp_path / "other", clock=inventory.now)
    with refused(other, "request_mismatch"):
        other.import_files([tmp_path / "export.json"], request_id="theirs")
    first = other.import_files([tmp_path / "export.json"], request_id="ours")
    assert first.created
    with unchanged(other):
        assert other.import_files([tmp_path / "export.json"], request_id="ours") == first
        assert other.import_files([tmp_path / "export.json"]).unchanged == first.created
    other.close()


@pytest.mark.parametrize("key", ["", "x" * 256, "a\0b"])
def test_86_a_key_that_is_none_is_refused(inventory: Inventory, key: str) -> None:
    customer_cidr(inventory)
    with refused(inventory, "invalid_name"):
        inventory.execute(AllocationRequest(pool_id="edge", request_id=key))


@of_a_file
@pytest.mark.parametrize("verb", ["allocate", "release", "rehome", "bind"])
def test_87_killed_between_any_two_statements_all_or_nothing_has_happened(
    inventory: Inventory, tmp_path: Path, verb: str
) -> None:
    customer_cidr(inventory)
    services(inventory)
    one(inventory)
    one(inventory, None)
    inventory.close()
    program = python("crash.py", file_of(inventory), tmp_path, verb)
    printed, _ = program.communicate(timeout=120)
    assert program.returncode == 0
    killed = int(printed)
    assert killed > 5
    live = "SELECT address, status FROM eip WHERE released_at IS NULL ORDER BY address"
    outcomes = []
    for place in range(killed + 1):
        reopened = open_inventory(str(tmp_path / f"{place}.db"), operator="bob")
        audit(reopened)
        outcomes.append((rows(reopened, live), len(reopened.history())))
        reopened.close()
    before, after = outcomes[0], outcomes[-1]
    assert before != after
    assert outcomes == [before] * outcomes.count(before) + [after] * outcomes.count(after)


@of_a_file
def test_87_after_a_kill_the_same_key_finds_or_makes_its_one_answer(inventory: Inventory, tmp_path: Path) -> None:
    customer_cidr(inventory)
    inventory.close()
    program = python("crash.py", file_of(inventory), tmp_path, "allocate")
    killed = int(program.communicate(timeout=120)[0])
    for place in range(0, killed + 1, 3):
        reopened = open_inventory(str(tmp_path / f"{place}.db"), operator="bob")
        request = AllocationRequest(pool_id="edge", count=2, request_id="key")
        got = reopened.execute(request).eips
        assert addresses(reopened.eips()) == addresses(got) == ["203.0.113.0", "203.0.113.1"]
        reopened.close()


def test_87_every_address_promised_before_a_kill_is_kept(inventory: Inventory) -> None:
    customer_cidr(inventory, "44.0.0.0/20")
    promised: list[str] = []
    for count in (1, 7, 15):
        worker = python("worker.py", inventory.url, "edge", 0)
        assert worker.stdout is not None
        promised += [worker.stdout.readline().strip() for _ in range(count + 1)][1:]
        worker.kill()
        promised += worker.communicate()[0].split()
    kept = set(addresses(inventory.eips()))
    assert len(promised) == len(set(promised)) >= 23
    assert set(promised) <= kept
    assert len(kept - set(promised)) <= 3
    assert inventory.integrity()["integrity"] == "ok"
    audit(inventory)


@of_a_file
def test_88_a_queue_that_is_too_long_is_busy_with_nothing_changed(inventory: Inventory) -> None:
    customer_cidr(inventory)
    request = AllocationRequest(pool_id="edge", request_id="key")
    impatient = another(inventory)
    impatient._store._wait = 0.05  # type: ignore[attr-defined]
    lock = os.open(file_of(inventory).with_name("deck.db.lock"), os.O_RDWR)
    fcntl.flock(lock, fcntl.LOCK_EX)
    with refused(inventory, "store_busy"):
        impatient.execute(request)
    os.close(lock)
    assert addresses(impatient.execute(request).eips) == ["203.0.113.0"]
    impatient.close()


@of_a_file
def test_88_a_writer_that_is_not_ours_makes_it_busy_too(inventory: Inventory) -> None:
    customer_cidr(inventory)
    impatient = open_store(inventory.url, wait=0.05)
    with closing(connect(inventory)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(EipdeckError) as caught, impatient.write():
            pass
        assert (caught.value.code, caught.value.exit_code) == ("store_busy", 6)
    with impatient.write() as connection:
        assert connection.value(int, "SELECT 1") == 1
    impatient.close()

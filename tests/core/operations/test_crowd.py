"""Many operators at once, and operators who are killed: nothing is lost, nothing handed out twice."""

from __future__ import annotations

import json
import os
import random
import select
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from itertools import count
from time import monotonic

import pytest

from core import (
    AcceptRequest,
    ActivateRequest,
    AddCidrRequest,
    AddServiceRequest,
    AllocationRequest,
    BandwidthRequest,
    BindingKind,
    BindRequest,
    DrainRequest,
    Inventory,
    PoolSettingsRequest,
    RecoverRequest,
    RehomeRequest,
    ReleaseRequest,
    RemoveServiceRequest,
    RenameRequest,
    ReserveRequest,
    RetireRequest,
    ServiceKind,
    SetAsnRequest,
    UnbindRequest,
    UnreserveRequest,
    open_inventory,
)
from tests.core.audit import audit
from tests.core.kit import ROOT, addresses, at_once, customer_cidr, one, rows, services

CROWD = 32
OPERATIONS = 12
KILLS = int(os.environ.get("EIPDECK_KILLS", "3"))
"""How often each verb is killed; `EIPDECK_KILLS=50` for the table in the README of the tests."""
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(ROOT)}


def test_thirty_two_processes_at_random_on_one_pool(inventory: Inventory) -> None:
    customer_cidr(inventory, "203.0.113.0/26")
    services(inventory)
    words = [sys.executable, str(ROOT / "tests/core/crowd.py"), inventory.url, str(CROWD), str(OPERATIONS)]
    crowd = subprocess.run(words, capture_output=True, text=True, env=ENVIRONMENT, check=True, timeout=120)
    lived = json.loads(crowd.stdout)
    assert len(lived) == CROWD
    assert {len(lines) for lines, _ in lived} == {OPERATIONS}
    held = sorted(address for _, mine in lived for address in mine)
    done = Counter(line for lines, _ in lived for line in lines)
    assert held == sorted(addresses(inventory.eips())), "what they hold is what there is"
    assert len(held) == len(set(held)), "an address handed out twice"
    assert set(done) <= {"allocate ok", "bind ok", "release ok", "allocate pool_exhausted"}, done
    told = Counter(event.action for event in inventory.history() if event.operator.startswith("operator-"))
    assert (told["allocate"], told["release"]) == (done["allocate ok"], done["release ok"]), "a lost update"
    assert inventory.verify().ok
    audit(inventory)


def test_of_sixteen_who_want_the_last_address_one_gets_it(inventory: Inventory) -> None:
    customer_cidr(inventory, "203.0.113.0/32")
    answers = at_once(inventory, [lambda mine: one(mine).address] * 16)
    assert Counter(answers) == {"203.0.113.0": 1, "pool_exhausted": 15}
    audit(inventory)


@pytest.mark.parametrize("turn", range(3))
def test_a_drain_comes_before_or_after_an_allocation_never_within(inventory: Inventory, turn: int) -> None:
    customer_cidr(inventory)
    drain: Callable[[Inventory], str] = lambda mine: mine.execute(DrainRequest(cidr="203.0.113.0/28")).state  # noqa: E731
    acts: list[Callable[[Inventory], str]] = [lambda mine: one(mine).address] * 7
    answers = at_once(inventory, [*acts[:turn], drain, *acts[turn:]])
    assert set(answers) <= {*(f"203.0.113.{last}" for last in range(7)), "no_active_cidr", "draining"}
    drained = [event.action for event in inventory.history() if event.cidr == "203.0.113.0/28"]
    assert "allocate" not in drained[drained.index("drain_cidr") :]
    audit(inventory)


def test_of_a_retirement_and_allocations_at_once_the_law_stays(inventory: Inventory) -> None:
    customer_cidr(inventory)
    inventory.execute(DrainRequest(cidr="203.0.113.0/28"))
    back = ActivateRequest(cidr="203.0.113.0/28", reason="back")
    acts: list[Callable[[Inventory], str]] = [
        lambda mine: mine.execute(RetireRequest(cidr="203.0.113.0/28")).state,
        lambda mine: mine.execute(back).state,
        *[lambda mine: one(mine).address] * 6,
    ]
    at_once(inventory, acts)
    assert inventory.verify().ok
    audit(inventory)


def test_of_overlapping_cidrs_at_once_one_is_added(inventory: Inventory) -> None:
    def add(cidr: str) -> Callable[[Inventory], str]:
        return lambda mine: mine.execute(AddCidrRequest(cidr=cidr, isp="bgp-a", asn=64500)).cidr

    cidrs = ["203.0.113.0/24", "203.0.113.0/25", "203.0.113.128/25", "203.0.113.64/26"]
    answers = at_once(inventory, [add(cidr) for cidr in cidrs])
    added = [answer for answer in answers if answer != "cidr_overlap"]
    assert 1 <= len(added) <= 2
    assert inventory.verify().ok


def story(inventory: Inventory, number: int) -> Iterator[tuple[str, Callable[[str], object]]]:
    """Every verb of a life, each with a request id given, on a CIDR and services of its own."""
    act = inventory.execute
    cidr, pool = f"203.{number >> 8}.{number & 255}.0/28", f"pool-{number}"
    first, second = cidr.replace(".0/28", ".2"), cidr.replace(".0/28", ".3")
    lb = f"lb-{number}"
    yield "cidr add", lambda k: act(AddCidrRequest(cidr=cidr, isp="a", asn=64500, pool_id=pool, request_id=k))
    yield "cidr set-asn", lambda k: act(SetAsnRequest(cidr=cidr, asn=64501, request_id=k))
    yield "cidr activate", lambda k: act(ActivateRequest(cidr=cidr, reason="x", request_id=k))
    yield "pool set", lambda k: act(PoolSettingsRequest(pool_id=pool, cooldown_seconds=number, request_id=k))
    yield "reserve", lambda k: act(ReserveRequest(cidr=cidr, first=cidr[:-3], last=cidr[:-3], request_id=k))
    unreserve = UnreserveRequest(cidr=cidr, first=cidr[:-3], last=cidr[:-3])
    yield "unreserve", lambda k: act(replace(unreserve, request_id=k))
    service = AddServiceRequest(kind=ServiceKind.LOAD_BALANCER, service_id=lb)
    yield "service add", lambda k: act(replace(service, request_id=k))
    yield "allocate", lambda k: act(AllocationRequest(pool_id=pool, address=first, request_id=k))
    yield "bandwidth", lambda k: act(BandwidthRequest(eip=first, bandwidth_mbps=100, request_id=k))
    yield "name", lambda k: act(RenameRequest(eip=first, name="web", request_id=k))
    bind = BindRequest(eip=first, kind=BindingKind.LOAD_BALANCER, service_id=lb)
    yield "bind", lambda k: act(replace(bind, request_id=k))
    yield "unbind", lambda k: act(UnbindRequest(eip=first, request_id=k))
    yield "release", lambda k: act(ReleaseRequest(eips=(first,), request_id=k))
    yield "recover", lambda k: act(RecoverRequest(address=first, request_id=k))
    landed: list[str] = []
    yield "allocate", lambda k: landed.append(act(AllocationRequest(request_id=k)).eips[0].address)
    yield "accept", lambda k: act(AcceptRequest(finding=landed[0], reason="lab", request_id=k))
    rehome = lambda k: act(RehomeRequest(eip=landed[0], pool_id=pool, address=second, request_id=k))  # noqa: E731
    yield "rehome", rehome
    yield "cidr drain", lambda k: act(DrainRequest(cidr=cidr, request_id=k))
    yield "release", lambda k: act(ReleaseRequest(eips=(first, second), request_id=k))
    yield "cidr retire", lambda k: act(RetireRequest(cidr=cidr, request_id=k))
    yield "service remove", lambda k: act(RemoveServiceRequest(service_id=lb, request_id=k))


VERBS = 19
"""Verbs that the story has."""


@contextmanager
def living(url: str, number: int) -> Iterator[tuple[int, int]]:
    """A child that lives the story, saying each verb before and its key after; its pid and what it says."""
    reading, writing = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            os.close(reading)
            with open_desk_closing(url, number) as inventory:
                for place, (verb, act) in enumerate(story(inventory, number)):
                    os.write(writing, f"{verb}\n".encode())
                    key = f"{number}-{place}"
                    act(key)
                    os.write(writing, f"={key}\n".encode())
        finally:
            os._exit(0)
    os.close(writing)
    try:
        yield pid, reading
    finally:
        os.close(reading)
        os.waitpid(pid, 0)


@contextmanager
def open_desk_closing(url: str, number: int) -> Iterator[Inventory]:
    inventory = open_inventory(url, operator=f"operator-{number}")
    yield inventory
    inventory.close()


def lines_of(reading: int) -> Iterator[str]:
    rest = b""
    while data := os.read(reading, 4096):
        *whole, rest = (rest + data).split(b"\n")
        yield from (line.decode() for line in whole)


def killed_at(url: str, number: int, place: int, delay: float) -> tuple[str, list[str]]:
    """Live a story, be killed `delay` seconds after verb number `place` began: that verb, and the keys answered."""
    answered, verb, begun = [], "", 0
    with living(url, number) as (pid, reading):
        said = lines_of(reading)
        for line in said:
            if line.startswith("="):
                answered.append(line[1:])
                continue
            begun += 1
            if begun == place:
                verb, end = line, monotonic() + delay
                while (left := end - monotonic()) > 0:
                    select.select([], [], [], left)
                os.kill(pid, signal.SIGKILL)
        answered += [line[1:] for line in said if line.startswith("=")]
    return verb, answered


def test_killed_at_any_moment_of_any_verb_nothing_acknowledged_is_lost(inventory: Inventory) -> None:
    """And nothing is half done, and no lock is left: the next operator goes on at once."""
    chance, numbers, killed = random.Random(7), count(1), Counter[str]()
    steps = len(list(story(inventory, 0)))
    url = inventory.url
    for _ in range(KILLS):
        for place in range(1, steps + 1):
            verb, answered = killed_at(url, next(numbers), place, chance.random() * 0.004)
            killed[verb] += 1
            known = {key for (key,) in rows(inventory, "SELECT request_id FROM request")}
            assert set(answered) <= known, f"an acknowledged change is lost after a kill in {verb}"
        proof = inventory.verify()
        assert proof.ok, proof.broken
    assert len(killed) == VERBS
    assert min(killed.values()) >= KILLS
    with open_desk_closing(url, 99) as after:
        assert one(after, None).landed_in_default

"""A program of the tests: writers on a Patroni cluster of two, while its leader changes; prints a table.

python -m tests.cluster.patroni

It needs `etcd` (Debian's etcd-server) and `patroni` (PyPI's `patroni[etcd3,psycopg3]`) on the path; without them it
says so and tries nothing. Everything is on the loopback interface, in a folder of its own, and gone at the end.
"""

from __future__ import annotations

import json
import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import Callable, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

from core import AllocationRequest, EipdeckError, Inventory, Memory, open_inventory
from tests.core.kit import customer_cidr
from tests.pooler import NOBODY
from tests.server import binaries

WRITERS = 4
SECONDS = 6.0
"""How long writers write before and after the leader changes."""
DATABASE = "postgres"


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        return int(free.getsockname()[1])


def started(words: Sequence[object], folder: Path, name: str) -> subprocess.Popen[bytes]:
    """Start a program as nobody, with its output in a file."""
    more: dict[str, Any] = {"start_new_session": True, "cwd": "/", "env": {**os.environ, "HOME": str(folder)}}
    if os.getuid() == 0:
        who = pwd.getpwnam(NOBODY)
        more |= {"user": who.pw_uid, "group": who.pw_gid, "extra_groups": []}
    with (folder / f"{name}.log").open("ab") as log:
        return subprocess.Popen([str(word) for word in words], stdout=log, stderr=log, **more)


def until(what: Callable[[], Any], seconds: float = 90) -> Any:
    """Ask until there is an answer."""
    end = time.monotonic() + seconds
    while not (found := what()):
        assert time.monotonic() < end, "the cluster does not get there"
        time.sleep(0.1)
    return found


@dataclass
class Member:
    """One server with its agent."""

    name: str
    folder: Path
    etcd: int
    port: int = field(default_factory=free_port)
    rest: int = field(default_factory=free_port)
    agent: subprocess.Popen[bytes] | None = None

    def write_settings(self) -> None:
        login = {"username": "postgres", "password": "x"}
        trusted = [f"host {what} all 127.0.0.1/32 trust" for what in ("all", "replication")]
        parameters = {"wal_log_hints": "on", "max_connections": 100, "fsync": "off", "wal_keep_size": "512MB"}
        dcs = {"ttl": 20, "loop_wait": 2, "retry_timeout": 4, "maximum_lag_on_failover": 1 << 30}
        settings = {
            "scope": "deck",
            "name": self.name,
            "restapi": {"listen": f"127.0.0.1:{self.rest}", "connect_address": f"127.0.0.1:{self.rest}"},
            "etcd3": {"hosts": f"127.0.0.1:{self.etcd}"},
            "bootstrap": {
                "dcs": {**dcs, "postgresql": {"use_pg_rewind": True, "parameters": parameters}},
                "initdb": [{"encoding": "UTF8"}, {"locale": "C"}],
            },
            "postgresql": {
                "listen": f"127.0.0.1:{self.port}",
                "connect_address": f"127.0.0.1:{self.port}",
                "data_dir": str(self.folder / f"{self.name}-data"),
                "bin_dir": str((binaries() / "initdb").resolve().parent),
                "pgpass": str(self.folder / f"{self.name}-pgpass"),
                "authentication": {"superuser": login, "replication": login},
                "parameters": {"unix_socket_directories": str(self.folder)},
                "pg_hba": trusted,
            },
        }
        (self.folder / f"{self.name}.yml").write_text(json.dumps(settings))  # JSON is YAML

    def start(self) -> None:
        self.agent = started([shutil.which("patroni"), self.folder / f"{self.name}.yml"], self.folder, self.name)

    def asked(self, path: str, body: dict[str, Any] | None = None, method: str | None = None) -> bytes | None:
        """Return what the agent answers; None when it refuses, or is not there."""
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"http://127.0.0.1:{self.rest}{path}", data, method=method)
        request.add_header("Content-Type", "application/json")
        with suppress(OSError, urllib.error.URLError), urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310
            return bytes(answer.read())
        return None

    def leads(self) -> bool:
        return self.asked("/primary") is not None

    def follows(self) -> bool:
        return self.asked("/replica?lag=0") is not None

    def processes(self) -> list[int]:
        """The processes of the server, its postmaster first."""
        with suppress(OSError, ValueError):
            first = int((self.folder / f"{self.name}-data" / "postmaster.pid").read_text().splitlines()[0])
            return [first, *map(int, Path(f"/proc/{first}/task/{first}/children").read_text().split())]
        return []

    def kill(self) -> None:
        """Kill the agent and the server."""
        processes = self.processes()
        assert self.agent is not None
        self.agent.kill()
        self.agent.wait()
        for each in processes:
            with suppress(ProcessLookupError):
                os.kill(each, signal.SIGKILL)

    def receiver(self) -> int:
        """The process that receives the log."""
        return next(each for each in self.processes() if b"walreceiver" in Path(f"/proc/{each}/cmdline").read_bytes())


@dataclass
class Told:
    """What the writers were told."""

    acks: list[tuple[str, str, str, float]] = field(default_factory=list)
    """Request id, EIP id, address, time."""
    unknown: list[str] = field(default_factory=list)
    refused: int = 0
    lost: set[str] = field(default_factory=set)
    """The request ids that were told as lost."""


class Cluster:
    """Two members and their etcd."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        client, peer = free_port(), free_port()
        urls = {"client": f"http://127.0.0.1:{client}", "peer": f"http://127.0.0.1:{peer}"}
        words = [shutil.which("etcd"), "--data-dir", folder / "etcd", "--name", "deck"]
        for kind, url in urls.items():
            words += [f"--listen-{kind}-urls", url]
        words += ["--advertise-client-urls", urls["client"], "--initial-advertise-peer-urls", urls["peer"]]
        words += ["--initial-cluster", f"deck={urls['peer']}"]
        self._etcd = started(words, folder, "etcd")
        self.members = [Member(f"m{number}", folder, client) for number in (1, 2)]
        for member in self.members:
            member.write_settings()
            member.start()
        until(lambda: self.leader() and self.follower())

    @property
    def url(self) -> str:
        hosts = ",".join(f"127.0.0.1:{member.port}" for member in self.members)
        return f"postgresql+psycopg://postgres@{hosts}/{DATABASE}"

    def leader(self) -> Member | None:
        return next((each for each in self.members if each.leads()), None)

    def follower(self) -> Member | None:
        return next((each for each in self.members if each.follows()), None)

    def switch_over(self) -> None:
        old, new = until(self.leader), until(self.follower)
        assert old.asked("/switchover", {"leader": old.name, "candidate": new.name}) is not None
        until(new.leads)

    def kill_leader(self) -> None:
        old = until(self.leader)
        old.kill()
        until(next(each for each in self.members if each is not old).leads)
        old.start()

    def kill_leader_behind(self) -> None:
        """The standby receives nothing for two seconds before."""
        receiver = until(self.follower).receiver()
        os.kill(receiver, signal.SIGSTOP)
        time.sleep(2)
        old = until(self.leader)
        old.kill()
        os.kill(receiver, signal.SIGKILL)
        until(next(each for each in self.members if each is not old).leads)
        old.start()

    def be_synchronous(self) -> None:
        assert until(self.leader).asked("/config", {"synchronous_mode": True}, "PATCH") is not None
        until(lambda: any(each.asked("/synchronous") for each in self.members))

    def remove(self) -> None:
        for member in self.members:
            with suppress(AssertionError):
                member.kill()
        self._etcd.kill()


def write(url: str, told: Told, ended: threading.Event) -> None:
    """Allocate until the end, then once more: whoever lost something is told by then."""
    memory = Memory()
    with closing(_opened(url, memory)) as inventory:
        while not ended.is_set():
            _allocate(inventory, told)
        until(lambda: _allocate(inventory, told))


def _opened(url: str, memory: Memory) -> Inventory:
    return open_inventory(url, operator="writer", memory=lambda _: memory)


def _allocate(inventory: Inventory, told: Told) -> bool:
    request_id = uuid.uuid4().hex
    try:
        (eip,) = inventory.execute(AllocationRequest(pool_id="edge", request_id=request_id)).eips
    except EipdeckError as refusal:
        told.refused += 1
        if refusal.code == "outcome_unknown":
            told.unknown.append(request_id)
        time.sleep(0.05)
        return False
    told.acks.append((request_id, str(eip.id), eip.address, time.monotonic()))
    loss = inventory.noticed()
    if loss is not None:
        told.lost |= {own.request_id for own in loss.own}
    return True


def tried(cluster: Cluster, name: str, act: Callable[[], None], before: Sequence[tuple[str, str]]) -> Told:
    """Let writers write while the leader changes; print the row."""
    told, ended = Told(), threading.Event()
    several = [threading.Thread(target=write, args=(cluster.url, told, ended)) for _ in range(WRITERS)]
    for each in several:
        each.start()
    time.sleep(SECONDS)
    act()
    time.sleep(SECONDS)
    ended.set()
    for each in several:
        each.join()
    with closing(_opened(cluster.url, Memory())) as looking:
        lost = {request_id for request_id, *_ in told.acks if looking.settle(request_id) is None}
        settled = sum(_is_settled(looking, each) for each in told.unknown)
        sound = looking.verify().ok
    times = sorted(at for *_, at in told.acks)
    gap = max(after - at for at, after in pairwise(times))
    ids, addresses = ([*(pair[nth] for pair in before), *(ack[nth + 1] for ack in told.acks)] for nth in (0, 1))
    doubled = [len(each) - len(set(each)) for each in (ids, addresses)]
    unknown = f"{len(told.unknown)}, {settled}"
    row = (name, len(told.acks), len(lost), len(lost - told.lost), *doubled, unknown, told.refused, f"{gap:.1f} s")
    print("|", " | ".join(map(str, (*row, "sound" if sound else "BROKEN"))), "|", flush=True)  # noqa: T201
    assert not lost - told.lost, "lost without a word"
    assert doubled == [0, 0]
    assert settled == len(told.unknown)
    assert sound
    until(lambda: cluster.leader() and cluster.follower())
    return told


def _is_settled(looking: Inventory, request_id: str) -> bool:
    with suppress(EipdeckError):
        looking.settle(request_id)
        return True
    return False


HEAD = (
    *("leader", "acknowledged", "lost", "lost without a word", "doubled ids", "doubled addresses"),
    *("unknown, settled", "refused", "longest gap", "verify"),
)


def main() -> int:
    for program, source in (("etcd", "Debian's etcd-server"), ("patroni", "PyPI's patroni[etcd3,psycopg3]")):
        if shutil.which(program) is None:
            print(f"skipped: {program} is not installed ({source})")  # noqa: T201
            return 0
    folder = Path(mkdtemp(prefix="eipdeck-patroni-"))
    folder.chmod(0o755)
    if os.getuid() == 0:
        shutil.chown(folder, NOBODY)
    cluster = Cluster(folder)
    try:
        _try_all(cluster)
    except BaseException:
        print(f"the logs are in {folder}", file=sys.stderr)  # noqa: T201
        raise
    finally:
        cluster.remove()
    shutil.rmtree(folder, ignore_errors=True)
    return 0


def _try_all(cluster: Cluster) -> None:
    with closing(open_inventory(cluster.url, operator="owner")) as inventory:
        customer_cidr(inventory, "44.0.0.0/15")
    print("|", " | ".join(HEAD), "|\n|", " | ".join("---" for _ in HEAD), "|", flush=True)  # noqa: T201
    given: list[tuple[str, str]] = []
    rows = (
        ("switched over", cluster.switch_over),
        ("killed", cluster.kill_leader),
        ("killed, its standby 2 s behind", cluster.kill_leader_behind),
    )
    for name, act in rows:
        given += [(eip, address) for _, eip, address, _ in tried(cluster, name, act, given).acks]
    cluster.be_synchronous()
    tried(cluster, "killed, synchronous_mode", cluster.kill_leader, given)


if __name__ == "__main__":
    sys.exit(main())

"""What a user would pick instead, as programs on the PATH: nothing of them is imported here."""

from __future__ import annotations

import http.client
import os
import secrets
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from time import perf_counter
from typing import Final

import pytest

from tests.benchmarks.bench import Told
from tests.server import new_server

__all__ = ["moto", "nautobot", "program"]

HERE: Final = Path(__file__).parent
LOOPBACK: Final = "127.0.0.1"


def program(name: str) -> str:
    """Where a program is; what wants it is skipped where it is not."""
    found = shutil.which(name)
    if found is None:
        pytest.skip(f"{name} is not installed")
    return found


@contextmanager
def _running(words: list[str], port: int) -> Iterator[None]:
    """A server, until it is needed no more."""
    process = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _answers(port)
        yield
    finally:
        process.kill()
        process.wait()


def _free_port() -> int:
    with socket.create_server((LOOPBACK, 0)) as taken:
        return int(taken.getsockname()[1])


def _answers(port: int, seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        with suppress(ConnectionRefusedError), socket.create_connection((LOOPBACK, port)):
            return
    raise AssertionError(f"nothing answers at port {port}")


_ALLOCATE: Final = "Action=AllocateAddress&Domain=vpc&Version=2016-11-15"
_SIGNED: Final = {
    "Content-Type": "application/x-www-form-urlencoded",
    "Authorization": "AWS4-HMAC-SHA256 Credential=x/20261123/us-east-1/ec2/aws4_request",
}


@contextmanager
def moto() -> Iterator[Told]:
    """Seconds of one AllocateAddress through moto's server, which keeps it in memory."""
    port = _free_port()
    with _running([program("moto_server"), "-H", LOOPBACK, "-p", str(port)], port):
        connection = http.client.HTTPConnection(LOOPBACK, port)

        def told() -> float:
            begun = perf_counter()
            connection.request("POST", "/", _ALLOCATE, _SIGNED)
            answer = connection.getresponse()
            assert b"<publicIp>" in answer.read()
            return perf_counter() - begun

        told()  # the first makes moto load its services
        yield told


@contextmanager
def nautobot(folder: Path) -> Iterator[dict[int, Told]]:
    """Seconds of one available-ips of Nautobot, by how full the /16 is in percent; with its database and its Redis.

    The call is a whole one of Nautobot's API through Django's client in its own process, without a network between.
    """
    command, redis, port = program("nautobot-server"), program("redis-server"), _free_port()
    server = new_server()
    try:
        server.execute("CREATE DATABASE nautobot")
        env = {
            **os.environ,
            "NAUTOBOT_ROOT": str(folder),
            "NAUTOBOT_CONFIG": str(folder / "nautobot_config.py"),
            "NAUTOBOT_DB_HOST": str(server.folder),
            "NAUTOBOT_DB_USER": "postgres",
            "NAUTOBOT_REDIS_HOST": LOOPBACK,
            "NAUTOBOT_REDIS_PORT": str(port),
            "NAUTOBOT_SECRET_KEY": secrets.token_hex(30),
            "NAUTOBOT_INSTALLATION_METRICS_ENABLED": "False",
            "NAUTOBOT_ALLOWED_HOSTS": "*",
        }
        with _running([redis, "--bind", LOOPBACK, "--port", str(port), "--save", ""], port):
            configured = ["init", "--disable-installation-metrics", env["NAUTOBOT_CONFIG"]]
            for words in (configured, ["migrate", "--no-input"]):
                subprocess.run([command, *words], env=env, check=True, capture_output=True)
            with _asked([command, "shell", "-c", (HERE / "nautobot_worker.py").read_text()], env) as asked:
                yield asked
    finally:
        server.remove()


@contextmanager
def _asked(words: list[str], env: dict[str, str]) -> Iterator[dict[int, Told]]:
    """A worker that allocates in the prefix it is told, line by line, and says how long that took."""
    worker = subprocess.Popen(words, env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert worker.stdin is not None
    assert worker.stdout is not None
    sent, said = worker.stdin, worker.stdout

    def told(fill: int) -> Told:
        def one() -> float:
            sent.write(f"{fill}\n")
            sent.flush()
            return float(next(line for line in said if line.startswith("took ")).split()[1])

        return one

    try:
        yield {fill: told(fill) for fill in (0, 50, 99)}
    finally:
        worker.kill()
        worker.wait()

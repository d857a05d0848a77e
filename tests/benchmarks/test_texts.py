"""Logs of two hundred thousand lines through the program, against finding the addresses with one regular expression."""

from __future__ import annotations

import json
import random
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from time import perf_counter

import pytest

from core import Inventory
from tests.benchmarks.bench import Ratio, Told, timed
from tests.benchmarks.peers import program as peer

ADDRESS = re.compile(r"(?<![\w.])\d{1,3}(?:\.\d{1,3}){3}(?![\w.])")
DECK = str(Path(sys.executable).parent / "eipdeck")
ROUNDS = 5


def access(count: int, begun: datetime, first: int) -> Iterator[str]:
    """Give an access log of addresses that begin with a number, each line with its own."""
    for number in range(count):
        when = f"{begun + timedelta(seconds=number // 10):%d/%b/%Y:%H:%M:%S} +0000"
        address = f"{first}.{number >> 16}.{number >> 8 & 255}.{number & 255}"
        yield f'{address} - - [{when}] "GET /{number} HTTP/1.1" 200 512 "-" "curl/8.5.0"\n'


def documents(count: int, begun: datetime) -> Iterator[str]:
    """Give documents of JSON, half of them with an address of ours."""
    seen = random.Random(7)
    for number in range(count):
        when = f"{begun + timedelta(seconds=number // 10):%Y-%m-%dT%H:%M:%SZ}"
        address = f"{44 if number % 2 else 9}.0.{seen.randrange(8)}.{seen.randrange(256)}"
        ports = {"src_port": seen.randrange(1024, 65535), "dst_ip": "198.51.100.80", "dst_port": 443}
        yield json.dumps({"time": when, "src_ip": address, **ports, "proto": "tcp", "bytes": number}) + "\n"


LOGS: dict[str, Callable[[int, datetime], Iterator[str]]] = {
    "all ours": lambda count, begun: access(count, begun, 44),
    "all strangers and distinct": lambda count, begun: access(count, begun, 9),
    "mixed JSON": documents,
}


@pytest.fixture(params=LOGS)
def log(request: pytest.FixtureRequest, ratio: Ratio, million: Inventory, tmp_path: Path) -> Path:
    path = tmp_path / str(request.param)
    count = ratio.size(200_000, 50)
    with path.open("w", encoding="utf-8") as file:
        file.writelines(LOGS[request.param](count, million.now() - timedelta(days=1)))
    return path


def found(log: Path) -> int:
    return sum(1 for _ in ADDRESS.finditer(log.read_bytes().decode()))


def through(words: list[str], log: Path) -> Told:
    """Seconds of a program with a log on its stdin, less those with one line of it."""
    first = log.with_suffix(".first")
    with log.open("rb") as file:
        first.write_bytes(file.readline())

    def seconds(path: Path) -> float:
        begun = perf_counter()
        with path.open("rb") as file:
            process = subprocess.Popen(words, stdin=file, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            assert process.wait() < 2
        return perf_counter() - begun

    return lambda: seconds(log) - seconds(first)


@pytest.mark.parametrize(("options", "goal"), [(("--format", "table"), 6.0), (("--ours", "--format", "table"), 2.0)])
def test_a_log_to_verdicts(ratio: Ratio, million: Inventory, log: Path, options: tuple[str, ...], goal: float) -> None:
    """Goal 11."""
    ours = "--ours" in options
    if not ratio.measuring:
        with log.open("rb") as file:
            assert sum(each.count for each in million.text_verdicts(file, ours=ours).verdicts) <= found(log)
    words = [DECK, "--db", str(million.file), "lookup", "-", *options]
    ratio.told(
        through(words, log) if ratio.measuring else timed(lambda: None),
        timed(lambda: found(log)),
        number=11,
        says=f"200,000 lines, {log.name}: lookup - {' '.join(options)} / one regex",
        goal=goal,
        rounds=ROUNDS,
    )


@pytest.mark.parametrize("words", [("rg", "-c", r"\b\d{1,3}(\.\d{1,3}){3}\b"), ("grepcidr", "-c", "44.0.0.0/8")])
def test_peers_on_a_log(ratio: Ratio, log: Path, words: tuple[str, ...]) -> None:
    """Beside goal 11: programs that find addresses and know nothing of them."""
    if not ratio.measuring:
        pytest.skip("measured only: texts of 200,000 lines take minutes")
    program = [peer(words[0]), *words[1:]]
    ratio.told(
        through(program, log),
        timed(lambda: found(log)),
        number=11,
        says=f"200,000 lines, {log.name}: {words[0]} / one regex",
        goal=float("inf"),
        rounds=ROUNDS,
    )

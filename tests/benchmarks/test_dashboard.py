"""The dashboard from outside: how soon it shows, how soon it answers, what it writes and what it keeps in memory."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import timedelta
from functools import partial

import pytest

from core import BandwidthRequest, Inventory
from tests.benchmarks.bench import POOL, Ratio, Told, allocate, before, onboard
from tests.benchmarks.outside import KEYS as KEY_OF
from tests.benchmarks.outside import Outside, app, dashboard, outside
from tests.benchmarks.peers import program as peer
from tests.core.kit import file_of

FLOOR = app("floor_app.py")
TABLE = app("table_app.py", "10000")
ROUNDS = 7
FIRST_PAGE = "44.0.0.3"
HARLEQUIN = ("-a", "sqlite", "--locale", "C")
BLINK = 0.25
"""Seconds of silence that a program with a blinking cursor can keep."""


@pytest.fixture(autouse=True)
def _measured_only(pytestconfig: pytest.Config) -> None:
    if not pytestconfig.getoption("benchmark_enable"):
        pytest.skip("measured only: a program started for each would take longer than all other tests")


@pytest.fixture
def few(inventory: Inventory) -> Inventory:
    """A thousand EIPs of yesterday: their ages do not turn while somebody looks."""
    with before(str(file_of(inventory)), timedelta(days=1)) as yesterday:
        onboard(yesterday, "44.0.0.0/11", POOL)
        allocate(yesterday, POOL, 1000)
    return inventory


def deck(inventory: Inventory) -> list[str]:
    return dashboard(file_of(inventory), "--read-only")


def start(words: list[str], shows: str | None = None) -> Told:
    """Milliseconds until a program shows a text, or anything."""

    def told() -> float:
        with outside(*words) as program:
            return program.painted() if shows is None else program.shows(shows)

    return told


def test_first_paint(ratio: Ratio, few: Inventory) -> None:
    """Goal 12."""
    says = "the dashboard's first paint / a minimal Textual application's"
    ratio.told(start(deck(few)), start(FLOOR), number=12, says=says, goal=1.15, rounds=ROUNDS)


def test_the_first_page_at_a_million(ratio: Ratio, million: Inventory) -> None:
    """Goal 13."""
    says = "the first page of 1M EIPs / a minimal Textual application"
    shown = start(deck(million), FIRST_PAGE)
    ratio.told(shown, start(FLOOR), number=13, says=says, goal=2.6, rounds=ROUNDS)


def test_the_first_page_of_a_million_and_of_a_thousand(ratio: Ratio, million: Inventory, few: Inventory) -> None:
    """Goal 14, start."""
    says = "the first page, 1M EIPs / 1,000"
    large, small = (start(deck(inventory), FIRST_PAGE) for inventory in (million, few))
    ratio.told(large, small, number=14, says=says, goal=1.15, rounds=ROUNDS)


Opens = Callable[..., Outside]


@pytest.fixture
def opens() -> Iterator[Opens]:
    """Starts programs that are ended with the test."""
    with ExitStack() as stack:

        def start(words: list[str], shows: str = FIRST_PAGE, *, columns: int = 120, rows: int = 40) -> Outside:
            program = stack.enter_context(outside(*words, columns=columns, rows=rows))
            program.shows(shows)
            return program

        yield start


def pages(program: Outside) -> float:
    return program.press("pgdn").last


def ends(program: Outside) -> float:
    """There and back, so that each of the keys moves."""
    return program.press("end").last + program.press("home").last


def sorts(program: Outside) -> float:
    return program.press("s").last


def filters(program: Outside) -> float:
    """The filter is typed, its page shown; then it is cleared."""
    program.press("/")
    taken = sum(program.press(key).last for key in "own:yes")
    program.press("esc")
    program.press("esc")
    return taken


@pytest.mark.parametrize("act", [pages, ends, sorts, filters])
def test_keys_at_a_million_and_at_a_thousand(
    ratio: Ratio, opens: Opens, million: Inventory, few: Inventory, act: Callable[[Outside], float]
) -> None:
    """Goal 14, keys."""
    large, small = opens(deck(million)), opens(deck(few))
    says = f"the dashboard {act.__name__}, 1M EIPs / 1,000"
    ratio.told(lambda: act(large), lambda: act(small), number=14, says=says, goal=1.15, rounds=16)


def test_a_page_down_against_a_table_of_textual(ratio: Ratio, opens: Opens, million: Inventory) -> None:
    """Goal 15."""
    opened, table = opens(deck(million)), opens(TABLE, "44.0.0.20")
    says = "PgDn at 1M EIPs / in Textual's table of 10,000 rows"
    ratio.told(lambda: pages(opened), lambda: pages(table), number=15, says=says, goal=0.25, rounds=20)


def test_a_page_down_against_harlequin(ratio: Ratio, opens: Opens, million: Inventory) -> None:
    """Goal 15."""
    harlequin = opens([peer("harlequin"), *HARLEQUIN, str(file_of(million))], "main db")
    queried(harlequin)
    harlequin.calm(BLINK)
    opened = opens(deck(million))
    says = "PgDn at 1M EIPs / in harlequin on the same file"
    ratio.told(lambda: pages(opened), lambda: pages(harlequin), number=15, says=says, goal=0.25, rounds=20)


def queried(program: Outside) -> float:
    """Have harlequin show 500 EIPs; milliseconds from the key that runs the query."""
    program.calm(BLINK)
    program.send("select * from eip limit 500")
    program.calm(BLINK)
    sent = program.send(KEY_OF["ctrl+j"])
    return program.until(lambda text: "eip-10" in text, since=sent)


def test_the_first_rows_against_visidata(ratio: Ratio, million: Inventory) -> None:
    """Goal 16: against its list of tables."""
    other = start([peer("vd"), "-f", "sqlite", str(file_of(million))], "eip")
    says = "the first page of 1M EIPs / visidata's list of tables"
    ratio.told(start(deck(million), FIRST_PAGE), other, number=16, says=says, goal=1.5, rounds=ROUNDS)


def test_the_first_rows_against_harlequin(ratio: Ratio, million: Inventory) -> None:
    """Goal 16: its start, and its answer to a query; the typing between does not count."""

    def rows() -> float:
        with outside(peer("harlequin"), *HARLEQUIN, str(file_of(million))) as program:
            return program.shows("main db") + queried(program)

    says = "the first page of 1M EIPs / harlequin's first rows"
    ratio.told(start(deck(million), FIRST_PAGE), rows, number=16, says=says, goal=0.4, rounds=ROUNDS)


@pytest.mark.parametrize(
    ("key", "columns", "rows", "goal"), [("down", 80, 24, 700), ("down", 120, 40, 1300), ("pgdn", 120, 40, 10_000)]
)
def test_what_a_key_writes(
    ratio: Ratio, opens: Opens, million: Inventory, key: str, columns: int, rows: int, goal: float
) -> None:
    """Goal 17."""
    opened = opens(deck(million), columns=columns, rows=rows)
    says = f"{key} at {columns}x{rows}"
    ratio.told(lambda: float(opened.press(key, 0.5).size), number=17, says=says, goal=goal, rounds=10, unit="bytes")


def test_what_a_changed_row_writes(ratio: Ratio, opens: Opens, few: Inventory) -> None:
    """Goal 17: another process changes the row in hand."""
    opened = opens(deck(few))
    caps = iter(range(101, 200))

    def changed() -> float:
        mbps = next(caps)
        act = partial(few.execute, BandwidthRequest(eip="44.0.0.0", bandwidth_mbps=mbps))

        def seen(text: str) -> bool:
            return f"{mbps} Mbps" in text

        return float(opened.bytes_of(act, seen))

    says = "one row changed by another process"
    ratio.told(changed, number=17, says=says, goal=900, rounds=5, unit="bytes")


def test_what_an_idle_screen_writes(ratio: Ratio, opens: Opens, million: Inventory) -> None:
    """Goal 18."""
    opened = opens(deck(million))
    says = "idle for 10 seconds"
    ratio.told(lambda: float(opened.idle(10)), number=18, says=says, goal=0, rounds=2, unit="bytes")


def test_a_key_held_down(ratio: Ratio, opens: Opens, million: Inventory) -> None:
    """Goal 19: thirty a second for two seconds."""
    opened = opens(deck(million))
    says = "PgDn held, until the screen stands still"
    ratio.told(lambda: opened.held("pgdn", 2), number=19, says=says, goal=50, rounds=5, unit="ms")


def memory(words: list[str], shows: str) -> Told:
    """MiB at most, after a walk through the list."""

    def told() -> float:
        with outside(*words) as program:
            program.shows(shows)
            program.calm()
            if words is not FLOOR:
                for key in ("pgdn", "end", "home", "down"):
                    program.press(key)
            return program.peak()

    return told


def test_memory(ratio: Ratio, million: Inventory) -> None:
    """Goal 20."""
    says = "peak memory at 1M EIPs / a minimal Textual application"
    ratio.told(memory(deck(million), FIRST_PAGE), memory(FLOOR, "floor"), number=20, says=says, goal=2.0, rounds=3)


def test_memory_at_a_million_and_at_a_thousand(ratio: Ratio, million: Inventory, few: Inventory) -> None:
    """Goal 20."""
    says = "peak memory, 1M EIPs / 1,000"
    large, small = (memory(deck(inventory), FIRST_PAGE) for inventory in (million, few))
    ratio.told(large, small, number=20, says=says, goal=1.1, rounds=3)


def test_a_look_up_as_a_whole_process(ratio: Ratio, million: Inventory) -> None:
    """Goal 21."""
    lookup = [sys.executable, "-m", "tui", "--db", million.url, "--read-only", "lookup", "44.0.0.7"]
    says = "`eipdeck lookup` at 1M EIPs / `import sqlmodel`"
    ratio.of(
        lambda: subprocess.run(lookup, check=True, stdout=subprocess.DEVNULL),
        lambda: subprocess.run([sys.executable, "-c", "import sqlmodel"], check=True),
        number=21,
        says=says,
        goal=1.3,
        rounds=ROUNDS,
    )

"""The line that shows progress: when it comes, what it says, and that it goes."""

from __future__ import annotations

import io

from hypothesis import given
from hypothesis import strategies as st

from tui.cli.progress import ProgressLine


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def shown(out: io.StringIO) -> str:
    """What stands on the line now."""
    return out.getvalue().rpartition("\r")[2].removesuffix("\x1b[K")


def test_it_comes_after_a_second_and_goes_with_the_end() -> None:
    clock, out = Clock(), io.StringIO()
    line = ProgressLine("verify", out, clock)
    line(100, 1_000, "events")
    clock.now = 0.9
    line(200, 1_000, "events")
    assert out.getvalue() == ""
    clock.now = 2.0
    line(400, 1_000, "events")
    assert shown(out) == "verify: 400 of 1,000 events, 3 s left"
    clock.now = 2.05
    line(500, 1_000, "events")
    assert shown(out) == "verify: 400 of 1,000 events, 3 s left", "not painted more than ten times a second"
    clock.now = 3.0
    line(1_000, 1_000, "events")
    assert shown(out) == ""


def test_the_time_left_is_that_of_the_part() -> None:
    clock, out = Clock(), io.StringIO()
    line = ProgressLine("restore", out, clock)
    line(1, 2, "pages")
    clock.now = 100.0
    line(0, 1_000, "events")
    assert shown(out) == "restore: 0 of 1,000 events"
    clock.now = 101.0
    line(10, 1_000, "events")
    assert shown(out) == "restore: 10 of 1,000 events, 2 min left"


@given(reports=st.lists(st.tuples(st.floats(0, 1e6), st.integers(0, 10**9), st.integers(1, 10**9)), max_size=20))
def test_it_is_one_line_whatever_is_told_and_is_gone_when_cleared(reports: list[tuple[float, int, int]]) -> None:
    clock, out = Clock(), io.StringIO()
    line = ProgressLine("import", out, clock)
    for later, done, total in reports:
        clock.now += later
        line(min(done, total), total, "rows")
    line.clear()
    assert "\n" not in out.getvalue()
    assert shown(out) == ""
    assert all(len(each) < 80 for each in out.getvalue().split("\r"))


def test_rows_without_a_total_are_counted() -> None:
    clock, out = Clock(), io.StringIO()
    line = ProgressLine("sync", out, clock)
    line.count("DescribeEips", 100)
    assert out.getvalue() == ""
    clock.now = 2.0
    line.count("DescribeEips", 12_000)
    assert shown(out) == "sync: DescribeEips: 12,000"

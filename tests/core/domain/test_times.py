"""Times as an operator types them: what is read, what is refused, and the full time that is told back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from core.domain.times import InvalidTime, full_time, names_zone, parse_time

NOW = datetime(2026, 11, 23, 12, 30, tzinfo=UTC)
BERLIN = ZoneInfo("Europe/Berlin")
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
moments = st.datetimes(min_value=datetime(1990, 1, 1), max_value=datetime(2090, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001


@pytest.mark.parametrize(
    ("words", "moment"),
    [
        ("2026-11-22T21:14:03Z", datetime(2026, 11, 22, 21, 14, 3, tzinfo=UTC)),
        ("2026-11-22T21:14:03", datetime(2026, 11, 22, 21, 14, 3, tzinfo=UTC)),
        ("2026-11-22 21:14", datetime(2026, 11, 22, 21, 14, tzinfo=UTC)),
        ("2026-11-22T21:14:03+08:00", datetime(2026, 11, 22, 13, 14, 3, tzinfo=UTC)),
        ("2026-11-22T21:14:03.5-0330", datetime(2026, 11, 23, 0, 44, 3, 500_000, tzinfo=UTC)),
        ("2026-11-22", datetime(2026, 11, 22, tzinfo=UTC)),
        ("2030-01-01", datetime(2030, 1, 1, tzinfo=UTC)),
        ("  2026-11-22  ", datetime(2026, 11, 22, tzinfo=UTC)),
        ("12:30", NOW),
        ("12:29:59", datetime(2026, 11, 23, 12, 29, 59, tzinfo=UTC)),
        ("12:31", datetime(2026, 11, 22, 12, 31, tzinfo=UTC)),
        ("21:14Z", datetime(2026, 11, 22, 21, 14, tzinfo=UTC)),
        ("9:05", datetime(2026, 11, 23, 9, 5, tzinfo=UTC)),
        ("90d", NOW - timedelta(days=90)),
        ("12h ago", NOW - timedelta(hours=12)),
        ("15m", NOW - timedelta(minutes=15)),
        ("30s", NOW - timedelta(seconds=30)),
        ("2w", NOW - timedelta(weeks=2)),
        ("tue 03:12", datetime(2026, 11, 17, 3, 12, tzinfo=UTC)),
        ("Tuesday 03:12", datetime(2026, 11, 17, 3, 12, tzinfo=UTC)),
        ("last tues 03:12", datetime(2026, 11, 17, 3, 12, tzinfo=UTC)),
        ("mon 12:30", NOW),
        ("mon 12:31", NOW - timedelta(days=7) + timedelta(minutes=1)),
        ("thu", datetime(2026, 11, 19, tzinfo=UTC)),
        ("yesterday 03:12", datetime(2026, 11, 22, 3, 12, tzinfo=UTC)),
        ("yesterday", datetime(2026, 11, 22, tzinfo=UTC)),
        ("today 03:12:07", datetime(2026, 11, 23, 3, 12, 7, tzinfo=UTC)),
        ("4d 03:12", datetime(2026, 11, 19, 3, 12, tzinfo=UTC)),
        ("4d ago  03:12", datetime(2026, 11, 19, 3, 12, tzinfo=UTC)),
        ("11-24 03:12", datetime(2025, 11, 24, 3, 12, tzinfo=UTC)),
        ("11-22 03:12", datetime(2026, 11, 22, 3, 12, tzinfo=UTC)),
        ("2-29 03:12", datetime(2024, 2, 29, 3, 12, tzinfo=UTC)),
        ("2026-11-22 03:12 UTC", datetime(2026, 11, 22, 3, 12, tzinfo=UTC)),
        ("tue 03:12 CET", datetime(2026, 11, 17, 2, 12, tzinfo=UTC)),
        ("tue 03:12 Asia/Tokyo", datetime(2026, 11, 16, 18, 12, tzinfo=UTC)),
        ("tue 03:12 +08:00", datetime(2026, 11, 16, 19, 12, tzinfo=UTC)),
        ("21:14 -0330", datetime(2026, 11, 23, 0, 44, tzinfo=UTC)),
    ],
)
def test_a_moment_is_read_in_utc(words: str, moment: datetime) -> None:
    assert parse_time(words, NOW) == moment
    assert parse_time(words, NOW).utcoffset() == timedelta(0)


def test_now_may_come_in_another_zone() -> None:
    now = NOW.astimezone(timezone(timedelta(hours=8)))
    assert parse_time("12:31", now) == datetime(2026, 11, 22, 12, 31, tzinfo=UTC)
    assert parse_time("1d", now).utcoffset() == timedelta(0)


@pytest.mark.parametrize(
    "words",
    ["", " ", "yesterday-ish", "25:00", "21:60", "2026-13-01", "2026-02-30", "-5d", "5y", "999999w", "21", "now",
     "0001-01-01T00:00+14:00", "\u0661d", "1\ud800"],
)  # fmt: skip
def test_another_moment_is_refused_with_what_can_be_written(words: str) -> None:
    with pytest.raises(InvalidTime, match=r"is not a time\. Examples: 2026-11-24 03:12, "):
        parse_time(words, NOW)


@given(st.text() | st.from_regex(r"\A[0-9TZ:. +-]{0,40}\Z") | st.from_regex(r"\A[0-9]{1,8}[smhdw]\Z"))
def test_parse_time_raises_nothing_but_its_own_refusal(words: str) -> None:
    try:
        moment = parse_time(words, NOW)
    except InvalidTime:
        return
    assert moment.utcoffset() == timedelta(0)


@given(st.datetimes(min_value=datetime(1970, 1, 2), max_value=datetime(2100, 1, 1)))  # noqa: DTZ001
def test_a_moment_survives_its_own_spelling(naive: datetime) -> None:
    moment = naive.replace(tzinfo=UTC)
    assert parse_time(moment.isoformat(), NOW) == moment
    assert parse_time(moment.isoformat().replace("+00:00", "Z"), NOW) == moment


@given(st.times())
def test_a_clock_time_is_the_latest_that_has_been(clock: object) -> None:
    moment = parse_time(f"{clock:%H:%M:%S}", NOW)
    assert NOW - timedelta(days=1) < moment <= NOW
    assert f"{moment:%H:%M:%S}" == f"{clock:%H:%M:%S}"


@given(moments, st.sampled_from(DAYS), st.times())
def test_a_weekday_with_a_clock_is_the_last_one_that_has_been(now: datetime, day: str, clock: object) -> None:
    moment = parse_time(f"{day} {clock:%H:%M:%S}", now)
    assert now - timedelta(days=7) < moment <= now
    assert f"{moment:%a %H:%M:%S}".lower() == f"{day} {clock:%H:%M:%S}"


@given(moments, st.sampled_from(DAYS), st.times())
def test_ahead_it_is_the_first_one_to_come(now: datetime, day: str, clock: object) -> None:
    moment = parse_time(f"{day} {clock:%H:%M:%S}", now, ahead=True)
    assert now < moment <= now + timedelta(days=7)
    assert f"{moment:%a %H:%M:%S}".lower() == f"{day} {clock:%H:%M:%S}"


@given(moments, moments, st.booleans())
@example(NOW, datetime(2024, 2, 29, 3, 12, tzinfo=UTC), True)  # noqa: FBT003
def test_a_day_of_the_year_is_the_nearest_one_on_its_side(now: datetime, named: datetime, ahead: bool) -> None:  # noqa: FBT001
    moment = parse_time(f"{named:%m-%d %H:%M}", now, ahead=ahead)
    assert (moment > now) is ahead
    assert f"{moment:%m-%d %H:%M}" == f"{named:%m-%d %H:%M}"
    if (named.month, named.day) != (2, 29):
        assert abs(moment - now) <= timedelta(days=366)


@given(moments, st.integers(0, 9_000), st.times())
def test_so_many_days_with_a_clock_is_that_clock_on_that_day(now: datetime, days: int, clock: object) -> None:
    moment = parse_time(f"{days}d {clock:%H:%M}", now)
    assert (now.date() - moment.date()).days == days
    assert f"{moment:%H:%M}" == f"{clock:%H:%M}"


@given(moments, moments, st.sampled_from(["UTC", "Z", "+08:00", "Asia/Tokyo", "CET", "@local"]))
def test_a_moment_in_a_zone_is_the_clock_of_that_zone(now: datetime, named: datetime, zone: str) -> None:
    there = {"+08:00": timezone(timedelta(hours=8)), "Asia/Tokyo": ZoneInfo("Asia/Tokyo"), "@local": BERLIN}.get(
        zone, timezone(timedelta(hours=1)) if zone == "CET" else UTC
    )
    moment = parse_time(f"{named:%Y-%m-%d %H:%M} {zone}", now, local=BERLIN)
    assert f"{moment.astimezone(there):%Y-%m-%d %H}" in {
        f"{named:%Y-%m-%d %H}", f"{named + timedelta(hours=1):%Y-%m-%d %H}"  # an hour that summer time leaves out
    }  # fmt: skip
    assert names_zone(f"{named:%Y-%m-%d %H:%M} {zone}")
    assert not names_zone(f"{named:%Y-%m-%d %H:%M}")


@given(moments, st.sampled_from([None, BERLIN]))
def test_the_full_time_says_which_moment_is_meant(moment: datetime, local: ZoneInfo | None) -> None:
    told = full_time(moment, local)
    day, _blank, rest = told.partition(" ")
    assert parse_time(rest.partition(" (")[0], NOW) == moment.replace(microsecond=0)
    assert day == f"{moment:%a}"
    assert (f"{moment.astimezone(BERLIN):%H:%M}" in told.partition("(")[2]) is (local is not None)


def test_a_distance_lies_ahead_unless_it_is_said_to_be_past() -> None:
    assert parse_time("30d", NOW, ahead=True) == NOW + timedelta(days=30)
    assert parse_time("30d ago", NOW, ahead=True) == NOW - timedelta(days=30)
    assert parse_time("tomorrow 03:12", NOW, ahead=True) == datetime(2026, 11, 24, 3, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("words", "why"),
    [("tue 03:12 CST", "CST means several zones"), ("tue 03:12 @local", "@local needs a zone in the configuration")],
)
def test_a_zone_that_names_none_or_several_is_refused(words: str, why: str) -> None:
    with pytest.raises(InvalidTime, match=why):
        parse_time(words, NOW)

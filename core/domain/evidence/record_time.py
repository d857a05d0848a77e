"""The time of a record by its fields."""

from __future__ import annotations

from datetime import timedelta
from typing import Final, NamedTuple

from core.domain.evidence.format import Format
from core.domain.evidence.keys import PERIOD_RANK, STRAY_RANK, SUFFIX_RANK, WEAK_RANK, normal, zone_in
from core.domain.evidence.moments import Reading
from core.domain.evidence.settle import Knowledge, Stamp
from core.domain.evidence.sighting import Doubt, Source

_LONG: Final = timedelta(hours=1)
_MINUTE: Final = timedelta(minutes=1)


class FieldTime(NamedTuple):
    """The time in a field, and how well the name of the field names the event's (0 best)."""

    rank: int
    key: str
    reading: Reading


def column_of(key: str, reading: Reading) -> str:
    """Return the name under which the dates of a field share one order of day and month."""
    return f"key {normal(key)} {reading.sep}"


def record_time(
    times: list[FieldTime], ends: list[Reading], zone: str, rule: Format | None, knowledge: Knowledge
) -> tuple[Stamp | None, Stamp | None]:
    """Return the time of a record, and the time that counts only where no record around it names one."""
    if all(each.rank == STRAY_RANK for each in times):
        return None, None
    keys = rule.keys if rule is not None else ()
    ordered = sorted(_joined(times), key=lambda each: (each.key not in keys, each.rank))
    full = [each for each in ordered if each.reading.full] or ordered
    best = full[0]
    zone = zone or zone_in(best.key) or knowledge.settings.table.key_zones.get(best.key, "")
    stamp = Stamp(best.reading, Source.KEY, column_of(best.key, best.reading), zone)
    if not best.reading.full:
        return None, stamp._replace(source=Source.NONE, doubts=Doubt.TIME_UNKNOWN)
    stamp = _doubted(stamp, full, ends, knowledge)
    return (None, stamp) if best.rank >= WEAK_RANK else (stamp, None)


def _doubted(stamp: Stamp, full: list[FieldTime], ends: list[Reading], knowledge: Knowledge) -> Stamp:
    """Return the stamp with PERIOD when the record lasts over an hour, with SEVERAL_TIMES when a field is as good."""
    best, *rest = full
    begin = knowledge.settle(stamp).at
    if begin is None or not (rest or ends):
        return stamp
    later = list(ends)
    if best.rank <= PERIOD_RANK:
        later += [each.reading for each in rest if each.rank < WEAK_RANK]
    equal = [each.reading for each in rest if each.rank == _equal(best.rank)]
    for each in later:
        at = knowledge.settle(stamp._replace(reading=each)).at
        if at is not None and at - begin > _LONG:
            return stamp._replace(doubts=Doubt.PERIOD)
    others = []
    for each in equal:
        at = knowledge.settle(stamp._replace(reading=each)).at
        if at is not None and abs(at - begin) > _MINUTE:
            others.append(each)
    return stamp._replace(doubts=Doubt.SEVERAL_TIMES, others=tuple(others)) if others else stamp


def _equal(rank: int) -> int | None:
    """Return the rank of fields that can hold the time as well as one of a rank."""
    return SUFFIX_RANK if rank == SUFFIX_RANK else STRAY_RANK if rank >= WEAK_RANK else None


def _joined(times: list[FieldTime]) -> list[FieldTime]:
    """Return the times with a date and a clock of two fields made one."""
    days = [each for each in times if each.reading.month and each.reading.clock is None]
    clocks = [each for each in times if not each.reading.month and each.reading.clock is not None]
    if not days or not clocks:
        return times
    day, clock = days[0], clocks[0]
    reading = day.reading._replace(clock=clock.reading.clock, zone=clock.reading.zone)
    return [FieldTime(min(day.rank, clock.rank), day.key, reading), *times]

"""Checks the values of an export: type and range of each column, and rules between the columns of a row."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache, lru_cache
from typing import Final, NoReturn, TypeGuard

from sqlalchemy import Boolean, Column, LargeBinary, Table
from sqlmodel import AutoString

from core.domain.addresses import InvalidCidr, parse_address, parse_prefix, prefix_of_range
from core.domain.errors import InvalidInput
from core.domain.json_types import to_json
from core.domain.json_value import UncheckedObject
from core.domain.kinds import DEFAULT_POOL
from core.domain.times import DAY, MINUTE, utc_of
from core.domain.validation import MAX_BANDWIDTH, checked_name, checked_text
from core.domain.values import to_micros
from core.operations.pools import MAX_COOLDOWN
from core.queries.findings import read_finding

__all__ = ["flaws"]


@dataclass(frozen=True, slots=True)
class _ColumnKind:
    """A kind of value: its name in a sentence, and its check."""

    says: str
    holds: Callable[[object], bool]


def _whole(says: str, least: int, most: int) -> _ColumnKind:
    return _ColumnKind(f"{says} from {least} to {most}", lambda value: type(value) is int and least <= value <= most)


def _is_text(value: object) -> TypeGuard[str]:
    return type(value) is str and checked_text(value) == value


def _is_name(value: object) -> bool:
    try:
        return type(value) is str and checked_name(value) is not None
    except InvalidInput:
        return False


def _is_pool(value: object) -> bool:
    """Return whether this is a pool id. A default pool's prefix does not count in the length of the name."""
    return type(value) is str and _is_name(value.removeprefix(DEFAULT_POOL))


def _is_percentage(value: object) -> bool:
    number = value if isinstance(value, int | float) and not isinstance(value, bool) else 0
    return math.isfinite(number) and 0 < number <= 100


def _told(holds: Callable[[str], bool]) -> Callable[[object], bool]:
    """Return a cached check of text; many rows have the same value."""
    remembered = lru_cache(maxsize=1024)(holds)
    return lambda value: _is_text(value) and remembered(value)


def _parses(parse: Callable[[str], object]) -> Callable[[str], bool]:
    def holds(words: str) -> bool:
        try:
            parse(words)
        except (ValueError, RecursionError):
            return False
        return True

    return holds


def _list_of(parse: Callable[[str], object]) -> Callable[[object], bool]:
    one = _parses(parse)

    def holds(words: str) -> bool:
        found = _read(words)
        if type(found) is not list or json.dumps(found) != words:
            return False
        return all(type(each) is str and one(each) for each in found)

    return _told(holds)


def _is_facts(words: str) -> bool:
    found = _read(words)
    return type(found) is dict and _is_shallow(found, _DEEPEST)


_DEEPEST: Final = 20
"""Levels of the JSON before and after a change; a binding has three."""


def _is_shallow(value: object, levels: int) -> bool:
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return levels > 0 and all(_is_shallow(each, levels - 1) for each in inner)


def _is_answer(words: str) -> bool:
    found = _read(words)
    if type(found) is not dict or set(found) - {"events"} not in _ANSWERS:
        return False
    eips, warnings = found.get("eips", []), found.get("warnings", [])
    return (
        all(type(found[name]) is type_ for name, type_ in _ANSWERED.items() if name in found)
        and all(type(each) is str for each in (*eips, *found.get("notes", [])))
        and all(type(each) is dict and set(each) == {"code", "message", "eip_id"} for each in warnings)
        and ("finding" not in found or _is_finding(found["finding"]))
        and ("clock" not in found or _is_clock(found["clock"]))
        and all(map(_is_head, found.get("events", ())))
    )


def _is_clock(kept: UncheckedObject) -> bool:
    try:
        return set(kept) == {"at", "was", "since"} and all(kept[name] is None or utc_of(kept[name]) for name in kept)
    except (ValueError, TypeError, OverflowError):
        return False


def _is_head(event: object) -> bool:
    """Return whether a value is an event of a receipt: its id, its chain, the length and the hash of the chain."""
    alike = {"id": str, "chain": str, "length": int, "hash": str}
    return type(event) is dict and {name: type(each) for name, each in event.items()} == alike


def _is_finding(kept: UncheckedObject) -> bool:
    try:
        finding = read_finding(kept)
        words = (finding.id, finding.subject, finding.message, finding.remedy)
        return to_json(finding) == kept and all(type(each) is str for each in words)
    except (ValueError, TypeError, KeyError, OverflowError):
        return False


_COUNTS: Final = frozenset({"created", "changed", "unchanged"})
_ANSWERS: Final = (
    *({"key"}, {"eips"}, {"eips", "warnings"}, {"finding"}, {"clock"}),
    *(_COUNTS, {*_COUNTS, "notes"}),
)
_ANSWERED: Final = {
    **dict.fromkeys(_COUNTS, int),
    **dict.fromkeys(("eips", "warnings", "notes", "events"), list),
    "key": str,
    "clock": dict,
}


def _read(words: str) -> object:
    """Return the JSON of a text; None when it is not JSON."""
    try:
        return json.loads(words, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        return None


def _no_constant(words: str) -> NoReturn:
    raise ValueError(words)


_FIRST: Final = to_micros(datetime(1, 1, 1, tzinfo=UTC))
_LAST: Final = to_micros(datetime(9998, 1, 1, tzinfo=UTC))
"""Times that a datetime can have, and still has after the longest cool-down."""
_END: Final = to_micros(datetime.max.replace(tzinfo=UTC))

_TEXT: Final = _ColumnKind("text without NUL and without broken characters", _is_text)
_NAME: Final = _ColumnKind("a name of 1 to 255 characters without NUL", _is_name)
_POOL: Final = _ColumnKind("the id of a pool", _is_pool)
_FLAG: Final = _ColumnKind("true or false", lambda value: type(value) is bool)
_HASH: Final = _ColumnKind(
    "64 hexadecimal digits", lambda value: type(value) is str and re.fullmatch("[0-9a-f]{64}", value) is not None
)
_MOMENT: Final = _whole("a moment in microseconds", _FIRST, _LAST)
_ADDRESS: Final = _whole("an address as a number", 0, (1 << 32) - 1)
_COUNT: Final = _whole("a count", 0, 1 << 32)
_KEY: Final = _whole("a key", 1, (1 << 53) - 1)
_SEQ: Final = _whole("the number of an event", 1, 1 << 47)
_PORT: Final = _whole("a port", 1, 65_535)
_PREFIX: Final = _ColumnKind("an IPv4 prefix", _told(_parses(parse_prefix)))
_PERCENT: Final = _ColumnKind("a percentage above 0 and up to 100", _is_percentage)
_FACTS: Final = _ColumnKind("a JSON object as text", _told(_is_facts))

_KINDS: Final[Mapping[str, _ColumnKind]] = {
    **dict.fromkeys(("address", "first", "last", "cidr_first", "cidr_last", "hi", "lo", "private_ip"), _ADDRESS),
    **dict.fromkeys(("at", "created_at", "activated_at", "draining_at", "retired_at"), _MOMENT),
    **dict.fromkeys(("allocated_at", "released_at", "ready_at", "bound_at", "unbound_at"), _MOMENT),
    **dict.fromkeys(("missing_since", "unbound_since", "alive_since"), _MOMENT),
    **dict.fromkeys(("allocated", "reserved", "released", "count"), _COUNT),
    **dict.fromkeys(("seq", "cidr_id", "cidr.id", "reservation.id"), _KEY),
    **dict.fromkeys(("port", "port_end", "to_port", "to_port_end"), _PORT),
    **dict.fromkeys(("id", "eip_id", "service_id", "request_id", "previous_eip_id", "name", "region", "isp"), _NAME),
    **dict.fromkeys(("pool_id", "pool.id", "pool.name"), _POOL),
    **dict.fromkeys(("warn_percent", "critical_percent"), _PERCENT),
    **dict.fromkeys(("before", "after"), _FACTS),
    "freed": _whole("a count", -1 << 32, 1 << 32),
    "chain.pool_id": _ColumnKind("the id of a pool, or empty", lambda value: value == "" or _is_pool(value)),
    "event.seq": _SEQ,
    "chain.length": _SEQ,
    "until": _whole("a moment in microseconds", _FIRST, _END),
    "cidr": _PREFIX,
    "asn": _whole("an AS number", 0, (1 << 32) - 1),
    "version": _whole("a version", 0, 1 << 30),
    "cooldown_seconds": _whole("a cool-down in seconds", 0, MAX_COOLDOWN),
    "bandwidth_mbps": _whole("a cap in Mbps", 1, MAX_BANDWIDTH),
    "minute": _whole("a minute", _FIRST // MINUTE, _LAST // MINUTE),
    "day": _whole("a day", _FIRST // DAY, _LAST // DAY),
    "private_ips": _ColumnKind("a JSON list of IPv4 addresses as text", _list_of(parse_address)),
    "subnets": _ColumnKind("a JSON list of IPv4 prefixes as text", _list_of(parse_prefix)),
    "sources": _ColumnKind("a JSON list of IPv4 prefixes as text", _list_of(parse_prefix)),
    "answer": _ColumnKind("an answer as JSON text", _told(_is_answer)),
}
"""The kind of a column, by its name or by table and name."""

_BY_TYPE: Final[Mapping[type, _ColumnKind]] = {Boolean: _FLAG, LargeBinary: _HASH, AutoString: _TEXT}
"""The kind of any other column, by its type."""


@cache
def _columns(table: Table) -> tuple[tuple[str, bool, _ColumnKind], ...]:
    return tuple((column.name, bool(column.nullable), _kind(table, column)) for column in table.columns)


def _kind(table: Table, column: Column[object]) -> _ColumnKind:
    for name in (f"{table.name}.{column.name}", column.name):
        if name in _KINDS:
            return _KINDS[name]
    return next(kind for type_, kind in _BY_TYPE.items() if isinstance(column.type, type_))


def flaws(table: Table, row: UncheckedObject) -> Iterator[str]:
    """Yield the errors of a row of an export: first each value against its column, then the rules between columns."""
    whole = True
    for name, nullable, kind in _columns(table):
        value = row[name]
        if not (nullable if value is None else kind.holds(value)):
            whole = False
            yield f"{name} is {kind.says}{' or null' if nullable else ''}, not {_shown(value)}"
    if whole and table.name in _ROWS:
        yield from _ROWS[table.name](row)


def _shown(value: object) -> str:
    words = json.dumps(value)
    return words if len(words) <= 60 else f"{words[:60]}..."


def _of_pool(row: UncheckedObject) -> Iterator[str]:
    if (row["kind"] == "default") != row["id"].startswith(DEFAULT_POOL):
        yield f"{row['id']} is the id of another kind of pool than {row['kind']}"
    elif row["kind"] == "default" and row["id"] != f"{DEFAULT_POOL}{row['region']}":
        yield f"{row['id']} is not the default pool of {row['region']}"


def _of_cidr(row: UncheckedObject) -> Iterator[str]:
    try:
        agrees = str(prefix_of_range(row["first"], row["last"])) == row["cidr"]
    except InvalidCidr:
        agrees = False
    if not agrees:
        yield f"{row['cidr']} does not go from {row['first']} to {row['last']}"


_OURS: Final = re.compile(r"(?:eip|b)-([1-9][0-9]{0,14})")


def _of_our_making(row: UncheckedObject) -> Iterator[str]:
    """Refuse an id made by eipdeck with a number above the row's: a later row would get the same id."""
    ours = _OURS.fullmatch(row["id"])
    if ours is not None and int(ours[1]) > row["seq"]:
        yield f"{row['id']} has a number above its seq, {row['seq']}"


def _of_binding(row: UncheckedObject) -> Iterator[str]:
    yield from _of_our_making(row)
    ports = [row[name] for name in ("port", "port_end", "to_port", "to_port_end")]
    if any(port is None for port in ports) and any(port is not None for port in ports):
        yield "its ports are given in part"
    elif ports[0] is not None and ports[0] > ports[1]:
        yield "its ports run backwards"


_ROWS: Final[Mapping[str, Callable[[UncheckedObject], Iterator[str]]]] = {
    "pool": _of_pool,
    "cidr": _of_cidr,
    "eip": _of_our_making,
    "binding": _of_binding,
}

"""The shape of a JSON document on one line: its keys and signs as one regular expression, its values as groups."""

from __future__ import annotations

import json
import re
from collections.abc import Container
from typing import Final, NamedTuple

from core.domain.evidence.keys import (
    MESSAGES,
    SECONDS,
    WEAK_RANK,
    is_end,
    is_port,
    is_protocol,
    is_zone,
    normal,
    side,
    time_rank,
)
from core.domain.evidence.versions import is_version_key

_TOKEN: Final = re.compile(r'\s*+(?:("[^"\\]*+")|([{}\[\],:])|([^\s{}\[\],:"]++))')
_VALUE: Final = r'("[^"\\\x00-\x1f]*+"|-?(?:0|[1-9][0-9]*+)(?:\.[0-9]++)?+(?:[eE][+-]?[0-9]++)?+|true|false|null)'
_MOST: Final = 80
"""Values of one document."""
_DEEPEST: Final = 20
_ROWS: Final = frozenset({"values", "rows", "row"})


class Shape(NamedTuple):
    """The parts that documents of the same keys in the same order share."""

    pattern: re.Pattern[str]
    parts: tuple[str, ...]
    """The text around the values."""
    keys: tuple[str, ...]
    """The key of each value; of a value in a list that of the list."""
    colons: int
    """Colons outside the values."""
    time: int | None
    """The one value that can be a time."""
    fixed: tuple[int, ...]
    """Values that have to be the same for the same answer: zones, protocols."""
    ports: tuple[int, ...]
    """Values that can be a port."""
    odd: frozenset[int]
    """Values in which four numbers can be no address, or part of another line."""

    def filled(self, values: list[str]) -> str:
        """Return a document of this shape."""
        return "".join(part + value for part, value in zip(self.parts, [*values, ""], strict=True))


def shape_of(text: str, own: Container[str] = ()) -> Shape | None:
    """Return the shape of a document; None where one value can change the meaning of another.

    `own` are the keys that a format of records names as times.
    """
    if "\\" in text:
        return None
    try:
        if not isinstance(json.loads(text), dict):
            return None
    except (ValueError, RecursionError):
        return None
    found = _values(text)
    if found is None or not found or len(found) > _MOST:
        return None
    keys = tuple(key for key, _, _ in found)
    times = [place for place, key in enumerate(keys) if _is_time(key) or key in own]
    if len(times) > 1 or any((time_rank(keys[place]) or 0) >= WEAK_RANK for place in times):
        return None
    if any(key[:1].isdigit() for key in keys):
        return None
    starts = [0, *(end for _, _, end in found)]
    ends = [*(start for _, start, _ in found), len(text)]
    parts = tuple(text[start:end] for start, end in zip(starts, ends, strict=True))
    return Shape(
        re.compile(_VALUE.join(map(re.escape, parts))),
        parts,
        keys,
        sum(part.count(":") for part in parts),
        times[0] if times else None,
        tuple(place for place, key in enumerate(keys) if is_zone(key) or is_protocol(key)),
        tuple(place for place, key in enumerate(keys) if is_port(key) or side(key) == "to"),
        frozenset(place for place, key in enumerate(keys) if _is_odd(key)),
    )


def _is_odd(key: str) -> bool:
    return normal(key) in MESSAGES or is_version_key(key) or "mask" in key.lower() or "wildcard" in key.lower()


def _is_time(key: str) -> bool:
    return time_rank(key) is not None or is_end(key) or key in SECONDS


def _values(text: str) -> list[tuple[str, int, int]] | None:
    """Return key, start and end of each value of a valid document; None where its place in a list can matter."""
    found: list[tuple[str, int, int]] = []
    open_: list[tuple[str, bool]] = []
    key, awaits_key = "", False
    for token in _TOKEN.finditer(text):
        sign = token[2]
        if sign is not None and sign in "{[":
            if len(open_) > _DEEPEST or (sign == "[" and open_ and open_[-1][1]):
                return None
            name = key or (open_[-1][0] if open_ else "")
            if sign == "[" and normal(name) in _ROWS:
                return None
            open_.append((name, sign == "["))
            key, awaits_key = "", sign == "{"
        elif sign is not None and sign in "}]":
            open_.pop()
            key, awaits_key = "", False
        elif sign == ",":
            key, awaits_key = "", bool(open_) and not open_[-1][1]
        elif sign is None and awaits_key:
            key, awaits_key = token[1][1:-1], False
            if key[:1].isdigit():
                return None
        elif sign is None:
            group = 1 if token[1] is not None else 3
            found.append((key or open_[-1][0], token.start(group), token.end(group)))
    return found

"""Tells what is wrong with a configuration: every problem at once, with its line and the nearest known name."""

from __future__ import annotations

import tomllib
from collections.abc import Collection, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Final, NamedTuple

from core.domain.errors import Code, EipdeckError, error

__all__ = ["ConfigProblem", "Wrong", "config_line", "refusal", "told"]

_MOST: Final = 20
"""The most problems of one refusal. A file with more is probably not a configuration."""
_LONGEST: Final = 50
"""Lines of one value that are read to find where it begins."""


class Wrong(NamedTuple):
    """A setting that cannot be used."""

    keys: tuple[str | int, ...]
    """Its keys from the top; a number is a place in a list."""
    why: str
    known: Collection[str] = ()
    """The names that could be meant."""


@dataclass(frozen=True, slots=True)
class ConfigProblem:
    """A problem as it is told."""

    line: int | None
    key: str
    message: str


def refusal(path: Path, text: str, wrong: Sequence[Wrong]) -> EipdeckError:
    """Return the refusal of a configuration, which names every problem with its line."""
    problems = sorted((told(text, each) for each in wrong[:_MOST]), key=lambda each: each.line or 0)
    said = "; ".join(each.message if each.line is None else f"line {each.line}: {each.message}" for each in problems)
    count = "" if len(wrong) == 1 else f"{len(wrong)} problems: "
    return error(Code.USAGE, f"{path}: {count}{said}.", details={"problems": [asdict(each) for each in problems]})


def told(text: str, wrong: Wrong) -> ConfigProblem:
    """Return a problem with its line and the nearest known name."""
    close = get_close_matches(str(wrong.keys[-1]), wrong.known, 1)
    hint = f"; the nearest is {close[0]}" if close else f"; known are {', '.join(wrong.known)}" if wrong.known else ""
    return ConfigProblem(config_line(text, wrong.keys), ".".join(map(str, wrong.keys)), wrong.why + hint)


def config_line(text: str, keys: Sequence[str | int]) -> int | None:
    """Return the line where a setting begins, counted from 1; None when it is not found."""
    lines = text.splitlines(keepends=True)
    for at, line in enumerate(lines):
        if str(next((key for key in reversed(keys) if isinstance(key, str)), "")) not in line:
            continue
        for end in range(at + 1, min(at + _LONGEST, len(lines)) + 1):
            with suppress(tomllib.TOMLDecodeError, RecursionError):
                if _has(tomllib.loads("".join(lines[:end])), keys):
                    return at + 1
                break
    return None


def _has(data: object, keys: Sequence[str | int]) -> bool:
    found = data
    for key in keys:
        try:
            found = found[key]  # type: ignore[index]  # a value without parts has no key
        except (KeyError, IndexError, TypeError):
            return False
    return True

"""What the verbs of the command line have in common: their answer, numbers as words, and asking to be sure."""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from core import Code, InvalidTime, Inventory, error, parse_time
from tui.wording.sanitize import visible
from tui.wording.writers import Layout

__all__ = ["Answer", "Verb", "confirmed", "moment", "percent", "sure", "whole"]


@dataclass(frozen=True, slots=True)
class Answer:
    """What a verb gives back."""

    value: Any
    """The JSON document: an object, a list, or an iterator of objects; text in parts without a layout."""
    layout: Layout | None = None
    """How its rows are shown as a table."""
    rows: tuple[Any, ...] | None = None
    """The rows of the table; None: the value's own items, or the value itself."""
    said: tuple[str, ...] = ()
    """Sentences for stderr: what was done, warnings, the next step."""
    code: int = 0
    """The exit code."""


Verb = Callable[[Inventory, argparse.Namespace], Answer]

_WHOLE: Final = re.compile(r"[+-]?[0-9]{1,18}", re.ASCII)
_PERCENT: Final = re.compile(r"[0-9]{1,3}(\.[0-9]{1,6})?", re.ASCII)


def whole(words: str, code: Code, what: str) -> int:
    """The whole number in these words, its range left to the core; an error of this code otherwise."""
    if not _WHOLE.fullmatch(words):
        raise error(code, f"{words!r} is no {what}.", hint="Write a whole number.")
    return int(words)


def percent(words: str | None, option: str) -> float | None:
    """The percentage in these words, `usage` when it is none."""
    if words is None:
        return None
    if not _PERCENT.fullmatch(words):
        raise error(Code.USAGE, f"{words!r} is no percentage for {option}.", hint="Write a number such as 80.")
    return float(words)


def moment(inventory: Inventory, words: str | None) -> datetime | None:
    """The moment in these words, `invalid_time` when they are none."""
    if words is None:
        return None
    try:
        return parse_time(words, inventory.now())
    except InvalidTime as problem:
        raise error(Code.INVALID_TIME, str(problem)) from problem


def confirmed(args: argparse.Namespace) -> bool:
    """Whether `--yes` was given; False: a terminal is there to be asked on.

    Raises:
        EipdeckError: `confirmation_required` when there is neither.

    """
    if args.yes:
        return True
    if sys.stdin is not None and sys.stdin.isatty() and sys.stderr is not None and sys.stderr.isatty():
        return False
    raise error(Code.CONFIRMATION_REQUIRED, f"`{args.command}` wants to be confirmed.", hint="Add --yes to do it.")


def sure(question: str) -> None:
    """Ask on the terminal.

    Raises:
        EipdeckError: `confirmation_required` for anything but `yes`.

    """
    sys.stderr.write(f"{visible(question)}\nType yes to go on: ")
    sys.stderr.flush()
    if sys.stdin.readline().strip() != "yes":
        raise error(Code.CONFIRMATION_REQUIRED, "Not confirmed; nothing changed.")

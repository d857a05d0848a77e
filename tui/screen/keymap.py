"""The keys of the configuration, checked before anything is opened: a key must never surprise.

`y` and `ctrl+c` stay what they are, a change stays on an upper-case letter or a function key, and no two commands that
are live together share a key: on the main screen, in a review, in the notice of a landing, in a plan, in the trail.
"""

from __future__ import annotations

import re
import string
from collections.abc import Iterable, Iterator, Mapping
from difflib import get_close_matches
from typing import Final

from textual.keys import Keys

from core import Code, Config, error
from tui.commands.bindings import key_name
from tui.commands.registry import BY_ID, NEVER_BOUND, Scope

__all__ = ["keymap_of", "remappable"]

_FIXED: Final = {"yes": "y sends, and nothing else does", "interrupt": "ctrl+c is the way out"}
_FOR_CHANGES: Final = re.compile(r"[A-Z]|f([1-9]|1[0-2])")
_NEVER: Final = re.compile(r"(alt|super|meta|hyper)\+.*|shift\+(up|down|left|right)")


def keymap_of(config: Config) -> dict[str, str]:
    """Return the remapped keys as Textual names them, by command.

    Raises:
        EipdeckError: `usage`, naming the file and everything that is wrong with them.

    """
    keymap = {name: tuple(key_name(key) for key in keys.split(",")) for name, keys in config.keys.items()}
    problems = [problem for name, keys in keymap.items() for problem in _unfit(name, keys)]
    problems += dict.fromkeys(_clashes({name: keys for name, keys in keymap.items() if not [*_unfit(name, keys)]}))
    if problems:
        raise error(
            Code.USAGE,
            f"{config.path or 'The configuration'}: [keys] cannot be used: {'; '.join(problems)}.",
            hint=f"Commands that have keys: {', '.join(remappable())}.",
            details={"problems": [{"key": _key(each, keymap), "message": each} for each in problems]},
        )
    return {name: ",".join(keys) for name, keys in keymap.items()}


def _key(problem: str, keymap: Mapping[str, object]) -> str:
    """Return the setting that a problem is about."""
    return f"keys.{next(name for name in keymap if name in problem.split())}"


def remappable() -> list[str]:
    """Return the ids of the commands whose keys the configuration may change."""
    return [command.id for command in BY_ID.values() if command.scope is not Scope.PALETTE and command.id not in _FIXED]


_NAMES: Final = {key.value for key in Keys} | {key_name(char) for char in string.punctuation if char != ","} | {"comma"}


def _unfit(name: str, keys: Iterable[str]) -> Iterator[str]:
    """Return what is wrong with the keys of one command."""
    if name in _FIXED:
        yield f"{name} is fixed: {_FIXED[name]}"
        return
    if name not in remappable():
        close = get_close_matches(name, remappable(), 1)
        yield f"{name} is not a command that has a key" + (f"; the nearest is {close[0]}" if close else "")
        return
    for key in keys:
        if key in NEVER_BOUND or _NEVER.fullmatch(key):
            yield f"{name} = {key!r} is a key that terminals keep for themselves"
        elif len(key) != 1 and key not in _NAMES:
            yield f"{name} = {key!r} is not the name of a key"
        elif key.isdigit():
            yield f"{name} = {key!r} begins a lookup"
        elif BY_ID[name].changes and not _FOR_CHANGES.fullmatch(key):
            yield f"{name} = {key!r}: a change is on an upper-case letter or a function key"


def _clashes(keymap: Mapping[str, tuple[str, ...]]) -> Iterator[str]:
    """Return the keys that a remapped command would share with another that is live at the same time."""
    if not keymap:
        return
    from tui.changes.live_keys import layers  # noqa: PLC0415  # only a remapped key needs the modals

    for held in layers():
        now = {name: frozenset(keymap.get(name, keys)) for name, keys in held.items()}
        for name in keymap.keys() & now.keys():
            for other, keys in now.items():
                for key in sorted(now[name] & keys):
                    if other != name:
                        yield f"{key} would be {' and '.join(sorted((name, other)))}"

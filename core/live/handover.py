"""Secrets of the environment: taken out of it before another program is started, and handed to a sync by a pipe."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from contextlib import suppress
from typing import Final

from core.domain.config import Config

__all__ = ["piped", "take_secrets", "variable"]

_PIPE: Final = "EIPDECK_SECRETS_FD"
"""The variable that tells a child the descriptor of the pipe; it reads it once."""
_ENV: Final = "env:"
_FIELDS: Final = ("key", "token", "proxy")
_taken: dict[str, str] = {}
"""Variables that are no longer in the environment."""


def take_secrets(config: Config) -> None:
    """Take the secrets of every profile out of the environment, which the programs that are started later inherit."""
    for name in _variables(config.profiles.values()):
        value = os.environ.pop(name, None)
        if value is not None:
            _taken[name] = value


def variable(name: str) -> str | None:
    """Return a variable of the environment, also one that was taken out of it or came by the pipe."""
    _receive()
    return os.environ.get(name) or _taken.get(name)


def piped(config: Config, profile: str) -> tuple[dict[str, str], int]:
    """Return the variable and the pipe by which a child inherits the secrets of a profile."""
    names = _variables([config.profiles.get(profile, {})])
    known = {name: value for name in names if (value := variable(name)) is not None}
    reading, writing = os.pipe()
    with os.fdopen(writing, "wb") as pipe:
        pipe.write(json.dumps(known).encode())  # less than the pipe holds
    return {_PIPE: str(reading)}, reading


def _receive() -> None:
    """Read the pipe that the parent left, if it did."""
    words = os.environ.pop(_PIPE, "")
    if not words.isdigit():
        return
    with suppress(OSError, ValueError), os.fdopen(int(words), "rb") as pipe:
        _taken.update(json.loads(pipe.read()))


def _variables(profiles: Iterable[object]) -> set[str]:
    """Return the names of the variables that hold secrets of these profiles."""
    sources = (str(table.get(each)) for table in profiles if isinstance(table, dict) for each in _FIELDS)
    return {words.removeprefix(_ENV) for words in sources if words.startswith(_ENV)}

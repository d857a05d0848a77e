"""Commands of the command line, quoted for a shell so that a name stays one word whatever it holds."""

from __future__ import annotations

import shlex

__all__ = ["option", "shell_command"]


def shell_command(*words: str) -> str:
    """Return `eipdeck` with these words, quoted for a shell."""
    return shlex.join(["eipdeck", *words])


def option(name: str, value: object) -> list[str]:
    """Return an option and its value as words; no words for None.

    The two are joined by `=` when the value begins with `-` and would be read as another option.
    """
    if value is None:
        return []
    text = str(value)
    return [f"{name}={text}"] if text.startswith("-") else [name, text]

"""Command lines that are shown to be pasted: quoted, so that whatever a name holds is one word of one command."""

from __future__ import annotations

import shlex

__all__ = ["option", "shell_command"]


def shell_command(*words: str) -> str:
    """`eipdeck` with these words, for a shell."""
    return shlex.join(["eipdeck", *words])


def option(name: str, value: object) -> list[str]:
    """An option and its value, none without one; joined by `=` when the value would be taken for an option itself."""
    if value is None:
        return []
    text = str(value)
    return [f"{name}={text}"] if text.startswith("-") else [name, text]

"""Commands of the command line, quoted for a shell so that a name stays one word whatever it holds."""

from __future__ import annotations

import shlex
from dataclasses import dataclass

__all__ = ["Fix", "option", "shell_command"]


@dataclass(frozen=True, slots=True)
class Fix:
    """A command that helps. Each front end words it: as a command line, or as a key."""

    verb: str
    """`rehome`, `cidr drain`."""
    args: tuple[str, ...] = ()
    """Its positional words and options, unquoted."""

    def command(self) -> str:
        """Return the command line, quoted for a shell."""
        return shell_command(*self.verb.split(), *self.args)


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

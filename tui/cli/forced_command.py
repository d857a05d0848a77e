"""A login that runs only this program: an SSH forced command, and the command its client asked for."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence

from tui.cli.arguments import Command, Misuse, Settings, parse

__all__ = ["asked_for"]

_THEIRS = ("read_only", "color")
"""Options that the client may choose; the forced command decides the others."""


def asked_for(words: Sequence[str], environ: Mapping[str, str]) -> Command:
    """Return the command in these words; with `--confined`, the one that the client of the connection asked for.

    No shell sees the client's words: they are split as a shell would split them.

    Raises:
        Misuse: the words are not a command, or choose what the client may not.
        SystemExit: help or the version was asked for and has been printed.

    """
    ours = parse(words)
    asked = environ.get("SSH_ORIGINAL_COMMAND", "")
    if ours.settings.confined is None or not asked.strip():
        return ours
    try:
        split = shlex.split(asked)
    except ValueError as problem:
        raise Misuse("The command has a quote that does not end; nothing was done.") from problem
    theirs = parse(split[1:] if split[:1] == ["eipdeck"] else split)
    for name in Settings._fields:
        if name not in _THEIRS and getattr(theirs.settings, name) is not None:
            raise Misuse(f"--{name.replace('_', '-')} is not yours to choose on this connection; leave it out.")
    read_only = ours.settings.read_only or theirs.settings.read_only
    color = theirs.settings.color or ours.settings.color
    return theirs._replace(settings=ours.settings._replace(read_only=read_only, color=color))

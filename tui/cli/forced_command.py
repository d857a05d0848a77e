"""A login that is this program and nothing else: an SSH forced command, and what its client asked for."""

from __future__ import annotations

import argparse
import shlex
from collections.abc import Mapping, Sequence

from tui.cli.arguments import Misuse, parse

__all__ = ["asked_for"]

_OURS = ("db", "operator", "profile", "config", "confined")
"""Options that the forced command decides, not the client."""


def asked_for(words: Sequence[str], environ: Mapping[str, str]) -> argparse.Namespace:
    """The command in these words; confined, it is the one that the client of the connection asked for.

    No shell sees the client's words: they are taken apart as a shell would, and are options and names to us.

    Raises:
        Misuse: they are no command, or not the client's to decide.
        SystemExit: help or the version was asked for and has been printed.

    """
    args = parse(words)
    asked = environ.get("SSH_ORIGINAL_COMMAND", "")
    if args.confined is None or not asked.strip():
        return args
    try:
        theirs = shlex.split(asked)
    except ValueError as problem:
        raise Misuse("The command has a quote that does not end; nothing was done.") from problem
    wanted = parse(theirs[1:] if theirs[:1] == ["eipdeck"] else theirs)
    for name in _OURS:
        if getattr(wanted, name) is not None:
            raise Misuse(f"--{name} is not yours to choose on this connection; leave it out.")
        setattr(wanted, name, getattr(args, name))
    wanted.read_only = wanted.read_only or args.read_only
    return wanted

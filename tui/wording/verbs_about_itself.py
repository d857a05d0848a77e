"""The verbs about the program itself, declared: its configuration, its interface, its health."""

from __future__ import annotations

from typing import Final

from tui.wording.verb import Argument, Kind, Verb
from tui.wording.verbs_lists import rows

__all__ = ["ABOUT_ITSELF"]

ABOUT_ITSELF: Final = (
    Verb(
        "completion",
        "the script that completes commands and live values in a shell",
        (Argument("shell", "SHELL", "bash, zsh or fish", choices=("bash", "zsh", "fish")),),
        formats=(),
    ),
    rows("config show", "every setting, its value, and where that comes from"),
    rows("config check", "every problem of the configuration and its files, with its line; exit 1 for any"),
    Verb("config schema", "the JSON Schema of the configuration, for editors", formats=()),
    Verb("interface", "every command, option and code of the command line, for programs"),
    Verb(
        "doctor",
        "check the files, the database and the terminal, with advice",
        (
            Argument(
                "--bundle", "FILE", "write what a report of a defect needs, addresses and names masked", offers="files"
            ),
            Argument("--with-addresses", help="mask nothing in the bundle", kind=Kind.SWITCH),
            Argument("--force", help="replace an existing file", kind=Kind.SWITCH),
        ),
    ),
)

"""The program's entry: `eipdeck`, and `python -m tui`.

A completion of the shell imports nothing more than this module does; each verb imports its own part.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence

from tui.cli.offers import CALL, offer

TYPE_CHECKING = False  # `typing` is slow, and a completion waits for this module
if TYPE_CHECKING:
    from tui.cli.arguments import Command

__all__ = ["main"]

_INTERRUPTED = 130
_LONG = ("allocate", "release", "import", "export", "backup", "restore", "verify")
"""The verbs that may take more than a second."""
_ABOUT_ITSELF = ("completion", "config", "doctor", "interface")
"""The first words of the verbs about the program itself."""
_UNLIMITED = ("open", "demo", "watch", "restore")
"""The verbs that end with their terminal, or by hand, and the one that replaces a database."""
_DEFECT = 70
"""A defect has a code of its own: exit 1 means "the answer is no"."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line; return an exit code of the interface."""
    words = list(sys.argv[1:] if argv is None else argv)
    if words[:1] == [CALL]:
        return offer(words[1:])
    try:
        return _run(words)
    except KeyboardInterrupt:
        from tui.cli.stdio import drop  # noqa: PLC0415  # not for a completion

        drop(sys.stdout)
        return _INTERRUPTED
    except Exception:  # noqa: BLE001  # the last stop: every exception here is a defect, printed without control characters
        _tell_defect()
        return _DEFECT


def _run(words: Sequence[str]) -> int:
    from tui.cli.arguments import wants_json  # noqa: PLC0415  # imports argparse, which a completion does without

    as_json = wants_json(words)
    try:
        command = _command(words)
        as_json = command.format.is_json
        if level := os.environ.get("EIPDECK_LOG"):
            from tui.cli.debug_log import begin_debug_log  # noqa: PLC0415  # for a report of a defect

            begin_debug_log(command, level)
        run = _run_shown if command.verb.name in _LONG else _runner(command)
        if _has_limit(command):
            from tui.cli.time_limit import within_limit  # noqa: PLC0415  # for a confined login, mostly

            return within_limit(command, run)
        return run(command)
    except Exception as problem:  # noqa: BLE001  # `refuse` raises again what is not a refusal
        from tui.cli.result import refuse  # noqa: PLC0415  # imports the core, which help and version do without

        return refuse(problem, as_json=as_json)


def _has_limit(command: Command) -> bool:
    given = command.settings
    return not (given.time_limit is None and given.confined is None) and command.verb.name not in _UNLIMITED


def _run_shown(command: Command) -> int:
    """Run a command that may take long, with its progress on a terminal."""
    from contextlib import nullcontext  # noqa: PLC0415  # not for a completion

    from tui.cli.progress import shown_progress  # noqa: PLC0415  # imports the core

    onto_screen = command.verb.name == "export" and not command.given["file"] and sys.stdout and sys.stdout.isatty()
    with nullcontext() if onto_screen else shown_progress(command.verb.name):
        return _runner(command)(command)


def _command(words: Sequence[str]) -> Command:
    """Return the command in the words, and in the answers to what is missing, where somebody is asked."""
    from tui.cli.arguments import Misuse  # noqa: PLC0415  # not for a completion
    from tui.cli.forced_command import asked_for  # noqa: PLC0415  # not for a completion

    while True:
        try:
            return asked_for(words, os.environ)
        except Misuse as wrong:
            if "ACCESSIBLE" not in os.environ or os.environ.get("SSH_ORIGINAL_COMMAND"):
                raise
            from tui.cli.asking import asked_words  # noqa: PLC0415  # on a terminal that is read aloud

            words = asked_words(words, wrong)


def _runner(command: Command) -> Callable[[Command], int]:
    """Import what runs a command: reads without the writes, and neither with the dashboard."""
    if command.verb.name in ("open", "demo"):
        from tui.cli.launch import dashboard  # noqa: PLC0415  # for the dashboard alone

        return dashboard
    if command.verb.name.partition(" ")[0] in _ABOUT_ITSELF:
        return _about_itself(command.verb.name)
    if command.verb.name == "watch":
        from tui.cli.watch import watch  # noqa: PLC0415  # for this verb alone

        return watch
    if command.verb.name in ("metrics", "verify"):
        from tui.cli import metrics  # noqa: PLC0415  # for these verbs alone

        return metrics.metrics if command.verb.name == "metrics" else metrics.verify
    if command.verb.writes:
        from tui.cli.changes import change  # noqa: PLC0415  # imports every request

        return change
    if command.verb.is_list and (command.verb.name != "lookup" or command.is_shaped):
        from tui.cli.lists import print_rows  # noqa: PLC0415  # a look-up does without the lists

        return print_rows
    from tui.cli.queries import query  # noqa: PLC0415  # imports the core

    return query


def _about_itself(name: str) -> Callable[[Command], int]:
    """Import what runs a verb about the program itself."""
    if name == "doctor":
        from tui.cli.doctor import doctor  # noqa: PLC0415  # for this verb alone

        return doctor
    if name == "completion":
        from tui.cli.completion import completion  # noqa: PLC0415  # imports shtab

        return completion
    if name == "interface":
        from tui.cli.interface import interface  # noqa: PLC0415  # for this verb alone

        return interface
    from tui.cli.configuration import configuration  # noqa: PLC0415  # imports the keys of the dashboard

    return configuration


def _tell_defect() -> None:
    import traceback  # noqa: PLC0415  # slow, and only for a defect

    from tui.cli.stdio import tell  # noqa: PLC0415  # not for a completion
    from tui.wording.sanitize import visible  # noqa: PLC0415  # only for a defect

    tell(visible(line) for line in traceback.format_exc().splitlines())
    tell(["eipdeck: this is a defect of eipdeck; `eipdeck history` shows whether anything changed"])


if __name__ == "__main__":
    sys.exit(main())

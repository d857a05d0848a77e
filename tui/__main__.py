"""The program's entry: `eipdeck`, and `python -m tui`.

Nothing is imported here that `--help` and `--version` do not need.
"""

from __future__ import annotations

import os
import sys
from argparse import Namespace
from collections.abc import Callable, Sequence

from tui.cli.arguments import Misuse, wants_json
from tui.cli.forced_command import asked_for
from tui.cli.stdio import drop, tell

__all__ = ["main"]

_INTERRUPTED = 130
_DEFECT = 70
"""A defect of ours must not look like exit 1, which means "the answer is no"."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line; the exit codes are those of the interface."""
    words = list(sys.argv[1:] if argv is None else argv)
    try:
        return _run(words)
    except KeyboardInterrupt:
        drop(sys.stdout)
        return _INTERRUPTED
    except Exception:  # noqa: BLE001  # the last stop: anything here is a defect, told without raw control characters
        _tell_defect()
        return _DEFECT


def _run(words: Sequence[str]) -> int:
    try:
        args = asked_for(words, os.environ)
    except Misuse as misuse:
        from core import Code, error  # noqa: PLC0415  # the core loads only when there is something to do
        from tui.cli.main import refuse  # noqa: PLC0415

        return refuse(error(Code.USAGE, str(misuse)), as_json=wants_json(words))
    try:
        return _command(args.command)(args)
    except Exception as problem:
        from core import EipdeckError  # noqa: PLC0415
        from tui.cli.main import refuse  # noqa: PLC0415

        if isinstance(problem, EipdeckError):
            return refuse(problem, as_json=args.format == "json")
        raise


def _command(name: str) -> Callable[[Namespace], int]:
    """What runs a command: the dashboard without the command line's imports, and the other way about."""
    if name in ("open", "demo"):
        from tui.cli.launch import dashboard  # noqa: PLC0415

        return dashboard
    from tui.cli.main import run  # noqa: PLC0415

    return run


def _tell_defect() -> None:
    import traceback  # noqa: PLC0415  # nobody should ever see one

    from tui.wording.sanitize import visible  # noqa: PLC0415

    tell(visible(line) for line in traceback.format_exc().splitlines())
    tell(["eipdeck: this is a defect of eipdeck; `eipdeck history` shows whether anything changed"])


if __name__ == "__main__":
    sys.exit(main())

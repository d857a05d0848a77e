"""`eipdeck metrics`, and `eipdeck verify`, whose last run is one of them."""

from __future__ import annotations

from pathlib import Path

from core import Inventory, written_whole
from tui.cli.arguments import Command
from tui.cli.exit_codes import DONE
from tui.cli.main import run
from tui.cli.queries import answer_of
from tui.cli.result import Answer
from tui.session.verified import last_verified, note_verified
from tui.wording.prometheus import metric_samples, metric_text
from tui.wording.verb import Format

__all__ = ["metrics", "verify"]

_READABLE = 0o644
"""The mode of the file: the exporter that reads it runs as somebody else."""


def metrics(command: Command) -> int:
    """Print the metrics, or write them to a file; return the exit code.

    Raises:
        EipdeckError: the database cannot be read, or the file cannot be written.

    """
    out = command.given["out"]
    return run(command, lambda inventory: _metrics(inventory, command.format, None if out is None else str(out)))


def _metrics(inventory: Inventory, how: Format, out: str | None) -> Answer:
    samples = list(metric_samples(inventory.figures(), last_verified(inventory.url)))
    if out is not None:
        _write(inventory.file_named(Path(out)), "".join(metric_text(samples)))
        return Answer((), said=(f"{len(samples)} samples written to {out}",))
    if how is Format.JSON:
        return Answer({"metrics": [sample._asdict() for sample in samples]})
    return Answer(metric_text(samples))


def _write(path: Path, text: str) -> None:
    """Write the file and rename it to its place, so that no reader sees half of it."""
    with written_whole(path, force=True) as part:
        part.write_text(text, encoding="utf-8", errors="backslashreplace")
        part.chmod(_READABLE)


def verify(command: Command) -> int:
    """Run `verify` and note its result; return the exit code.

    Raises:
        EipdeckError: the database cannot be read.

    """

    def answer(inventory: Inventory) -> Answer:
        found = answer_of(inventory, command)
        note_verified(inventory.url, inventory.now(), sound=found.code == DONE)
        return found

    return run(command, answer)

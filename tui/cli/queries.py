"""The verbs that change nothing: verdicts, lists, history, export, backup, verify."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import chain, islice
from pathlib import Path
from typing import Final

from core import (
    Code,
    InvalidTime,
    Inventory,
    Severity,
    TextFacts,
    error,
    iso,
    option,
    parse_time,
    shell_command,
    to_json,
)
from tui.cli import exit_codes
from tui.cli.arguments import Command
from tui.cli.main import run
from tui.cli.result import Answer
from tui.wording.log_summary import about, evidence_words, pieces, progress, times_words
from tui.wording.reports import BROKEN, EVENTS, FINDINGS, SEEN, VERDICTS
from tui.wording.tables import CIDRS, POOLS, SERVICES, marked
from tui.wording.verb import Format

__all__ = ["query"]


_TOLD: Final = 5
"""With more addresses than this, verdicts alone are printed."""


def query(command: Command) -> int:
    """Run a verb that changes nothing; return the exit code.

    Raises:
        EipdeckError: it was refused; nothing has been printed on stdout.

    """
    verb = _QUERIES[command.verb.name]
    return run(command, lambda inventory: verb(inventory, command.format, **command.given))


def _lookup(
    inventory: Inventory,
    how: Format,
    *,
    addresses: Sequence[str],
    at: str | None,
    zone: str | None,
    year: str | None,
    day_first: bool,
    now: str | None,
    log_format: str | None,
) -> Answer:
    moment = _past(inventory, at)
    settled = {"zone": zone, "year": year, "day_first": day_first, "now": now, "log_format": log_format}
    given = {name: value for name, value in settled.items() if value}
    if "-" in addresses:
        return _lookup_text(inventory, addresses, moment, given)
    if given:
        option_ = f"--{next(iter(given)).replace('_', '-')}"
        raise error(Code.USAGE, f"{option_} is for a text on stdin.", hint="Write - for the address.")
    verdicts = [inventory.lookup(address, moment) for address in addresses]
    few = how is Format.TABLE and len(verdicts) <= _TOLD
    said = tuple(words for each in verdicts if few for words in about(inventory, each))
    return Answer(verdicts, VERDICTS, said=said, code=exit_codes.of_verdicts(verdicts))


def _lookup_text(
    inventory: Inventory, addresses: Sequence[str], at: datetime | None, given: Mapping[str, str | bool]
) -> Answer:
    if len(addresses) > 1:
        raise error(Code.USAGE, "- means all the text on stdin.", hint="Leave the other addresses out.")
    facts = _facts(inventory, given)
    with progress() as on_progress:
        found = inventory.evidence(_stdin(), at, facts, on_progress=on_progress)
    stated = {**given, **({} if at is None else {"at": iso(at)})}
    words = [f"--{name.replace('_', '-')}{'' if value is True else f' {value}'}" for name, value in stated.items()]
    settled = [f"read with {' '.join(words)}"] if words else []
    return Answer(
        found.verdicts,
        SEEN,
        said=tuple(evidence_words(found)),
        doubts=(*settled, *times_words(found)),
        code=exit_codes.of_verdicts(found.verdicts),
    )


def _facts(inventory: Inventory, given: Mapping[str, str | bool]) -> TextFacts:
    """Return what the options say of a text; those of text are text."""
    words = {name: value for name, value in given.items() if isinstance(value, str)}
    year = words.get("year")
    if year is not None and not (year.isascii() and year.isdigit()):
        raise error(Code.USAGE, f"{year!r} is not a year.", hint="Write one like 2026.")
    return TextFacts(
        words.get("zone"),
        None if year is None else int(year),
        True if given.get("day_first") else None,
        _past(inventory, words.get("now")),
        words.get("log_format"),
    )


def _past(inventory: Inventory, words: str | None) -> datetime | None:
    """Return the moment in these words, or raise `invalid_time`, also for a time to come."""
    moment = _moment(inventory, words)
    if moment is not None and moment > inventory.now():
        raise error(Code.INVALID_TIME, f"{words} is in the future.", hint="A verdict is about now, or about the past.")
    return moment


def _stdin() -> Iterable[str] | Iterable[bytes]:
    """Return the bytes of stdin, or its lines where it has no bytes."""
    if sys.stdin is None:
        return ()
    if sys.stdin.isatty():
        sys.stderr.write("paste the text, then ctrl+d\n")
    if isinstance(sys.stdin, io.TextIOWrapper) and isinstance(sys.stdin.buffer, io.BufferedIOBase):
        return pieces(sys.stdin.buffer)
    return sys.stdin


def _moment(inventory: Inventory, words: str | None) -> datetime | None:
    """Return the moment in these words, or raise `invalid_time`."""
    if words is None:
        return None
    try:
        return parse_time(words, inventory.now())
    except InvalidTime as problem:
        raise error(Code.INVALID_TIME, str(problem)) from problem


def _cidrs(inventory: Inventory, _how: Format) -> Answer:
    return Answer(inventory.cidrs(), CIDRS)


def _pools(inventory: Inventory, _how: Format) -> Answer:
    return Answer(inventory.pools(), POOLS)


def _eips(inventory: Inventory, how: Format, *, filter: Sequence[str]) -> Answer:  # noqa: A002  # the argument's name
    problems = {eip.address for eip in inventory.eips("is:problem")} if how is Format.TABLE else set()
    return Answer(_begun(inventory.eips(" ".join(filter))), marked(problems))


def _begun(items: Iterator[object]) -> Iterator[object]:
    """Return the same items, the first already read, so that a refusal comes before any output."""
    return chain(list(islice(items, 1)), items)


def _services(inventory: Inventory, _how: Format) -> Answer:
    return Answer(inventory.services(), SERVICES)


def _findings(inventory: Inventory, _how: Format, *, severity: str | None) -> Answer:
    worst = list(Severity)
    least = worst[-1] if severity is None else Severity(severity)
    findings = [each for each in inventory.findings() if worst.index(each.severity) <= worst.index(least)]
    return Answer(findings, FINDINGS, code=exit_codes.NO if findings else exit_codes.DONE)


def _history(inventory: Inventory, _how: Format, *, subject: str | None, since: str | None) -> Answer:
    return Answer(inventory.history(subject, since=_moment(inventory, since)), EVENTS)


def _export(inventory: Inventory, _how: Format, *, file: str | None, force: bool) -> Answer:
    if file is None:
        return Answer(_begun(inventory.export_text()))
    inventory.export(Path(file), force=force)
    return Answer((), said=(f"exported to {file}",))


def _backup(inventory: Inventory, _how: Format, *, file: str, force: bool) -> Answer:
    inventory.backup(Path(file), force=force)
    verify = shell_command(*option("--db", file), "verify")
    return Answer((), said=(f"backed up to {file}; `{verify}` proves it",))


def _verify(inventory: Inventory, how: Format) -> Answer:
    proof = inventory.verify()
    doubt = inventory.clock_doubt()
    warned = () if doubt is None else (f"! {doubt}; eipdeck clock accept goes on by the clock",)
    looked = f"{proof.eips:,} EIPs, {proof.events:,} events in {proof.chains:,} chains"
    if how is Format.JSON:
        return Answer(to_json(proof), code=exit_codes.DONE if proof.ok else exit_codes.NO)
    if proof.ok:
        return Answer((f"sound: {looked}\n",), said=warned)
    times = "once" if len(proof.broken) == 1 else f"{len(proof.broken)} times"
    said = (f"broken {times} in {looked}; keep the database as it is, and look at the last good backup", *warned)
    return Answer(proof, BROKEN, proof.broken, said, exit_codes.NO)


_QUERIES: Final[Mapping[str, Callable[..., Answer]]] = {
    "lookup": _lookup,
    "cidrs": _cidrs,
    "pools": _pools,
    "eips": _eips,
    "services": _services,
    "findings": _findings,
    "history": _history,
    "export": _export,
    "backup": _backup,
    "verify": _verify,
}
"""The function of each verb; its keyword arguments are those of the verb's declaration."""

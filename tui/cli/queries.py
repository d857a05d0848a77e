"""The verbs that change nothing: verdicts, lists, history, export, backup, verify."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import chain, islice
from pathlib import Path
from typing import Final

from core import (
    Code,
    Inventory,
    Severity,
    Verdict,
    error,
    is_cidr,
    option,
    shell_command,
    to_json,
)
from tui.cli import exit_codes
from tui.cli.arguments import Command
from tui.cli.main import run
from tui.cli.proofs import head, verify
from tui.cli.result import Answer
from tui.cli.text_lookup import Text, lookup_text
from tui.cli.times import moment_of, past_moment
from tui.wording.log_summary import about
from tui.wording.reports import EVENTS, FINDINGS, answers
from tui.wording.tables import CIDRS, POOLS, SERVICES, marked
from tui.wording.text_facts import read_as
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
    ours: bool,
    annotate: bool,
    follow: bool,
) -> Answer:
    settling = {"zone": zone, "year": year, "day_first": day_first, "now": now, "log_format": log_format}
    given = {name: value for name, value in settling.items() if value}
    modes = {"ours": ours, "annotate": annotate, "follow": follow}
    if "-" in addresses:
        if len(addresses) > 1:
            raise error(Code.USAGE, "- means all the text on stdin.", hint="Leave the other addresses out.")
        reading = read_as({**given, "at": at}, inventory.now(), inventory.config.display_zone)
        return lookup_text(inventory, how, Text(reading, **modes))
    if only := [*given, *(name for name, on in modes.items() if on)]:
        option_ = f"--{only[0].replace('_', '-')}"
        raise error(Code.USAGE, f"{option_} is for a text on stdin.", hint="Write - for the address.")
    moment = None if at is None else past_moment(inventory, at, how)
    judged = iter(inventory.lookup_all([each for each in addresses if not is_cidr(each)], moment))
    found = [inventory.lookup_cidr(each, moment) if is_cidr(each) else next(judged) for each in addresses]
    told = [each for each in found if isinstance(each, Verdict)] if how is Format.TABLE and len(found) <= _TOLD else []
    said = tuple(words for each in told for words in about(inventory, each))
    return Answer(found, answers(found), said=said, code=exit_codes.of_verdicts(found))


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


def _findings(inventory: Inventory, _how: Format, *, severity: str | None, accepted: bool) -> Answer:
    worst = list(Severity)
    least = worst[-1] if severity is None else Severity(severity)
    every = inventory.findings(accepted=accepted)
    findings = [each for each in every if worst.index(each.severity) <= worst.index(least)]
    is_open = any(not each.accepted for each in findings)
    return Answer(findings, FINDINGS, code=exit_codes.NO if is_open else exit_codes.DONE)


def _history(inventory: Inventory, how: Format, *, subject: str | None, since: str | None) -> Answer:
    moment = None if since is None else moment_of(inventory, since, how)
    return Answer(inventory.history(subject, since=moment), EVENTS)


def _export(inventory: Inventory, _how: Format, *, file: str | None, force: bool) -> Answer:
    if file is None:
        return Answer(_begun(inventory.export_text()))
    inventory.export(Path(file), force=force)
    return Answer((), said=(f"exported to {file}",))


def _backup(inventory: Inventory, _how: Format, *, file: str, force: bool) -> Answer:
    inventory.backup(Path(file), force=force)
    proof = shell_command(*option("--db", file), "verify")
    return Answer((), said=(f"backed up to {file}; `{proof}` proves it",))


def _settle(inventory: Inventory, how: Format, *, request_id: str) -> Answer:
    receipt = inventory.settle(request_id)
    event = receipt.events[-1] if receipt is not None and receipt.events else None
    code = exit_codes.NO if receipt is None else exit_codes.DONE
    if how is Format.JSON:
        return Answer({"request_id": request_id, "made": receipt is not None, "event": to_json(event)}, code=code)
    told = "not made: nothing changed" if receipt is None else "made"
    last = "" if event is None else f"; its last event is {event.id}"
    return Answer((f"{told}{last}\n",), code=code)


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
    "verify": verify,
    "head": head,
    "settle": _settle,
}
"""The function of each verb; its keyword arguments are those of the verb's declaration."""

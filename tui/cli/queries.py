"""The verbs that change nothing: verdicts, export, backup, verify. The lists are in `lists.py`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import chain, islice
from pathlib import Path
from typing import Final

from core import (
    Code,
    Inventory,
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
from tui.cli.plans import show_plan
from tui.cli.proofs import head, verify
from tui.cli.result import Answer
from tui.cli.text_lookup import Text, lookup_text
from tui.cli.times import past_moment
from tui.wording.log_summary import about
from tui.wording.reports import answers
from tui.wording.text_facts import read_as
from tui.wording.verb import Format
from tui.wording.verbs_lists import SHAPE

__all__ = ["answer_of", "begun", "lookup", "query"]


_SHAPE: Final = frozenset(argument.dest for argument in SHAPE)
_TOLD: Final = 5
"""With more addresses than this, verdicts alone are printed."""


def query(command: Command) -> int:
    """Run a verb that changes nothing; return the exit code.

    Raises:
        EipdeckError: it was refused; nothing has been printed on stdout.

    """
    return run(command, lambda inventory: answer_of(inventory, command))


def answer_of(inventory: Inventory, command: Command) -> Answer:
    """Return the answer of a verb of this module."""
    given = {name: value for name, value in command.given.items() if name not in _SHAPE}
    return _QUERIES[command.verb.name](inventory, command.format, **given)


def lookup(
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


def begun(items: Iterator[object]) -> Iterator[object]:
    """Return the same items, the first already read, so that a refusal comes before any output."""
    return chain(list(islice(items, 1)), items)


def _export(inventory: Inventory, _how: Format, *, file: str | None, force: bool) -> Answer:
    if file is None:
        return Answer(begun(inventory.export_text()))
    inventory.export(Path(file), force=force)
    return Answer((), said=(f"exported to {file}",))


def _backup(inventory: Inventory, _how: Format, *, file: str, force: bool) -> Answer:
    inventory.backup(Path(file), force=force)
    account = inventory.config.account
    profile = () if account is None or inventory.file is None else option("--profile", account)
    proof = shell_command(*profile, *option("--db", file), "verify")
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
    "lookup": lookup,
    "export": _export,
    "backup": _backup,
    "verify": verify,
    "head": head,
    "settle": _settle,
    "plan show": show_plan,
}
"""The function of each verb; its keyword arguments are those of the verb's declaration."""

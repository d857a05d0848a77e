"""The commands that only look: verdicts, lists, history, export, backup, proof."""

from __future__ import annotations

import argparse
import io
import sys
from collections.abc import Iterable, Iterator
from itertools import chain, islice
from pathlib import Path
from typing import Any, Final

from core import Code, Inventory, Severity, Verdict, error, option, shell_command, to_json
from tui.cli.result import Answer, Verb, moment
from tui.wording.log_summary import about, evidence_words, pieces, progress
from tui.wording.tables import BROKEN, CIDRS, EVENTS, FINDINGS, POOLS, SERVICES, VERDICTS, marked

__all__ = ["READS"]


_TOLD: Final = 5
"""Addresses of which more is said than the verdict."""


def _lookup(inventory: Inventory, args: argparse.Namespace) -> Answer:
    at = moment(inventory, args.at)
    if at is not None and at > inventory.now():
        raise error(
            Code.INVALID_TIME, f"{args.at} is a time to come.", hint="A verdict is about now, or about the past."
        )
    if "-" not in args.addresses:
        verdicts = [inventory.lookup(address, at) for address in args.addresses]
        told = args.format == "table" and len(verdicts) <= _TOLD
        return _verdicts(verdicts, *(words for each in verdicts for words in about(inventory, each) if told))
    if len(args.addresses) > 1:
        raise error(Code.USAGE, "- stands for all the text on stdin.", hint="Leave the other addresses out.")
    with progress() as told:
        found = inventory.evidence(_stdin(), at, on_progress=told)
    return _verdicts(found.verdicts, *evidence_words(found))


def _verdicts(verdicts: list[Verdict], *said: str) -> Answer:
    """The verdicts; without any the answer is no, so that nothing found does not read as all well."""
    ours = bool(verdicts) and all(verdict.verdict.value.startswith("customer-") for verdict in verdicts)
    return Answer(verdicts, VERDICTS, said=said, code=0 if ours else 1)


def _stdin() -> Iterable[str]:
    """The lines of stdin, whatever bytes they are."""
    if sys.stdin is None:
        return ()
    if isinstance(sys.stdin, io.TextIOWrapper):
        sys.stdin.reconfigure(encoding="utf-8", errors="replace")
    if sys.stdin.isatty():
        sys.stderr.write("paste the text, then ctrl+d\n")
    return pieces(sys.stdin)


def _cidrs(inventory: Inventory, _args: argparse.Namespace) -> Answer:
    return Answer(inventory.cidrs(), CIDRS)


def _pools(inventory: Inventory, _args: argparse.Namespace) -> Answer:
    return Answer(inventory.pools(), POOLS)


def _eips(inventory: Inventory, args: argparse.Namespace) -> Answer:
    problems = {eip.address for eip in inventory.eips("is:problem")} if args.format == "table" else set()
    return Answer(_begun(inventory.eips(" ".join(args.filter))), marked(problems))


def _begun(items: Iterator[Any]) -> Iterator[Any]:
    """The same items, the first read at once, so that a refusal comes before any output."""
    return chain(list(islice(items, 1)), items)


def _services(inventory: Inventory, _args: argparse.Namespace) -> Answer:
    return Answer(inventory.services(), SERVICES)


def _findings(inventory: Inventory, args: argparse.Namespace) -> Answer:
    worst = list(Severity)
    least = worst[-1] if args.severity is None else Severity(args.severity)
    findings = [each for each in inventory.findings() if worst.index(each.severity) <= worst.index(least)]
    return Answer(findings, FINDINGS, code=1 if findings else 0)


def _history(inventory: Inventory, args: argparse.Namespace) -> Answer:
    return Answer(inventory.history(args.subject, since=moment(inventory, args.since)), EVENTS)


def _export(inventory: Inventory, args: argparse.Namespace) -> Answer:
    if args.file is None:
        return Answer(_begun(inventory.export_text()))
    inventory.export(Path(args.file), force=args.force)
    return Answer((), said=(f"exported to {args.file}",))


def _backup(inventory: Inventory, args: argparse.Namespace) -> Answer:
    inventory.backup(Path(args.file), force=args.force)
    return Answer(
        (), said=(f"backed up to {args.file}; `{shell_command(*option('--db', args.file), 'verify')}` proves it",)
    )


def _verify(inventory: Inventory, args: argparse.Namespace) -> Answer:
    proof = inventory.verify()
    looked = f"{proof.eips:,} EIPs, {proof.events:,} events in {proof.chains:,} chains"
    if args.format == "json":
        return Answer(to_json(proof), code=0 if proof.ok else 1)
    if proof.ok:
        return Answer((f"sound: {looked}\n",))
    times = "once" if len(proof.broken) == 1 else f"{len(proof.broken)} times"
    said = (f"broken {times} in {looked}; keep the database as it is, and look at the last good backup",)
    return Answer(proof, BROKEN, proof.broken, said, 1)


READS: Final[dict[str, Verb]] = {
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

"""`eipdeck watch --exec PROGRAM`: each event, and each finding that opens or closes, given to a program once."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from types import FrameType
from typing import Final, NoReturn

from core import (
    Code,
    Event,
    Finding,
    FindingChange,
    InvalidTime,
    Inventory,
    error,
    finding_changes,
    iso,
    open_by_key,
    parse_duration,
    read_finding,
    take_secrets,
    to_json,
)
from tui.cli import exit_codes
from tui.cli.arguments import Command
from tui.cli.main import run
from tui.cli.program import Program
from tui.cli.result import Answer
from tui.cli.stdio import tell
from tui.cli.streams import INTERVAL, Patience
from tui.session.watch_place import Document, WatchPlace, read_place, write_place
from tui.wording.sanitize import visible

__all__ = ["watch"]

_SECONDS: Final = 30
_PAGE: Final = 100
_TRIES: Final = 3
"""The most tries of one document with `--once`."""
_LONGEST: Final = 60.0
"""Seconds between two tries at most."""


class _GaveUp(Exception):  # the end of a watch, not a defect
    """The program did not take a document."""


def watch(command: Command) -> int:
    """Watch until a signal ends it, or once; return the exit code.

    Raises:
        EipdeckError: `usage`, also for a confined login; `conflict` when another watch runs; `history_lost`.

    """
    if command.settings.confined is not None:
        raise error(
            Code.USAGE, "This connection may not run programs; nothing was run.", hint="Ask who keeps the host."
        )
    given = {name: None if value is None else str(value) for name, value in command.given.items()}
    program = Program(str(given["exec"]), _seconds(given["timeout"]))
    once, kinds = bool(command.given["once"]), _kinds(given["only"])
    with _ended_by_signals():
        return run(command, lambda inventory: _watched(inventory, program, kinds, given["after"], once=once))


def _seconds(words: str | None) -> float:
    try:
        seconds = _SECONDS if words is None else parse_duration(words)
    except InvalidTime as problem:
        raise error(Code.USAGE, str(problem)) from problem
    if seconds < 1:
        raise error(Code.USAGE, "--timeout is at least one second.")
    return seconds


def _kinds(only: str | None) -> tuple[str, ...]:
    return ("findings", "events") if only is None else (only,)


def _watched(
    inventory: Inventory, program: Program, kinds: tuple[str, ...], after: str | None, *, once: bool
) -> Answer:
    if inventory.config.profiles:
        take_secrets(inventory.config)  # the program gets none of them
    with closing(inventory.watch_lease()) as lease:
        lease.hold()
        watching = _Watch(inventory, program, kinds, _begun(inventory, after), once=once)
        patience = Patience(answered=True)
        while True:
            try:
                busy = patience(lambda: (lease.hold(), watching.round())[1])
            except _GaveUp:
                return Answer((), said=("what was not taken is given again by the next watch",), code=exit_codes.NO)
            if once and not busy:
                return Answer(())
            if not busy:
                time.sleep(INTERVAL)


def _begun(inventory: Inventory, after: str | None) -> WatchPlace:
    """Return the place where the last watch of this database ended; at first, behind the newest event."""
    place = read_place(inventory.url)
    newest = inventory.newest_events(limit=0).cursor
    if place is None:
        place = WatchPlace(inventory.url, newest)
    if after is not None:
        inventory.events_after(after, limit=1)
        place.cursor = after
    write_place(place)
    return place


class _Watch:
    """Gives documents to a program, each until it has taken it."""

    def __init__(
        self, inventory: Inventory, program: Program, kinds: tuple[str, ...], place: WatchPlace, *, once: bool
    ) -> None:
        self._inventory = inventory
        self._program = program
        self._kinds = kinds
        self._place = place
        self._once = once
        self._looked: object = None

    def round(self) -> bool:
        """Give what is new; return whether there was anything.

        Raises:
            EipdeckError: the database is away, or its history is another one.

        """
        done = self._give_pending()
        if "findings" in self._kinds:
            self._look_at_findings()
            done = self._give_pending() or done
        return self._give_events() or done if "events" in self._kinds else done

    def _look_at_findings(self) -> None:
        """Note the findings that opened or closed as pending."""
        now = self._inventory.now()
        moment = (self._inventory.data_version(), now.replace(second=0, microsecond=0))
        if moment == self._looked:
            return
        present = open_by_key(self._inventory.findings())
        told: dict[str, Finding] = {key: read_finding(each) for key, each in self._place.open.items()}
        changes = finding_changes(told, present, now)
        if changes:
            self._place.pending = [_of_finding(self._inventory.url, each) for each in changes]
            self._place.open = {key: to_json(each) for key, each in present.items()}
            write_place(self._place)
        self._looked = moment

    def _give_pending(self) -> bool:
        if not self._place.pending:
            return False
        while self._place.pending:
            self._give(self._place.pending[0])
            del self._place.pending[0]
            write_place(self._place)
        return True

    def _give_events(self) -> bool:
        page = self._inventory.events_after(self._place.cursor, limit=_PAGE)
        for event in page.events:
            self._give(_of_event(self._inventory.url, event))
            self._place.cursor = event.cursor
            write_place(self._place)
        return bool(page.events)

    def _give(self, document: Document) -> None:
        """Give a document to the program again and again until it takes it.

        Raises:
            _GaveUp: it did not, and the watch is to end.

        """
        tries, wait = 0, 1.0
        while (failure := self._program.failure(document)) is not None:
            tries += 1
            if self._once and tries >= _TRIES:
                tell([f"eipdeck: the program did not take {visible(document['id'])}: {failure}"])
                raise _GaveUp
            tell([f"eipdeck: the program did not take {visible(document['id'])}: {failure}; again in {wait:g} s"])
            time.sleep(wait)
            wait = min(2 * wait, _LONGEST)


def _of_event(database: str, event: Event) -> Document:
    at = iso(event.at)
    return _document(event.cursor, "event", None, at, database) | {"event": to_json(event)}


def _of_finding(database: str, change: FindingChange) -> Document:
    """Return the document of a finding; its id is made once, and kept until it is taken."""
    at, finding = iso(change.at), to_json(change)
    del finding["change"], finding["at"]
    return _document(f"{change.id}:{change.change}:{at}", "finding", change.change, at, database) | {"finding": finding}


def _document(id_: str, kind: str, change: str | None, at: str, database: str) -> Document:
    made = {"id": id_, "kind": kind, "change": change, "at": at, "database": database}
    return {**made, "event": None, "finding": None}


@contextmanager
def _ended_by_signals() -> Iterator[None]:
    """Turn a termination into `SystemExit`, so that the program does not outlive the watch."""

    def leave(number: int, _frame: FrameType | None) -> NoReturn:
        raise SystemExit(128 + number)

    ending = (signal.SIGTERM, signal.SIGHUP)
    before: list[Callable[..., object] | int | None] = [signal.signal(number, leave) for number in ending]
    try:
        yield
    finally:
        for number, handler in zip(ending, before, strict=True):
            signal.signal(number, handler)

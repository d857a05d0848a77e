"""The incident trail: the lookups, changes and pins of a session, as a Markdown note for a ticket.

Each entry is written at once, so a lost connection loses no entry.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from core import Allocation, Cidr, Code, Eip, EipdeckError, Finding, Pool, error, iso
from tui.terminal.paths import TRAILS, state_folder
from tui.terminal.private_file import opened_private, read_private
from tui.wording.doubts import doubt_words
from tui.wording.findings import in_few_words
from tui.wording.log_summary import grouped
from tui.wording.markdown import markdown_text
from tui.wording.phrases import changes_are_made, count_of, owner, pool_short, quoted, verdict_phrase, with_port
from tui.wording.reports import Looked
from tui.wording.sanitize import visible
from tui.wording.serving import serves_words

__all__ = ["Entry", "Trail", "changed", "looked_up", "pinned", "pinned_list"]

_MOST: Final = 64 << 20
"""Bytes of a trail that are read at most."""
_ROWS: Final = 100
"""Addresses that an entry lists at most; a pasted text can have a hundred thousand."""

_PINNED: Final = 5_000
"""Addresses that the pin of a list lists at most."""

Entry = tuple[str, Sequence[str]]
"""A title and the lines under it."""


class Trail:
    """The trail of one session, in a file of mode 0600 that the first entry creates."""

    def __init__(self, begun: datetime, folder: Path | None = None) -> None:
        """Begin a trail in a folder; None is the user's state folder."""
        name = TRAILS.replace("*", f"{begun.astimezone(UTC):%Y%m%dT%H%M%SZ}-{os.getpid()}")
        self.path = (folder or state_folder()) / name
        self.entries = 0
        self.problem = ""
        """Why the last entry could not be written; empty if it was."""
        self._begun = begun

    def add(self, at: datetime, operator: str, entry: Entry) -> None:
        """Append an entry. Blocks.

        Raises:
            EipdeckError: `store_unavailable` if the file cannot be written.

        """
        title, lines = entry
        # an indented block is code, so its text cannot be Markdown
        body = "".join(f"    {visible(line)}\n" for line in lines if line)
        text = (
            f"## {at.astimezone(UTC):%Y-%m-%d %H:%M:%SZ} {markdown_text(title)}\n\n{body}    by {visible(operator)}\n\n"
        )
        head = f"# Incident trail, times in UTC, begun {iso(self._begun)}\n\n"
        try:
            descriptor = opened_private(self.path, os.O_WRONLY | os.O_APPEND)
            with os.fdopen(descriptor, "a", encoding="utf-8") as file:
                file.write(text if self.entries else f"{head}{text}")
        except OSError as problem:
            why = (problem.strerror or "cannot be written").lower()
            self.problem = f"Nothing was written to the trail, {why}: {self.path}"
            raise error(Code.STORE_UNAVAILABLE, self.problem) from problem
        self.entries, self.problem = self.entries + 1, ""

    def text(self) -> str:
        """Return the whole trail; empty without entries. Blocks.

        Raises:
            EipdeckError: `store_unavailable` if the file cannot be read.

        """
        if not self.entries:
            return ""
        try:
            return read_private(self.path, _MOST).decode(errors="replace")
        except OSError as problem:
            why = (problem.strerror or "cannot be read").lower()
            raise error(Code.STORE_UNAVAILABLE, f"The trail {why}: {self.path}") from problem


def looked_up(looked: Sequence[Looked]) -> Entry:
    """Return the entry of a lookup: the verdicts of the first addresses and, for a text, a summary."""
    if len(looked) == 1:
        return f"looked up {looked[0].then.address}", list(_verdict_lines(looked[0]))
    lines = [line for each in looked[:_ROWS] for line in _verdict_lines(each)]
    if len(looked) > _ROWS:
        lines.append(f"and {len(looked) - _ROWS:,} more")
    title = f"looked up {count_of(len(looked), 'address', 'addresses')} of a text"
    return title, [*grouped(each.then for each in looked), *lines]


def _verdict_lines(looked: Looked) -> Iterable[str]:
    then, now = looked.then, looked.now
    fix = f", changes are made {changes_are_made(then)}" if then.fix_in else ""
    times = f" x{then.count}" if then.count > 1 else ""
    when = "?" if then.at is None else iso(then.at)
    yield f"{with_port(then.address, then.port, then.protocol)} at {when}{times}: {verdict_phrase(then.verdict)}{fix}"
    if then.at is not None and then.doubts:
        yield f"  ? {doubt_words(then)}"
    yield f"  {then.summary}"
    if now is not then:
        yield f"  now: {verdict_phrase(now.verdict)}"


def changed(what: str, command: str, expected: object, outcome: object) -> Entry:
    """Return the entry of a change: the state before, the command, and the state after or the refusal."""
    before = [f"before: {words}" for words in _state(expected)]
    if isinstance(outcome, EipdeckError):
        after = [f"refused: {outcome.code}: {outcome.message}"]
    else:
        after = [f"after: {words}" for words in _state(outcome)]
    return what, [*before, command, *after]


def _state(value: object) -> Iterable[str]:
    """Yield a line for each object of an answer."""
    if isinstance(value, Allocation):
        yield from _state(value.eips)
        yield from (f"! {warning.message}" for warning in value.warnings)
    elif isinstance(value, Eip):
        served = serves_words(value.bindings, nothing="serves nothing")
        pool = pool_short(value.pool_id, customer_owned=value.customer_owned)
        yield f"{value.address} {value.id} {owner(value)} {pool} {value.status.value}: {served}"
    elif isinstance(value, (list, tuple)):
        for each in value[:_ROWS]:
            yield from _state(each)
        if len(value) > _ROWS:
            yield f"and {len(value) - _ROWS:,} more"
    elif isinstance(value, Cidr):
        yield f"{value.cidr} {value.state.value}, {value.allocated:,} live of {value.total:,}"
    elif isinstance(value, Pool):
        yield f"pool {value.id}: {value.available:,} free of {value.total:,}"
    elif isinstance(value, Finding):
        yield f"{in_few_words(value)}: {value.subject}, accepted {quoted(value.accepted_reason)}".rstrip()


def pinned_list(looked: Sequence[Looked], note: str) -> Entry:
    """Return the entry of a pin of a whole list of lookups."""
    lines = [line for each in looked[:_PINNED] for line in _verdict_lines(each)]
    if len(looked) > _PINNED:
        lines.append(f"and {len(looked) - _PINNED:,} more")
    title = f"pinned {count_of(len(looked), 'address', 'addresses')}"
    read_with = looked[0].read_with if looked else ""
    return title, [*grouped(each.then for each in looked), *lines, read_with, f"note: {note}" if note else ""]


def pinned(title: str, lines: Sequence[str], note: str | None) -> Entry:
    """Return the entry of a pin."""
    return f"pinned {title}", [*lines, f"note: {note}" if note else ""]

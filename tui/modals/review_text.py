"""The texts that every review shows: the reason, the data read again, the commands, the keys, the help."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from core import EipdeckError
from tui.commands.registry import key_of
from tui.modals.lines import Line, Shell
from tui.modals.review_model import Reread, Review, Tier
from tui.wording.command_line import with_reason

__all__ = ["CHANGED", "HELP", "TargetData", "copy_hint", "review_keys", "sections_of", "sending_words", "typing_words"]

CHANGED: Final = "CHANGED SINCE YOU LOOKED"


HELP: Final = (
    "Nothing has been sent. Wait a moment, then press y: it needs 300 ms without a key before it and 200 ms after.",
    "Enter, esc, n, q and ctrl+c cancel, and go back to the form that led here.",
    "Keys in a burst are a paste: the review closes, nothing is sent, and addresses in it are looked up.",
    "Where something is to be typed, type it exactly, then press y. A count of 5 s follows; esc aborts it.",
    "r edits the reason (enter keeps it, esc does not). PgDn and PgUp scroll.",
    "The target is read again when the review opens, and again after y.",
    "If it changed in between, the review says so and needs a new y.",
    "The command line does the same outside the dashboard; it is also the way for screen readers.",
)
"""The sentences that F1 shows."""


class TargetData:
    """The target as read again, and the changes that the operator has seen."""

    def __init__(self, reread: Reread) -> None:
        self.lines = [Line("data", "reading again ...")]
        self._reread = reread
        self._seen: set[str] = set()

    async def read(self) -> list[str] | None:
        """Read the target again. Return its changes, or None if it cannot be read; the lines then tell why."""
        try:
            return await self._reread()
        except EipdeckError as refusal:
            self.lines = [
                Line("data", "could not be read again", problem=True),
                Line("", refusal.message, problem=True),
            ]
            return None

    def show(self, changes: list[str] | None) -> None:
        """Take the answer of `read` into the lines."""
        if changes:
            self._seen.update(changes)
            self.lines = [Line("data", f"read again now: {CHANGED}", problem=True)]
            self.lines += [Line("", change, problem=True) for change in changes]
        elif changes is not None:
            self.lines = [Line("data", "read again now: unchanged")]

    def was_seen(self, changes: list[str] | None) -> bool:
        """Whether the target was read and the operator has seen all its changes."""
        return changes is not None and self._seen.issuperset(changes)


def sections_of(review: Review, reason: str, data: Sequence[Line]) -> Iterator[list[Line | tuple[str, Shell]]]:
    """Yield the sections of a review with the reason, the data and the command lines."""
    said = review.sections if review.latest is None else review.latest()
    sections: list[list[Line | tuple[str, Shell]]] = [list(section) for section in said]
    sections += [[] for _ in range(2 - len(sections))]
    missing = review.reason_required and not reason
    words = "required: press r" if missing else reason or "none (r adds one)"
    sections[0].append(Line("reason", words, problem=missing))
    sections[-1] += [*data, *_commands(review, reason)]
    yield from sections


def _commands(review: Review, reason: str) -> Iterator[tuple[str, Shell]]:
    label = "command"
    for command in filter(None, (review.command, *review.more_commands)):
        yield label, Shell(with_reason(command, reason))
        label = ""


def sending_words(review: Review, reason: str) -> str:
    if review.reason_required and not reason:
        return "a reason is required: press r"
    return "y sends at once" if review.tier is Tier.PLAIN else "y sends, after a 5 s countdown"


def typing_words(review: Review, typed: str) -> str:
    """The prompt with what is typed so far."""
    return f"{review.prompt or 'Type exactly:'}  [ {typed:{len(review.typed)}} ]   then y"


def copy_hint() -> str:
    return f"{key_of('copy')} copy"


def review_keys(review: Review, reason: str, *, from_form: bool) -> Sequence[str]:
    """The parts of the key line."""
    if review.reason_required and not reason:
        send = "r reason, required"
    elif review.tier is Tier.TYPED:
        send = f"type {review.typed}, then y"
    else:
        send = sending_words(review, reason).replace("y sends", "y send").replace(" at once", "")
    copy = (copy_hint(),) if review.target_copy else ()
    again = () if send.startswith("r ") else ("r reason",)
    return ("esc back" if from_form else "esc cancel", send, *again, *copy, "F1 help")

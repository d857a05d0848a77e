"""Bracketed pastes, taken out of what the terminal sends before Textual's parser, which takes single characters."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator
from typing import Final

from textual import events
from textual._xterm_parser import XTermParser
from textual.message import Message

__all__ = ["PasteParser", "PasteParts"]

_START: Final = "\x1b[200~"
_END: Final = "\x1b[201~"
_ESCAPE: Final = "\x1b"
_FIRST: Final = 1 << 16
"""Characters of a paste whose verdicts are given while the rest still comes."""
_STEP: Final = 1 << 20
"""Characters between two parts that are told."""


class PasteParts(events.Paste):
    """A long paste that still comes."""

    def __init__(self, text: str, size: int, *, stopped: bool = False) -> None:
        """Take its first lines, empty where they were told, and its size so far in characters."""
        super().__init__(text)
        self.size = size
        self.stopped = stopped
        """Whether `esc` was pressed: the rest is dropped."""


class PasteParser(XTermParser):
    """Textual's parser, which gets the marks around a paste but not its text."""

    def __init__(self, debug: bool = False) -> None:  # noqa: FBT001, FBT002  # as Textual has it
        super().__init__(debug)
        self._tail = ""
        """The end of what came last that can be the begin of a mark."""
        self._parts: list[str] | None = None
        """The paste that is coming."""
        self._size = self._told = 0
        self._stopped = False
        self._alone = False
        """Whether the last thing that came was the byte of `esc`, or the first of a sequence."""

    def feed(self, data: str) -> Iterable[Message]:
        """Give the events of what came."""
        if not data:
            yield from super().feed(data)
        while data:
            known = self._tail + data
            if self._parts is None:
                data = yield from self._outside(known, len(self._tail))
            else:
                was_alone, self._alone = self._alone, data == _ESCAPE
                data = yield from self._inside(known, is_key=was_alone and known[1:2] != "[")

    def _outside(self, known: str, fed: int) -> Generator[Message, None, str]:
        """Give keys to the parser, but for the first, which it has; return what is behind the begin of a paste."""
        found = known.find(_START)
        place = len(known) if found < 0 else found + len(_START)
        self._tail = _unfinished(known, _START) if found < 0 else ""
        if found >= 0:
            self._parts, self._stopped = [], False
            self._size = self._told = 0
        yield from super().feed(known[fed:place])
        return known[place:]

    def _inside(self, known: str, *, is_key: bool) -> Generator[Message, None, str]:
        """Keep the text of a paste; return what is behind its end."""
        found = known.find(_END)
        if is_key:
            self._stopped = True
            yield PasteParts("", self._size, stopped=True)
        self._tail = _unfinished(known, _END) if found < 0 else ""
        self._take(known[: len(known) - len(self._tail) if found < 0 else found])
        if found < 0:
            yield from self._told_parts()
            return ""
        text, self._parts = "".join(self._parts or ()), None
        for event in super().feed(_END):
            if not isinstance(event, events.Paste):
                yield event
            elif not self._stopped:
                yield events.Paste(text.replace("\x00", ""))
        return known[found + len(_END) :]

    def _take(self, text: str) -> None:
        self._size += len(text)
        if self._parts is not None and not self._stopped:
            self._parts.append(text)

    def _told_parts(self) -> Iterator[Message]:
        if self._stopped or self._size < (self._told + _STEP if self._told else _FIRST):
            return
        first = "" if self._told else "".join(self._parts or ())
        self._told = self._size
        yield PasteParts(first[: first.rfind("\n") + 1], self._size)


def _unfinished(text: str, mark: str) -> str:
    """Return the end of a text that is the begin of a mark."""
    return next((mark[:length] for length in range(len(mark) - 1, 0, -1) if text.endswith(mark[:length])), "")

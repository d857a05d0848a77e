"""From lines to records: the choice of who reads a line."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Final

from core.domain.evidence.addresses import has_address
from core.domain.evidence.block import Block
from core.domain.evidence.frames import Frame
from core.domain.evidence.json_frame import JsonFrame, begins_json
from core.domain.evidence.moments import match
from core.domain.evidence.outline import Outline, begins_outline
from core.domain.evidence.plain import Plain
from core.domain.evidence.reader import Line
from core.domain.evidence.settle import Knowledge
from core.domain.evidence.table import Fields, Table, header_of
from core.domain.evidence.tree import Mention, Tree
from core.domain.evidence.xml_frame import XmlFrame, begins_xml

_DECLARED: Final = re.compile(
    r"^\W{0,4}(?:(?:all|the|our|log|these|server|event)\s+){0,3}"
    r"(?:times?(?:\s?stamps?)?|time ?zone|zeit(?:zone|en)?|tz|dates? and times?)\b"
    r"[^:=\n\d]{0,40}?(?:\b(?:is|are|in|as)\b|:|=)\s*(?:in |are |given in )?\(?"
    r"(?P<zone>(?:UTC|GMT)(?: ?[+-]\d{1,2}(?::?\d{2})?)?|[+-]\d{2}:?\d{2}|[A-Z][A-Za-z]+/[A-Z][A-Za-z_]+|[A-Z]{3,4})\b",
    re.IGNORECASE,
)
_CREATED: Final = re.compile(r"Log file created at: ")
_NOT_QUOTED: Final = re.compile(r"=(?![0-9A-Fa-f]{2}|\s*$)|=(?:[0-9]{1,3}\.){3}[0-9]")
"""A sign of equality as quoted-printable never writes it."""
_INLINE: Final = re.compile(r'\{\s*"|\[\s*\{\s*"')
_FAR: Final = 2048
"""Characters of a line before a JSON document in it."""
_DECODER: Final = json.JSONDecoder()


class Framer:
    """Reads lines one by one and gives the mentions in them, each with the time of its record."""

    def __init__(self, knowledge: Knowledge) -> None:
        self._knowledge = knowledge
        self._table = knowledge.settings.table
        self.plain = Plain(knowledge)
        self._frame: Frame | None = None
        self._quoted = False
        self._soft = ""
        self._number = 0
        self.begun = 0
        """The first line of the record that is open."""

    @property
    def idle(self) -> bool:
        """Whether the next line begins a record."""
        return self._frame is None and not self._quoted

    def take(self, line: Line) -> Iterator[Mention]:
        """Give the mentions that a line completes."""
        self._number = line.number
        if not self._quoted:
            yield from self._take(line)
        elif (joined := self._unquoted(line)) is not None:
            yield from self._take(joined)

    def end(self) -> Iterator[Mention]:
        """Give the mentions of what is still open at the end of the text."""
        if self._soft:
            yield from self._take(Line(self._number, self._soft))
        if self._frame is not None:
            yield from self._close(self._frame)

    def _unquoted(self, line: Line) -> Line | None:
        """Return a line of quoted-printable with its soft ends joined; None when it goes on."""
        if _NOT_QUOTED.search(line.text) is not None:
            self._quoted = False
        text = self._soft + line.text
        if not self._quoted:
            self._soft = ""
            return line._replace(text=text)
        if text.endswith("=") and len(text) < 65_536:
            self._soft = text[:-1]
            return None
        self._soft = ""
        if text.startswith("--"):
            self._quoted = False
        return line._replace(text=re.sub(r"=([2-7][0-9A-F])", lambda found: chr(int(found[1], 16)), text))

    def _take(self, line: Line) -> Iterator[Mention]:
        frame = self._frame
        if frame is not None:
            if frame.take(line):
                yield from frame.drain()
                if frame.done:
                    yield from self._close(frame)
                return
            yield from self._close(frame)
        self.begun = line.number
        yield from self._begin(line)

    def _close(self, frame: Frame) -> Iterator[Mention]:
        self._frame = None
        left = frame.end()
        yield from frame.drain()
        if isinstance(frame, Outline):
            self._quoted = self._quoted or frame.quoted
        for each in left:
            yield from self._plain_line(each)

    def _begin(self, line: Line) -> Iterator[Mention]:
        """Begin a record of several lines where a line looks like one, else read the line as plain."""
        text = line.text
        first = text.lstrip()[:1]
        if not first:
            self.plain.forget()
            return
        if first in {"{", "["} and begins_json(text):
            if not line.goes_on and (found := self._whole(line)) is not None:
                yield from found
                return
            self._frame = JsonFrame(self._knowledge)
        elif first == "<" and begins_xml(text):
            self._frame = XmlFrame(self._knowledge)
        elif first in self._table.block_starts and (entry := self._table.block_of(text)) is not None:
            self._frame = Block(self._knowledge, entry)
        elif text.startswith(("#Fields", "#fields", "#Software", "#Version", "#separator", "#Date", "#Time Format")):
            self._frame = Fields(self._knowledge)
        elif begins_outline(line):
            self._declare(text)
            self._frame = Outline(self._knowledge)
        elif not has_address(text) and (header := header_of(text)) is not None:
            self._frame = Table(self._knowledge, *header, line)
            return
        if self._frame is None:
            yield from self._plain_line(line)
            return
        yield from self._take(line)

    def _whole(self, line: Line) -> list[Mention] | None:
        """Return the mentions of a line that is one JSON document; None when it is not."""
        if not has_address(line.text):
            return [] if line.text.rstrip()[-1:] in {"}", "]"} and _is_json(line.text) else None
        tree = Tree(self._knowledge)
        return tree.found if tree.json(line.text, line.number) else None

    def _plain_line(self, line: Line) -> Iterator[Mention]:
        text = line.text
        if "{" in text and (place := _INLINE.search(text, 0, _FAR)) is not None:
            inner = text[place.start() :].rstrip()
            tree = Tree(self._knowledge, self.plain.stamp(text[: place.start()]))
            if inner[-1:] in {"}", "]"} and tree.json(inner, line.number):
                yield from self.plain.take(line.number, text[: place.start()])
                yield from tree.found
                return
        if len(text) < 256 and not has_address(text):
            self._declare(text)
        yield from self.plain.take(line.number, text)

    def _declare(self, text: str) -> None:
        """Take what a line without an address says about the whole text."""
        if found := _DECLARED.match(text):
            self._knowledge.declare_zone(found["zone"].upper() if "/" not in found["zone"] else found["zone"])
        elif (found := _CREATED.match(text)) and (reading := match(text, found.end())) and reading.year:
            self._knowledge.declare_year(reading.year)


def _is_json(text: str) -> bool:
    try:
        _DECODER.decode(text.strip())
    except (ValueError, RecursionError):
        return False
    return True

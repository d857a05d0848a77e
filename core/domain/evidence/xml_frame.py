"""XML over one line or several, read as it comes; entities and document types are refused."""

from __future__ import annotations

import re
from typing import Final
from xml.parsers import expat

from core.domain.evidence.addresses import has_address
from core.domain.evidence.reader import Line
from core.domain.evidence.settle import Knowledge
from core.domain.evidence.tree import Mention, Tree

_BEGINS: Final = re.compile(r"\s*<(?:\?xml\b|[A-Za-z_][\w:.-]*[\s/>])")
_PROLOGUE: Final = re.compile(r"<\?xml[^>]*\?>|<!DOCTYPE[^>\[]*>")
_NAMES: Final = frozenset({"Name", "name", "Key", "key", "id", "type"})
_KEPT: Final = 4 << 20


def begins_xml(text: str) -> bool:
    """Whether a line looks like the begin of an XML document or element."""
    return _BEGINS.match(text) is not None


class _Element:
    __slots__ = ("attributes", "line", "name", "opened", "texts")

    def __init__(self, name: str, attributes: dict[str, str], line: int) -> None:
        self.name, self.attributes, self.line = name, attributes, line
        self.texts: list[str] = []
        self.opened = False


class XmlFrame:
    """Elements of XML, one behind the other."""

    def __init__(self, knowledge: Knowledge) -> None:
        self.done = False
        self._tree = Tree(knowledge)
        self._kept: list[Line] = []
        self._size = 0
        self._sure = self._broken = False
        self._line = 0
        self._elements: list[_Element] = []
        self._parser = expat.ParserCreate()
        self._parser.buffer_text = True
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._stop
        self._parser.CharacterDataHandler = self._parser.CommentHandler = self._data
        self._parser.Parse("<evidence>", False)  # noqa: FBT003  # expat takes no keywords

    def take(self, line: Line) -> bool:
        if self.done:
            return False
        if not self._sure:
            self._kept.append(line)
            self._size += len(line.text)
        self._line = line.number
        try:
            self._parser.Parse(_PROLOGUE.sub("", line.text) + "\n", False)  # noqa: FBT003  # expat takes no keywords
        except expat.ExpatError:
            self._broken = True
        if self._broken:
            self.done = True
            if self._sure:
                self._kept = [line]
            return True
        if self._size > _KEPT:
            self._be_sure()
        if (
            len(self._elements) == 1
            and not line.goes_on
            and (self._tree.found or not line.text.lstrip().startswith("<?"))
        ):
            self.done = True
            self._be_sure()
        return True

    def _be_sure(self) -> None:
        self._sure, self._kept, self._size = True, [], 0

    def drain(self) -> list[Mention]:
        if not self._sure:
            return []
        found, self._tree.found = self._tree.found, []
        return found

    def end(self) -> list[Line]:
        if self._kept:
            return self._kept
        self._tree.end()
        return []

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        if len(self._elements) > 1:
            self._open(self._elements[-1])
        self._elements.append(_Element(name.rpartition(":")[2], attributes, self._line))

    def _data(self, text: str) -> None:
        if len(self._elements) > 1:
            self._elements[-1].texts.append(text)
        elif text.strip():
            self._broken = True

    def _open(self, element: _Element) -> None:
        if element.opened:
            return
        element.opened = True
        self._tree.open(element.name, element.line)
        for key, value in element.attributes.items():
            self._tree.leaf(key.rpartition(":")[2], value, element.line)

    def _stop(self, _: str) -> None:
        element = self._elements.pop()
        text = "".join(element.texts).strip()
        named = [value for key, value in element.attributes.items() if key in _NAMES and not has_address(value)]
        if not element.opened and len(element.attributes) == len(named) <= 1:
            if text:
                self._tree.leaf(named[0] if named else element.name, text, element.line)
            return
        self._open(element)
        if text:
            self._tree.leaf(element.name, text, element.line)
        self._tree.close()

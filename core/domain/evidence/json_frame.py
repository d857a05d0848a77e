"""JSON over several lines, or on lines that do not end: read token by token, with a stack."""

from __future__ import annotations

import json
import re
from typing import Final

from core.domain.evidence.reader import Line
from core.domain.evidence.settle import Knowledge
from core.domain.evidence.tree import Mention, Tree

_TOKEN: Final = re.compile(r"\s*+(?:(\"(?:[^\"\\]|\\.)*+\")|([{}\[\],:])|([^\s{}\[\],:\"]++))")
_BEGINS: Final = re.compile(r"\s*(?:\{\s*(?:\"|\}|$)|\[\s*(?:[\[{\"]|\]|$|-?\d+(?:\.\d+)?\s*,))")
_SCALAR: Final = re.compile(r"-?\d[\d.eE+-]*|true|false|null|NaN|-?Infinity")
_KEPT: Final = 4 << 20
"""Characters for which a wrong guess can be taken back."""


def begins_json(text: str) -> bool:
    """Whether a line looks like the begin of a JSON document."""
    return _BEGINS.match(text) is not None


class JsonFrame:
    """Documents of JSON, one behind the other."""

    def __init__(self, knowledge: Knowledge) -> None:
        self.done = False
        self._tree = Tree(knowledge)
        self._kept: list[Line] = []
        self._size = 0
        self._sure = False
        self._key: str | None = None
        self._wants_value = False
        self._lists: list[bool] = []
        self._cut = ""
        self._line = 0

    def take(self, line: Line) -> bool:
        if self.done:
            return False
        if not self._sure:
            self._kept.append(line)
            self._size += len(line.text)
        self._line = line.number
        if not self._read(self._cut + line.text, line):
            self.done = True
            if self._sure:
                self._kept = [line]
            return True
        if self._size > _KEPT:
            self._be_sure()
        if not self._lists and not line.goes_on:
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
        if self._kept and self.done:
            return self._kept
        if self._key is not None:
            self._tree.leaf("", self._key, self._line)
        self._tree.end()
        self._be_sure()
        return []

    def _read(self, text: str, line: Line) -> bool:
        self._cut = ""
        place = 0
        while (match := _TOKEN.match(text, place)) is not None:
            place = match.end()
            if match[1] is not None:
                good = self._text(match[1], line.number)
            elif match[2] is not None:
                good = self._sign(match[2], line.number)
            else:
                good = self._scalar(match[3], line.number)
            if not good:
                return False
        if text[place:].strip():
            self._cut = text[place:]
            return line.goes_on and len(self._cut) < 2 * _KEPT
        return True

    def _text(self, token: str, number: int) -> bool:
        try:
            value = json.loads(token, strict=False) if "\\" in token else token[1:-1]
        except ValueError:
            value = token[1:-1]
        if self._lists and not self._lists[-1] and not self._wants_value:
            if self._key is not None:
                return False
            self._key = value
            return True
        return self._value(value, number)

    def _scalar(self, token: str, number: int) -> bool:
        return _SCALAR.fullmatch(token) is not None and self._value(token, number)

    def _value(self, value: str, number: int) -> bool:
        if not self._lists:
            return False
        if not self._lists[-1] and not self._wants_value:
            return False
        self._tree.leaf(self._key or "", value, number)
        self._key, self._wants_value = None, False
        return True

    def _sign(self, sign: str, number: int) -> bool:
        if sign in "{[":
            if self._lists and not self._lists[-1] and not self._wants_value:
                return False
            self._tree.open(self._key or "", number, is_list=sign == "[")
            self._lists.append(sign == "[")
            self._key, self._wants_value = None, False
        elif sign in "}]":
            if not self._lists or self._lists[-1] != (sign == "]") or self._wants_value:
                return False
            self._lists.pop()
            self._tree.close()
            self._key = None
        elif sign == ":":
            if self._key is None or self._wants_value:
                return False
            self._wants_value = True
        return True

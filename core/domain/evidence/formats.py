"""The table of formats, and the choice of the one that a line has."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from re import Match
from string import printable
from typing import Final

from core.domain.evidence.format import Compiled, Format, compiled
from core.domain.evidence.formats_cloud import CLOUD
from core.domain.evidence.formats_hosts import HOSTS
from core.domain.evidence.formats_network import NETWORK
from core.domain.evidence.formats_systems import SYSTEMS
from core.domain.evidence.formats_web import WEB

FORMATS: Final[tuple[Format, ...]] = (*NETWORK, *WEB, *HOSTS, *SYSTEMS, *CLOUD)


class FormatTable:
    """Formats, ready to be looked for."""

    def __init__(self, own: tuple[Format, ...] = ()) -> None:
        """Take the built-in formats, and before them those of an operator."""
        entries = (*own, *FORMATS)
        self.lines = tuple(compiled(each) for each in entries if each.head and not each.opens)
        self.blocks = tuple(compiled(each) for each in entries if each.opens)
        records = [each for each in (*FORMATS, *own) if not each.head]
        self.rules: Mapping[str, Format] = {name: each for each in records for name in each.within}
        """The entry for a record by the record's name."""
        self.record_keys = frozenset(key for each in records if each.within for key in each.keys)
        """Keys that hold the time of a record of some name."""
        self.key_zones: Mapping[str, str] = {key: each.zone for each in records if each.zone for key in each.keys}
        """The zone of a time by the key that holds it, where a format declares one."""
        self.own_blocks = any(each.opens for each in own)
        """Whether an operator's format has records of several lines."""
        self.block_starts = _ANY if self.own_blocks else _BLOCK_STARTS
        """Characters with which the first line of a block can begin."""

    @property
    def names(self) -> tuple[str, ...]:
        """The names that `Settings.log_format` can have."""
        return tuple(sorted(each.format.name for each in self.lines))

    def claims(self, line: str) -> Iterator[Format]:
        """Give every entry of lines and blocks that claims a line."""
        for each in self.lines:
            if each.hint in line and each.head.match(line):
                yield each.format
        for block in self.blocks:
            if block.opens is not None and block.opens.match(line):
                yield block.format

    def block_of(self, line: str) -> Compiled | None:
        """Return the format of the block that a line begins; None when it begins none."""
        for each in self.blocks:
            if each.hint in line and each.opens is not None and each.opens.match(line):
                return each
        return None

    def tuple_columns(self, text: str) -> list[tuple[str, str]] | None:
        """Return the named cells of a row that stands as a text in a record; None when it is not one."""
        if "," not in text or not text[:1].isdigit():
            return None
        for each in self.lines:
            if each.columns and "," in each.hint and each.head.match(text):
                return list(zip(each.columns, text.split(","), strict=False))
        return None


_BLOCK_STARTS: Final = frozenset("-=#LlADFJMNOSadfjmnos")
_ANY: Final = frozenset(printable)
BUILT_IN: Final = FormatTable()
_NEVER: Final = re.compile("(?!)").match


class Chooser:
    """The formats, those met last first: a text has one to three."""

    def __init__(self, table: FormatTable, name: str | None = None) -> None:
        self._order = [(each.hint, each.head.match, each) for each in table.lines]
        self._asked = next((each for each in table.lines if each.format.name == name), None)
        self.first: tuple[Compiled | None, Callable[[str], Match[str] | None]] = None, _NEVER
        """The format met last and its head, when the head alone tells the time of a line."""

    def choose(self, line: str) -> tuple[Compiled, Match[str]] | None:
        """Return the format of a line and how its head matched; None when no entry claims it."""
        if self._asked is not None and (match := self._asked.head.match(line)):
            return self._asked, match
        for hint, matches, each in self._order:
            if hint in line and (match := matches(line)):
                if self._order[0][2] is not each:
                    self._order.remove((hint, matches, each))
                    self._order.insert(0, (hint, matches, each))
                self.first = (each if each.is_simple and self._asked is None else None), matches
                return each, match
        return None

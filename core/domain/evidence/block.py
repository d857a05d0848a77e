"""Blocks of lines that a format opens and closes: one record with one time."""

from __future__ import annotations

import re
from typing import Final

from core.domain.evidence.addresses import find_addresses, protocol_in
from core.domain.evidence.epochs import match_epoch
from core.domain.evidence.format import Compiled
from core.domain.evidence.formats import Chooser
from core.domain.evidence.json_frame import begins_json
from core.domain.evidence.moments import match
from core.domain.evidence.places import begins_alone, head_of
from core.domain.evidence.reader import Line
from core.domain.evidence.settle import Knowledge, Stamp
from core.domain.evidence.sighting import Doubt, Source
from core.domain.evidence.tree import Mention
from core.domain.evidence.values import read_value
from core.domain.evidence.xml_frame import begins_xml

_MOST: Final = 1000
"""Lines of one block."""
_FIELD: Final = re.compile(r"\s*([\w -]{1,32}?)\s*[:= ]\s*(.*)$")


class Block:
    """The lines of a block, dated when it ends."""

    def __init__(self, knowledge: Knowledge, entry: Compiled) -> None:
        self.done = False
        self._knowledge = knowledge
        self._entry = entry
        self._chooser = Chooser(knowledge.settings.table)
        self._lines: list[Line] = []
        self._found: list[Mention] = []

    def take(self, line: Line) -> bool:
        if self.done or len(self._lines) >= _MOST:
            self.done = True
            return False
        if self._lines:
            if self._entry.opens is not None and self._entry.opens.match(line.text):
                self.done = True
                return False
            if self._is_other(line.text):
                self.done = True
                return False
            self.done = self._entry.closes.match(line.text) is not None
        self._lines.append(line)
        return True

    def _is_other(self, text: str) -> bool:
        """Whether a line begins with a time that is not the block's."""
        if self._entry.head.match(text):
            return False
        if begins_alone(text) or begins_json(text) or begins_xml(text) or self._chooser.choose(text) is not None:
            return True
        return head_of(text, self._knowledge.settings.now) is not None

    def drain(self) -> list[Mention]:
        found, self._found = self._found, []
        return found

    def end(self) -> list[Line]:
        stamp = self._stamp()
        if stamp is None:
            return self._lines
        for line in self._lines:
            protocol = protocol_in(line.text)
            self._found += [
                Mention(hit.address, stamp, line.number, hit.port, protocol) for hit in find_addresses(line.text)
            ]
        return []

    def _stamp(self) -> Stamp | None:
        """Return the time of the first line with a head; of an entry with keys, that of its best field."""
        entry = self._entry.format
        for line in self._lines:
            found = self._entry.head.match(line.text)
            if found is None:
                continue
            place = found.start("t")
            reading = match(line.text, place, entry.order) or match_epoch(line.text, place, None)
            if reading is not None and reading.full:
                stamp = Stamp(reading, Source.FORMAT, f"{entry.name} {reading.sep}", entry.zone)
                return self._lasting(stamp)
        return None

    def _lasting(self, stamp: Stamp) -> Stamp:
        """Return the stamp with PERIOD when a field that ends the record is more than an hour later."""
        begin = self._knowledge.settle(stamp).at
        for line in self._lines:
            found = _FIELD.match(line.text)
            if found is None or not found[1].lower().startswith("ends"):
                continue
            reading = read_value(
                found[2].lstrip("0123456 ")[-19:] if "/" not in found[2] else found[2].split(" ", 1)[-1],
                self._knowledge.settings.now,
            )
            end = None if reading is None else self._knowledge.settle(stamp._replace(reading=reading)).at
            if begin is not None and end is not None and (end - begin).total_seconds() > 3600:
                return stamp._replace(doubts=stamp.doubts | Doubt.PERIOD)
        return stamp

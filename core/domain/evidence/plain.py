"""Lines that are records by themselves."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from core.domain.evidence.addresses import Hit, find_addresses, has_address, protocol_in
from core.domain.evidence.dress import without_colour
from core.domain.evidence.format import Compiled
from core.domain.evidence.formats import Chooser
from core.domain.evidence.inner_line import format_stamp
from core.domain.evidence.keys import is_port, is_protocol, protocol_of, side
from core.domain.evidence.moments import match
from core.domain.evidence.places import begins_alone, end_behind, field_of, fields, place_of, with_end
from core.domain.evidence.settle import UNKNOWN, Knowledge, Stamp
from core.domain.evidence.sighting import Doubt, Source
from core.domain.evidence.tree import Mention, Tree
from core.domain.times import InvalidTime, names_zone, parse_time

_JOINED: Final = 64
"""Indented lines that go with the head above them."""
_ASKED: Final = re.compile(r"\s*(?:\S+\s*@\s+|[0-9A-Fa-f.:\[\]()]+@)(\S.{0,58}?)\s*$")
_KEY_BEFORE: Final = re.compile(r"[\"'\[(]{0,2}[=:](?:\)\d{1,5}\()?([\w.-]{0,40}[A-Za-z_])")
"""The key before an address, on the text read backwards."""
PORT_WORDS: Final = ("port=", "Port=", "PORT=", "PT=", "pt=", "Port(", 'port"', "proto", "PROTO", "service:")
_DATE_LIKE: Final = re.compile(r"[\[\"(]?\d{1,2}[/.-]\d{1,2}[/.-]\d{2,4}(?!\d)")


class Plain:
    """Finds the addresses of lines and the time of each line."""

    def __init__(self, knowledge: Knowledge) -> None:
        self._knowledge = knowledge
        self.chooser = Chooser(knowledge.settings.table, knowledge.settings.log_format)
        self._head = ""
        self._joined = 0

    def take(self, number: int, text: str) -> list[Mention]:
        """Return the mentions of a line."""
        indented = text[:1] in {" ", "\t"}
        if not has_address(text):
            if not indented:
                self.begin(text)
                self._observe(text)
            return []
        line = without_colour(text)
        if (chosen := self.chooser.choose(line)) is not None and chosen[0].columns:
            return self._row(number, line, chosen)
        hits = find_addresses(line)
        if not hits:
            return []
        stamp = self._stamp(line, chosen)
        if not indented:
            self.begin(text)
        elif self._head and self._joined < _JOINED and not self._is_own(line, chosen):
            self._joined += 1
            stamp = self._of_head(stamp)
        return self._mentions(number, line, hits, stamp or UNKNOWN)

    @staticmethod
    def _is_own(line: str, chosen: tuple[Compiled, re.Match[str]] | None) -> bool:
        """Whether an indented line is a record by itself, though its time is not known."""
        return (chosen is not None and not chosen[0].has_time and not chosen[0].format.keys) or begins_alone(line)

    def begin(self, text: str) -> None:
        """Take a line that is not indented as the head of the indented lines below it."""
        self._head, self._joined = text, 0

    def forget(self) -> None:
        """Let indented lines not join the head above any more."""
        self._head = ""

    def stamp(self, text: str) -> Stamp | None:
        """Return the time of a line; None when it has none."""
        line = without_colour(text)
        return self._stamp(line, self.chooser.choose(line))

    def _of_head(self, own: Stamp | None) -> Stamp | None:
        """Return the time of an indented line: its own when it begins with it, else that of the head."""
        if own is not None and own.source is not Source.NONE and own.column.startswith(("head", "bracket")):
            return own
        return self.stamp(self._head) or own

    def _observe(self, line: str) -> None:
        if _DATE_LIKE.match(line) and (stamp := place_of(line, self._knowledge)) is not None:
            self._prove(stamp)

    def _prove(self, stamp: Stamp) -> None:
        if stamp.reading.proof is not None:
            self._knowledge.observe(stamp.column, day_first=stamp.reading.proof)

    def _stamp(self, line: str, chosen: tuple[Compiled, re.Match[str]] | None) -> Stamp | None:
        stamp = None
        if chosen is not None:
            stamp = self._of_format(line, *chosen)
        if stamp is None and "@" in line and (asked := _ASKED.match(line)) is not None:
            stamp = self._asked(asked[1])
        if stamp is None:
            stamp = place_of(line, self._knowledge)
        if stamp is not None:
            self._prove(stamp)
        return stamp

    def _of_format(self, line: str, entry: Compiled, found: re.Match[str]) -> Stamp | None:
        each = entry.format
        if each.keys and (stamp := field_of(line, self._knowledge, each.keys)) is not None:
            return stamp._replace(source=Source.FORMAT, zone=stamp.zone or each.zone)
        if not entry.has_time or found["t"] is None:
            return None
        stamp = format_stamp(found["t"], each)
        behind = None if stamp is None else end_behind(line, found.end("t"))
        return stamp if stamp is None or behind is None else with_end(stamp, behind, self._knowledge)

    def _asked(self, words: str) -> Stamp | None:
        reading = match(words)
        if reading is not None and reading.full and reading.end >= len(words):
            return Stamp(reading, Source.ASKED, f"asked {reading.sep}")
        try:
            at = parse_time(words, self._knowledge.settings.now)
        except InvalidTime:
            return None
        naive = ":" in words and not names_zone(words)
        doubts = Doubt.ZONE_ASSUMED if naive and self._knowledge.settings.zone is None else Doubt.NONE
        from_now = match("1970-01-01T00:00Z")
        return None if from_now is None else Stamp(from_now._replace(instant=at), Source.ASKED, doubts=doubts)

    def _row(self, number: int, line: str, chosen: tuple[Compiled, re.Match[str]]) -> list[Mention]:
        """Return the mentions of a row whose format names its columns."""
        entry = chosen[0]
        row = line[chosen[1].end("t") :] if entry.has_time and chosen[1]["t"] is not None else line
        cells = row.split(",") if "," in entry.hint else row.split()
        stamp = self._stamp(line, chosen) if chosen[0].has_time else None
        tree = Tree(self._knowledge, stamp)
        tree.open("", number)
        for name, cell in zip(entry.columns, cells, strict=False):
            if name != "-":
                tree.leaf(name, cell, number)
        tree.close()
        return [each._replace(stamp=_by_format(each.stamp)) for each in tree.found]

    def _mentions(self, number: int, line: str, hits: list[Hit], stamp: Stamp) -> list[Mention]:
        named = _named_ends(line) if any(word in line for word in PORT_WORDS) else None
        protocol = protocol_in(line)
        if named is not None:
            protocol = named[0] or protocol
        found = []
        for hit in hits:
            port = hit.port
            if port is None and named is not None:
                key = _KEY_BEFORE.match(line[max(0, hit.start - 44) : hit.start][::-1])
                port = None if key is None else _nearest(named[1], side(key[1][::-1]), hit.start)
            found.append(Mention(hit.address, stamp, number, port, protocol))
        return found


@lru_cache(maxsize=1)
def _named_ends(line: str) -> tuple[str | None, tuple[tuple[int, str, int], ...]]:
    """Return the protocol and the ports that fields of a line name, each port with its place and its end."""
    protocol = None
    ports = []
    for key, place, value in fields(line):
        words = value.strip("\"'")
        if is_protocol(key):
            protocol = protocol or protocol_of(words)
        elif words.isdigit() and len(words) < 6 and (is_port(key) or key == "service"):
            ports.append((place, side(key), int(words)))
    return protocol, tuple(ports)


def _nearest(ports: tuple[tuple[int, str, int], ...], end: str, place: int) -> int | None:
    """Return the port of an end that follows a place first, else the last before it."""
    same = [(where, port) for where, name, port in ports if name == end]
    behind = [port for where, port in same if where > place]
    return behind[0] if behind else (same[-1][1] if same else None)


def _by_format(stamp: Stamp) -> Stamp:
    return stamp if stamp.source is Source.NONE else stamp._replace(source=Source.FORMAT)

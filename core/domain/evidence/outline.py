"""Lines of `key: value`: paragraphs, heads of mails, YAML; what is indented is inside what stands above."""

from __future__ import annotations

import re
from email.errors import HeaderParseError
from email.header import decode_header, make_header
from typing import Final, NamedTuple

from core.domain.evidence.addresses import find_addresses, has_address
from core.domain.evidence.moments import match
from core.domain.evidence.places import begins_alone
from core.domain.evidence.reader import Line
from core.domain.evidence.settle import UNKNOWN, Knowledge, Stamp
from core.domain.evidence.sighting import Source
from core.domain.evidence.tree import Mention, Tree
from core.domain.evidence.values import read_value

_FIELD: Final = re.compile(
    r"(?P<dent>[ \t]*(?:> ?)*)(?P<dash>(?:- +)*)"
    r"(?P<key>[\"']?(?:@(?=timestamp))?[A-Za-z_][\w ./()@#+'-]{0,48}?[\"']?)"
    r"(?P<parted>[ \t]*:(?=[ \t]|$)|[ \t]+=(?=[ \t])|(?<=[A-Z_])=)[ \t]*(?P<value>.*)$"
)
_NOT_KEY: Final = re.compile(r"\d{4}|^rule \d|^(?:TRACE|DEBUG|INFO|NOTICE|WARN(?:ING)?|ERROR|FATAL|CRITICAL|SEVERE)$")
_ITEM: Final = re.compile(r"(?P<dent>[ \t]*)- +(?P<value>\S.*)$")
_FLOW: Final = re.compile(r"([\"']?[A-Za-z_@][\w.-]*[\"']?)\s*:\s+(\"[^\"]*\"|[^,{}]+)")
_JOURNAL: Final = re.compile(r"__?[A-Z]")
_MOST: Final = 500
"""Lines of one outline."""
_WITHIN: Final = 8
"""Spaces from which on a line of nothing else stands inside the value above it, as PowerShell pads them."""
_MAIL: Final = frozenset(
    {"from", "to", "cc", "subject", "received", "message-id", "return-path", "delivered-to", "reply-to", "mime-version"}
)
_RECEIVED: Final = frozenset({"received", "x-received"})
_REGISTRY: Final = frozenset({"inetnum", "inet6num", "route", "route6", "netrange", "cidr", "nethandle", "domain"})
"""The first key of an entry of a registry, which has no moment of an event."""
_AUTHORED: Final = frozenset({"subject", "from", "to", "cc", "reply-to", "comments", "user-agent", "x-mailer"})


class _Entry(NamedTuple):
    line: int
    dent: int
    item: bool
    key: str
    value: str
    equals: bool = False
    """Whether key and value are parted by `=`."""


class Outline:
    """A block of fields; whether it is one record is decided at its end."""

    def __init__(self, knowledge: Knowledge) -> None:
        self.done = False
        self.quoted = False
        """Whether a mail says that its body is quoted-printable."""
        self._knowledge = knowledge
        self._lines: list[Line] = []
        self._entries: list[_Entry] = []
        self._found: list[Mention] = []

    def take(self, line: Line) -> bool:
        empty = not line.text.strip()
        if self.done or len(self._lines) >= _MOST or (empty and not (self._entries and len(line.text) > _WITHIN)):
            self.done = True
            return False
        if empty:
            self._lines.append(line)
            return True
        entry = _entry(line)
        if entry is None and self._entries and line.text[:1] in {" ", "\t"} and not _is_alone(line.text):
            last = self._entries[-1]
            self._entries[-1] = last._replace(value=f"{last.value} {line.text.strip()}")
        elif entry is None or (self._entries and (entry.equals != self._entries[0].equals or self._is_another(entry))):
            self.done = True
            return False
        else:
            self._entries.append(entry)
        self._lines.append(line)
        return True

    def _is_another(self, entry: _Entry) -> bool:
        """Whether a field is the first of a mail, or of a registry's entry, below an outline of something else."""
        key = entry.key.lower()
        begins = key in _REGISTRY or key in _RECEIVED or (key == "from" and "@" in entry.value)
        names = {each.key.lower() for each in self._entries} if begins else set()
        return begins and not names & (_MAIL | _RECEIVED | _REGISTRY | {"date", "x-originating-ip"})

    def drain(self) -> list[Mention]:
        found, self._found = self._found, []
        return found

    def end(self) -> list[Line]:
        names = [each.key.lower() for each in self._entries]
        if _REGISTRY.intersection(names[:1]):
            return self._lines
        if (len(self._entries) >= 3 and _RECEIVED.intersection(names)) or len(_MAIL.intersection(names)) >= 2:
            self.quoted = any(
                "quoted-printable" in each.value for each in self._entries if "encoding" in each.key.lower()
            )
            self._found = self._mail()
            return []
        tree = self._tree()
        dated = [each for each in tree.found if each.stamp.source is not Source.NONE]
        if not dated and (tree.found or len(self._entries) < 2):
            return self._lines
        self._found = tree.found
        return []

    def _mail(self) -> list[Mention]:
        """Date each field of a mail's head: `Received` by itself, what the author wrote not at all."""
        written: Stamp | None = None
        for each in self._entries:
            if each.key.lower() == "date" and (
                reading := read_value(_decoded(each.value), self._knowledge.settings.now)
            ):
                written = Stamp(reading, Source.KEY, "mail date")
        found: list[Mention] = []
        for each in self._entries:
            key = each.key.lower()
            stamp = UNKNOWN if key in _AUTHORED else written
            if key in _RECEIVED:
                reading = match(each.value.rpartition(";")[2].strip())
                stamp = Stamp(reading, Source.PLACE, "mail received") if reading is not None else None
            hits = find_addresses(each.value, each.key)
            found += [Mention(hit.address, stamp or UNKNOWN, each.line, hit.port, hit.protocol) for hit in hits]
        return found

    def _tree(self) -> Tree:
        tree = Tree(self._knowledge)
        dents: list[int] = []
        seen: list[set[str]] = []
        for each in self._entries:
            while (len(dents) > 1 and each.dent < dents[-1]) or (dents and each.item and each.dent <= dents[-1]):
                self._close(tree, dents, seen)
            if not dents or each.dent > dents[-1] or each.item:
                tree.open("", each.line)
                dents.append(each.dent)
                seen.append(set())
            elif len(dents) == 1 and each.key in seen[-1] and each.key == self._entries[0].key:
                self._close(tree, dents, seen)
                tree.open("", each.line)
                dents.append(each.dent)
                seen.append(set())
            seen[-1].add(each.key)
            self._leaf(tree, each)
        tree.end()
        return tree

    @staticmethod
    def _close(tree: Tree, dents: list[int], seen: list[set[str]]) -> None:
        tree.close()
        dents.pop()
        seen.pop()

    @staticmethod
    def _leaf(tree: Tree, entry: _Entry) -> None:
        value = _decoded(entry.value)
        if value.startswith("{") and value.endswith("}"):
            tree.open(entry.key, entry.line)
            for name, each in _FLOW.findall(value):
                tree.leaf(name.strip("\"'"), each.strip(" \"'"), entry.line)
            tree.close()
        else:
            tree.leaf(entry.key, value.strip("\"'").rstrip(";"), entry.line)


def _is_alone(text: str) -> bool:
    return has_address(text) and begins_alone(text)


def _decoded(value: str) -> str:
    """Return the value of a field with encoded words decoded."""
    if "=?" not in value:
        return value
    try:
        return str(make_header(decode_header(value)))
    except (HeaderParseError, LookupError, ValueError):
        return value


def _entry(line: Line) -> _Entry | None:
    found = _FIELD.match(line.text)
    if found is None:
        item = _ITEM.match(line.text)
        if item is None:
            return None
        return _Entry(line.number, len(item["dent"]) + 2, item=True, key="", value=item["value"])
    key = found["key"].strip("\"'")
    if (
        key.count(" ") > 4
        or _NOT_KEY.search(key)
        or has_address(key)
        or (found["value"] and match(line.text, len(found["dent"])) is not None)
    ):
        return None
    dent = len(found["dent"].replace(">", "").expandtabs(8)) + len(found["dash"])
    return _Entry(line.number, dent, bool(found["dash"]), key, found["value"], "=" in found["parted"])


def begins_outline(line: Line) -> bool:
    """Whether a line can be the first of an outline."""
    text = line.text
    first = text.lstrip(" >-\t")[:1]
    if not (first.isalpha() or first in {"_", '"', "'", "@", "{"}):
        return False
    entry = _entry(line)
    if entry is None:
        return False
    if not entry.key:
        return entry.value.startswith("{")
    return not ("=" in text and "= " not in text and _JOURNAL.match(text) is None)

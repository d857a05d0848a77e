"""Rows under a header: CSV with any separator, psql, Markdown, and the `#Fields` of W3C, Exchange and Zeek."""

from __future__ import annotations

import csv
import re
from datetime import date, timedelta
from typing import Final

from core.domain.evidence.addresses import has_address
from core.domain.evidence.formats import Chooser
from core.domain.evidence.json_frame import begins_json
from core.domain.evidence.keys import EVENT_RANK, normal, time_rank
from core.domain.evidence.moments import match
from core.domain.evidence.places import head_of
from core.domain.evidence.reader import Line
from core.domain.evidence.settle import Knowledge
from core.domain.evidence.tree import Mention, Tree
from core.domain.evidence.values import read_value

_NAME: Final = re.compile(r"[^\W\d][\w .()/@#:%\[\]+-]{0,48}|@timestamp|#|")
_RULE: Final = re.compile(r"[\s|+:=-]+")
_ADDRESS: Final = re.compile(r"addr|ip|src|dst|host|client|peer|remote")
_ADDRESS_CELL: Final = re.compile(r"[0-9A-Fa-f:.%\[]{3}|-$")
_WIDE: Final = "  "
"""The separator of columns that are padded with spaces."""
_UTC: Final = re.compile(r"#Time Format: *(?:UTC|GMT)", re.IGNORECASE)
_LOCAL: Final = re.compile(r"#Time Format: *Local", re.IGNORECASE)


def header_of(text: str) -> tuple[str, list[str]] | None:
    """Return the separator and the names of a header of a table; None when a line is not one."""
    if len(text) > 4096 or not text.strip():
        return None
    for sep in ("\t", ";", "|", ",", *((" ",) if text.startswith('"') and '" "' in text else ())):
        if sep in text:
            cells = _cells(text, sep)
            if len(cells) > 1 and all(_NAME.fullmatch(each) for each in cells) and any(map(_is_time, cells)):
                return sep, cells
            return None
    cells = _cells(text, _WIDE)
    if len(cells) > 2 and all(_NAME.fullmatch(each) for each in cells) and _is_dated(cells):
        return _WIDE, cells
    cells = text.split()
    if len(cells) < 4 or not all(_NAME.fullmatch(each) for each in cells):
        return None
    return ("", cells) if _is_dated(cells) else None


def _is_dated(names: list[str]) -> bool:
    """Whether a name is that of the time of an event, and one that of an address."""
    known = any(normal(each) in EVENT_RANK for each in names)
    return known and any(_ADDRESS.search(each.lower()) for each in names)


def _is_time(name: str) -> bool:
    return time_rank(name) is not None


def _cells(text: str, sep: str) -> list[str]:
    if not sep:
        return text.split()
    if sep == _WIDE:
        return re.split(r" {2,}", text.strip())
    if sep == "|":
        return [each.strip() for each in text.strip().strip("|").split("|")]
    try:
        return [each.strip().lstrip("\ufeff") for each in next(csv.reader([text], delimiter=sep), [])]
    except csv.Error:
        return text.split(sep)


class Table:
    """Rows with the names of their cells."""

    def __init__(self, knowledge: Knowledge, sep: str, names: list[str], header: Line) -> None:
        self.done = False
        self._knowledge = knowledge
        self._chooser = Chooser(knowledge.settings.table)
        self._tree = Tree(knowledge)
        self._sep, self._names = sep, names
        self._kept = [header]
        self._open = ""
        self._line = header.number

    def take(self, line: Line) -> bool:
        self._line = line.number
        text = f"{self._open}\n{line.text}" if self._open else line.text
        if self._sep in ",;\t" and self._sep and text.count('"') % 2 and len(text) < 65_536:
            self._open = text
            return True
        self._open = ""
        if _RULE.fullmatch(text) and text.strip():
            return True
        cells = _cells(text, self._sep)
        if len(cells) < len(self._names) or self._is_other(text, cells) or self._is_shifted(cells):
            self.done = True
            return False
        self._kept = []
        if has_address(text):
            self._row(cells, line.number)
        else:
            self._observe(cells)
        return True

    def _is_shifted(self, cells: list[str]) -> bool:
        return self._sep == _WIDE and len(cells) != len(self._names)

    def _is_other(self, text: str, cells: list[str]) -> bool:
        """Whether a line has no time where the header says, but is something else that has one."""
        now = self._knowledge.settings.now
        times = [cell for name, cell in zip(self._names, cells, strict=False) if _is_time(name)]
        if any(read_value(each, now) for each in times):
            return not self._sep and len(cells) > len(self._names)
        if not self._sep and times and "-" not in times:
            return True
        return begins_json(text) or self._chooser.choose(text) is not None or head_of(text, now) is not None

    def _row(self, cells: list[str], number: int) -> None:
        self._tree.open("", number)
        for name, cell in zip(self._names, cells, strict=False):
            self._tree.leaf(name, cell, number)
        for cell in cells[len(self._names) :]:
            self._tree.leaf("-", cell, number)
        self._tree.close()

    def _observe(self, cells: list[str]) -> None:
        self._row([cell if _is_time(name) else "" for name, cell in zip(self._names, cells, strict=False)], 0)

    def drain(self) -> list[Mention]:
        found, self._tree.found = self._tree.found, []
        return found

    def end(self) -> list[Line]:
        if self._open:
            self._row([self._open], self._line)
        return self._kept


class Fields:
    """Rows under directives that begin with `#`; W3C files are UTC unless they say that they are local."""

    def __init__(self, knowledge: Knowledge) -> None:
        self.done = False
        self._knowledge = knowledge
        self._tree = Tree(knowledge)
        self._names: list[str] = []
        self._addresses: list[int] = []
        """Columns that hold one address each."""
        self._sep = ""
        self._local = self._web = self._utc = False
        self._day: date | None = None
        self._clock = ""

    def take(self, line: Line) -> bool:
        text = line.text
        if text.startswith("#") and self._knowledge.settings.table.block_of(text) is None:
            self._directive(text)
            self._remark(text, line.number)
            return True
        if not text.strip():
            return True
        cells = text.split(self._sep) if self._sep else text.split()
        if self._names and self._is_row(cells):
            self._row(cells, line.number)
            return True
        self.done = True
        return False

    def _is_row(self, cells: list[str]) -> bool:
        """Whether cells are as many as the names, and times where the names say so."""
        if len(cells) < len(self._names) or (not self._sep and len(cells) > len(self._names)):
            return False
        times = [cell for name, cell in zip(self._names, cells, strict=False) if _is_time(name)]
        now = self._knowledge.settings.now
        if not all(_ADDRESS_CELL.match(cells[place]) for place in self._addresses):
            return False
        read = [read_value(each, now) is not None for each in times if each != "-"]
        return all(read) or (bool(self._sep) and any(read))

    def _remark(self, text: str, number: int) -> None:
        if has_address(text):
            self._tree.open("", number)
            self._tree.leaf("remark", text, number)
            self._tree.close()

    def _directive(self, text: str) -> None:
        if text.startswith(("#Fields:", "#fields\t", "#Fields :")):
            rest = text[text.index("s") + 1 :].lstrip(":\t ")
            self._sep = next((sep for sep in ("\t", ",") if sep in rest), "")
            self._names = [each.strip() for each in (rest.split(self._sep) if self._sep else rest.split())]
            self._addresses = [place for place, each in enumerate(self._names) if each.endswith("-ip")]
            self._web = any(each.startswith(("cs-", "sc-", "c-ip", "s-ip", "cs(")) for each in self._names)
        elif text.startswith("#Date:") and (reading := match(text, 7)) is not None and reading.year:
            self._day, self._clock = date(reading.year, reading.month, reading.day), ""
        elif _LOCAL.match(text):
            self._local = True
        elif _UTC.match(text):
            self._utc = True

    def _row(self, cells: list[str], number: int) -> None:
        if (not self._sep and len(cells) == 1) or len(cells) < len(self._names):
            return
        row = dict(zip(self._names, cells, strict=False))
        if "date" not in row and self._day is not None and "time" in row:
            row["date"] = self._dated(row["time"])
        if self._utc or (self._web and not self._local):
            row["tz"] = "UTC"
        self._tree.open("", number)
        for name, cell in [*row.items(), *(("-", cell) for cell in cells[len(self._names) :])]:
            self._tree.leaf(name, cell, number)
        self._tree.close()

    def _dated(self, clock: str) -> str:
        """Return the day of a clock; the day after when the clock has passed midnight."""
        if self._day is not None and clock < self._clock and self._clock[:2] > "12" > clock[:2]:
            self._day += timedelta(days=1)
        self._clock = clock
        return "" if self._day is None else self._day.isoformat()

    def drain(self) -> list[Mention]:
        found, self._tree.found = self._tree.found, []
        return found

    def end(self) -> list[Line]:
        return []

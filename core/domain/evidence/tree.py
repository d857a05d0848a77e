"""Records inside records: each address takes the time of the innermost one around it that has one."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import Any, Final, NamedTuple

from core.domain.evidence.addresses import Hit, find_addresses, has_address, is_client_text, protocol_in
from core.domain.evidence.dress import is_dressed
from core.domain.evidence.format import Format
from core.domain.evidence.inner_line import inner_time
from core.domain.evidence.keys import (
    BARRED,
    LENDERS,
    MESSAGES,
    SECONDS,
    STRAY_RANK,
    SUFFIX_RANK,
    is_end,
    is_port,
    is_protocol,
    is_stray,
    is_zone,
    normal,
    protocol_of,
    side,
    time_rank,
)
from core.domain.evidence.moments import Reading
from core.domain.evidence.record_time import FieldTime, column_of, record_time
from core.domain.evidence.settle import UNKNOWN, Knowledge, Stamp
from core.domain.evidence.values import read_value
from core.domain.evidence.wrap import fuller

_PORT_LINE: Final = re.compile(r"\s*(?:Source |Client |Remote )(?:Network )?Port:\s+(\d{1,5})\s*$")
"""The port of the address above, as Windows writes it."""
_DEEPEST: Final = 100
"""Records inside records that are told apart; what lies deeper belongs to the last of them."""

_ROWS: Final = frozenset({"values", "rows", "row"})


class Mention(NamedTuple):
    """An address and the time that its record gives it."""

    address: int | str
    stamp: Stamp
    line: int
    port: int | None
    protocol: str | None


class _Pending:
    """An address that waits for the time of a record around it."""

    __slots__ = ("hit", "inner", "key", "line", "port", "protocol", "weak")

    def __init__(self, hit: Hit, key: str, line: int, inner: Stamp | None, protocol: str | None) -> None:
        self.hit, self.key, self.line, self.inner = hit, key, line, inner
        self.port, self.protocol = hit.port, hit.protocol or protocol
        self.weak: Stamp | None = None

    def at_port(self, port: int) -> _Pending:
        """Take a port unless one stands at the address."""
        self.port = self.port or port
        return self


class _Node:
    """A record that is being read."""

    __slots__ = (
        "barred",
        "ends",
        "is_list",
        "key",
        "lent",
        "own",
        "pending",
        "ports",
        "protocol",
        "rule",
        "times",
        "zone",
    )

    def __init__(self, key: str, *, is_list: bool, barred: bool, rule: Format | None) -> None:
        self.key, self.is_list, self.barred, self.rule = key, is_list, barred, rule
        self.times: list[FieldTime] = []
        self.ends: list[Reading] = []
        self.zone = ""
        self.protocol: str | None = None
        self.ports: dict[str, int] = {}
        self.own: list[_Pending] = []
        self.pending: list[_Pending] = []
        self.lent: list[Stamp] = []


class Tree:
    """A reader of nested records that is told what opens, what stands in it and what closes.

    Mentions are in `found` as soon as the record that dates them is closed.
    """

    def __init__(self, knowledge: Knowledge, outer: Stamp | None = None) -> None:
        self.found: list[Mention] = []
        self._knowledge = knowledge
        self._outer = outer
        self._deeper = 0
        self._nodes: list[_Node] = [_Node("", is_list=True, barred=False, rule=None)]

    @property
    def depth(self) -> int:
        """Number of records that are open."""
        return len(self._nodes) - 1

    def open(self, key: str, line: int, *, is_list: bool = False) -> None:
        """Begin a record, or a list of records, under a key; the items of a list have the key of the list."""
        if len(self._nodes) > _DEEPEST:
            self._deeper += 1
            return
        above = self._nodes[-1]
        key = key or above.key
        name = normal(key)
        rule = self._knowledge.settings.table.rules.get(key) or (above.rule if above.is_list else None)
        node = _Node(key, is_list=is_list, barred=above.barred or name in BARRED, rule=rule)
        self._nodes.append(node)
        if key[:1].isdigit() and not above.is_list:
            node.own += [_Pending(hit, "", line, None, None) for hit in find_addresses(key)]

    def leaf(self, key: str, value: str, line: int) -> None:
        """Take a value: a time, a zone, a port, a protocol, or text that can hold addresses."""
        if len(self._nodes) == 1:
            self.open("", line)
            self.leaf(key, value, line)
            self.close()
            return
        node = self._nodes[-1]
        key = key or node.key
        if key[:1].isdigit() and not node.is_list:
            node.own += [_Pending(hit, "", line, None, None) for hit in find_addresses(key)]
        if not node.barred and not node.is_list:
            self._take_field(node, key, value)
        elif not node.barred and time_rank(key) is not None and not self._nodes[-2].is_list:
            self._take_field(self._nodes[-2], key, value)
        elif node.is_list and not node.times and (normal(node.key) in _ROWS or self._nodes[-2].is_list):
            self._take_first(node, value)
        if (
            len(value) > 6
            and not value.isdigit()
            and ("." in value or ":" in value or is_dressed(value))
            and has_address(value)
        ):
            self._take_text(node, key, value, line)

    def _take_first(self, node: _Node, value: str) -> None:
        """Take the first value of a row as its time, when it is one."""
        reading = read_value(value, self._knowledge.settings.now)
        if reading is not None and reading.full:
            node.times.append(FieldTime(SUFFIX_RANK, node.key, reading))

    def _take_field(self, node: _Node, key: str, value: str) -> None:
        rank = time_rank(key)
        now = self._knowledge.settings.now
        if key in SECONDS and time_rank(node.key) is not None:
            rank = SUFFIX_RANK
        if rank is None and node.rule is not None and key in node.rule.keys:
            rank = 0
        if is_end(key):
            if (reading := read_value(value, now)) is not None:
                node.ends.append(reading)
        elif rank is not None:
            reading = read_value(value, now)
            if reading is not None and reading.proof is not None:
                self._knowledge.observe(column_of(key, reading), day_first=reading.proof)
            if reading is not None and (node.rule is None or key not in node.rule.never):
                node.times.append(FieldTime(rank, key, reading))
        elif is_zone(key):
            node.zone = value
        elif len(value) > 15 and value[:2].isdigit() and is_stray(key):
            reading = read_value(value, now)
            node.times += [FieldTime(STRAY_RANK, key, reading)] if reading is not None and reading.full else []
        if is_protocol(key):
            node.protocol = protocol_of(value) or node.protocol
        elif (is_port(key) or side(key) == "to") and value.isdigit() and len(value) < 6:
            node.ports.setdefault(side(key), int(value))

    def _take_text(self, node: _Node, key: str, value: str, line: int) -> None:
        if (columns := self._knowledge.settings.table.tuple_columns(value)) is not None:
            self.open(key, line)
            for name, cell in columns:
                self.leaf(name, cell, line)
            self.close()
            return
        if value.startswith("{") and value.rstrip().endswith("}") and self.json(value, line, key):
            return
        name = normal(key)
        if name not in MESSAGES and "\n" not in value:
            protocol = None if is_client_text(key) else protocol_in(value)
            node.own += [_Pending(hit, key, line, None, protocol) for hit in find_addresses(value, key)]
            return
        first = len(node.own)
        for each in value.splitlines():
            if (port := _PORT_LINE.match(each)) is not None:
                node.own[first:] = [pending.at_port(int(port[1])) for pending in node.own[first:]]
            hits = find_addresses(each, key)
            inner = inner_time(each, self._knowledge.settings) if hits else None
            protocol = protocol_in(each) if hits else None
            node.own += [_Pending(hit, key, line, inner, protocol) for hit in hits]

    def json(self, text: str, line: int, key: str = "") -> bool:
        """Take a whole JSON document; False, with nothing taken, when it is not one."""
        try:
            document = json.loads(text, object_pairs_hook=Pairs, parse_int=str, parse_float=str)
        except (ValueError, RecursionError):
            return False
        self._walk(key, document, line)
        return True

    def _walk(self, key: str, value: Any, line: int) -> None:
        if isinstance(value, Pairs):
            self.open(key, line)
            for name, each in value:
                self._walk(name, each, line)
            self.close()
        elif isinstance(value, list):
            self.open(key, line, is_list=True)
            for each in value:
                self._walk("", each, line)
            self.close()
        elif isinstance(value, str):
            self.leaf(key, value, line)

    def close(self) -> None:
        """End the record that was opened last, and date what it can date."""
        if self._deeper:
            self._deeper -= 1
            return
        node, above = self._nodes.pop(), self._nodes[-1]
        for each in node.own:
            if each.port is None:
                each.port = node.ports.get(side(each.key))
        waiting = node.pending
        waiting += node.own
        for each in waiting if node.protocol else ():
            each.protocol = each.protocol or node.protocol
        stamp, weak = record_time(node.times, node.ends, node.zone, node.rule, self._knowledge)
        if stamp is None and len(node.lent) == 1:
            stamp = node.lent[0]
        if stamp is not None:
            self._date(waiting, stamp)
            self._lend(node, above, stamp)
            waiting = []
        if weak is not None:
            for each in waiting:
                each.weak = each.weak or weak
        if not above.is_list:
            above.protocol = above.protocol or node.protocol
        if above.pending:
            above.pending += waiting
        else:
            above.pending = waiting
        if len(self._nodes) == 1:
            self._end(above)

    def end(self) -> None:
        """Close what is still open, as at the end of a text that was cut."""
        self._deeper = 0
        while len(self._nodes) > 1:
            self.close()

    def _end(self, root: _Node) -> None:
        for each in root.pending:
            self._date([each], each.weak or self._outer or UNKNOWN)
        root.pending = []
        root.protocol = None

    def _lend(self, node: _Node, above: _Node, stamp: Stamp) -> None:
        rank = time_rank(node.key)
        times = [each for each in node.times if each.rank != STRAY_RANK]
        if rank is not None and not node.is_list and not above.is_list and len(times) == 1 and not node.own:
            reading = times[0].reading
            above.times.append(FieldTime(rank, node.key, reading._replace(zone=reading.zone or node.zone)))
        elif (not above.is_list and normal(node.key) in LENDERS) or (node.rule is not None and node.rule.lends):
            above.lent.append(stamp)

    def _date(self, waiting: Iterable[_Pending], stamp: Stamp) -> None:
        if self._outer is not None and stamp is not self._outer and stamp is not UNKNOWN:
            stamp = fuller(self._outer, stamp, self._knowledge)
        for each in waiting:
            own = stamp
            if each.inner is not None:
                own = each.inner if stamp is UNKNOWN else fuller(stamp, each.inner, self._knowledge)
            self.found.append(Mention(each.hit.address, own, each.line, each.port, each.protocol))


class Pairs(list[tuple[str, Any]]):
    """An object of JSON, with its keys in order and as often as they stand there."""

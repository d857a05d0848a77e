"""What an attacker would write: names, ids and reasons, and files to import. One corpus for every door.

Text is taken from here by the tests of the command line, of every screen, of the raw stream to a terminal and of the
core on both databases; `obeyed` says what must never come out again as it went in.
"""

from __future__ import annotations

import json
import sqlite3
import unicodedata
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import Any, Final

from core import ServiceKind

__all__ = ["FILES", "REFUSED", "TEXTS", "VALUES", "obeyed", "register_as_older_versions_did"]

TEXTS: Final = (
    # Textual and Rich markup
    "[/]",
    "[/foo]",
    "[red]x[/red]",
    "[@click=app.quit]x[/]",
    "[link=http://example.invalid]y[/link]",
    # what terminals act on: colours, clearing, the clipboard, titles, links, queries, 8-bit controls
    "\x1b[31mred\x1b[0m",
    "\x1b[2J\x1b[H",
    "\x1b]52;c;aGFjaw==\x07",
    "\x1b]0;title\x07",
    "\x1b]8;;http://example.invalid\x1b\\link\x1b]8;;\x1b\\",
    "\x1bP+q544e\x1b\\",
    "\x9b31m",
    "a\r\nb\tc\x08\x7f",
    # what is not seen, or turns round what is
    "\u202egnp.exe\u2066",
    "\u200b\ufeff\u2028\u00ad",
    "\U000e0041\ue000",
    # wide and combining
    "\u5b57" * 80,
    "e\u0301" * 40 + "\U0001f468\u200d\U0001f469",
    # formulas, Markdown, SQL, LIKE and full-text search, shells, format strings, paths
    '=HYPERLINK("http://example.invalid")',
    "+1",
    "-1",
    "@SUM(A1)",
    "| x | `y` <b>z</b>",
    "'; DROP TABLE eip; --",
    "%_\\%",
    'NEAR("a" OR b*) AND NOT c^2',
    "$(touch owned) `touch owned` && touch owned",
    "%s%n{0.__class__}{eip}",
    "../../owned",
    ":eip ?1 %(eip)s",
)
"""Every one can be a name, an id or a reason; a database keeps it as it came, or refuses it."""

VALUES: Final[tuple[Any, ...]] = (
    *(None, True, False, 0, 1, -1, 2, 3, 7, 80, 255, 65_536, 1.5, float("1e300"), float("inf")),
    *((1 << 31) - 1, 1 << 31, 1 << 32, 1 << 47, 1 << 53, 1 << 62, (1 << 63) - 1, 1 << 63, 1 << 64, 1 << 70, 10**30),
    *(-(1 << 31), -(1 << 63), -(1 << 70)),
    *("", "soon", "nope", "junk", "Infinity", "{", "{}", "[]", "[1]", '["x"]', '{"a": NaN}', "[" * 100_000),
    *('{"a": ' * 900 + "1" + "}" * 900, "x" * 300, "x" * 1_999 + "\0", "00" * 32, "eip-99", "b-99", "default-"),
    *("203.0.113.7", "203.0.113.0/24", "203.0.113.0/28", "0.0.0.0/0", "::1", "2026-11-23T03:12:00Z", "BINDED"),
    *([], {}, [1], [[]], [None], {"a": 1}, {"a": None}),
)
"""What can stand in the place of a value of a document: other types, other ranges, other words."""

REFUSED: Final = ("\x00", "a\x00b", "\ud800", "x" * 1_000_000)
"""Text that nothing is named by."""


def _nested(depth: int, opening: str, closing: str) -> bytes:
    return (opening * depth + closing * depth).encode()


def _row(**fields: object) -> bytes:
    return json.dumps([{"eipId": "e", "publicIpAddresses": ["203.0.113.9"], **fields}]).encode()


FILES: Final = {
    "empty": b"",
    "only a mark": b"\xef\xbb\xbf",
    "utf-16": "{}".encode("utf-16"),
    "bytes that are no text": b"\x80\xff\xfe",
    "binary": bytes(range(256)),
    "a zip": b"PK\x03\x04" + bytes(100),
    "half a document": b'{"dataSet": [{"eipId": "e-1"',
    "two documents": b"{} {}",
    "deep lists": _nested(200_000, "[", "]"),
    "deep objects": _nested(100_000, '{"a":', "}"),
    "one key twice": b'[{"eipId": "a", "eipId": "b"}]',
    "not a number": b'[{"bandwidth": NaN}]',
    "no end": b'[{"bandwidth": -Infinity}]',
    "a number of 100,000 digits": b'[{"eipId": "e", "bandwidth": ' + b"9" * 100_000 + b"}]",
    "a number beyond all": b'[{"cidrBlock": "203.0.113.0/28", "asn": 1e999}]',
    "null": b"null",
    "an export of nothing": b'{"eipdeck_export": null}',
    "an export of the future": b'{"eipdeck_export": 99999}',
    "a million commas": b"[" + b"," * 1_000_000 + b"]",
    "a megabyte of name": _row(name="x" * 1_000_000),
    "a lone surrogate": _row(eipId="\ud800"),
    "a nul": _row(eipId="a\0b"),
}
"""Files that no import takes, by what they are."""


def obeyed(text: str) -> list[str]:
    """The characters in a text that a terminal would act on or hide; line ends are ours."""
    unseen = ("Cc", "Cf", "Cs", "Co", "Zl", "Zp")
    return [char for char in text.replace("\n", "") if unicodedata.category(char) in unseen]


def register_as_older_versions_did(database: Path, services: Mapping[str, str]) -> None:
    """Register balancers in a SQLite file by id and name, also those whose ids are refused now."""
    with closing(sqlite3.connect(database)) as connection:
        for service, name in services.items():
            connection.execute(_OLDER, (service, ServiceKind.LOAD_BALANCER.value, name))
        connection.commit()


_OLDER: Final = (
    "INSERT INTO service (id, kind, name, region, private_ips, subnets) VALUES (?, ?, ?, 'asia-east-1', '[]', '[]')"
)

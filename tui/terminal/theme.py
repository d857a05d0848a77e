"""The glyphs and the characters that the terminal can show, and its escape delay."""

from __future__ import annotations

import locale
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from rich.cells import cell_len
from rich.segment import Segment
from textual.color import Color
from textual.filter import LineFilter

from tui.terminal.environment import over_ssh

__all__ = ["ASCII", "UNICODE", "Glyphs", "OnlyAscii", "escape_delay", "glyphs"]

_ESCAPE_SSH: Final = 0.3
_ESCAPE_LOCAL: Final = 0.1


@dataclass(frozen=True, slots=True)
class Glyphs:
    """The characters that draw lines and gauges."""

    rule: str
    full: str
    empty: str
    wall: str
    """A line between two panes, and its joints with the rules at its right, its left and both sides."""
    right: str
    left: str
    both: str
    up: str
    down: str
    """Behind the head of the column of the order; `down` when it is turned round."""


ASCII: Final = Glyphs(rule="-", full="#", empty=".", wall="|", right="+", left="+", both="+", up="^", down="v")
UNICODE: Final = Glyphs(rule="─", full="█", empty="░", wall="│", right="├", left="┤", both="┬", up="▴", down="▾")


def glyphs(environ: Mapping[str, str], encoding: str | None = None) -> Glyphs:
    """Return box and block characters where the terminal certainly has them, else ASCII.

    Python writes UTF-8 even under `LC_ALL=C`, so the locale decides, not the stream.
    """
    chosen = environ.get("LC_ALL") or environ.get("LC_CTYPE") or environ.get("LANG") or ""
    codeset = encoding or (chosen.partition(".")[2] if "." in chosen else locale.nl_langinfo(locale.CODESET))
    plain_terminal = environ.get("TERM", "").startswith(("linux", "vt"))
    named = chosen not in ("", "C", "POSIX") or encoding is not None
    utf8 = codeset.lower().replace("-", "").startswith("utf8")
    return UNICODE if named and utf8 and not plain_terminal else ASCII


class OnlyAscii(LineFilter):
    """Replaces other characters by `?` where the terminal may not read UTF-8: their bytes could be controls there."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        del background
        return [segment if segment.text.isascii() else _in_ascii(segment) for segment in segments]


def _in_ascii(segment: Segment) -> Segment:
    text = "".join(char if char.isascii() else "?" * cell_len(char) for char in segment.text)
    return Segment(text, segment.style, segment.control)


def escape_delay(environ: Mapping[str, str]) -> float:
    """Return the seconds to wait for the rest of an escape sequence; a slow connection splits arrow keys."""
    wanted = environ.get("ESCDELAY", "")
    if wanted.isascii() and wanted.isdigit() and int(wanted) > 0:
        return int(wanted) / 1000
    return _ESCAPE_SSH if over_ssh(environ) else _ESCAPE_LOCAL

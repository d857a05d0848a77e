"""Writes the same cells with fewer bytes: only what changes of a colour is sent, not a reset around each text.

Textual ends every text with a reset and begins the next with all of its colours. A slow line carries both.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final, NamedTuple

__all__ = ["thrifty"]

_SGR: Final = re.compile(r"\x1b\[([0-9;]*)m")
_MOVE: Final = re.compile(r"\x1b\[[0-9;]*H")
_END_OF_LINE: Final = re.compile(r"\r?\n(?=\x1b\[[0-9;]*H)")
"""A new line from which the cursor moves on at once."""
_OFF: Final = {"1": "22", "2": "22", "3": "23", "4": "24", "5": "25", "7": "27", "9": "29"}
"""What ends an attribute; bold and dim end together."""


class _Pen(NamedTuple):
    """The colours and attributes with which a terminal writes."""

    attributes: tuple[str, ...] = ()
    colour: str = ""
    ground: str = ""


_PLAIN: Final = _Pen()


def thrifty(text: str) -> str:
    """Return a text that paints the same cells; it begins and ends with a plain pen, as the given one does."""
    if "\x1b[" not in text:
        return text
    text = _END_OF_LINE.sub("", text)
    parts: list[str] = []
    held = wanted = _PLAIN
    pieces = _SGR.split(text)
    for at, piece in enumerate(pieces):
        if at % 2:
            wanted = _pen(piece)
            continue
        for shown in _moves(piece):
            if shown.startswith("\x1b["):
                parts.append(shown)
                continue
            if not shown.isspace() or wanted.attributes or held.attributes not in ((), ("1",)):
                parts.append(_change(held, wanted))
                held = wanted
            elif held.ground != wanted.ground:
                blank = _Pen(held.attributes, held.colour, wanted.ground)
                parts.append(_change(held, blank))
                held = blank
            parts.append(shown)
    parts.append(_change(held, _PLAIN))
    return "".join(parts)


def _moves(piece: str) -> list[str]:
    """Return the moves of the cursor, and the texts between them."""
    if "\x1b" not in piece:
        return [piece] if piece else []
    parts, end = [], 0
    for found in _MOVE.finditer(piece):
        parts += [piece[end : found.start()], found.group()]
        end = found.end()
    return [part for part in (*parts, piece[end:]) if part]


@lru_cache(1024)
def _pen(codes: str) -> _Pen:
    attributes: list[str] = []
    colour = ground = ""
    given = iter(codes.split(";"))
    for code in given:
        if code in ("38", "48"):
            kind = next(given, "")
            whole = ";".join((code, kind, *(next(given, "") for _ in range(3 if kind == "2" else 1))))
            colour, ground = (whole, ground) if code == "38" else (colour, whole)
        elif code in ("", "0"):
            attributes, colour, ground = [], "", ""
        elif code in _OFF:
            attributes.append(code)
        elif code[0] in "39":
            colour = "" if code == "39" else code
        elif code[0] in "41":
            ground = "" if code == "49" else code
    return _Pen(tuple(attributes), colour, ground)


@lru_cache(4096)
def _change(held: _Pen, wanted: _Pen) -> str:
    """Return the shortest sequence from one pen to another."""
    if held == wanted:
        return ""
    whole = ["", *wanted.attributes, *filter(None, wanted[1:])]
    ended = [_OFF[each] for each in held.attributes if each not in wanted.attributes]
    kept = [each for each in wanted.attributes if each in held.attributes and _OFF[each] not in ended]
    step = [*dict.fromkeys(ended), *(each for each in wanted.attributes if each not in kept)]
    if held.colour != wanted.colour:
        step.append(wanted.colour or "39")
    if held.ground != wanted.ground:
        step.append(wanted.ground or "49")
    return min((f"\x1b[{';'.join(codes)}m" for codes in (whole, step)), key=len)

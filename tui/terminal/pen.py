"""The pen of a terminal: the colours and attributes with which it writes."""

from __future__ import annotations

from functools import lru_cache
from typing import Final, NamedTuple

__all__ = ["PLAIN", "UNSEEN", "Pen", "Written", "blank", "change", "pen_of", "writes"]

_OFF: Final = {"1": "22", "2": "22", "3": "23", "4": "24", "5": "25", "7": "27", "9": "29"}
"""What ends an attribute; bold and dim end together."""
UNSEEN: Final = frozenset({"1", "2", "3"})
"""Attributes that a blank does not show."""


class Pen(NamedTuple):
    """The colours and attributes with which a terminal writes."""

    attributes: tuple[str, ...] = ()
    colour: str = ""
    ground: str = ""


Written = tuple[str, Pen]
"""A character with its pen."""
PLAIN: Final = Pen()


def writes(pen: Pen, cell: Written) -> bool:
    """Whether a pen writes a cell: of a blank only what it shows counts."""
    char, wanted = cell
    return pen == wanted or (char == " " and pen.ground == wanted.ground and blank(pen) == wanted)


@lru_cache(1024)
def blank(pen: Pen) -> Pen:
    """Return the part of a pen that a blank shows."""
    if UNSEEN.issuperset(pen.attributes):
        return Pen((), "", pen.ground)
    return pen


@lru_cache(1024)
def pen_of(codes: str) -> Pen:
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
    return Pen(tuple(sorted(set(attributes))), colour, ground)


@lru_cache(4096)
def change(held: Pen, wanted: Pen) -> str:
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

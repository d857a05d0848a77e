"""Undo what mails, encoders and terminals do to the text around an address."""

from __future__ import annotations

import html
import re
from typing import Final

SIGNS: Final = ("%", "\\", "&#", "[.", "(.", "{.", ".]", ".)", ".}", "[:", "[ .", "( .", "dot", "DOT", "\x1b")

_COLOUR: Final = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
_WRITTEN_COLOUR: Final = re.compile(r"\\(?:x1[bB]|u001[bB]|e|033)\[[0-9;]*m")
_PERCENT: Final = re.compile(r"%([2-7][0-9A-Fa-f])")
_UNICODE: Final = re.compile(r"\\(?:u00|x)([2-7][0-9A-Fa-f])")
_ESCAPE: Final = re.compile(r"\\[tnrfvb]")
_ENTITY: Final = re.compile(r"&(?:#[0-9]{1,5}|#x[0-9A-Fa-f]{1,4}|[A-Za-z]{2,8});")
_DEFANGED: Final = re.compile(
    r"(?<=[0-9])(?: {0,2}[\[({] ?(?:\.|dot|DOT)(?: ?[\])}])? {0,2}| (?:dot|DOT) |\.[\])}]|\\\.)(?=[0-9])"
)
_COLON: Final = re.compile(r"\[:\]|\[:(?=[0-9])")
_WIDE: Final = {0xFF10 + digit: 0x30 + digit for digit in range(10)} | {0xFF0E: ".", 0xFF1A: ":", 0x3002: "."}


def without_colour(line: str) -> str:
    """Return a line without the escape sequences of a terminal."""
    return _COLOUR.sub("", line) if "\x1b" in line else line


def is_dressed(line: str) -> bool:
    """Whether `undress` could change a line; cheap, and true too often."""
    for sign in SIGNS:
        if sign in line:
            return True
    return not line.isascii()


def undress(line: str) -> str:
    """Return a line with escapes decoded, defanged dots made plain and full-width digits made narrow.

    The result is for finding addresses; a time is never read from it.
    """
    line = without_colour(line)
    for _ in range(2):
        if "%" in line:
            line = _PERCENT.sub(lambda found: chr(int(found[1], 16)), line)
    if "\\" in line:
        line = _WRITTEN_COLOUR.sub(" ", line)
        line = _ESCAPE.sub(" ", _UNICODE.sub(lambda found: chr(int(found[1], 16)), line))
    if "&" in line:
        line = _ENTITY.sub(lambda found: html.unescape(found[0]), line)
    if not line.isascii():
        line = line.translate(_WIDE)
    return _COLON.sub(":", _DEFANGED.sub(".", line))

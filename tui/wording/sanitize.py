"""Makes foreign text safe to show.

Names, ids, reasons and everything imported can hold terminal escapes, markup and bidi overrides. `visible`
spells out each control character; `safe` wraps the result so that no markup is parsed.
"""

from __future__ import annotations

import re
import unicodedata

from rich.cells import cell_len, set_cell_size
from rich.text import Text

__all__ = ["safe", "visible"]

_HIDDEN = {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}
"""Unicode categories shown as escapes: controls, formats (bidi, zero width), surrogates, private use, line ends."""
_UNSEEN = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2065\u3164\ufe00-\ufe0f\uffa0\ufff0-\ufff8\U000e0000-\U000e0fff]"
)
"""Letters and marks that Unicode lets a terminal leave out: a name of these alone would look empty."""


_DENSE = 8
"""The most characters that share a cell. Of a long text no more than can show is read."""


def visible(text: object, width: int | None = None) -> str:
    """Return the text with every control character spelled out, cut to `width` terminal cells when given."""
    shown = str(text)
    if width is not None and len(shown) > (width + 1) * _DENSE:
        shown = shown[: (width + 1) * _DENSE] + " " * (width + 1)  # more than fits, and so marked as cut
    if not (shown.isascii() and shown.isprintable()):
        shown = "".join(_spell(char) for char in shown)
    return shown if width is None else _cut(shown, width)


def safe(text: object, style: str = "", width: int | None = None) -> Text:
    """Return the text for Rich and Textual, never parsed as markup."""
    return Text(visible(text, width), style=style, no_wrap=width is not None, end="")


def _spell(char: str) -> str:
    if char.isascii() and char.isprintable():
        return char
    if unicodedata.category(char) not in _HIDDEN and not _UNSEEN.match(char):
        return char
    code = ord(char)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def _cut(text: str, width: int) -> str:
    """Cut to `width` cells; a `~` in the last one marks the cut."""
    if cell_len(text) <= width:
        return text
    return set_cell_size(text, max(width - 1, 0)).rstrip() + "~" if width > 0 else ""

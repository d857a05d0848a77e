"""The colours of the command line: each word has the role that it has in the dashboard, in the terminal's 16 colours.

State is always a word and a mark as well, so nothing is lost without colours.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

__all__ = ["Paint"]

_ROLES: Final[Mapping[str, str]] = {
    "critical_chip": "1;97;41",
    "warning": "1;33",
    "bound": "32",
    "cooling": "36",
    "zenlayer": "1",
}
"""The numbers of Select Graphic Rendition, by role; a role that is not here has the colour of the terminal's text."""
_VERDICTS: Final = {
    "customer-bound": "bound",
    "customer-cooling": "cooling",
    "default-bound": "zenlayer",
    "default-unbound": "zenlayer",
    "default-unallocated": "zenlayer",
    "unknown": "warning",
}
_WORDS: Final[Mapping[str, Mapping[str, str]]] = {
    "SEVERITY": {"critical": "critical_chip", "warning": "warning"},
    "VERDICT": _VERDICTS,
    "VERDICT THEN": _VERDICTS,
    "OWNER": {"ZENLAYER": "zenlayer"},
    "STATUS": {"bound": "bound"},
    "STATE": {"failed": "critical_chip", "draining": "warning"},
}
"""The role of each word, by the heading of its column."""
_MARK: Final = "!"


class Paint:
    """Paints the rows of a table; widths are measured before."""

    def cell(self, heading: str, cell: str, padded: str) -> str:
        """Return a padded cell with its word in the colour of its role."""
        role = _WORDS.get(heading, {}).get(cell)
        return padded if role is None else padded.replace(cell, _in(role, cell), 1)

    def line(self, headings: Sequence[str], cells: Sequence[str], line: str) -> str:
        """Return the line of a marked row in the colour of a warning, any other as it is."""
        marked = any(heading == _MARK and cell == _MARK for heading, cell in zip(headings, cells, strict=True))
        return _in("warning", line) if marked else line


def _in(role: str, text: str) -> str:
    return f"\x1b[{_ROLES[role]}m{text}\x1b[0m"

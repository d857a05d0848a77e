"""Lines of plain text; only those that changed are painted again."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, zip_longest
from operator import itemgetter

from rich.cells import cell_len
from rich.segment import Segment
from rich.text import Text
from textual import events
from textual.geometry import Region, Size
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from tui.commands.bindings import bindings_for
from tui.commands.registry import Scope
from tui.terminal.palette import ANSI, is_colourless, look, style
from tui.terminal.roles import Role
from tui.wording.sanitize import visible

__all__ = [
    "ALARM",
    "BOLD",
    "PLAIN",
    "REVERSE",
    "WARNING",
    "Line",
    "Lines",
    "Part",
    "ScrollLines",
    "changed_regions",
    "chip",
    "fold",
    "joined",
    "line_of",
    "painted",
    "rich_text",
]

PLAIN = Role.TEXT
BOLD = Role.STRONG
WARNING = Role.WARNING
ALARM = Role.CRITICAL
REVERSE = Role.FOCUSED

Part = tuple[str, Role]
"""A text and its role."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line; its text may be hostile."""

    text: str
    style: Role = PLAIN
    parts: tuple[Part, ...] = ()
    """The text in parts with roles of their own; none: all of it has the style."""

    def cut(self, width: int) -> Iterator[Part]:
        """Yield the parts in at most `width` cells."""
        rest = width
        for text, role in self.parts or ((self.text, self.style),):
            shown = visible(text, rest)
            rest -= cell_len(shown)
            if shown:
                yield shown, role


def line_of(*parts: Part | str) -> Line:
    """Return a line of parts; one without a role is plain."""
    told = tuple((each, PLAIN) if isinstance(each, str) else each for each in parts)
    return Line("".join(text for text, _ in told), PLAIN, told)


def joined(cells: Iterable[Part]) -> Line:
    """Return a line of cells that are safe to print; neighbours of one role become one part."""
    return line_of(*(("".join(text for text, _ in run), role) for role, run in groupby(cells, key=itemgetter(1))))


def chip(text: str, role: Role) -> Part:
    """Return a text on a ground of its own; without colour it stands in brackets, which take the same cells."""
    return f"[{text}]" if is_colourless() else f" {text} ", role


def painted(widget: Widget, line: Line, width: int) -> Strip:
    """Return a line as cells; the widget's own colours lie under it."""
    strip = Strip([Segment(text, style(role)) for text, role in line.cut(width)]).adjust_cell_length(width)
    return strip if look() == ANSI else strip.apply_style(widget.rich_style)


def rich_text(line: Line, width: int) -> Text:
    """Return a line for a widget of Textual's own."""
    return Text.assemble(*((text, style(role)) for text, role in line.cut(width)))


_NO_LINE = Line("")


def changed_regions(old: Sequence[Line], new: Sequence[Line], size: Size) -> list[Region]:
    """Return the cells that differ, so that few others go over the wire.

    A line has one region: of each, Textual writes the line from its beginning.
    """
    regions = []
    for y in range(min(max(len(old), len(new)), size.height)):
        was = old[y] if y < len(old) else _NO_LINE
        now = new[y] if y < len(new) else _NO_LINE
        if was != now:
            first, end = _changed_cells(was, now, size.width)
            regions += [Region(first, y, end - first, 1)] if end else []
    return regions


def _changed_cells(was: Line, now: Line, width: int) -> tuple[int, int]:
    """Return the first cell that changes and the end; the whole line when a character is not one cell wide."""
    one, other = _cells(was, width), _cells(now, width)
    if one is None or other is None:
        return 0, width
    pairs = zip_longest(one, other, fillvalue=(" ", PLAIN))
    changed = [x for x, (before, after) in enumerate(pairs) if before != after]
    return (changed[0], changed[-1] + 1) if changed else (0, 0)


def _cells(line: Line, width: int) -> list[Part] | None:
    """Return the cells; None when a character is not one cell wide."""
    cells = [(char, role) for text, role in line.cut(width) for char in text]
    plain = line.text.isascii() or all(cell_len(char) == 1 for char in {char for char, _ in cells})
    return cells if plain else None


class Lines(Widget):
    """Lines of text, as many as fit."""

    ALLOW_SELECT = False

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id, classes=classes)
        self.lines: tuple[Line, ...] = ()

    def show(self, *lines: Line | str) -> None:
        """Show these lines; equal cells are not painted again."""
        new = tuple(Line(line) if isinstance(line, str) else line for line in lines)
        old, self.lines = self.lines, new
        changed = changed_regions(old, new, self.size)
        if changed:
            self.refresh(*changed)

    @property
    def text(self) -> str:
        """The shown lines as one text."""
        return "\n".join(line.text for line in self.lines)

    def render_line(self, y: int) -> Strip:
        width = self.size.width
        if y >= len(self.lines):
            return painted(self, _NO_LINE, width)
        return painted(self, self.lines[y], width)


class ScrollLines(Lines, can_focus=True):
    """Lines that can be scrolled; long ones are folded."""

    BINDINGS = bindings_for(Scope.TABLE)

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self.whole: tuple[Line, ...] = ()
        self.top = 0

    class Scrolled(Message):
        """Other lines are shown now."""

    @property
    def below(self) -> int:
        """The number of lines below the shown ones."""
        return max(len(self._folded()) - self.top - self.size.height, 0)

    def show_whole(self, lines: Sequence[Line | str], *, keep_place: bool = False) -> None:
        self.whole = tuple(Line(line) if isinstance(line, str) else line for line in lines)
        self.top = self.top if keep_place else 0
        self._scroll(0)

    def on_resize(self, _event: events.Resize) -> None:
        self._scroll(0)

    def _folded(self) -> list[Line]:
        width = max(self.size.width, 1)
        return [part for line in self.whole for part in _folded(line, width)]

    def _scroll(self, delta: int) -> None:
        folded = self._folded()
        self.top = max(min(self.top + delta, len(folded) - self.size.height), 0)
        self.show(*folded[self.top : self.top + self.size.height])
        self.post_message(self.Scrolled())

    def action_down(self) -> None:
        self._scroll(1)

    def action_up(self) -> None:
        self._scroll(-1)

    def action_page_down(self) -> None:
        self._scroll(self.size.height)

    def action_page_up(self) -> None:
        self._scroll(-self.size.height)

    def action_first(self) -> None:
        self._scroll(-self.top)

    def action_last(self) -> None:
        self._scroll(len(self._folded()))


def _folded(line: Line, width: int) -> list[Line]:
    """Return a line in lines of at most `width` cells; one of parts keeps them where it fits."""
    if cell_len(visible(line.text)) <= width:
        return [line]
    return [Line(part, line.style) for part in fold(line.text, width)]


def fold(text: str, width: int) -> list[str]:
    """Return the text in lines of at most `width` cells, broken between words, continued two cells in."""
    rest = visible(text)
    parts: list[str] = []
    indent = ""
    while cell_len(indent + rest) > width:
        room = width - len(indent)
        cut = _cut_at(rest, room)
        parts.append(indent + rest[:cut].rstrip())
        rest, indent = rest[cut:].lstrip(), "  " if width > 8 else ""
    return [*parts, indent + rest]


def _cut_at(text: str, width: int) -> int:
    """Return the index to break at: after the last blank that fits, else at the end of the cells."""
    cells, last_blank = 0, 0
    for index, char in enumerate(text):
        cells += cell_len(char)
        if cells > width:
            leading = len(text) - len(text.lstrip())
            return last_blank if last_blank > leading else max(index, 1)
        if char == " ":
            last_blank = index + 1
    return len(text)

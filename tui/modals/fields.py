"""The fields of a form: choices and rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Final, Generic, TypeVar

from rich.cells import cell_len
from rich.text import Text
from textual import events
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.geometry import Size
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Static

from tui.widgets.field import FieldContent
from tui.wording.sanitize import visible

__all__ = ["Choice", "Option", "Row"]

Value = TypeVar("Value")

_GAP: Final = 2
_LEAST: Final = 8
"""The last column is dropped if fewer cells than this are left for it."""
_WIDEST: Final = 28
"""The greatest width of a column in cells, unless it is the last of its row."""
_CHOSEN: Final = "reverse"


@dataclass(frozen=True, slots=True)
class Option(Generic[Value]):
    """One option; without a value it is a line of text that cannot be chosen."""

    value: Value | None
    cells: tuple[str, ...]
    """The texts of the columns; the last ones are left out if there is not enough room."""


class Choice(Widget, Generic[Value], can_focus=True):
    """Options in a list or in a row; `>` marks the chosen one. At first none is chosen."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "move(-1)", show=False, id="choice_up"),
        Binding("down,j", "move(1)", show=False, id="choice_down"),
        Binding("left", "across(-1)", show=False, id="choice_left"),
        Binding("right", "across(1)", show=False, id="choice_right"),
        Binding("space", "mark", show=False, id="choice_mark"),
        Binding("enter", "submit", show=False, id="choice_submit"),
    ]
    ALLOW_SELECT = False

    class Changed(Message):
        """Sent after another option was chosen or marked."""

    class Submitted(Message):
        """Sent after Enter."""

        def __init__(self, choice: Widget) -> None:
            super().__init__()
            self.choice = choice

    def __init__(
        self,
        options: Sequence[Option[Value]] = (),
        *,
        chosen: Value | None = None,
        rows: int = 6,
        across: bool = False,
        several: bool = False,
        onward: bool = False,
        empty: str = "nothing to choose from",
        classes: str = "",
    ) -> None:
        """Offer options.

        Args:
            options: the options, in order.
            chosen: the value chosen at first, if any.
            rows: the greatest number of visible options.
            across: show the options beside each other instead of below.
            several: space marks any number of options; `marked` has their values.
            onward: space goes on to the next option.
            empty: the text without options.
            classes: the classes of the stylesheet.

        """
        super().__init__(classes=classes)
        self.options: tuple[Option[Value], ...] = ()
        self.index: int | None = None
        self.marked: set[Value] = set()
        self.rows = rows
        self.across = across
        self.several = several
        self.onward = onward
        self.empty = empty
        self.lit = False
        """Painted as if it had the focus, while the field that narrows it has it."""
        self._set(options, chosen)

    @property
    def value(self) -> Value | None:
        """The value of the chosen option, or None."""
        return None if self.index is None else self.options[self.index].value

    def offer(self, options: Sequence[Option[Value]], chosen: Value | None = None) -> None:
        """Replace the options without a message. The chosen value stays chosen if it is among them."""
        self._set(options, self.value if chosen is None else chosen)
        self.refresh(layout=True)

    @property
    def entry(self) -> FieldContent:
        """The chosen value and the marked ones."""
        return FieldContent(self.value, frozenset(self.marked))

    def refill(self, content: FieldContent) -> None:
        """Choose and mark the values of `content` that are among the options."""
        values = [option.value for option in self.options]
        if content.value in values and content.value is not None:
            self.index = values.index(content.value)
        self.marked = {value for value in values if value is not None and value in content.marked}
        self.refresh()

    def _set(self, options: Sequence[Option[Value]], chosen: Value | None) -> None:
        self.options = tuple(options)
        values = [option.value for option in self.options]
        self.index = values.index(chosen) if chosen is not None and chosen in values else None
        self.marked &= {value for value in values if value is not None}

    # keys

    def action_move(self, way: int) -> None:
        here = self.index
        if here is None:
            self.index = self._next()
        else:
            ahead = range(here + 1, len(self.options)) if way > 0 else range(here - 1, -1, -1)
            self.index = next((at for at in ahead if self.options[at].value is not None), here)
        self.refresh()
        self.post_message(self.Changed())

    def action_across(self, way: int) -> None:
        if self.across:
            self.action_move(way)

    def action_mark(self) -> None:
        self._turn_mark()
        if self.several and self.onward:
            self.action_move(1)

    def _turn_mark(self) -> None:
        if self.several and self.value is not None:
            self.marked ^= {self.value}
            self.refresh()
            self.post_message(self.Changed())

    def action_submit(self) -> None:
        self.post_message(self.Submitted(self))

    def on_click(self, event: events.Click) -> None:
        """Choose the line under the mouse."""
        if self.across:
            return
        first, _last = self._window()
        at = first + event.y
        if at < len(self.options) and self.options[at].value is not None:
            self.index = at
            self._turn_mark()
            self.refresh()
            self.post_message(self.Changed())

    # painting

    @property
    def _cursor(self) -> str:
        return _CHOSEN if self.has_focus or self.lit else ""

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        del container, viewport, width
        if self.across or not self.options:
            return 1
        return min(len(self.options), self.rows) + (len(self.options) > self.rows)

    def render(self) -> Text:
        if not self.options:
            return Text(visible(self.empty, self.size.width), style=self._cursor)
        if self.across:
            return self._render_across()
        first, last = self._window()
        widths = self._widths(self.options[first:last])
        lines = [self._line(at, widths) for at in range(first, last)]
        hidden = len(self.options) - (last - first)
        if hidden:
            lines.append(Text(f"  ... {first} above, {len(self.options) - last} below"))
        return Text("\n").join(lines)

    def _window(self) -> tuple[int, int]:
        at = self.index or 0
        first = max(min(at - self.rows // 2, len(self.options) - self.rows), 0)
        return first, min(first + self.rows, len(self.options))

    def _line(self, at: int, widths: Sequence[int]) -> Text:
        option = self.options[at]
        chosen = at == self.index
        mark = ("[*] " if option.value in self.marked else "[ ] ") if self.several and option.value else ""
        text = visible(f"{'>' if chosen else ' '} {mark}{self._columns(option, widths)}", self.size.width)
        line = Text(text, style="dim" if option.value is None else "", no_wrap=True)
        if chosen:
            line.stylize(self._cursor)
        elif self.index is None and at == self._next():
            line.stylize(self._cursor, 0, 1)
        return line

    def _next(self) -> int | None:
        """Return the index that the first key press chooses."""
        return next((at for at, option in enumerate(self.options) if option.value is not None), None)

    def _widths(self, options: Sequence[Option[Value]]) -> list[int]:
        """Return the width of each column. The last cell of a row is not padded and does not count."""
        widths: list[int] = []
        for option in options:
            for at, cell in enumerate(option.cells[:-1]):
                widths += [0] * (at + 1 - len(widths))
                widths[at] = max(widths[at], min(cell_len(visible(cell)), _WIDEST))
        return widths

    def _columns(self, option: Option[Value], widths: Sequence[int]) -> str:
        parts: list[str] = []
        left = self.size.width - 2 - (4 if self.several else 0)
        for at, cell in enumerate(option.cells):
            padded = at < len(option.cells) - 1
            shown = visible(cell, widths[at] if padded else None)
            needed = cell_len(shown) + (_GAP if parts else 0)
            if parts and needed > left:
                if left >= _GAP + _LEAST:
                    parts.append(visible(cell, left - _GAP))
                break
            pad = widths[at] - cell_len(shown) if padded else 0
            parts.append(shown + " " * pad)
            left -= needed + pad
        return (" " * _GAP).join(parts)

    def _render_across(self) -> Text:
        text = Text(no_wrap=True)
        for at, option in enumerate(self.options):
            chosen = at == self.index
            style = self._cursor if chosen else ""
            text.append(f"{'>' if chosen else ' '} {visible(option.cells[0])}", style)
            text.append("   ")
        return text


class Row(Vertical):
    """A label with its fields beside it, and the error of a field below."""

    def __init__(self, label: str, *fields: Widget, hint: str = "") -> None:
        hints = (Static(hint, classes="form-hint", markup=False),) if hint else ()
        line = Horizontal(Static(label, classes="form-label", markup=False), *fields, *hints, classes="form-row")
        self._error = Static(classes="form-problem form-error", markup=False)
        self._error.display = False
        super().__init__(line, self._error, classes="form-row")

    def show_error(self, sentence: str) -> None:
        """Show what is wrong with a field; empty: nothing is."""
        self._error.display = bool(sentence)
        if sentence:
            self._error.update(Text(f"! {visible(sentence)}"))

"""The columns of a list, declared once for the command line, for files and for the list's pane."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Generic, TypeAlias, TypeVar

from rich.cells import cell_len

from core import Finding, Pool, json_fields
from tui.terminal.roles import Role
from tui.wording.phrases import age
from tui.wording.sanitize import visible

__all__ = ["Around", "Column", "Entry", "InPane", "Layout", "Listing"]

Row = TypeVar("Row")
PaneRow = TypeVar("PaneRow")

_LAST: Final = 99


@dataclass(frozen=True, slots=True)
class Column(Generic[Row]):
    """A title, and the text of a row's cell under it; the text may be hostile."""

    title: str
    width: int
    """The width in a pane, in cells; the least width of a stretching column. The command line measures its rows."""
    text: Callable[[Row], str]
    right: bool = False
    stretch: bool = False
    drop: int = 0
    """When room is short, the column with the highest number is left out first; 0 always stays."""
    short: Callable[[Row], str] | None = None
    """A shorter text where the text has no room; without it the text is cut."""
    standard: bool = True
    """Whether it is shown until the operator chooses the columns."""
    least: int = 0
    """The cells to which it is squeezed before any column is left out; 0: its width."""
    role: Callable[[Row], Role] | Role = Role.TEXT
    """The role of the text in a pane; it may depend on the row."""

    parts: Callable[[Row, int], Sequence[tuple[str, Role]]] | None = None
    """Draws a cell of so many cells in parts of several roles; then `text` and `role` are for other places."""

    def role_of(self, row: Row) -> Role:
        """Return the role of a row's text."""
        return self.role if isinstance(self.role, Role) else self.role(row)

    def fitted(self, row: Row, width: int) -> str:
        """Return the text of a row for `width` cells."""
        text = self.text(row)
        if self.short is None or cell_len(visible(text)) <= width:
            return text
        return self.short(row)


@dataclass(slots=True)
class Around:
    """The values beside a row that texts of a pane depend on. The pane keeps them current."""

    now: datetime | None = None
    """The moment to which ages are counted; set when the data is read, so that nothing ticks."""
    default_pools: int = 0
    """The number of default pools."""
    gauge: Callable[[Pool, int], Sequence[tuple[str, Role]]] = lambda _pool, _width: ()
    """Draws the use of a pool in so many cells, with the characters of the terminal."""
    remedy: Callable[[Finding], str] = lambda _finding: ""
    """Words a finding with the key that repairs it."""

    def age(self, since: datetime) -> str:
        """Return the time since a moment; empty before the first read."""
        return "" if self.now is None else age(since, self.now)


@dataclass(frozen=True, slots=True)
class InPane(Generic[PaneRow]):
    """How a pane shows an entry. Fields as in `Column`; title and text are the entry's unless given."""

    width: int
    title: str | None = None
    text: Callable[[PaneRow, Around], str] | None = None
    right: bool = False
    """An entry that is right-aligned on the command line is so in the pane too."""
    stretch: bool = False
    drop: int = 0
    short: Callable[[PaneRow], str] | None = None
    standard: bool = True
    least: int = 0
    role: Callable[[PaneRow], Role] | Role = Role.TEXT
    drawn: Callable[[PaneRow, Around, int], Sequence[tuple[str, Role]]] | None = None
    """Draws the cell in so many cells, in parts of several roles."""
    place: int = _LAST
    """The columns of the pane ascend by it; equal ones keep the order of the entries."""


@dataclass(frozen=True, slots=True)
class Entry(Generic[Row, PaneRow]):
    """One column of a list, and the places that show it."""

    title: str
    text: Callable[[Row], object] | None = None
    """Shown on the command line and in files; None: not shown there."""
    right: bool = False
    pane: InPane[PaneRow] | None = None
    """None: not shown in the pane."""
    side: InPane[PaneRow] | None = None
    """None: not shown when the pane is a narrow side column."""


def _itself(row: Any) -> Any:
    return row


@dataclass(frozen=True, slots=True)
class Listing(Generic[Row, PaneRow]):
    """The columns of one kind of object, in the order of the command line. A CSV has every field of the JSON."""

    kind: type
    entries: tuple[Entry[Row, PaneRow], ...]
    """The last text on the command line is free text, folded on a terminal that is too narrow."""
    value: Callable[[PaneRow], Row] = _itself
    """Returns the object of a pane's row."""
    also: type | None = None
    """A second kind that its objects can have."""
    chosen: tuple[str, ...] = ()
    """The fields that the operator chose; empty: every field."""

    @property
    def fields(self) -> tuple[str, ...]:
        """The fields of the JSON of every kind of its objects, or the chosen ones."""
        return self.chosen or tuple(
            dict.fromkeys((*json_fields(self.kind), *(json_fields(self.also) if self.also else ())))
        )

    @property
    def columns(self) -> tuple[Column[Row], ...]:
        """The columns on the command line and in files."""
        return tuple(_written(entry.title, entry.text, right=entry.right) for entry in self.entries if entry.text)

    @property
    def texts(self) -> tuple[Callable[[Row], object], ...]:
        """What gives the cells of a row on the command line."""
        return tuple(entry.text for entry in self.entries if entry.text)

    def pane(self, around: Around) -> tuple[Column[PaneRow], ...]:
        """Return the columns of the pane."""
        return self._placed([(entry, entry.pane) for entry in self.entries if entry.pane], around)

    def side(self, around: Around) -> tuple[Column[PaneRow], ...]:
        """Return the columns of the pane as a side column."""
        return self._placed([(entry, entry.side) for entry in self.entries if entry.side], around)

    def _placed(
        self, shown: list[tuple[Entry[Row, PaneRow], InPane[PaneRow]]], around: Around
    ) -> tuple[Column[PaneRow], ...]:
        ordered = sorted(shown, key=lambda each: each[1].place)
        return tuple(self._column(entry, how, around) for entry, how in ordered)

    def _column(self, entry: Entry[Row, PaneRow], how: InPane[PaneRow], around: Around) -> Column[PaneRow]:
        own, common, value = how.text, entry.text, self.value

        def text(row: PaneRow) -> str:
            if own is not None:
                return own(row, around)
            return "" if common is None else str(common(value(row)))

        title = entry.title if how.title is None else how.title
        right, drawn = entry.right or how.right, how.drawn
        parts = None if drawn is None else lambda row, width: drawn(row, around, width)
        return Column(
            title, how.width, text, right, how.stretch, how.drop, how.short, how.standard, how.least, how.role, parts
        )


Layout: TypeAlias = Listing[Any, Any]
"""The columns of any list, for a writer."""


def _written(title: str, text: Callable[[Row], object], *, right: bool) -> Column[Row]:
    return Column(title, len(title), lambda row: str(text(row)), right)

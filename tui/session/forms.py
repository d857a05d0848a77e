"""The forms of a session's own actions: copy, columns, export, pin. None changes the inventory."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Final

from textual.app import ComposeResult
from textual.widgets import Static

from core import EipdeckError, iso
from tui.modals.fields import Choice, Option, Row
from tui.modals.form import Form, FormError
from tui.modals.lines import Line
from tui.modals.sheet import Sheet
from tui.session.export import Format
from tui.widgets.field import Field
from tui.wording.sanitize import safe, visible
from tui.wording.text_facts import TextReading, read_as
from tui.wording.writers import FILE_FORMATS

__all__ = ["ColumnsModal", "CopyModal", "Export", "ExportModal", "Pin", "PinModal", "ReadingModal", "ThemeModal"]


class CopyModal(Sheet[str]):
    """Asks what to copy of the selected item or of the list; the result is the name of the choice."""

    SENTENCES = ("enter copies the chosen text; the status line then names the clipboard used.",)

    def __init__(self, about: str, texts: Mapping[str, str]) -> None:
        """Offer texts by their names; a long text is shown by its beginning."""
        super().__init__(f"copy of {about}")
        options = [Option(name, (name, " ".join(text.split()))) for name, text in texts.items()]
        self._choice = Choice(options, chosen=next(iter(texts), None), rows=12)

    def compose_body(self) -> ComposeResult:
        yield self._choice

    def on_mount(self) -> None:
        self.set_focus(self._choice)
        self.say("nothing is changed here")

    def keys(self) -> Sequence[str]:
        return ("up down choose", "enter copy", "esc cancel", "F1 help")

    def on_choice_submitted(self, event: Choice.Submitted) -> None:
        event.stop()
        if self._choice.value is not None:
            self.finish(self._choice.value)


_THEMES = {
    "dark": "for a dark room",
    "light": "for a bright one",
    "contrast": "high contrast",
    "blind": "safe for colour blindness",
    "ansi": "the terminal's own 16 colours",
}


class ThemeModal(Sheet[str]):
    """Asks for the theme."""

    SENTENCES = ("enter paints with the chosen theme, here and in the next session; esc leaves all as it was.",)

    def __init__(self, theme: str) -> None:
        """Offer the themes, on the present one."""
        super().__init__("theme")
        self._choice = Choice([Option(name, (name, about)) for name, about in _THEMES.items()], chosen=theme, rows=5)

    def compose_body(self) -> ComposeResult:
        yield self._choice

    def on_mount(self) -> None:
        self.set_focus(self._choice)
        self.say("state is a word and a mark in every theme")

    def keys(self) -> Sequence[str]:
        return ("up down choose", "enter paint", "esc cancel", "F1 help")

    def on_choice_submitted(self, event: Choice.Submitted) -> None:
        event.stop()
        self.finish(str(self._choice.value))


class ColumnsModal(Sheet["frozenset[str]"]):
    """Asks which columns the list of EIPs has; the result is their titles."""

    SENTENCES = (
        "space shows or hides a column, enter applies, esc leaves all as it was.",
        "If the screen is too narrow for all of them, the lower ones of this list are left out first.",
    )

    def __init__(self, offered: Sequence[tuple[str, int]], shown: Collection[str], fitting: Collection[str]) -> None:
        """Offer columns.

        Args:
            offered: the title of each column and its rank; the highest rank is left out first on a narrow screen.
            shown: the titles of the chosen columns.
            fitting: the titles of the columns on the screen now.

        """
        super().__init__("columns of the EIPs")
        titles = [title for title, _drop in sorted(offered, key=lambda column: column[1])]
        self._choice = Choice(
            [Option(each, _column(each, shown, fitting)) for each in titles], chosen=titles[0], rows=14, several=True
        )
        self._choice.marked = set(shown) & set(titles)

    def compose_body(self) -> ComposeResult:
        yield self._choice

    def on_mount(self) -> None:
        self.set_focus(self._choice)
        self.say("nothing is changed but this list")

    def keys(self) -> Sequence[str]:
        return ("up down move", "space show or hide", "enter apply", "esc cancel", "F1 help")

    def on_choice_submitted(self, event: Choice.Submitted) -> None:
        event.stop()
        self.finish(frozenset(self._choice.marked))


def _column(title: str, shown: Collection[str], fitting: Collection[str]) -> tuple[str, ...]:
    return (title, "no room for it now" if title in shown and title not in fitting else "")


@dataclass(frozen=True, slots=True)
class Export:
    """The file and the format of an export."""

    path: str
    format: Format


class ExportModal(Form["Export | None"]):
    """Asks for the file and the format of an export."""

    NOTE = "nothing is changed but the file; enter on the last field writes it"

    def __init__(self, what: str, count: int, name: str, *, formats: Sequence[Format] = FILE_FORMATS) -> None:
        """Ask about `count` rows of `what`; `name` is the file name without its ending."""
        super().__init__(f"export {what}")
        self._count = count
        self._name = name
        self._first = formats[0]
        self._format = Choice([Option(each, (each.value,)) for each in formats], chosen=self._first, across=True)
        self._path = Field(placeholder=f"{name}.{self._first.value}")

    def rows(self) -> ComposeResult:
        yield Row("rows", Static(f"{self._count:,}", classes="form-text", markup=False))
        yield Row("format", self._format)
        yield Row("file", self._path)

    def keys(self) -> Sequence[str]:
        return ("tab next", "shift+tab back", "left right choose", "enter write", "esc cancel", "F1 help")

    def info(self) -> Iterable[Line]:
        yield Line("writes", visible(self._where()))
        yield Line("mode", "0600: read by you alone; a file that exists is never overwritten")

    def _where(self) -> str:
        return self._path.text or f"{self._name}.{(self._format.value or self._first).value}"

    def request(self) -> Export:
        if self._format.value is None:
            raise FormError("Choose a format.", self._format)
        return Export(self._where(), self._format.value)


class ReadingModal(Form["TextReading | None"]):
    """Asks how the looked-up text is read; the result settles its doubts."""

    NOTE = "nothing is changed; enter on the last field reads the text again"

    def __init__(self, reading: TextReading, now: datetime, local: tzinfo | None) -> None:
        """Begin with how the text was read; `now` is the time of the inventory, `local` the zone of `@local`."""
        super().__init__("how the looked-up text is read")
        self._now, self._local = now, local
        given = {**reading.facts.given, "at": "" if reading.at is None else iso(reading.at)}
        self._fields_by_name = {
            name: Field(given.get(name.replace("_", "-"), ""), placeholder=hint) for name, hint in _READING.items()
        }
        order = [Option("no", ("as the text shows",)), Option("yes", ("day first",))]
        self._day_first = Choice(order, chosen=given.get("day-first", "no"), across=True)

    def rows(self) -> ComposeResult:
        for name, field in self._fields_by_name.items():
            yield Row(name.replace("_", "-"), field)
            if name == "year":
                yield Row("day-first", self._day_first)

    def keys(self) -> Sequence[str]:
        return ("tab next", "shift+tab back", "left right choose", "enter read", "esc cancel", "F1 help")

    def request(self) -> TextReading:
        given = {name: field.text for name, field in self._fields_by_name.items()}
        try:
            return read_as({**given, "day_first": self._day_first.value == "yes"}, self._now, self._local)
        except EipdeckError as refusal:
            raise FormError(refusal.message) from refusal


_READING: Final = {
    "zone": "of clocks that name none: Asia/Shanghai, +08:00",
    "year": "of dates that name none: 2025",
    "now": "the text was written by then: 2025-11-01",
    "log_format": "the format that is tried first: nginx-error",
    "at": "of records without a time: 2026-11-23T03:12Z",
}
"""The facts about a text, each with an example."""


@dataclass(frozen=True, slots=True)
class Pin:
    """The note of a pin, maybe empty, and whether it is of the whole list."""

    note: str
    whole: bool


class PinModal(Form["Pin | None"]):
    """Asks for the note of a pin."""

    NOTE = "nothing is changed but the trail; enter pins"

    def __init__(self, title: str, lines: Sequence[str], listed: int = 0) -> None:
        """Ask about what is selected, or about all of a list of `listed` rows."""
        super().__init__("pin to the incident trail")
        self._shown = (title, *lines)
        whole = Option("whole", (f"all {listed:,} of the list",))
        self._what = Choice([whole, Option("row", ("this one",))], chosen="whole", across=True) if listed > 1 else None
        self._note = Field(placeholder="what you saw, for whoever reads the report")

    def rows(self) -> ComposeResult:
        for line in self._shown:
            yield Static(safe(line), classes="form-text", markup=False)
        yield Row("note", self._note)
        if self._what is not None:
            yield Row("pin", self._what)

    def keys(self) -> Sequence[str]:
        choose = () if self._what is None else ("tab next", "left right choose")
        return (*choose, "enter pin", "esc cancel", "F1 help")

    def request(self) -> Pin:
        return Pin(self._note.text or "", self._what is not None and self._what.value == "whole")

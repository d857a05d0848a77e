"""A long list that typing narrows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.widgets import Input, Static

from tui.modals.fields import Choice, Option
from tui.widgets.field import Field
from tui.wording.sanitize import visible


class Picker(Vertical):
    """A long list that typing narrows; up and down choose without leaving the field."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "move(-1)", show=False, id="picker_up"),
        Binding("down", "move(1)", show=False, id="picker_down"),
    ]

    def __init__(
        self,
        options: Sequence[Option[str]],
        *,
        chosen: str | None = None,
        rows: int = 4,
        where: str = "",
        otherwise: Option[str] | None = None,
    ) -> None:
        """Offer options; `where` names the region that they are in, `otherwise` is offered when none of them fits."""
        super().__init__(classes="picker")
        self.all = tuple(options)
        self.where = where
        self._otherwise = () if otherwise is None else (otherwise,)
        self.field = Field(placeholder="type to narrow")
        if not options and otherwise is not None:
            chosen = otherwise.value
        self.choice: Choice[str] = Choice(
            options or self._otherwise, chosen=chosen, rows=rows, empty="none", classes="picker-list"
        )
        self.choice.can_focus = False
        self.count = Static(classes="picker-count", markup=False)

    def compose(self) -> ComposeResult:
        with Horizontal(classes="picker-top"):
            yield self.field
            yield self.count
        yield self.choice

    @property
    def value(self) -> str | None:
        return self.choice.value

    def on_mount(self) -> None:
        self._tell()

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        typed = self.field.value.casefold()
        words = typed.split()
        found = self.fitting(self.field.value)
        kept = any(option.value == self.value for option in found) and not (found and _begins(found[0], typed))
        if not found and self._otherwise:
            self.choice.offer(self._otherwise, self._otherwise[0].value)
        else:
            self.choice.offer(found, found[0].value if words and found and not kept else None)
        self._tell()
        # from here, not from the list: a message stops at a parent that sent it
        self.post_message(Choice.Changed())

    def fitting(self, typed: str) -> list[Option[str]]:
        """Return the options that hold every typed word; those that begin with the text come first."""
        text = typed.casefold()
        words = text.split()
        found = (option for option in self.all if _matches(option, words))
        return sorted(found, key=lambda option: not _begins(option, text))

    def on_descendant_focus(self) -> None:
        self._light(on=True)

    def on_descendant_blur(self) -> None:
        self._light(on=False)

    def _light(self, *, on: bool) -> None:
        self.choice.lit = on
        self.choice.refresh()

    def action_move(self, way: int) -> None:
        self.choice.action_move(way)

    def _tell(self) -> None:
        where = f" in {self.where}" if self.where else ""
        fitting = sum(option.value is not None and option not in self._otherwise for option in self.choice.options)
        known = sum(option.value is not None for option in self.all)
        self.count.update(Text(visible(f"{fitting} of {known}{where}")))


def _begins(option: Option[str], typed: str) -> bool:
    """Whether the first column of the option begins with the typed text."""
    return bool(typed) and option.cells[0].casefold().startswith(typed)


def _matches(option: Option[str], words: Sequence[str]) -> bool:
    text = " ".join(option.cells).casefold()
    return all(word in text for word in words)

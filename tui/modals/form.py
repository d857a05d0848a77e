"""The form: rows of a label and a field, the consequences under a rule, and a request as the answer."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Sequence
from typing import Any, ClassVar, Final, TypeVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.widget import Widget
from textual.widgets import Input, Static

from tui.modals.fields import Choice, Row
from tui.modals.lines import FORM_LABEL, Line, Shell, grid
from tui.modals.sheet import Sheet, rule
from tui.widgets.field import Field, FieldContent
from tui.wording.command_line import command_line
from tui.wording.sanitize import visible

__all__ = ["Form", "FormError", "address_of", "parse_address", "parse_ports", "parse_prefix", "parse_whole", "size_of"]

Result = TypeVar("Result")

_CAME_BACK: Final = "Back in the form: nothing was sent. enter on the last field opens the review again."
_LOSES: Final = "esc again leaves this form, and what is typed in it is lost"


class FormError(Exception):
    """An entry is invalid or missing; one sentence, and the field it is about."""

    def __init__(self, sentence: str, field: Widget | None = None) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.field = field


def parse_whole(field: Field, what: str, *, least: int = 1) -> int | None:
    """Return the whole number in a field, or None if the field is empty.

    Raises:
        FormError: the text is not a whole number, or it is less than `least`.

    """
    text = field.text
    if text is None:
        return None
    if not (text.isascii() and text.isdigit() and len(text) < 12) or int(text) < least:
        raise FormError(f"{what} is a whole number from {least} on, not {visible(text, 20)}.", field)
    return int(text)


def parse_address(field: Field) -> str | None:
    """Return the IPv4 address in a field, or None if the field is empty.

    Raises:
        FormError: the text is not an IPv4 address.

    """
    text = field.text
    return None if text is None else address_of(text, field)


def address_of(text: str, field: Field) -> str:
    """Return the IPv4 address that one word of a field is.

    Raises:
        FormError: the word is not an IPv4 address.

    """
    try:
        return str(ipaddress.IPv4Address(text))
    except ValueError:
        raise FormError(f"{visible(text, 40)} is not an IPv4 address.", field) from None


def parse_prefix(text: str, field: Field) -> str:
    """Return the IPv4 prefix.

    Raises:
        FormError: the text is not a prefix; the sentence says why.

    """
    shown = visible(text, 40)
    if "/" not in text:
        raise FormError(f"{shown} has no length, as in 203.0.113.0/24.", field)
    try:
        return str(ipaddress.IPv4Network(text))
    except ValueError:
        pass
    try:
        meant = ipaddress.IPv4Network(text, strict=False)
    except ValueError:
        raise FormError(f"{shown} is not an IPv4 prefix.", field) from None
    raise FormError(f"{shown} has host bits set; {meant} is the prefix.", field)


def parse_ports(field: Field) -> str | None:
    """Return `P` or `P-Q`, or None if the field is empty.

    Raises:
        FormError: the text is not a port or a range of ports.

    """
    text = field.text
    if text is None:
        return None
    parts = text.replace(" ", "").split("-")
    numbers = [int(part) for part in parts if part.isascii() and part.isdigit() and len(part) < 6]
    good = len(numbers) == len(parts) <= 2 and all(0 < number < 65_536 for number in numbers)
    if not good or numbers != sorted(numbers):
        raise FormError(f"{visible(text, 20)} is not a port: write 443 or a range as 8000-8010.", field)
    return "-".join(str(number) for number in numbers)


def size_of(ports: str) -> int:
    """Return the number of ports in `P-Q` less one."""
    first, _dash, last = ports.partition("-")
    return int(last or first) - int(first)


class Form(Sheet[Result]):
    """A form; the result is a request, or None if the operator left it.

    Subclasses compose `rows`, tell the consequences in `info`, and build the request in `request`.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "app.focus_previous", show=False, id="form_up"),
        Binding("down", "app.focus_next", show=False, id="form_down"),
    ]
    AUTO_FOCUS = "*"
    filled: Sequence[FieldContent] = ()
    """The content of its fields when it was answered; another form of its kind can begin with it."""
    came_back = False
    """The operator came back from the review."""
    NOTE: ClassVar[str] = "Nothing is sent yet. enter on the last field opens the review."
    SENTENCES = (
        "Nothing is sent from a form: enter on its last field shows a review of the change first.",
        "tab and shift+tab go from field to field, and so does enter.",
        "up and down choose in a list, where > marks what is chosen; elsewhere they go from field to field.",
        "In a field ctrl+u clears to the left. The entries stay when one of them is refused.",
        "esc leaves, and asks first when something is typed. ctrl+c clears the field; in an empty one it is as esc.",
        "PgDn and PgUp scroll.",
    )

    def __init__(self, heading: str) -> None:
        super().__init__(heading)
        self._empty: Sequence[FieldContent] = ()
        """The content of the fields before the operator changed any."""
        self._asked = False
        """The note asks whether the operator leaves."""
        self._wrong = False
        """An error stands beside its field."""

    def rows(self) -> ComposeResult:
        yield from ()

    def info(self) -> Iterable[Line | tuple[str, Shell]]:
        """Return the consequences of the entries so far."""
        return ()

    def request(self) -> Result:
        """Return the request of the entries.

        Raises:
            FormError: an entry is missing or invalid.

        """
        raise NotImplementedError

    def compose_body(self) -> ComposeResult:
        with Vertical(classes="form-rows"):
            yield from self.rows()
        yield rule()
        yield Static(classes="form-info", markup=False)

    def on_mount(self) -> None:
        self._empty = self._entries()
        self.say(self.NOTE)
        self.refresh_info()
        if self.filled:
            self.refill()
            self.refill()  # the options of some fields depend on others
            self._changed()

    def refill(self) -> None:
        """Fill the fields with the content of another form."""
        for field, held in zip(self._fields(), self.filled, strict=True):
            field.refill(held)
        self.refresh_info()

    def _entries(self) -> Sequence[FieldContent]:
        return [field.entry for field in self._fields()]

    def _fields(self) -> list[Field | Choice[Any]]:
        return [field for field in self.query("*") if isinstance(field, (Field, Choice))]

    def keys(self) -> Sequence[str]:
        return ("tab next", "shift+tab back", "up down choose", "enter review", "esc cancel", "F1 help")

    @property
    def expendable(self) -> Sequence[str]:
        return ("shift+tab back", "type to narrow", "up down choose", "tab next")

    def refresh_info(self) -> None:
        """Paint the consequences again."""
        self.query_one(".form-info", Static).update(grid(self.info(), FORM_LABEL))

    # messages of the fields

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        if isinstance(event.input, Field):
            event.input.keep_typed()
        self._changed()

    def action_leave(self) -> None:
        """Leave; ask first when an entry would be lost."""
        if self._asked or self._entries() == self._empty:
            self.cancel()
            return
        self.say(_LOSES, problem=True)
        self._asked = True

    def say(self, text: str, *, problem: bool = False) -> None:
        self._asked = False
        super().say(text, problem=problem)

    def on_choice_changed(self, event: Choice.Changed) -> None:
        event.stop()
        self._changed()

    def _changed(self) -> None:
        self._mark(None)
        self.say(_CAME_BACK if self.came_back and self._entries() == self.filled else self.NOTE)
        self.refresh_info()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self._entered(event.input)

    def on_choice_submitted(self, event: Choice.Submitted) -> None:
        event.stop()
        self._entered(event.choice)

    def _entered(self, field: Widget) -> None:
        """Go to the next field, unless this one is wrong; on the last one, submit."""
        if self.focus_chain and self.focus_chain[-1] is field:
            self.submit()
            return
        try:
            self.request()
        except FormError as problem:
            if problem.field is field:
                self._refuse(problem)
                return
        self.focus_next()

    def submit(self) -> None:
        """Finish with the request, or show the error and focus its field."""
        try:
            request = self.request()
        except FormError as problem:
            self._refuse(problem)
            return
        self.filled = self._entries()
        self.finish(request)

    def _refuse(self, problem: FormError) -> None:
        """Show an error beside its field, which gets the focus."""
        self._mark(problem)
        self.refresh_info()
        if problem.field is None:
            self.say(problem.sentence, problem=True)
        else:
            self.say("an entry is missing or wrong: the error stands below it", problem=True)
            self.set_focus(problem.field)

    def _mark(self, problem: FormError | None) -> None:
        """Put an error below its field, and take the one before away."""
        field = None if problem is None else problem.field
        for row in self.query(Row):
            row.show_error(problem.sentence if problem is not None and field in row.walk_children() else "")
        self._wrong = field is not None

    def command_info(self) -> Iterable[Line | tuple[str, Shell]]:
        """Yield the command line so far, or the error that prevents it."""
        try:
            yield "command", Shell(command_line(self.request()))
        except FormError as problem:
            yield Line("command", "not yet" if self._wrong else f"not yet: {problem.sentence}")

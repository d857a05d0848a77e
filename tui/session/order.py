"""The orders of a list: choose another one, or reverse the present one."""

from __future__ import annotations

from functools import partial
from typing import ClassVar

from textual import events
from textual.app import ComposeResult

from tui.commands.registry import key_text, keys_of
from tui.modals.fields import Choice, Option
from tui.modals.sheet import Sheet
from tui.panes.pane import Pane
from tui.session.host import Host
from tui.state.order import Order

__all__ = ["OrderModal", "choose_order"]


class OrderModal(Sheet[Order]):
    """Asks for the order of a list."""

    SENTENCES: ClassVar[tuple[str, ...]] = (
        "enter lists in the chosen order; on the present one it reverses the list.",
        "The key that opened this does the same: pressed twice, it reverses the list.",
    )

    def __init__(self, pane: Pane) -> None:
        """Offer the orders of a pane, on the present one."""
        super().__init__(f"order of the {pane.view.value}")
        self._now = pane.order
        present = {self._now.name: "now, reversed" if self._now.reverse else "now"}
        options = [Option(name, (words, present.get(name, ""))) for name, words in pane.orders.items()]
        self._choice = Choice(options, chosen=self._now.name, rows=len(options))

    def compose_body(self) -> ComposeResult:
        yield self._choice

    def on_mount(self) -> None:
        self.set_focus(self._choice)
        self.say("nothing is changed but this list")

    def keys(self) -> tuple[str, ...]:
        turn = key_text(keys_of("sort")[0])
        return ("up down choose", f"enter {turn} list so; on the present one: reverse", "esc cancel", "F1 help")

    def on_key(self, event: events.Key) -> None:
        if event.key in keys_of("sort"):
            event.stop()
            self._finish()

    def on_choice_submitted(self, event: Choice.Submitted) -> None:
        event.stop()
        self._finish()

    def _finish(self) -> None:
        name = str(self._choice.value)
        self.finish(Order(name, not self._now.reverse) if name == self._now.name else Order(name))


def choose_order(host: Host, pane: Pane) -> None:
    """Show the orders of a list, and list in the chosen one."""

    def answered(order: Order | None) -> None:
        if order is not None:
            host.say("")
            host.jobs.move(partial(pane.sort_by, order))

    host.app.push_screen(OrderModal(pane), answered)

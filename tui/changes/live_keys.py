"""The bindings that are live together: on the main screen, and in each modal that has keys of its own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from textual.binding import Binding
from textual.dom import DOMNode

from tui.changes.landed import LandedModal
from tui.changes.retire_plan import PlanModal
from tui.commands.bindings import key_name
from tui.commands.registry import BY_ID
from tui.modals.fields import Choice
from tui.modals.review import ReviewModal
from tui.modals.review_model import TYPEABLE
from tui.session.trail_modal import TrailModal

__all__ = ["layers"]

Held = Mapping[str, frozenset[str]]
"""The keys of each binding, by its id."""


def layers() -> Iterator[Held]:
    """Return the sets of bindings that are live together."""
    yield {command.id: frozenset(command.keys) for command in BY_ID.values()}
    yield {**_bound(ReviewModal), "what is typed": frozenset(key_name(char) for char in TYPEABLE)}
    yield _bound(LandedModal)
    yield {**_bound(PlanModal), **_bound(Choice)}
    yield _bound(TrailModal)


def _bound(widget: type[DOMNode]) -> Held:
    held: dict[str, frozenset[str]] = {}
    for base in widget.__mro__:
        for binding in Binding.make_bindings(vars(base).get("BINDINGS", ())):
            if binding.id is not None:
                held[binding.id] = held.get(binding.id, frozenset()) | {binding.key}
    return held

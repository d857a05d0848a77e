"""Losses in words: since when changes are lost, and which of them were made here."""

from __future__ import annotations

from collections.abc import Iterator

from core import Loss, OwnChange
from tui.wording.phrases import count_of, second
from tui.wording.sanitize import visible

__all__ = ["loss_lines", "loss_words", "own_words"]

_NAMED = 20
"""Changes that are named at most."""


def loss_words(loss: Loss) -> str:
    """Return a loss in a sentence."""
    here = f", {count_of(len(loss.own), 'of them', 'of them')} made here" if loss.own else ""
    return f"Lost: changes since {second(loss.since)}{here}."


def own_words(own: OwnChange) -> str:
    """Return a change that was made here and is lost."""
    return f"lost: {visible(own.what)} by {visible(own.by)} at {second(own.at)} (request {visible(own.request_id)})"


def loss_lines(loss: Loss) -> Iterator[str]:
    """Yield a loss, then the changes that were made here."""
    yield f"! the history is not the one that was seen here. {loss_words(loss)}"
    yield from map(own_words, loss.own[:_NAMED])
    if len(loss.own) > _NAMED:
        yield f"and {len(loss.own) - _NAMED} more that were made here"

"""A pasted text that is being read, and the wish to read no more of it."""

from __future__ import annotations

__all__ = ["Stopped", "TextRead"]


class Stopped(Exception):  # no error: the operator pressed `esc`
    """The operator wants no more of a text."""


class TextRead:
    """The reading of a text: in a thread, and stopped from the screen."""

    def __init__(self, *, is_over: bool) -> None:
        """Begin; a text that is over at once cannot be stopped."""
        self.is_over = is_over
        self._is_stopped = False

    def stop(self) -> bool:
        """Read no more; return whether it was being read."""
        self._is_stopped = self._is_stopped or not self.is_over
        return not self.is_over

    def check(self) -> None:
        """Return while the text is wanted.

        Raises:
            Stopped: it was stopped.

        """
        if self._is_stopped:
            raise Stopped

"""Refusals in the words of the command line."""

from __future__ import annotations

from core import EipdeckError, shell_command

__all__ = ["refusal_words"]


def refusal_words(refusal: EipdeckError) -> str:
    """Return the reason, what to do, and the command that does it."""
    if refusal.fix is None:
        return refusal.message
    return f"{refusal.message.removesuffix('.')}: `{shell_command(*refusal.fix.words)}`."

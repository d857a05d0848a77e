"""Completes the last word of a filter: keys of the grammar, and known values."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from os.path import commonprefix

from core import FILTER_KEYS, filter_term

__all__ = ["Completed", "complete"]

_NEEDS_QUOTES = r"[\s\"]"


@dataclass(frozen=True, slots=True)
class Completed:
    """A text whose last word is completed as far as it is certain."""

    text: str
    candidates: tuple[str, ...]
    """The words that the last word could become; with one at most, nothing is left to choose."""
    texts: tuple[str, ...] = ()
    """The whole text with each of them."""


def complete(text: str, known: Mapping[str, Sequence[str]]) -> Completed:
    """Complete the last word of `text`; `known` has values of keys that the grammar leaves open."""
    head, _, word = text.rpartition(" ")
    negated = "!" if word.startswith("!") else ""
    key, colon, value = word.removeprefix("!").partition(":")
    if not colon:
        candidates = [f"{name}:" for name in FILTER_KEYS if name.startswith(key)]
    elif key in FILTER_KEYS:
        values = FILTER_KEYS[key] or tuple(known.get(key, ()))
        candidates = [each for each in values if each.startswith(value)]
    else:
        candidates = []
    if not candidates:
        return Completed(text, ())
    certain = commonprefix(candidates)  # noqa: RUF071  # of words, not of paths
    if not colon:
        done = certain
    elif len(candidates) == 1:
        done = f"{filter_term(key, certain)} "
    else:
        done = f"{key}:{re.split(_NEEDS_QUOTES, certain, maxsplit=1)[0]}"
    before = f"{head} {negated}" if head else negated
    whole = candidates if not colon else [filter_term(key, each) for each in candidates]
    return Completed(f"{before}{done}", tuple(candidates), tuple(f"{before}{each}" for each in whole))

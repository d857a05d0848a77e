"""Verdicts on addresses in no range that was ever known: one for each stretch of them, with the address put in."""

from __future__ import annotations

from bisect import bisect_right
from typing import Final, NamedTuple

from core.domain.addresses import format_address
from core.domain.values import Verdict
from core.queries.basis import Basis
from core.queries.gathered_facts import Cidrs, GatheredFacts
from core.queries.verdicts import judge_from
from core.storage.connection import Connection

__all__ = ["Strangers"]


class _Words(NamedTuple):
    """A verdict on any address of a stretch, and its summary around the address."""

    verdict: Verdict
    before: str
    behind: str


class Strangers:
    """Judges strangers; their verdicts differ in nothing but the address and the moment."""

    def __init__(self, connection: Connection, known: Cidrs, basis: Basis) -> None:
        self._connection, self._known, self._basis = connection, known, basis
        self._starts: Final = known.stretches()
        self._words: dict[int, _Words] = {}

    def words(self, address: int) -> tuple[str, Verdict, str]:
        """Return the text of the address, the verdict on its stretch, and the summary."""
        place = bisect_right(self._starts, address)
        words = self._words.get(place)
        if words is None:
            words = self._words[place] = self._judged(address)
        text = format_address(address)
        return text, words.verdict, f"{words.before}{text}{words.behind}"

    def _judged(self, address: int) -> _Words:
        facts = GatheredFacts(self._connection, self._known, [address])
        verdict = judge_from(facts, address, None, self._basis)
        before, _, behind = verdict.summary.partition(verdict.address)
        return _Words(verdict, before, behind)

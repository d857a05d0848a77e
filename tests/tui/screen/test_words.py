"""The words of the screens: no code of the JSON stands on one, and no sentence stands on one twice."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest

from tests.tui.deck_kit import Operator, demo_desk, on_deck

SCREENS = Path(__file__).parent / "__snapshots__/test_screens.ambr"
CODE = re.compile(
    r"\b[a-z]+(?:_[a-z]+)+\b|\b(?:customer|default)-(?:bound|unbound|cooling|unallocated)\b|\bnot-ours\b|\blru\b"
)
"""A word of the JSON: of a finding, an action, a doubt, a place of change, a verdict, an order."""
SENTENCE = 18
"""Cells from which a part of a line is a sentence."""
VIEWS = {"EIPs": "e", "Pools": "p", "CIDRs": "c", "Services": "l", "Findings": "f", "Timeline": "t"}
SIZES = [(80, 24), (120, 36), (200, 50)]
MAIL = "From 203.0.113.17 at 2025-11-22 21:14\nand 198.18.0.9 2025-11-22 21:15Z\nand 8.8.8.8 too"


def codes(text: str) -> list[str]:
    """Return the codes beside the word of a verdict, which a detail has for the command line and exports."""
    return CODE.findall(re.sub(r"verdict +\S+", "", text))


def repeated(operator: Operator) -> list[str]:
    """Sentences that stand on the screen twice, outside the rows of a list."""
    parts = Counter(
        words
        for line in operator.lines()
        for part in re.split(r"│|--|  +|; ", line)
        if len(words := part.strip(" ─-|·█░▁▂▃▄▅▆▇╌>!?*[]")) >= SENTENCE and " " in words
    )
    return [words for words, number in parts.items() if number > 1]


def test_no_code_stands_on_a_screen() -> None:
    found = {f"{code}: {line.strip()}" for line in SCREENS.read_text().splitlines() for code in codes(line)}
    assert {line for line in found if "# name" not in line} == set()


@pytest.mark.parametrize("size", SIZES)
async def test_no_view_says_a_sentence_twice_or_a_code(tmp_path: Path, size: tuple[int, int]) -> None:
    async with on_deck(demo_desk(tmp_path), size) as operator:
        for key in VIEWS.values():
            await operator.press(key)
            await operator.settled()
            assert (repeated(operator), codes(operator.text())) == ([], []), operator.text()
            await operator.press("enter")
            await operator.settled()
            assert (repeated(operator), codes(operator.text())) == ([], []), operator.text()
            await operator.press("esc")
        await operator.paste(MAIL)
        await operator.until("3 addresses")
        await operator.settled()
        assert (repeated(operator), codes(operator.text())) == ([], []), operator.text()

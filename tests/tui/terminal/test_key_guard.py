from __future__ import annotations

import pytest

from tui.commands.bursts import runs_in_burst, stops_burst
from tui.terminal.key_guard import Burst, Judgement, KeyGuard

PASS, DROP, STOP = Judgement.PASS, Judgement.DROP, Judgement.STOP


def guard() -> KeyGuard:
    return KeyGuard(runs_in_burst, stops_burst)


def judge(gate: KeyGuard, keys: str, at: float, gap: float, *, typing: bool = False, depth: int = 1) -> list[Judgement]:
    """Judge one key after the other, `gap` seconds apart."""
    names = {"\n": "enter", "\x1b": "escape", "[": "left_square_bracket", "/": "slash", ":": "colon"}
    judged: list[Judgement] = []
    for number, key in enumerate(keys):
        character = None if key in "\n\x1b" else key
        judged.append(gate.judge(names.get(key, key), character, at + number * gap, typing=typing, depth=depth))
    return judged


def test_typing_passes() -> None:
    assert judge(guard(), "jjkRy", 0, 0.06) == [PASS] * 5


def test_in_a_burst_what_changes_nothing_runs_in_order() -> None:
    assert judge(guard(), "fjjk/", 0, 0.001) == [PASS] * 5


def test_in_a_burst_other_keys_are_left_out() -> None:
    assert judge(guard(), "fjjakm", 0, 0.001) == [PASS] * 3 + [DROP, PASS, DROP]


@pytest.mark.parametrize("key", "yqxiWRAGUFDé".replace("é", "É"))
def test_a_key_that_could_do_harm_stops_a_burst_for_good(key: str) -> None:
    gate = guard()
    assert judge(gate, f"fjj{key}jy\n", 10, 0.001) == [PASS] * 3 + [STOP] + [DROP] * 3
    assert not gate.opened
    assert gate.end() == Burst(f"fjj{key}jy\n", key, pasted=False)
    assert not gate.pasting
    assert judge(gate, "j", 20, 1) == [PASS]


def test_a_key_that_ran_before_its_burst_was_recognised_is_undone() -> None:
    gate = guard()
    assert judge(gate, "Release\ny", 10, 0.001) == [PASS, PASS, PASS, STOP] + [DROP] * 5
    assert gate.opened
    assert gate.end() == Burst("Release\ny", "R", pasted=False)


def test_a_burst_goes_on_until_it_is_quiet() -> None:
    assert judge(guard(), "fjjj", 0, 0.001) + judge(gate := guard(), "fjjj", 0, 0.001) == [PASS] * 8
    assert judge(gate, "R", 0.2, 0) == [STOP]
    judge(gate := guard(), "fjjj", 0, 0.001)
    assert judge(gate, "R", 0.3, 0) == [PASS]


@pytest.mark.parametrize(
    "text",
    ["Dear NOC, 203.0.113.7 attacks", "from 203.0.113.7 and", "198.18.0.6\n198.18.0.9\n", "see 203[.]0[.]113[.]7"],
)
def test_a_burst_with_an_address_among_words_or_lines_is_a_paste(text: str) -> None:
    gate = guard()
    judge(gate, text, 0, 0.001)
    burst = gate.end()
    assert (burst.text, burst.pasted) == (text, True)


def test_an_address_typed_ahead_is_no_paste() -> None:
    gate = guard()
    assert judge(gate, "f2", 0, 0.001) == [PASS] * 2
    assert judge(gate, "03.0.113.17\n", 0.002, 0.001, typing=True) == [PASS] * 12
    assert judge(gate, "j", 0.014, 0) == [PASS]
    assert not gate.end().pasted


def test_a_key_held_down_is_no_paste() -> None:
    assert judge(guard(), "jjjjjjjj", 0, 0.001) == [PASS] * 8


def test_capitals_held_down_are() -> None:
    assert STOP in judge(guard(), "UUUU", 0, 0.001)


def test_text_in_a_field_may_be_fast_and_enter_ends_it() -> None:
    gate = guard()
    assert judge(gate, "Ayqxi 203.0.113.17", 0, 0.001, typing=True) == [PASS] * 18
    assert judge(gate, "\n", 0.018, 0, typing=True) == [PASS]
    assert judge(gate, "jjR", 0.019, 0.001) == [PASS, PASS, STOP]


def test_a_modal_that_was_open_before_judges_for_itself() -> None:
    assert judge(guard(), "Release", 0, 0.001, depth=2) == [PASS] * 7


def test_what_is_left_of_a_torn_arrow_is_dropped() -> None:
    for final in "ABCD":
        gate = guard()
        assert judge(gate, "\x1b", 0, 0) == [PASS]
        assert judge(gate, f"[{final}", 0.2, 0.1) == [DROP, DROP]
        assert judge(gate, final, 0.5, 0) == [PASS]


def test_every_part_of_a_torn_arrow_may_be_late() -> None:
    assert judge(guard(), "\x1b[A", 0, 0.4) == [PASS, DROP, DROP]


def test_a_torn_function_key_and_a_torn_paste_are_dropped_too() -> None:
    gate = guard()
    assert judge(gate, "\x1bOR", 0, 0.1) == [PASS, DROP, DROP]
    assert judge(gate, "\x1b[200~", 1, 0.05) == [PASS] + [DROP] * 5
    assert judge(gate, "Ry", 1.4, 0.1) == [DROP, DROP]
    assert judge(gate, "\x1b[201~", 1.7, 0.01) == [DROP] * 6
    assert gate.end() == Burst("Ry", "", pasted=True)


def test_a_bracket_long_after_an_escape_is_a_bracket() -> None:
    gate = guard()
    judge(gate, "\x1b", 0, 0)
    assert judge(gate, "[A", 0.6, 0.1) == [PASS, PASS]


def test_over_a_review_a_burst_is_a_paste_too_unless_it_began_in_its_field() -> None:
    def over_a_review(text: str, typing: str) -> list[Judgement]:
        gate = guard()
        return [
            gate.judge(char, char, number / 100, typing=field == "f", depth=2, reviewing=True)
            for number, (char, field) in enumerate(zip(text, typing, strict=True))
        ]

    assert over_a_review("mail", "----") == [PASS, PASS, PASS, STOP]
    assert over_a_review("reco", "-fff") == [PASS, PASS, PASS, STOP]
    assert over_a_review("reason", "ffffff") == [PASS] * 6

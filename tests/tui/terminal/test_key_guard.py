from __future__ import annotations

from tui.terminal.key_guard import Judgement, KeyGuard

PASS, DROP, BURST = Judgement.PASS, Judgement.DROP, Judgement.BURST


def judge(gate: KeyGuard, keys: str, at: float, gap: float, *, typing: bool = False, depth: int = 1) -> list[Judgement]:
    """Judge one key after the other, `gap` seconds apart."""
    names = {"\n": "enter", "\x1b": "escape", "[": "left_square_bracket"}
    judged: list[Judgement] = []
    for number, key in enumerate(keys):
        character = None if key in "\n\x1b" else key
        judged.append(gate.judge(names.get(key, key), character, at + number * gap, typing=typing, depth=depth))
    return judged


def test_typing_passes() -> None:
    assert judge(KeyGuard(), "jjkRy", 0, 0.06) == [PASS] * 5


def test_a_burst_is_a_paste_from_its_fourth_key_on_and_is_kept_whole() -> None:
    gate = KeyGuard()
    assert judge(gate, "Release\ny", 10, 0.001) == [PASS, PASS, PASS, BURST] + [DROP] * 5
    assert gate.is_pasted(10)
    assert not gate.is_pasted(9.9)
    assert gate.take() == "Release\ny"
    assert not gate.pasting
    assert judge(gate, "j", 20, 1) == [PASS]
    assert not gate.is_pasted(20)


def test_a_key_held_down_is_no_paste() -> None:
    assert judge(KeyGuard(), "jjjjjjjj", 0, 0.001) == [PASS] * 8


def test_capitals_held_down_are() -> None:
    assert BURST in judge(KeyGuard(), "UUUU", 0, 0.001)


def test_text_in_a_field_may_be_fast_but_its_second_line_gives_it_away() -> None:
    gate = KeyGuard()
    assert judge(gate, "203.0.113.17", 0, 0.001, typing=True) == [PASS] * 12
    assert judge(gate, "\n", 0.012, 0, typing=True) == [BURST]
    assert gate.take() == "203.0.113.17\n"


def test_a_modal_that_was_open_before_judges_for_itself() -> None:
    assert judge(KeyGuard(), "Release", 0, 0.001, depth=2) == [PASS] * 7


def test_what_is_left_of_a_torn_arrow_is_dropped() -> None:
    for final in "ABCD":
        gate = KeyGuard()
        assert judge(gate, "\x1b", 0, 0) == [PASS]
        assert judge(gate, f"[{final}", 0.2, 0.1) == [DROP, DROP]
        assert judge(gate, final, 0.5, 0) == [PASS]


def test_every_part_of_a_torn_arrow_may_be_late() -> None:
    assert judge(KeyGuard(), "\x1b[A", 0, 0.4) == [PASS, DROP, DROP]


def test_a_torn_function_key_and_a_torn_paste_are_dropped_too() -> None:
    gate = KeyGuard()
    assert judge(gate, "\x1bOR", 0, 0.1) == [PASS, DROP, DROP]
    assert judge(gate, "\x1b[200~", 1, 0.05) == [PASS] + [DROP] * 5
    assert judge(gate, "Ry", 1.4, 0.1) == [DROP, DROP]
    assert judge(gate, "\x1b[201~", 1.7, 0.01) == [DROP] * 6
    assert gate.take() == "Ry"


def test_a_bracket_long_after_an_escape_is_a_bracket() -> None:
    gate = KeyGuard()
    judge(gate, "\x1b", 0, 0)
    assert judge(gate, "[A", 0.6, 0.1) == [PASS, PASS]


def test_over_a_review_a_burst_is_a_paste_too_unless_it_began_in_its_field() -> None:
    def over_a_review(text: str, typing: str) -> list[Judgement]:
        gate = KeyGuard()
        return [
            gate.judge(char, char, number / 100, typing=field == "f", depth=2, reviewing=True)
            for number, (char, field) in enumerate(zip(text, typing, strict=True))
        ]

    assert over_a_review("mail", "----") == [PASS, PASS, PASS, BURST]
    assert over_a_review("reco", "-fff") == [PASS, PASS, PASS, BURST]
    assert over_a_review("reason", "ffffff") == [PASS] * 6

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest
from textual import events
from textual.pilot import Pilot

from core import Code, error
from tests.corpus import TEXTS
from tests.tui.modals_kit import TOP, Host, Ticks, review, shown, unchanged, words
from tui.modals.keystrokes import Keystrokes
from tui.modals.lines import Line
from tui.modals.review import ReviewModal
from tui.modals.review_model import Review, Tier

Drive = Callable[[Pilot[None], Host, Ticks], Awaitable[None]]


async def drive(what: Review, story: Drive, size: tuple[int, int] = (80, 24)) -> list[str | None]:
    """Open a review, run the story, and return the answers of the review."""
    app, ticks = Host(), Ticks()
    async with app.run_test(size=size) as pilot:
        await app.put(pilot, ReviewModal(what, keystrokes=ticks.keystrokes(), later=ticks.later))
        await story(pilot, app, ticks)
        assert app.leaks == 0, "a key went through to the deck"
    return app.answers


async def confirm(pilot: Pilot[None], ticks: Ticks) -> None:
    """Press `y` alone: silence, the key, silence."""
    ticks.go(0.3)
    await pilot.press("y")
    ticks.go(0.2)
    await pilot.pause()
    await pilot.pause()


async def test_y_alone_confirms_with_the_reason() -> None:
    async def story(pilot: Pilot[None], app: Host, ticks: Ticks) -> None:
        await confirm(pilot, ticks)
        assert app.answers == ["J-903"]

    assert await drive(review(), story) == ["J-903"]


async def test_nothing_is_confirmed_before_the_silence_after_y_is_over() -> None:
    async def story(pilot: Pilot[None], app: Host, ticks: Ticks) -> None:
        ticks.go(1.0)
        await pilot.press("y")
        ticks.go(0.19)
        await pilot.pause()
        assert app.answers == []
        ticks.go(0.01)
        await pilot.pause()

    assert await drive(review(), story) == ["J-903"]


@pytest.mark.parametrize("silence", [0.0, 0.1, 0.299])
async def test_y_is_dead_while_the_review_is_fresh(silence: float) -> None:
    async def story(pilot: Pilot[None], app: Host, ticks: Ticks) -> None:
        ticks.go(silence)
        await pilot.press("y")
        ticks.go(5.0)
        await pilot.pause()
        assert "too fast after the last key" in shown(app)

    assert await drive(review(), story) == []


@pytest.mark.parametrize("key", ["x", "down", "pagedown", "a", "5", "tab"])
async def test_a_key_just_before_y_makes_it_nothing(key: str) -> None:
    async def story(pilot: Pilot[None], _app: Host, ticks: Ticks) -> None:
        ticks.go(1.0)
        await pilot.press(key)
        ticks.go(0.29)
        await pilot.press("y")
        ticks.go(5.0)
        await pilot.pause()

    assert await drive(review(Tier.COUNT), story) == []


@pytest.mark.parametrize("key", ["x", "down", "y", "f1", "a"])
async def test_a_key_just_after_y_makes_it_nothing(key: str) -> None:
    async def story(pilot: Pilot[None], _app: Host, ticks: Ticks) -> None:
        ticks.go(1.0)
        await pilot.press("y")
        ticks.go(0.1)
        await pilot.press(key)
        ticks.go(5.0)
        await pilot.pause()

    assert await drive(review(), story) == []


async def test_a_held_y_confirms_nothing() -> None:
    async def story(pilot: Pilot[None], _app: Host, ticks: Ticks) -> None:
        ticks.go(1.0)
        for _ in range(20):
            await pilot.press("y")
            ticks.go(0.033)
        ticks.go(5.0)
        await pilot.pause()

    assert await drive(review(), story) == []


async def test_y_is_dead_until_the_review_is_painted_however_long_that_takes() -> None:
    """The silence begins at the painting. A key is judged by the time it was sent, not by the time it is handled."""
    keystrokes = Ticks().keystrokes()
    keystrokes.note(events.Key("y", "y"))
    assert not keystrokes.alone

    async def story(pilot: Pilot[None], app: Host, ticks: Ticks) -> None:
        modal = app.screen
        assert isinstance(modal, ReviewModal)
        modal._keystrokes.hide()
        ticks.go(5.0)
        await pilot.press("y")
        ticks.go(5.0)
        await pilot.pause()
        assert "too fast after the last key" in shown(app)
        modal._keystrokes.show()
        ticks.go(-0.1)
        await pilot.press("y")
        ticks.go(5.0)
        await pilot.pause()

    assert await drive(review(), story) == []


async def test_y_counts_by_when_it_came_and_not_by_when_it_is_heard() -> None:
    app, ticks = Host(), Ticks()
    async with app.run_test(size=(80, 24)) as pilot:
        await app.put(pilot, ReviewModal(review(), keystrokes=Keystrokes(ticks), later=ticks.later))
        ticks.go(5.0)
        for came in (99.0, 100.1, 100.35):
            key = events.Key("y", "y")
            key.time = came
            app.screen.post_message(key)
            await pilot.pause()
            ticks.go(1.0)
            await pilot.pause()
            assert app.answers == []
            assert "too fast after the last key" in shown(app)


async def test_type_ahead_confirms_nothing() -> None:
    async def story(pilot: Pilot[None], app: Host, ticks: Ticks) -> None:
        await pilot.press("y", "R", "y")
        ticks.go(5.0)
        await pilot.pause()
        assert isinstance(app.screen, ReviewModal)

    assert await drive(review(), story) == []


@pytest.mark.parametrize("size", [(60, 16), (80, 24), (120, 40)])
@pytest.mark.parametrize("way", [(*["pagedown"] * 20, "pageup"), ("end",)])
async def test_what_has_not_been_in_sight_is_not_confirmed(size: tuple[int, int], way: tuple[str, ...]) -> None:
    long = tuple(Line(f"target {number}", "192.0.2.1") for number in range(40))

    async def story(pilot: Pilot[None], app: Host, ticks: Ticks) -> None:
        await confirm(pilot, ticks)
        assert "there is more to read: PgDn or end to its end, then y" in words(app)
        for key in way:
            await pilot.press(key)
            await pilot.pause()
        await confirm(pilot, ticks)
        assert app.answers == ["J-903"]

    assert await drive(review(sections=(long, ())), story, size) == ["J-903"]


async def test_what_changed_meanwhile_is_read_before_it_is_confirmed() -> None:
    """A change stands at the end of the review, so the operator must scroll to the end again."""
    long = tuple(Line(f"target {number}", "192.0.2.1") for number in range(40))
    changes: list[str] = []

    async def reread() -> list[str]:
        return list(changes)

    async def story(pilot: Pilot[None], app: Host, ticks: Ticks) -> None:
        await pilot.press("end")
        await pilot.pause()
        await pilot.press("home", *["pageup"] * 20)
        changes.append("released by bob")
        await confirm(pilot, ticks)
        assert "a new y confirms it" in words(app)
        await confirm(pilot, ticks)
        assert app.answers == []
        assert "there is more to read" in words(app)
        await pilot.press("end")
        await pilot.pause()
        await confirm(pilot, ticks)

    assert await drive(review(sections=(long, ()), reread=reread), story) == ["J-903"]


@pytest.mark.parametrize("key", ["enter", "escape", "n", "q", "ctrl+c"])
@pytest.mark.parametrize("tier", list(Tier))
async def test_the_keys_that_cancel(tier: Tier, key: str) -> None:
    async def story(pilot: Pilot[None], _app: Host, ticks: Ticks) -> None:
        ticks.go(1.0)
        await pilot.press(key)
        await pilot.pause()

    assert await drive(review(tier), story) == [None]


async def test_enter_cancels_even_after_a_tab_and_after_y() -> None:
    async def story(pilot: Pilot[None], _app: Host, ticks: Ticks) -> None:
        ticks.go(1.0)
        await pilot.press("tab", "shift+tab", "tab", "enter")
        await pilot.pause()

    assert await drive(review(), story) == [None]


async def test_a_click_on_cancel_cancels_and_a_click_elsewhere_does_nothing() -> None:
    async def story(pilot: Pilot[None], app: Host, ticks: Ticks) -> None:
        ticks.go(1.0)
        await pilot.click(".review-sending")
        await pilot.click(".review-section")
        assert app.answers == []
        await pilot.click(".review-cancel")
        await pilot.pause()

    assert await drive(review(), story) == [None]


async def test_a_paste_in_chunks_sends_nothing() -> None:
    async def story(pilot: Pilot[None], _app: Host, ticks: Ticks) -> None:
        ticks.go(1.0)
        await pilot.press(*"see ")
        ticks.go(0.2)
        await pilot.press("y")
        ticks.go(0.2)
        await pilot.press("y")
        ticks.go(5.0)
        await pilot.pause()

    assert await drive(review(), story) == []


async def test_a_bracketed_paste_is_ignored_and_stops_a_y() -> None:
    async def story(pilot: Pilot[None], app: Host, ticks: Ticks) -> None:
        ticks.go(1.0)
        await pilot.press("y")
        app.post_message(events.Paste("198.51.100.1\ny\n"))
        await pilot.pause()
        ticks.go(5.0)
        await pilot.pause()
        assert isinstance(app.screen, ReviewModal)

    assert await drive(review(), story) == []


async def test_the_typed_tier_wants_it_exactly_then_y_after_silence() -> None:
    async def story(pilot: Pilot[None], app: Host, ticks: Ticks) -> None:
        await confirm(pilot, ticks)
        assert "type 9 exactly, then y" in shown(app)
        ticks.go(1.0)
        await pilot.press("9", "9")
        await confirm(pilot, ticks)
        assert app.answers == []
        await pilot.press("backspace")
        ticks.go(0.29)
        await pilot.press("y")
        ticks.go(5.0)
        await pilot.pause()
        assert app.answers == [], "300 ms after the last character"
        assert "[ 9 ]" in shown(app)
        await confirm(pilot, ticks)

    assert await drive(review(Tier.TYPED), story) == ["J-903"]


async def test_a_whole_prefix_is_typed() -> None:
    async def story(pilot: Pilot[None], app: Host, ticks: Ticks) -> None:
        for key in "198.51.100.0/24":
            ticks.go(0.1)
            await pilot.press(key)
        assert "[ 198.51.100.0/24 ]" in shown(app)
        await confirm(pilot, ticks)

    assert await drive(review(Tier.TYPED, typed="198.51.100.0/24"), story) == ["J-903"]


async def test_what_changed_since_is_shown_and_wants_a_new_confirmation() -> None:
    answers = [[], ["bound at 03:12Z by bob (was unbound)"], ["bound at 03:12Z by bob (was unbound)"]]

    async def reread() -> list[str]:
        return answers.pop(0)

    async def story(pilot: Pilot[None], app: Host, ticks: Ticks) -> None:
        assert "read again now: unchanged" in shown(app)
        await confirm(pilot, ticks)
        assert app.answers == []
        assert "CHANGED SINCE YOU LOOKED" in shown(app)
        assert "! bound at 03:12Z by bob" in shown(app)
        ticks.go(0.1)
        await pilot.press("y")
        ticks.go(5.0)
        await pilot.pause()
        assert app.answers == [], "re-armed: y is dead for 300 ms again"
        await confirm(pilot, ticks)

    assert await drive(review(reread=reread), story) == ["J-903"]
    assert answers == []


async def test_what_was_typed_is_typed_again_after_a_change() -> None:
    answers = [[], ["the cap is 200 Mbps now"], []]

    async def reread() -> list[str]:
        return answers.pop(0)

    async def story(pilot: Pilot[None], app: Host, ticks: Ticks) -> None:
        await pilot.press("9")
        await confirm(pilot, ticks)
        assert "[   ]" in shown(app)
        await pilot.press("9")
        await confirm(pilot, ticks)

    assert await drive(review(Tier.TYPED, reread), story) == ["J-903"]


async def test_a_change_found_at_the_opening_is_shown_at_once() -> None:
    async def reread() -> list[str]:
        return ["it serves lb lb-pay now"]

    async def story(_pilot: Pilot[None], app: Host, _ticks: Ticks) -> None:
        assert "CHANGED SINCE YOU LOOKED" in shown(app)

    assert await drive(review(reread=reread), story) == []


async def test_what_cannot_be_read_again_is_never_confirmed() -> None:
    async def reread() -> list[str]:
        raise error(Code.STORE_BUSY, "The database is busy.")

    async def story(pilot: Pilot[None], app: Host, ticks: Ticks) -> None:
        await confirm(pilot, ticks)
        await confirm(pilot, ticks)
        assert "could not be read again" in shown(app)
        assert "The database is busy." in shown(app)

    assert await drive(review(reread=reread), story) == []


async def test_the_reason_is_edited_and_the_command_follows() -> None:
    async def story(pilot: Pilot[None], app: Host, ticks: Ticks) -> None:
        ticks.go(1.0)
        await pilot.press("r", "ctrl+u")
        for key in "any y, no":
            ticks.go(0.1)
            await pilot.press(key)
        assert app.answers == []
        await pilot.press("enter")
        await pilot.pause()
        assert "--reason 'any y, no'" in shown(app)
        await confirm(pilot, ticks)

    assert await drive(review(), story) == ["any y, no"]


async def test_leaving_the_reason_keeps_the_old_one_and_the_review() -> None:
    async def story(pilot: Pilot[None], app: Host, ticks: Ticks) -> None:
        ticks.go(1.0)
        await pilot.press("r", "x")
        ticks.go(0.1)
        await pilot.press("escape", "escape")
        await pilot.pause()
        assert isinstance(app.screen, ReviewModal)
        await confirm(pilot, ticks)

    assert await drive(review(), story) == ["J-903"]


async def test_a_reason_that_is_required_is_asked_for() -> None:
    async def story(pilot: Pilot[None], app: Host, ticks: Ticks) -> None:
        await confirm(pilot, ticks)
        assert "a reason is required" in shown(app)
        assert app.answers == []
        ticks.go(1.0)
        await pilot.press("r", "x", "enter")
        await confirm(pilot, ticks)

    assert await drive(review(reason="", reason_required=True), story) == ["x"]


async def test_a_copies_the_target_and_sends_nothing() -> None:
    async def story(pilot: Pilot[None], app: Host, ticks: Ticks) -> None:
        ticks.go(1.0)
        await pilot.press("a")
        await pilot.pause()
        assert app.copied == ["203.0.113.9"]

    assert await drive(review(), story) == []


async def test_help_opens_over_the_review_and_its_keys_do_not_count() -> None:
    async def story(pilot: Pilot[None], app: Host, ticks: Ticks) -> None:
        ticks.go(1.0)
        await pilot.press("f1")
        await pilot.pause()
        assert "Keys in a burst are a paste" in words(app)
        ticks.go(1.0)
        await pilot.press("escape")
        await pilot.pause()
        await pilot.press("y")
        ticks.go(5.0)
        await pilot.pause()
        assert isinstance(app.screen, ReviewModal)

    assert await drive(review(), story) == []


async def test_it_can_be_cancelled_from_outside_while_help_covers_it() -> None:
    app, ticks = Host(), Ticks()
    async with app.run_test(size=(80, 24)) as pilot:
        modal = ReviewModal(review(), keystrokes=ticks.keystrokes(), later=ticks.later)
        await app.put(pilot, modal)
        await pilot.press("f1")
        await pilot.pause()
        modal.cancel()
        await pilot.pause()
        await pilot.pause()
        assert app.answers == [None]
        assert app.screen is app.screen_stack[0]


async def test_too_small_a_terminal_confirms_nothing() -> None:
    async def story(pilot: Pilot[None], _app: Host, ticks: Ticks) -> None:
        await confirm(pilot, ticks)

    assert await drive(review(), story, (50, 12)) == []
    assert await drive(review(), story, (60, 16)) == ["J-903"]


async def test_a_long_review_scrolls_and_says_so() -> None:
    many = tuple(Line("target", f"row {number}") for number in range(60))

    async def story(pilot: Pilot[None], app: Host, ticks: Ticks) -> None:
        assert "PgDn more" in shown(app)
        assert "> Cancel <" in shown(app)
        ticks.go(1.0)
        await pilot.press("pagedown", "pagedown", "pagedown", "pagedown", "pagedown")
        assert "--yes --reason J-903" in shown(app)

    assert await drive(review(sections=(many, ())), story) == []


@pytest.mark.parametrize("title", TEXTS[:4])
async def test_hostile_text_is_shown_and_never_obeyed(title: str) -> None:
    text = "".join(TEXTS)
    what = review(
        title=title,
        target_copy=text,
        sections=(tuple(Line(each[:8], each, problem=True) for each in TEXTS), ()),
        reason=text,
        closing=text,
        prompt=text,
    )

    async def story(pilot: Pilot[None], app: Host, ticks: Ticks) -> None:
        screen = shown(app)
        assert TOP in screen
        assert not any(char in screen for char in "\x1b\x07\r\u202e")
        ticks.go(1.0)
        await pilot.press("r")
        await pilot.pause()
        assert "\x1b" not in shown(app)

    assert await drive(what, story) == []


async def test_the_reason_field_takes_one_line_of_a_bracketed_paste() -> None:
    async def story(pilot: Pilot[None], app: Host, ticks: Ticks) -> None:
        ticks.go(1.0)
        await pilot.press("r", "ctrl+u")
        app.post_message(events.Paste("\x1b[2JJ-1\ny\n"))
        await pilot.pause()
        await pilot.press("enter")
        await confirm(pilot, ticks)

    assert await drive(review(), story) == ["\\x1b[2JJ-1"]


async def test_nothing_changed_means_one_reading_at_the_opening_and_one_at_the_end() -> None:
    read = 0

    async def reread() -> list[str]:
        nonlocal read
        read += 1
        return await unchanged()

    async def story(pilot: Pilot[None], _app: Host, ticks: Ticks) -> None:
        assert read == 1
        await confirm(pilot, ticks)

    assert await drive(review(reread=reread), story) == ["J-903"]
    assert read == 2

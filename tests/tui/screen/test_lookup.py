from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from threading import current_thread, main_thread

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.tui.deck_kit import NOW, demo_desk, empty_desk, on_deck
from tui.commands.registry import View
from tui.panes import lookups
from tui.state.lookup import wrong_time
from tui.wording.log_summary import grouped


async def test_a_typed_address_is_judged_as_it_is_typed_and_enter_gives_the_keys_back(tmp_path: Path) -> None:
    async with on_deck(demo_desk(tmp_path)) as operator:
        await operator.type("203.0.113.17")
        await operator.until("look up: 203.0.113.17", "203.0.113.17 -- ! yours, in use -- mixes owners")
        assert "esc leave the field" in operator.lines()[-1]
        assert any(line.startswith("> !  203.0.113.17") for line in operator.lines())
        await operator.press("enter")
        await operator.until("judged as of 2025-11-23 03:12:44Z", "U unbind  R release")
        await operator.press("R")
        await operator.until("review: release 203.0.113.17")


async def test_letters_typed_in_the_field_are_text(tmp_path: Path) -> None:
    async with on_deck(demo_desk(tmp_path)) as operator:
        await operator.type("1qRyU")
        assert operator.deck.bars.lookup.field.value == "1qRyU"
        await operator.press("enter")
        await operator.until("1qRyU is not an address")
        assert len(operator.app.screen_stack) == 1


async def test_an_address_without_a_row_leaves_no_row_in_hand(tmp_path: Path) -> None:
    async with on_deck(demo_desk(tmp_path)) as operator:
        await operator.type("203.0.113.0")
        await operator.press("enter")
        await operator.until("203.0.113.0 -- yours, no EIP")
        assert not any(line.startswith(">") for line in operator.lines())
        await operator.press("R")
        await operator.until("203.0.113.0 has no live EIP: R does nothing")
        await operator.press("j")
        await operator.until("> !! 198.18.0.5", "198.18.0.5 -- !! Zenlayer address, in use")


async def test_a_pasted_address_needs_no_further_key(tmp_path: Path) -> None:
    async with on_deck(demo_desk(tmp_path)) as operator:
        await operator.press("p")
        await operator.paste("abuse from 203.0.113.17, please act\n")
        await operator.until("look up: 203.0.113.17", "pasted, 1 address", "> !  203.0.113.17", "yours, in use")
        assert operator.deck.view is View.EIPS
        await operator.press("U")
        await operator.until("review: unbind 203.0.113.17")


async def test_a_mail_with_several_addresses_is_a_list_and_the_past_refuses_changes(tmp_path: Path) -> None:
    mail = "203.0.113.17 at 2025-11-22 21:14Z\nand 198.18.0.9 too\nand 8.8.8.8, 198.18.0.9\n"
    async with on_deck(demo_desk(tmp_path)) as operator:
        await operator.paste(mail)
        text = await operator.until("SEEN AT (UTC)", "2025-11-22 21:14Z", "198.18.0.9", "8.8.8.8", "not yours")
        assert "4 addresses, 3 distinct" in text
        await operator.until("203.0.113.17 @ 2025-11-22 21:14Z -- yours, in use")
        await operator.press("R")
        await operator.until("R is refused: this verdict is about the past")
        await operator.press("j", "R")
        await operator.until("review: release 198.18.0.9")
        await operator.press("escape", "escape")
        await operator.until("347 EIPs, rows 1-15")


async def test_a_change_that_turns_to_another_list_ends_the_lookup(tmp_path: Path) -> None:
    async with on_deck(demo_desk(tmp_path)) as operator:
        await operator.paste("198.18.0.5 and 8.8.8.8")
        await operator.until("look up: 2 addresses, 2 distinct")
        await operator.press("F")
        await operator.until("198.18.0.5: choose where it goes")
        await operator.press(*["enter"] * 4)
        await operator.confirm("5")
        await operator.until("198.18.0.5 -> ", "look up: type or paste", "[e EIPs 347]", absent="2 distinct")


async def test_an_added_cidr_ends_the_lookup(tmp_path: Path) -> None:
    async with on_deck(empty_desk(tmp_path)) as operator:
        await operator.type("203.0.113.5")
        await operator.press("enter")
        await operator.until("look up: 203.0.113.5", "203.0.113.5 -- ")
        await operator.press("C")
        await operator.until("add a customer CIDR")
        await operator.type("203.0.113.0/28")
        await operator.press("enter")
        await operator.type("bgp-a")
        await operator.press("enter")
        await operator.type("64500")
        while "review:" not in operator.text():
            await operator.press("enter")
        await operator.confirm()
        await operator.until("added 203.0.113.0/28", "> !  203.0.113.0/28", "look up: type or paste")


async def test_a_typed_moment_is_the_past_too(tmp_path: Path) -> None:
    async with on_deck(demo_desk(tmp_path)) as operator:
        await operator.type("198.18.0.5 @ 2025-11-01 00:00Z")
        await operator.press("enter")
        await operator.until("198.18.0.5 @ 2025-11-01 00:00Z -- Zenlayer address, no EIP")
        await operator.press("F")
        await operator.until("F is refused: this verdict is about the past")


@pytest.mark.parametrize("time", ["tue 03:12", "11-18 03:12", "5d 03:12", "tuesday 04:12 CET"])
async def test_a_time_as_people_say_it_is_told_in_full_while_it_is_typed(tmp_path: Path, time: str) -> None:
    async with on_deck(demo_desk(tmp_path)) as operator:
        await operator.type(f"198.18.0.5 @ {time}")
        await operator.until(f"{time} is Tue 2025-11-18 03:12:00Z")
        await operator.press("enter")
        await operator.until("198.18.0.5 @ 2025-11-18 03:12Z", "judged as of 2025-11-18 03:12:00Z")


@pytest.mark.parametrize("time", ["garbage", "a quarter past the hour at which the pager went off"])
async def test_how_a_time_is_written_is_said_whole_and_the_text_stays(tmp_path: Path, time: str) -> None:
    async with on_deck(demo_desk(tmp_path)) as operator:
        await operator.type(f"203.0.113.9 @ {time}")
        await operator.press("enter")
        await operator.until("is not a time. Examples: 2026-11-24 03:12, tue 03:12, 21:14, 90d\n")
        assert operator.status().startswith(f"! @ {time[:10]}".rstrip()[:12])
        assert operator.deck.bars.lookup.field.value == f"203.0.113.9 @ {time}"


@pytest.mark.parametrize("time", ["", "someday", "25:00", "2025-13-01"])
async def test_a_moment_that_is_none_is_not_taken_for_now(tmp_path: Path, time: str) -> None:
    async with on_deck(demo_desk(tmp_path)) as operator:
        await operator.type(f"198.18.0.9 @ {time}")
        await operator.press("enter")
        await operator.until("is not a time. Examples", "enter open   esc leave the field")
        assert operator.deck.bars.lookup.in_use
        await operator.press("ctrl+c")
        await operator.type("198.18.0.9 @ 2d")
        await operator.press("enter")
        await operator.until("198.18.0.9 @ 2025-11-21 03:12Z")


async def test_an_ipv6_address_is_unknown_and_named(tmp_path: Path) -> None:
    async with on_deck(demo_desk(tmp_path)) as operator:
        await operator.type("2001:db8::d")
        await operator.press("enter")
        await operator.until("2001:db8::d -- ! not known", "holds IPv4 only")


async def test_text_pasted_as_keys_changes_nothing_and_is_looked_up(tmp_path: Path) -> None:
    async with on_deck(demo_desk(tmp_path)) as operator:
        await operator.at_once(*"Urgent: R y F y, 203.0.113.17 y\n")
        await operator.until("look up: 203.0.113.17", "203.0.113.17 -- ? ! yours, in use")
        assert len(operator.app.screen_stack) == 1
        assert operator.deck.view is View.EIPS
        assert operator.deck.inventory.eip("203.0.113.17").bindings


async def test_english_pasted_as_keys_says_that_it_holds_no_address(tmp_path: Path) -> None:
    async with on_deck(demo_desk(tmp_path)) as operator:
        await operator.at_once(*"Please Release the Unused ones\nY\ny\n")
        await operator.until("stopped at P: keys came all at once; nothing was changed")
        assert len(operator.app.screen_stack) == 1
        assert operator.deck.view is View.EIPS


async def test_a_list_of_addresses_pasted_as_keys_keeps_every_line(tmp_path: Path) -> None:
    async with on_deck(demo_desk(tmp_path)) as operator:
        await operator.at_once(*"198.18.0.6\n198.18.0.9\n203.0.113.9\n")
        await operator.until("3 addresses, 3 distinct", "198.18.0.6", "198.18.0.9", "203.0.113.9")


async def test_a_paste_under_a_modal_does_nothing(tmp_path: Path) -> None:
    async with on_deck(demo_desk(tmp_path)) as operator:
        await operator.press("R")
        await operator.until("review: release 198.18.0.5", "read again now")
        await operator.paste("203.0.113.17")
        await operator.press("escape")
        await operator.until("nothing was sent")
        assert operator.deck.selection is not None
        assert operator.deck.selection.id == "198.18.0.5"


async def test_an_arrow_torn_apart_by_the_line_is_not_a_verb(tmp_path: Path) -> None:
    async with on_deck(demo_desk(tmp_path)) as operator:
        for torn in ("A", "B", "C", "D"):
            await operator.at_once("escape", "[", torn)
        await operator.press("j")
        assert len(operator.app.screen_stack) == 1
        assert operator.deck.panes.eips.table.cursor == 1


async def test_the_filter_speaks_the_grammar_and_says_what_it_hides(tmp_path: Path) -> None:
    async with on_deck(demo_desk(tmp_path)) as operator:
        await operator.press("slash")
        await operator.type("own:yes is:idle")
        await operator.press("enter")
        await operator.until("filter: own:yes is:idle", "shown  esc clears", "hidden by the filter")
        assert operator.deck.panes.eips.table.total < 347
        await operator.press("slash")
        assert operator.deck.bars.lookup.field.value == "own:yes is:idle"
        await operator.press("escape", "escape")
        await operator.until("347 EIPs, rows 1-15")


async def test_a_filter_that_means_nothing_leaves_the_list_and_says_why(tmp_path: Path) -> None:
    async with on_deck(demo_desk(tmp_path)) as operator:
        await operator.press("slash")
        await operator.type("colour:red")
        await operator.press("enter")
        await operator.until("colour", "347", "198.18.0.5")
        assert operator.deck.panes.eips.table.total == 347


async def test_an_address_that_the_filter_cannot_find_still_gets_its_verdict(tmp_path: Path) -> None:
    async with on_deck(demo_desk(tmp_path)) as operator:
        await operator.press("slash")
        await operator.type("8.8.8.8")
        await operator.press("enter")
        await operator.until("No EIP matches: 347 hidden by the filter", "8.8.8.8 -- not yours")


async def test_other_lists_filter_by_words(tmp_path: Path) -> None:
    async with on_deck(demo_desk(tmp_path)) as operator:
        await operator.press("f", "slash")
        await operator.type("snat")
        await operator.press("enter")
        await operator.until("1 finding: 1 warning", "6 hidden by the filter")


async def test_the_dashboard_opens_on_an_address(tmp_path: Path) -> None:
    async with on_deck(demo_desk(tmp_path), address="203.0.113.9") as operator:
        await operator.until("203.0.113.9 -- ! yours, idle", "> !  203.0.113.9")


async def test_a_copies_the_address_and_says_which_way_it_went(tmp_path: Path) -> None:
    async with on_deck(demo_desk(tmp_path)) as operator:
        await operator.press("a")
        await operator.until("copied 198.18.0.5 via")


async def test_what_was_copied_is_said_on_the_review_that_is_open(tmp_path: Path) -> None:
    async with on_deck(demo_desk(tmp_path)) as operator:
        await operator.press("R")
        await operator.until("review: release 198.18.0.5", "read again now")
        before = operator.status()
        await operator.press("a")
        await operator.until("review: release 198.18.0.5", "copied 198.18.0.5 via")
        assert operator.status() == before


async def test_what_was_pasted_is_filtered_sorted_and_summed_up_beside_the_event_loop(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    on_the_loop: list[str] = []

    def told(name: str, act: Callable[..., object]) -> Callable[..., object]:
        def acting(*args: object) -> object:
            if current_thread() is main_thread():
                on_the_loop.append(name)
            return act(*args)

        return acting

    monkeypatch.setattr(lookups.LookupsPane, "words", told("words", lookups.LookupsPane.words))
    monkeypatch.setattr(lookups, "_group", told("group", lookups._group))
    monkeypatch.setattr(lookups, "grouped", told("grouped", grouped))
    async with on_deck(demo_desk(tmp_path)) as operator:
        await operator.paste("198.18.0.5 203.0.113.17 8.8.8.8 192.0.2.0")
        await operator.until("4 addresses: ", "> !! 198.18.0.5 ")
        await operator.press("down", "s")
        await operator.until("order of the Lookups", "> as in the text", "by time")
        await operator.press("down", "enter")
        await operator.until(">    203.0.113.17 ", absent="order of")
        assert operator.deck.panes.lookups.order_words == "by verdict, worst first"
        await operator.press("slash")
        await operator.type("customer now:customer-bound")
        await operator.press("enter")
        await operator.until("2 addresses: yours, in use: 2 (", "2 shown", ">    203.0.113.17 ")
    assert not on_the_loop


@given(st.text() | st.text("0123456789-:TZ+. dhm"))
@example("9999-12-31T23:59-14:00")
@example("0001-01-01T00:00+14:00")
@example("999999d")
@example("99:99")
def test_whatever_is_typed_as_a_time_is_one_or_is_said_to_be_none(words: str) -> None:
    said = wrong_time(f"203.0.113.9 @{words}", NOW, None)
    assert said is None or ("is not a time. Examples: 2026-11-24 03:12" in said and "\x1b" not in said)


@pytest.mark.parametrize("typed", ["203.0.113.999", "203.0.113.300 @ 21:14"])
async def test_an_address_that_is_none_leaves_none_of_what_it_was_on_the_way_in_hand(
    tmp_path: Path, typed: str
) -> None:
    async with on_deck(demo_desk(tmp_path)) as operator:
        await operator.until("198.18.0.5 -- !! Zenlayer address, in use")
        await operator.type(typed)
        await operator.press("enter")
        await operator.until(f"! {typed} is not an address", "198.18.0.5 -- !! Zenlayer address, in use")


@pytest.mark.parametrize("time", ["9:40pm", "21:40 CST", "2025-11-22 21:40 UTC?"])
async def test_a_time_that_is_none_leaves_no_verdict_of_its_first_part(tmp_path: Path, time: str) -> None:
    async with on_deck(demo_desk(tmp_path)) as operator:
        await operator.until("198.18.0.5 -- !! Zenlayer address, in use")
        await operator.type(f"203.0.113.17 @ {time}")
        await operator.press("enter")
        await operator.until("is not a time. Examples", "198.18.0.5 -- !! Zenlayer address, in use")


async def test_a_pasted_moment_that_is_none_is_not_taken_for_now(tmp_path: Path) -> None:
    async with on_deck(demo_desk(tmp_path)) as operator:
        await operator.until("198.18.0.5 -- !! Zenlayer address, in use")
        await operator.paste("203.0.113.17 @ gestern\n")
        await operator.until("! @ gestern is not a time. Examples", "198.18.0.5 -- !! Zenlayer address, in use")
        await operator.paste("203.0.113.17 @ 2025-11-22 21:14Z\n")
        await operator.until("203.0.113.17 @ 2025-11-22 21:14Z -- yours, in use")


async def test_what_was_said_before_is_gone_with_the_first_digit(tmp_path: Path) -> None:
    async with on_deck(demo_desk(tmp_path)) as operator:
        await operator.type("198.18.0.9 @ 2d")
        await operator.press("enter")
        await operator.until("judged as of 2025-11-21")
        await operator.type("2")
        assert "judged as of" not in operator.status()

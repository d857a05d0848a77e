from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from textual import events

from core import Allocation, AllocationRequest, Code, EipdeckError, error
from tests.corpus import TEXTS
from tests.tui.modals_kit import LANDED, TOP, Host, Ticks, eip, overflow, shown, words
from tui.changes.landed import LandedModal
from tui.modals.notices import RefusalModal

REQUEST = AllocationRequest(pool_id="hk-spare", name="web-44", bandwidth_mbps=100, reason="J-902")
FULL = error(
    Code.POOL_EXHAUSTED,
    "Pool hk-edge has 0 of 256 addresses free, 1 asked for: 253 allocated, 2 cooling, 1 reserved.",
    hint="Release an EIP of this pool or add a CIDR to it; nothing was taken from another pool.",
)


def landed(*eips: Any) -> Callable[[Ticks], LandedModal]:
    allocation = Allocation(eips or (LANDED,), ())
    return lambda ticks: LandedModal(allocation, REQUEST, keystrokes=ticks.keystrokes())


async def answer(make: Callable[[Ticks], Any], *keys: str, see: str = "", wait: float = 0.3) -> list[Any]:
    app, ticks = Host(), Ticks()
    async with app.run_test(size=(80, 24)) as pilot:
        await app.put(pilot, make(ticks))
        ticks.go(wait)
        await pilot.press(*keys)
        await pilot.pause()
        assert see in words(app)
    return app.answers


@pytest.mark.parametrize(
    ("key", "result"),
    [("F", "rehome"), ("K", "accept"), ("escape", None), ("enter", None), ("q", None), ("ctrl+c", None)],
)
async def test_a_landing_is_answered_by_its_keys(key: str, result: str | None) -> None:
    assert await answer(landed(), key) == [result]


@pytest.mark.parametrize("key", ["f", "k", "y", "R", "x", "space", "tab", "5"])
async def test_a_landing_stays_for_any_other_key(key: str) -> None:
    assert await answer(landed(), key, see="IN THE DEFAULT POOL BY MISTAKE") == []


@pytest.mark.parametrize("key", ["F", "K", "escape", "enter", "q"])
async def test_type_ahead_does_not_wipe_a_landing_away(key: str) -> None:
    assert await answer(landed(), key, wait=0.29, see="IN THE DEFAULT POOL BY MISTAKE") == []


async def test_a_landing_says_everything_in_words() -> None:
    app, ticks = Host(), Ticks()
    async with app.run_test(size=(80, 24)) as pilot:
        await app.put(pilot, landed()(ticks))
        text = words(app)
        for said in (
            "asked for 1 EIP from hk-spare",
            "198.18.0.5 customer-owned: NO EIP eip-5",
            "This is a Zenlayer address",
            "It stays marked ! DEFAULT in EIPs, and as a finding",
            "F rehome: allocate in a customer pool, release 198.18.0.5",
            "eipdeck allocate --pool hk-spare --name web-44 \\ --bandwidth 100 --reason J-902",
            "exit code 3",
            "> Leave it <",
        ):
            assert said in text
        assert overflow(app) == 0
        ticks.go(1)
        await pilot.press("a")
        await pilot.pause()
        assert app.copied == ["198.18.0.5"]


async def test_a_landing_of_many_names_the_first_and_counts_the_rest() -> None:
    many = [eip(f"198.18.0.{number}", owned=False) for number in range(1, 13)]
    assert await answer(landed(*many), see="198.18.0.5 customer-owned: NO EIP eip-5 and 7 more") == []


async def test_a_refusal_says_why_what_changed_and_what_to_do_and_its_help_the_code() -> None:
    app, ticks = Host(), Ticks()
    async with app.run_test(size=(80, 24)) as pilot:
        modal = RefusalModal("allocate", FULL, keystrokes=ticks.keystrokes())
        await app.put(pilot, modal)
        text = words(app)
        for said in ("refused: allocate", FULL.reason, FULL.hint, "changed nothing"):
            assert said in text
        assert "pool_exhausted" not in text
        assert "by the code pool_exhausted, and ends with 4" in modal.help_sentences[1]


async def test_an_unknown_outcome_does_not_claim_that_nothing_changed() -> None:
    unknown = error(Code.OUTCOME_UNKNOWN, "The platform did not answer in 10 s.")
    see = "changed unknown: no answer came in time"
    assert await answer(lambda ticks: RefusalModal("allocate", unknown, keystrokes=ticks.keystrokes()), see=see) == []


@pytest.mark.parametrize("key", ["escape", "enter", "q", "n", "ctrl+c"])
async def test_a_refusal_is_closed(key: str) -> None:
    assert await answer(lambda ticks: RefusalModal("allocate", FULL, keystrokes=ticks.keystrokes()), key) == [None]
    assert (
        await answer(lambda ticks: RefusalModal("allocate", FULL, keystrokes=ticks.keystrokes()), key, wait=0.2) == []
    )


async def test_hostile_text_in_notices_is_shown_and_a_paste_reaches_nobody() -> None:
    text = "".join(TEXTS)
    refusal = EipdeckError(Code.CONFLICT, text, hint=text)
    request = AllocationRequest(pool_id=TEXTS[3], name=text)
    odd = eip("198.18.0.5", owned=False, pool_id=TEXTS[4], id=TEXTS[5])
    for modal in (RefusalModal(TEXTS[0], refusal), LandedModal(Allocation((odd,), ()), request)):
        app = Host()
        async with app.run_test(size=(80, 24)) as pilot:
            await app.put(pilot, modal)
            app.post_message(events.Paste("198.51.100.1\nF\n"))
            await pilot.pause()
            await pilot.click(".review-section")
            assert TOP in shown(app)
            assert not any(char in shown(app) for char in "\x1b\x07\r\u202e")
            assert app.leaks == 0
            assert app.answers == []

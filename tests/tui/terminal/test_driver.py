"""The parts of Textual's private API that the product uses, each by its name: a release that drops one fails here."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest
from textual import constants
from textual.app import App
from textual.drivers.linux_driver import LinuxDriver

from tests.tui.deck_kit import demo_desk, on_deck
from tui.app import EipdeckApp
from tui.terminal.driver import TerminalDriver, end_by_defect, set_escape_delay, write_sequence
from tui.terminal.thrift import FORGET


@pytest.mark.parametrize("name", ["_handle_exception", "_close_messages_no_wait"])
def test_a_private_method_of_the_app_is_there(name: str) -> None:
    assert callable(getattr(App, name))


@pytest.mark.parametrize("name", ["_exception", "_exception_event", "_driver"])
async def test_a_private_attribute_of_the_app_is_there(name: str) -> None:
    app = App[Any]()
    async with app.run_test():
        assert hasattr(app, name)


@pytest.mark.parametrize("name", ["_sigcont_application", "_run_input_thread"])
def test_a_private_method_of_the_driver_is_there(name: str) -> None:
    assert getattr(TerminalDriver, name) is not getattr(LinuxDriver, name)


@pytest.mark.parametrize("name", ["_file", "_must_signal_resume"])
async def test_a_private_attribute_of_the_driver_is_there(name: str) -> None:
    assert name in vars(LinuxDriver(App[Any]()))


def test_a_defect_goes_to_the_handler_that_the_app_overrides() -> None:
    assert EipdeckApp._handle_exception is not App._handle_exception


async def test_a_defect_ends_an_app_and_the_first_one_is_kept() -> None:
    async def run() -> None:
        app = App[Any]()
        async with app.run_test():
            assert end_by_defect(app, ValueError("first"))
            assert not end_by_defect(app, ValueError("second"))

    with pytest.raises(ValueError, match="first"):
        await run()


async def test_a_sequence_reaches_the_driver(monkeypatch: pytest.MonkeyPatch) -> None:
    app = App[Any]()
    sent = io.StringIO()
    async with app.run_test():
        assert app._driver is not None
        monkeypatch.setattr(app._driver, "write", sent.write)
        write_sequence(app, "\x1b]52;c;YQ==\x07")
        monkeypatch.undo()
    assert sent.getvalue() == "\x1b]52;c;YQ==\x07"
    write_sequence(App[Any](), "without a driver nothing is sent")


def test_the_escape_delay_is_the_one_that_textual_reads(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(constants, "ESCAPE_DELAY", 9.0)
    set_escape_delay(0.3)
    assert constants.ESCAPE_DELAY == 0.3


@pytest.mark.parametrize("place", ["", "?", "/", ":", "A"])
async def test_ctrl_l_paints_the_whole_screen_again(
    place: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another program may have written on the terminal, and only cells that differ are painted."""
    async with on_deck(demo_desk(tmp_path)) as operator:
        await operator.press(*place)
        await operator.settled()
        assert operator.app._driver is not None
        sent: list[str] = []
        monkeypatch.setattr(operator.app._driver, "write", sent.append)
        await operator.press("ctrl+l")
        assert FORGET in sent

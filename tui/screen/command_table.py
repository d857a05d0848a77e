"""The dashboard's answer to each command that changes nothing in the inventory."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Final

from core import filter_term
from tui.changes.runner import Runner
from tui.commands.registry import View, key_of
from tui.screen.address_selector import AddressSelector
from tui.screen.layout import Panes
from tui.screen.lookups import Lookups
from tui.screen.navigator import Navigator
from tui.screen.polling import Polling
from tui.screen.typed_commands import TypedCommands
from tui.session.host import Host
from tui.state.navigation import NavigationHistory
from tui.state.selection import SelectionKind
from tui.terminal.clipboard import CopyRequested
from tui.terminal.driver import paint_all
from tui.wording.sanitize import visible

__all__ = ["command_table", "screen_commands"]


QUIT_AGAIN: Final = (0.3, 2.0)
"""Seconds after the first `q` in which a second one quits: neither a stutter nor a coincidence."""


def command_table(
    host: Host,
    navigator: Navigator,
    addresses: AddressSelector,
    panes: Panes,
    lookups: Lookups,
    polling: Polling,
    runner: Runner,
) -> dict[str, Callable[[], object]]:
    """Return the function of each command, by its id."""
    eips = panes.eips
    return {
        **{view.name.lower(): partial(navigator.show_view, view) for view in View},
        "timeline": navigator.show_timeline,
        "write_mode": runner.turn_write_mode,
        "find": lookups.start_filter,
        "lookup": partial(lookups.start_lookup, ""),
        "go_to": partial(_go_to, host, navigator, panes),
        "previous_view": partial(navigator.visit, NavigationHistory.back),
        "next_view": partial(navigator.visit, NavigationHistory.forward),
        "last_view": partial(navigator.visit, NavigationHistory.last),
        "pause": polling.turn_pause,
        "refresh": polling.read_again,
        "redraw": lambda: paint_all(host.app),
        "zoom": navigator.zoom,
        "detail": navigator.turn_column,
        "next_pane": partial(navigator.turn_pane, 1),
        "previous_pane": partial(navigator.turn_pane, -1),
        "copy": partial(_copy, host),
        "mark": eips.turn_mark,
        "mark_all": partial(host.jobs.move, addresses.mark_all),
        "unmark": eips.turn_marks,
        "sort": partial(_choose_order, host, navigator),
        "view": partial(_say_views, host),
        "abort": runner.abort,
        "yes": partial(host.say, f"{key_of('yes')} sends, in a review; nothing is under review"),
        "back": lambda: lookups.stop() or navigator.back(),
        **_session_actions(host, navigator, panes, lookups, runner),
    }


def screen_commands(
    host: Host,
    navigator: Navigator,
    runner: Runner,
    run: Callable[[str], None],
    typed: TypedCommands,
    pressed_at: Callable[[], float],
) -> dict[str, Callable[[], object]]:
    """Return the functions of the commands that list the commands or leave.

    `run` and `typed` run the command that is chosen from a list; `pressed_at` returns when the present key was pressed.
    """
    return {
        "palette": partial(_choose_command, host, run, typed),
        "help": partial(_show_help, host),
        "interrupt": partial(_interrupt, host, navigator),
        "quit": _Quit(host, navigator, runner, pressed_at),
    }


def _session_actions(
    host: Host, navigator: Navigator, panes: Panes, lookups: Lookups, runner: Runner
) -> dict[str, Callable[[], object]]:
    """Return the functions of the commands that ask about this session alone."""

    def ask(name: str, *about: Callable[[], object]) -> Callable[[], None]:
        def run() -> None:
            from tui.session import actions  # noqa: PLC0415  # the first screen goes without modals

            runner.keep(partial(getattr(actions, name), host, *(each() for each in about)))

        return run

    return {
        "copy_menu": ask("choose_copy", lambda: navigator.pane),
        "columns": ask("choose_columns", lambda: panes.eips.table),
        "export": ask("export", lambda: navigator.pane),
        "pin": ask("pin", lambda: navigator.pane),
        "theme": ask("choose_theme"),
        "trail": ask("show_trail"),
        "read_as": ask("ask_reading", lambda: lookups),
    }


def _go_to(host: Host, navigator: Navigator, panes: Panes) -> None:
    """Go to what the selection belongs to; from the detail of a pool or a CIDR, to its EIPs."""
    held = host.selection
    inside = navigator.detail_page or panes.detail_has_keys
    if inside and held is not None and held.kind in (SelectionKind.POOL, SelectionKind.CIDR):
        navigator.go(View.EIPS, filter_=filter_term(held.kind.value, held.id))
    else:
        navigator.pane.go_to()


def _copy(host: Host) -> None:
    if host.selection is None:
        host.say("nothing is selected to copy")
    else:
        host.app.post_message(CopyRequested(host.selection.id))


def _say_views(host: Host) -> None:
    views = host.inventory.config.views
    named = visible(", ".join(views), 60)
    host.say(f"view NAME shows one of {named}" if views else "[views.NAME] in the configuration saves a view")


def _choose_order(host: Host, navigator: Navigator) -> None:
    from tui.session.actions import choose_order  # noqa: PLC0415  # the first screen goes without modals

    choose_order(host, navigator.pane)


def _choose_command(host: Host, run: Callable[[str], None], typed: TypedCommands) -> None:
    from tui.session.actions import choose_command  # noqa: PLC0415  # the first screen goes without modals

    choose_command(host, run, typed)


def _show_help(host: Host) -> None:
    from tui.session.actions import show_help  # noqa: PLC0415  # the first screen goes without modals

    show_help(host)


def _interrupt(host: Host, navigator: Navigator) -> None:
    if not navigator.back():
        host.say("ctrl+c leaves nothing here: {0} {0} quits".format(key_of("quit")))


class _Quit:
    """Goes one step back; pressed twice at the root it ends the session."""

    def __init__(self, host: Host, navigator: Navigator, runner: Runner, pressed_at: Callable[[], float]) -> None:
        self._host = host
        self._navigator = navigator
        self._runner = runner
        self._pressed_at = pressed_at
        self._before = float("-inf")
        """When the key was pressed before."""

    def __call__(self) -> None:
        if self._navigator.back():
            return
        now = self._pressed_at()
        waited, self._before = now - self._before, now
        if QUIT_AGAIN[0] <= waited <= QUIT_AGAIN[1]:
            self._runner.leave()
        else:
            self._host.say(f"press {key_of('quit')} again to quit")

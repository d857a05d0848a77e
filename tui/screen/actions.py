"""From a command to what is done, or to the sentence that says why it is not."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Final

from tui.commands.registry import BY_ID, Command, View, key_of
from tui.panes.pane import Pane
from tui.screen.layout import WIDE, Shape
from tui.state.navigation import Place
from tui.terminal.clipboard import CopyRequested

if TYPE_CHECKING:
    from tui.screen.main_screen import MainScreen

__all__ = ["Actions"]

QUIT_AGAIN: Final = (0.3, 2.0)
"""How long after the first `q` the second one quits: not a stutter, not a coincidence."""

_ASKING: Final = frozenset({"write_mode", "palette", "help", "copy_menu", "columns", "export", "pin", "trail"})
"""What changes nothing, and puts a question all the same."""
_OF_THE_HAND: Final = frozenset({"copy", "copy_menu", "pin"})
"""What changes nothing, and is about the thing in hand all the same."""


class Actions:
    """What commands do, on behalf of the screen."""

    def __init__(self, screen: MainScreen) -> None:
        self._screen = screen
        self._quit_pressed = float("-inf")
        self._doing = self._make_actions()

    def _make_actions(self) -> dict[str, Callable[[], object]]:
        screen = self._screen
        return {
            **{view.name.lower(): partial(screen.show_view, view) for view in View},
            "timeline": screen.show_timeline,
            "write_mode": self._turn_write_mode,
            "find": screen.search.start_filter,
            "palette": partial(self._list_commands, runs=True),
            "help": partial(self._list_commands, runs=False),
            "go_to": self._go_to,
            "previous_view": partial(self._visit, screen.visited.back),
            "next_view": partial(self._visit, screen.visited.forward),
            "last_view": partial(self._visit, screen.visited.last),
            "pause": self._pause,
            "zoom": self._zoom,
            "copy": self._copy,
            **{name: partial(self._keep, name) for name in ("copy_menu", "columns", "export", "pin", "trail")},
            "refresh": self._refresh,
            "mark": self._mark,
            "mark_all": partial(screen.run_move, self._mark_all),
            "unmark": self._unmark,
            "sort": self._sort,
            "detail": self._turn_detail,
            "next_pane": partial(self._turn_pane, 1),
            "previous_pane": partial(self._turn_pane, -1),
            "abort": self._abort,
            "yes": partial(screen.say, "y sends, in a review; nothing is under review"),
            "back": self.back,
            "interrupt": self._interrupt,
            "quit": self._quit,
        }

    def run(self, name: str) -> None:
        """Do what a key or the palette asks for, or say why not."""
        command = BY_ID[name]
        self._screen.expire()
        refusal = self._refusal(command)
        if refusal:
            self._screen.say(refusal)
        elif command.changes:
            self._screen.runner.start(command, self._screen.selection, self._screen.marks)
        else:
            self._doing[name]()

    def _refusal(self, command: Command) -> str:
        screen = self._screen
        key = key_of(command.id)
        if command.views and screen.view not in command.views:
            there = command.views[0]
            return f"{key} is for {there.value}: {key_of(there.name.lower())}"
        if (command.changes or command.id in _ASKING) and screen.runner.busy:
            return "one thing at a time: what was begun before is not over yet"
        if (command.changes or command.id in _OF_THE_HAND) and screen.reaching:
            return f"{key} did nothing: what it would be about is still being read; press it again"
        if not command.changes:
            return ""
        if screen.selection is not None and screen.selection.at is not None:
            return f"{key} is refused: this verdict is about the past; type {screen.selection.id} alone for now"
        return screen.mode.refusal(key)

    def _abort(self) -> None:
        flow = self._screen.runner.flow
        if flow.sending:
            flow.stop()
            self._screen.say("what was sent is sent; of several changes no further one is")
        else:
            recovers = f"{key_of('recover')} recovers a released address"
            self._screen.say(f"{key_of('abort')} aborts a grace count, and none runs.  {recovers}")

    def _turn_write_mode(self) -> None:
        screen = self._screen
        if screen.mode.locked:
            screen.say(screen.mode.refusal(key_of("write_mode")))
        elif screen.mode.writing:
            screen.set_mode(screen.mode.dropped())
            screen.say(f"READ-ONLY: {key_of('write_mode')} arms write mode again")
        else:
            screen.runner.arm()

    def _keep(self, name: str) -> None:
        from tui.session.actions import KEEPSAKES  # noqa: PLC0415  # the first screen goes without flows and modals

        self._screen.runner.keep(partial(KEEPSAKES[name], self._screen))

    def _list_commands(self, *, runs: bool) -> None:
        from tui.modals.help import CommandsModal  # noqa: PLC0415

        modal = CommandsModal(runs=runs)
        self._screen.app.push_screen(modal, self._chosen)

    def _chosen(self, name: str | None) -> None:
        if name is not None:
            self.run(name)

    def _go_to(self) -> None:
        self._screen.pane.go_to()

    def _visit(self, step: Callable[[Place], Place | None]) -> None:
        place = step(self._screen.place)
        if place is None:
            self._screen.say("there is no other place to go to: this is where you have been")
        else:
            self._screen.visit(place)

    def _pause(self) -> None:
        paused = self._screen.refresher.turn_pause()
        self._screen.frame.show_top()
        self._screen.say(
            f"refreshing is paused: the data grows old; {key_of('pause')} goes on" if paused else "refreshing again"
        )
        if not paused:
            self._screen.written()

    def _zoom(self) -> None:
        screen = self._screen
        screen.zoomed = not screen.zoomed
        screen.lay_out()
        screen.focus_pane()
        if screen.size.width < WIDE:
            screen.say(f"one pane has the whole width below {WIDE} columns")

    def _turn_detail(self) -> None:
        if self._screen.shape is Shape.WIDE:
            self._screen.turn_detail()
        else:
            self._screen.say(
                f"the detail has a column of its own from {WIDE} columns on; here {key_of('open')} opens it"
            )

    def _turn_pane(self, step: int) -> None:
        if not self._screen.turn_pane(step):
            views = " ".join(key_of(view) for view in ("eips", "pools", "cidrs", "findings", "timeline"))
            self._screen.say(f"panes stand side by side from {WIDE} columns on; here {views} turn to them")

    def _mark(self) -> None:
        self._screen.deck.eips.table.turn_mark()
        self._marked("")

    async def _mark_all(self) -> None:
        self._marked(await self._screen.deck.eips.mark_all())

    def _unmark(self) -> None:
        self._marked(self._screen.deck.eips.table.unmark())

    def _marked(self, said: str) -> None:
        self._screen.say(said)
        self._screen.holder.show()

    def _sort(self) -> None:
        deck = self._screen.deck
        self._screen.say("")
        self._screen.run_move((deck.lookups if self._screen.view is View.LOOKUPS else deck.eips).turn_sort)

    def _refresh(self) -> None:
        self._screen.written()
        self._screen.say("reading everything again")

    def _copy(self) -> None:
        selection = self._screen.selection
        if selection is None:
            self._screen.say("nothing is in hand to copy")
        else:
            self._screen.app.post_message(CopyRequested(selection.id))

    # the way out

    def back(self) -> bool:
        """One step back; False at the root."""
        screen = self._screen
        pane = screen.pane
        if screen.leave_detail():
            return True
        if screen.view is not View.LOOKUPS and pane.filter:
            screen.run_move(partial(self._clear_filter, pane))
        elif screen.view is not View.EIPS:
            screen.show_view(View.EIPS)
        else:
            return screen.search.back()
        return True

    async def _clear_filter(self, pane: Pane) -> None:
        selection = self._screen.selection
        await pane.narrow("")
        if selection is not None:
            await pane.select(selection.id)
        self._screen.holder.move(pane.selection, by_operator=True)
        self._screen.search.rest()
        self._screen.say("")

    def _interrupt(self) -> None:
        if not self.back():
            self._screen.say("ctrl+c leaves nothing here: {0} {0} quits".format(key_of("quit")))

    def _quit(self) -> None:
        if self.back():
            return
        now = self._screen.pressed_at
        waited, self._quit_pressed = now - self._quit_pressed, now
        if QUIT_AGAIN[0] <= waited <= QUIT_AGAIN[1]:
            self._screen.runner.leave()
        else:
            self._screen.say(f"{key_of('quit')} again quits, after a moment")

"""Notices that stay until they are answered: a landing in the default pool, a refusal."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import ClassVar, Final, Literal, TypeVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.widgets import Static

from core import Allocation, AllocationRequest, EipdeckError, OutcomeUnknown
from tui.commands.registry import key_of
from tui.modals.keystrokes import Keystrokes
from tui.modals.lines import Line, Shell, grid
from tui.modals.review import CancelText
from tui.modals.sheet import Sheet, rule
from tui.terminal.clipboard import CopyRequested
from tui.wording.command_line import command_line
from tui.wording.findings import what_to_do

__all__ = ["LandedModal", "RefusalModal"]

Result = TypeVar("Result")

_SHOWN: Final = 5
_LANDED: Final = "landed_in_default_pool"
_ZENLAYER: Final = (
    "This is a Zenlayer address. It is in no customer CIDR, and what you bind to it will not show your address"
    " or your ASN."
)
_STAYS: Final = "It stays marked  !  DEFAULT in EIPs, and as a finding, until it is fixed or accepted with a reason."


class Notice(Sheet[Result]):
    """Sections of lines and a way out; keys typed before it could be read do nothing."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter,n,q", "leave", "leave", show=False, id="notice_leave"),
    ]
    WAY_OUT: ClassVar[str] = "> Close <"
    NOTE: ClassVar[str] = "enter, esc, q and n close it"

    def __init__(self, heading: str, *, keystrokes: Keystrokes | None = None) -> None:
        super().__init__(heading)
        self._keystrokes = keystrokes or Keystrokes()

    def sections(self) -> Iterable[Iterable[Line | tuple[str, Shell]]]:
        """What it says, with rules between."""
        raise NotImplementedError

    def compose_body(self) -> ComposeResult:
        for number, section in enumerate(self.sections()):
            if number:
                yield rule()
            yield Static(grid(section), classes="review-section", markup=False)

    def compose_foot(self) -> ComposeResult:
        yield rule()
        yield CancelText(self.WAY_OUT, classes="notice-close", markup=False)

    def on_mount(self) -> None:
        self.set_focus(self.query_one(CancelText))
        self.say(self.NOTE)

    def on_screen_resume(self) -> None:
        self._unseen()

    def on_resize(self, _event: events.Resize) -> None:
        self._unseen()

    def _unseen(self) -> None:
        """It is about to be painted, and counts from then on."""
        self._keystrokes.hide()
        self.call_after_refresh(self._keystrokes.show)

    async def on_key(self, event: events.Key) -> None:
        event.stop()
        event.prevent_default()
        if not self._keystrokes.is_late_enough(event):
            return
        active = self.active_bindings.get(event.key)
        if active is not None:
            await self.app.run_action(active.binding.action, active.node)


class LandedModal(Notice["Literal['fix', 'accept'] | None"]):
    """Says that an allocation landed in the default pool; stays until it is answered."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("F", "answer('fix')", "fix", show=False, id="rehome"),
        Binding("K", "answer('accept')", "accept", show=False, id="accept"),
        Binding("a", "copy", "copy", show=False, id="copy"),
    ]
    WAY_OUT = "> Leave it <"
    NOTE = "the row keeps its mark, and the finding stays until it is closed"
    SENTENCES = (
        "The allocation was made, and what it gave is a Zenlayer address, not one of yours.",
        "The fix allocates in a customer pool, moves what is bound and releases this address; it has its own review.",
        "To accept takes a reason. Leaving changes nothing: the row keeps its mark and the finding stays.",
    )

    def __init__(
        self,
        allocation: Allocation,
        request: AllocationRequest,
        *,
        keystrokes: Keystrokes | None = None,
    ) -> None:
        super().__init__("! allocated, but it LANDED IN THE DEFAULT POOL", keystrokes=keystrokes)
        self._request = request
        self._eips = [eip for eip in allocation.eips if eip.landed_in_default] or list(allocation.eips)

    def sections(self) -> Iterable[Iterable[Line | tuple[str, Shell]]]:
        return (tuple(self._what()), tuple(self._what_now()), tuple(self._sent()))

    def _what(self) -> Iterable[Line]:
        request = self._request
        many = "1 EIP" if request.count == 1 else f"{request.count:,} EIPs"
        where = f"from {request.pool_id}" if request.pool_id else "without naming a pool"
        yield Line("asked for", f"{many} {where}")
        for number, eip in enumerate(self._eips[:_SHOWN]):
            yield Line("" if number else "got", f"{eip.address}   customer-owned: NO   EIP {eip.id}")
        if len(self._eips) > _SHOWN:
            yield Line("", f"and {len(self._eips) - _SHOWN:,} more")
        yield Line("pool", f"{self._eips[0].pool_id} (DEFAULT)")
        yield Line("warning", _LANDED)
        yield Line("", _ZENLAYER, problem=True)
        yield Line("", _STAYS)

    def _what_now(self) -> Iterable[Line]:
        yield Line("What now", "")
        yield Line(f"  {key_of('rehome')}", f"fix: allocate in a customer pool, release {self._eips[0].address}")
        yield Line(f"  {key_of('accept')}", "accept, with a reason and perhaps an end")
        yield Line("  esc", "leave it; the finding stays")

    def _sent(self) -> Iterable[Line | tuple[str, Shell]]:
        yield "sent", Shell(command_line(self._request))
        yield Line("", "exit code 3 on the command line")

    def keys(self) -> Sequence[str]:
        return (
            f"{key_of('rehome')} fix",
            f"{key_of('accept')} accept",
            f"{key_of('copy')} copy",
            "esc leave",
            "F1 help",
        )

    def action_answer(self, answer: Literal["fix", "accept"]) -> None:
        self.finish(answer)

    def action_copy(self) -> None:
        self.say(f"copying {self._eips[0].address}")
        self.post_message(CopyRequested(self._eips[0].address))


class RefusalModal(Notice[None]):
    """Says what was refused, why, that nothing changed, and what to do."""

    SENTENCES = ("Nothing is sent from here. The code is the one of the command line, whose exit code it decides.",)

    def __init__(self, title: str, error: EipdeckError, *, keystrokes: Keystrokes | None = None) -> None:
        super().__init__(f"! refused: {title}", keystrokes=keystrokes)
        self._error = error

    def sections(self) -> Iterable[Iterable[Line | tuple[str, Shell]]]:
        error = self._error
        lines = [Line("code", f"{error.code}   (exit {error.exit_code})"), Line("why", error.reason, problem=True)]
        if isinstance(error, OutcomeUnknown):
            lines.append(
                Line(
                    "changed", f"unknown: no answer came in time; the history says what was sent ({key_of('timeline')})"
                )
            )
        else:
            lines.append(Line("changed", "nothing: everything is as it was"))
        lines.append(Line("what to do", what_to_do(error) or "Look at the selected item again, then decide."))
        return (tuple(lines),)

    def keys(self) -> Sequence[str]:
        return ("esc close", "enter close", "F1 help")

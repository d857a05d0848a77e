"""The notice of an allocation that landed in the default pool."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import ClassVar, Final, Literal

from textual.binding import Binding, BindingType

from core import Allocation, AllocationRequest
from tui.commands.registry import key_of
from tui.modals.keystrokes import Keystrokes
from tui.modals.lines import Line, Shell
from tui.modals.notices import Notice
from tui.terminal.clipboard import CopyRequested
from tui.wording.command_line import command_line

__all__ = ["LandedModal"]

_SHOWN: Final = 5

_ZENLAYER: Final = (
    "This is a Zenlayer address. It is in no customer CIDR, and what you bind to it will not show your address"
    " or your ASN."
)

_STAYS: Final = "It stays marked  !  DEFAULT in EIPs, and as a finding, until it is rehomed or accepted with a reason."


class LandedModal(Notice["Literal['rehome', 'accept'] | None"]):
    """Says that an allocation landed in the default pool, and asks whether to rehome or to accept it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("F", "answer('rehome')", "rehome", show=False, id="rehome"),
        Binding("K", "answer('accept')", "accept", show=False, id="accept"),
        Binding("a", "copy", "copy", show=False, id="copy"),
    ]
    WAY_OUT = "> Leave it <"
    NOTE = "the row keeps its mark, and the finding stays until it is closed"
    SENTENCES = (
        "The allocation was made, and what it gave is a Zenlayer address, not one of yours.",
        "Rehome allocates in a customer pool, moves what is bound and releases this address; it has its own review.",
        "Accept takes a reason. Leaving changes nothing: the row keeps its mark and the finding stays.",
    )

    def __init__(
        self,
        allocation: Allocation,
        request: AllocationRequest,
        *,
        keystrokes: Keystrokes | None = None,
    ) -> None:
        super().__init__("! allocated, but IN THE DEFAULT POOL BY MISTAKE", keystrokes=keystrokes)
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
        yield Line("warning", _ZENLAYER, problem=True)
        yield Line("", _STAYS)

    def _what_now(self) -> Iterable[Line]:
        yield Line("What now", "")
        yield Line(f"  {key_of('rehome')}", f"rehome: allocate in a customer pool, release {self._eips[0].address}")
        yield Line(f"  {key_of('accept')}", "accept, with a reason and perhaps an end")
        yield Line("  esc", "leave it; the finding stays")

    def _sent(self) -> Iterable[Line | tuple[str, Shell]]:
        yield "sent", Shell(command_line(self._request))
        yield Line("", "exit code 3 on the command line")

    def keys(self) -> Sequence[str]:
        return (
            f"{key_of('rehome')} rehome",
            f"{key_of('accept')} accept",
            f"{key_of('copy')} copy",
            "esc leave",
            "F1 help",
        )

    def action_answer(self, answer: Literal["rehome", "accept"]) -> None:
        self.finish(answer)

    def action_copy(self) -> None:
        self.say(f"copying {self._eips[0].address}")
        self.post_message(CopyRequested(self._eips[0].address))

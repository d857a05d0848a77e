"""Rename an EIP."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from textual.app import ComposeResult
from textual.widgets import Static

from core import Eip, RenameRequest, Service
from tui.changes.batch import outcome_of, send_reviewed
from tui.changes.flow import Flow, Outcome
from tui.changes.reread import EipChanges, bound_to
from tui.commands.registry import key_of
from tui.modals.fields import Row
from tui.modals.form import Form
from tui.modals.lines import Line, Shell
from tui.modals.review_lines import NOTHING, review_of_eips, target_lines, unchanged_pool
from tui.modals.review_model import Reread, Review, Tier
from tui.widgets.field import Field
from tui.wording.phrases import quoted
from tui.wording.sanitize import safe, visible
from tui.wording.serving import serves_words

__all__ = ["RenameModal", "rename", "review_rename"]


async def rename(flow: Flow, eip: Eip) -> None:
    """Change the name of an EIP, or remove it."""
    services = await flow.read(f"rename {eip.address}", lambda inventory: bound_to(inventory, [eip]))
    if services is not None:
        await flow.ask_until_sent(lambda: RenameModal(eip), lambda request: _rename(flow, eip, services, request))


async def _rename(flow: Flow, eip: Eip, services: Sequence[Service], request: RenameRequest) -> Outcome:
    watch = EipChanges(flow.host.ask, [eip])
    review = review_rename(request, eip, reread=watch, services=services)
    done = await send_reviewed(flow, "rename", request, watch, review)
    if done:
        flow.host.say(f"{eip.address} {'is named' if request.name else 'has'} {_name(request.name)}")
    return outcome_of(done)


class RenameModal(Form["RenameRequest | None"]):
    """Asks for a new name."""

    def __init__(self, eip: Eip) -> None:
        super().__init__(f"rename {eip.address}")
        self._eip = eip
        self._present = visible(eip.name or "")
        self._named = Field(self._present)
        self._reason = Field()

    def rows(self) -> ComposeResult:
        eip = f"{self._eip.address}   serves {serves_words(self._eip.bindings, most=3)}"
        yield Row("EIP", Static(safe(eip), classes="form-text", markup=False))
        yield Row("name", self._named, hint="empty: no name")
        yield Row("reason", self._reason)

    def info(self) -> Iterable[Line | tuple[str, Shell]]:
        yield Line("before", _name(self._eip.name))
        yield Line("after", _name(self._wanted))
        yield from self.command_info()

    def request(self) -> RenameRequest:
        return RenameRequest(eip=self._eip.address, name=self._wanted, reason=self._reason.text)

    @property
    def _wanted(self) -> str:
        """The new name. An untouched field means the present one, whose control characters it spells out."""
        untouched = self._named.value == self._present
        return (self._eip.name if untouched else self._named.text) or ""


def review_rename(request: RenameRequest, eip: Eip, reread: Reread, *, services: Sequence[Service] = ()) -> Review:
    """Return the review of another name."""
    return review_of_eips(
        request,
        [eip],
        reread,
        title=f"rename {eip.address}",
        sections=(
            (
                *target_lines([eip], services),
                Line("before", _name(eip.name)),
                Line("after", _name(request.name)),
                NOTHING,
            ),
            (unchanged_pool([eip], "a name"),),
        ),
        tier=Tier.PLAIN,
        closing=f"Reversible: {key_of('name')} sets another name.",
    )


def _name(name: str | None) -> str:
    return quoted(name) or "no name"

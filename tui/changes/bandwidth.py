"""Change the bandwidth cap of an EIP."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from textual.app import ComposeResult
from textual.widgets import Static

from core import BandwidthRequest, Eip, Service
from tui.changes.batch import outcome_of, send_reviewed
from tui.changes.flow import Flow, Outcome
from tui.changes.reread import EipChanges, bound_to
from tui.commands.registry import key_of
from tui.modals.fields import Row
from tui.modals.form import Form, FormError, parse_whole
from tui.modals.lines import Line, Shell
from tui.modals.review_lines import NOTHING, review_of_eips, target_lines, unchanged_pool
from tui.modals.review_model import Reread, Review, Tier
from tui.widgets.field import Field
from tui.wording.sanitize import safe
from tui.wording.serving import serves_words

__all__ = ["BandwidthModal", "change_bandwidth", "review_bandwidth"]


async def change_bandwidth(flow: Flow, eip: Eip) -> None:
    """Change the cap of an EIP."""
    services = await flow.read(f"bandwidth of {eip.address}", lambda inventory: bound_to(inventory, [eip]))
    if services is not None:
        await flow.ask_until_sent(lambda: BandwidthModal(eip), lambda request: _change(flow, eip, services, request))


async def _change(flow: Flow, eip: Eip, services: Sequence[Service], request: BandwidthRequest) -> Outcome:
    watch = EipChanges(flow.host.ask, [eip])
    review = review_bandwidth(request, eip, reread=watch, services=services)
    done = await send_reviewed(flow, "bandwidth of", request, watch, review)
    if done:
        flow.host.say(f"{eip.address} is capped at {request.bandwidth_mbps} Mbps")
    return outcome_of(done)


class BandwidthModal(Form["BandwidthRequest | None"]):
    """Asks for a new cap."""

    def __init__(self, eip: Eip) -> None:
        super().__init__(f"bandwidth of {eip.address}")
        self._eip = eip
        self._mbps = Field(str(eip.bandwidth_mbps or ""), classes="short")
        self._reason = Field()

    def rows(self) -> ComposeResult:
        eip = f"{self._eip.address}   serves {serves_words(self._eip.bindings, most=3)}"
        yield Row("EIP", Static(safe(eip), classes="form-text", markup=False))
        yield Row("bandwidth", self._mbps, hint="Mbps")
        yield Row("reason", self._reason)

    def info(self) -> Iterable[Line | tuple[str, Shell]]:
        yield Line("before", _cap(self._eip))
        yield Line("after", f"{self._mbps.text or '-'} Mbps")
        yield from self.command_info()

    def request(self) -> BandwidthRequest:
        mbps = parse_whole(self._mbps, "A cap in Mbps")
        if mbps is None:
            raise FormError("Say how many Mbps.", self._mbps)
        return BandwidthRequest(eip=self._eip.address, bandwidth_mbps=mbps, reason=self._reason.text)


def review_bandwidth(
    request: BandwidthRequest, eip: Eip, reread: Reread, *, services: Sequence[Service] = ()
) -> Review:
    """Return the review of another cap."""
    less = eip.bandwidth_mbps is not None and request.bandwidth_mbps < eip.bandwidth_mbps
    return review_of_eips(
        request,
        [eip],
        reread,
        title=f"bandwidth of {eip.address}",
        sections=(
            (
                *target_lines([eip], services),
                Line("before", _cap(eip)),
                Line("after", f"{request.bandwidth_mbps:,} Mbps"),
                Line("stops working", "nothing; traffic above the new cap is dropped") if less else NOTHING,
            ),
            (unchanged_pool([eip], "a cap"),),
        ),
        tier=Tier.PLAIN,
        closing=f"Reversible: {key_of('bandwidth')} sets another cap.",
    )


def _cap(eip: Eip) -> str:
    return "no cap known" if eip.bandwidth_mbps is None else f"{eip.bandwidth_mbps:,} Mbps"

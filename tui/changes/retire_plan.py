"""The plan of a retirement: the live EIPs of a draining CIDR, what they serve, and the keys that free them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar, Final

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.widgets import Static

from core import Cidr, Eip, Service
from tui.commands.registry import key_of
from tui.modals.fields import Choice, Option
from tui.modals.lines import Line, grid
from tui.modals.sheet import Sheet, rule
from tui.terminal.clipboard import CopyRequested
from tui.widgets.field import FieldContent
from tui.wording.phrases import count_of
from tui.wording.serving import serves_words

__all__ = ["Next", "PlanModal", "Step"]

_ROWS: Final = 7


class Step(StrEnum):
    """The operator's choice in the plan."""

    REHOME = "rehome"
    RELEASE = "release"
    LIST = "list"
    SERVICE = "service"
    HISTORY = "history"


@dataclass(frozen=True, slots=True)
class Next:
    """The step chosen in the plan, and its EIPs."""

    step: Step
    eips: tuple[Eip, ...]
    """The marked EIPs, or the selected one."""


class PlanModal(Sheet[Next]):
    """Lists the EIPs to free. The plan is read from the data each time, so the operator can leave at any time."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("F", "go('rehome')", show=False, id="rehome"),
        Binding("R", "go('release')", show=False, id="release"),
        Binding("o", "go('service')", show=False, id="go_to"),
        Binding("t", "go('history')", show=False, id="timeline"),
        Binding("a", "copy", show=False, id="copy"),
        Binding("asterisk", "mark_all", show=False, id="mark_all"),
        Binding("q,backspace", "leave", show=False, id="plan_leave"),
    ]
    SENTENCES = (
        "A CIDR is retired in three steps: drain it, free what lives in it, retire it. This is step two.",
        "Each EIP is moved to another customer pool, which changes its public address, or released: it is locked then.",
        "Marked EIPs are moved or released together, with one review; space marks one.",
        "enter lists the EIPs in the main screen, where space marks several.",
    )

    def __init__(self, cidr: Cidr, eips: Sequence[Eip], drained: str, services: Sequence[Service] = ()) -> None:
        """Plan the retirement of a draining CIDR.

        Args:
            cidr: the CIDR, as last read.
            eips: its live EIPs, at least one.
            drained: when it was drained and by whom; may be empty.
            services: their names are shown for what the EIPs serve.

        """
        super().__init__(f"plan: retire {cidr.cidr}")
        self._cidr = cidr
        self._eips = {eip.address: eip for eip in eips}
        self._drained = drained
        options = [Option(eip.address, (f"! {eip.address}", _serves(eip, services), _ways(eip))) for eip in eips]
        self._choice = Choice(options, chosen=eips[0].address, rows=_ROWS, several=True, onward=True)

    @property
    def entry(self) -> FieldContent:
        """The selected EIP and the marked ones."""
        return self._choice.entry

    def resume(self, entry: FieldContent) -> None:
        """Select and mark the EIPs of a plan that was left, as far as they are still in this one."""
        self._choice.refill(entry)

    def compose_body(self) -> ComposeResult:
        cidr, left = self._cidr, count_of(self._cidr.allocated, "live EIP")
        asn = f"   AS{cidr.asn}" if cidr.asn is not None else ""
        yield Static(
            grid(
                [
                    Line("state", f"draining   pool {cidr.pool_id}{asn}   {cidr.total:,} addresses"),
                    Line("1 drain", f"no more allocations: done {self._drained}".rstrip()),
                    Line(
                        "2 free",
                        f"the {left}, each by {key_of('rehome')} or {key_of('release')}:{self._listed()}",
                        problem=True,
                    ),
                ]
            ),
            classes="review-section",
            markup=False,
        )
        yield self._choice
        yield Static(grid([Line("3 retire", "the CIDR leaves the pool: after step 2")]), markup=False)
        yield rule()
        yield Static(
            grid(
                [
                    Line("refused", f"retiring now, because of the {left} above", problem=True),
                    Line("enter", f"lists them in the main screen (filter cidr:{cidr.cidr})"),
                    Line(key_of("rehome"), "moves the selected EIP to another customer pool: the address changes"),
                    Line(key_of("release"), "releases it; its address is locked, not allocated again"),
                    Line(key_of("cidr_end"), "on the CIDR, when none is left, opens the review of its retirement"),
                ],
                label=8,
            ),
            classes="review-section",
            markup=False,
        )

    def _listed(self) -> str:
        return f" the first {len(self._eips):,} here" if len(self._eips) < self._cidr.allocated else ""

    def on_mount(self) -> None:
        self.set_focus(self._choice)
        self.say("step 2 of 3.  Leave at any time: the plan is read from the data")

    def keys(self) -> Sequence[str]:
        rehome, release, service, history = (key_of(name) for name in ("rehome", "release", "go_to", "timeline"))
        acts = (f"{rehome} rehome", f"{release} release", "space mark", "enter the list")
        return (*acts, f"{service} service", f"{history} history", "esc back", "F1 help")

    @property
    def expendable(self) -> Sequence[str]:
        return (f"{key_of('timeline')} history", f"{key_of('go_to')} service", "space mark")

    def action_go(self, step: str) -> None:
        self._go(Step(step))

    def action_copy(self) -> None:
        if self._choice.value is not None:
            self.post_message(CopyRequested(self._choice.value))

    def on_choice_submitted(self, event: Choice.Submitted) -> None:
        event.stop()
        self._go(Step.LIST)

    def _go(self, step: Step) -> None:
        if self._choice.value is None:
            return
        marked = [address for address in self._eips if address in self._choice.marked]
        together = marked and step in (Step.REHOME, Step.RELEASE)
        self.finish(Next(step, tuple(self._eips[each] for each in (marked if together else [self._choice.value]))))

    def action_mark_all(self) -> None:
        everything = set(self._eips)
        self._choice.marked = set() if self._choice.marked == everything else everything
        more = self._cidr.allocated - len(everything)
        if self._choice.marked and more > 0:
            self.say(
                f"the {len(everything):,} listed here are marked, {more:,} more are not: enter lists all there are"
            )
        self._choice.refresh()


def _serves(eip: Eip, services: Sequence[Service]) -> str:
    return serves_words(eip.bindings, services, most=1, nothing="serves nothing")


def _ways(eip: Eip) -> str:
    release = key_of("release")
    return f"bound: {key_of('rehome')} rehome or {release}" if eip.bindings else f"unbound: {release}"

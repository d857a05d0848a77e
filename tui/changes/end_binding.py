"""End some of the bindings of one EIP, chosen from a list."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from textual.app import ComposeResult

from core import Binding, BindingWords, Eip, Service, UnbindRequest
from tui.changes.flow import Flow, Outcome, new_request_id
from tui.changes.reread import EipChanges
from tui.commands.registry import key_of
from tui.modals.fields import Choice, Option, Row
from tui.modals.form import Form, FormError
from tui.modals.lines import Line, Shell
from tui.modals.review_lines import review_of_eips, stops_lines, target_lines, unchanged_pool
from tui.modals.review_model import Reread, Review, Tier
from tui.widgets.field import Field
from tui.wording.command_line import command_line
from tui.wording.phrases import count_of, minute
from tui.wording.sanitize import visible
from tui.wording.serving import binding_words, part_words

__all__ = ["EndBindingsModal", "end_some", "review_end"]


async def end_some(flow: Flow, eip: Eip, services: Sequence[Service]) -> None:
    """Ask which bindings of an EIP end, and end them one after the other."""
    shown: list[EndBindingsModal] = []

    def form() -> EndBindingsModal:
        shown[:] = [EndBindingsModal(eip, services)]
        return shown[0]

    await flow.ask_until_sent(form, lambda request: _end(flow, eip, services, shown[0].ending, request))


async def _end(
    flow: Flow, eip: Eip, services: Sequence[Service], ending: Sequence[Binding], request: UnbindRequest
) -> Outcome:
    watch = EipChanges(flow.host.ask, [eip])
    title = f"unbind {eip.address}"
    reason = await flow.confirm(review_end(request, eip, ending, services, reread=watch), title)
    if reason is None:
        return Outcome.CANCELLED
    flow.begin_batch()
    now, done = watch.latest[0], 0
    for wanted in _requests(eip, ending):
        if done and (flow.stopped or not flow.host.may_write()):
            break
        sent = replace(wanted, expected=now, reason=reason or None, request_id=new_request_id())
        answer = await flow.send(title, sent)
        if answer is None:
            break
        now, done = answer[0], done + 1
    if done:
        left = count_of(len(now.bindings), "binding")
        flow.unmark([eip])
        flow.host.say(f"{eip.address}: {count_of(len(eip.bindings) - len(now.bindings), 'binding')} ended, {left} left")
    return Outcome.SENT if done else Outcome.REFUSED


def _requests(eip: Eip, ending: Sequence[Binding]) -> list[UnbindRequest]:
    """Return one request for all bindings, or one for each of some."""
    key = eip.id or eip.address
    if len(ending) == len(eip.bindings):
        return [UnbindRequest(eip=key)]
    return [UnbindRequest(eip=key, binding_id=binding.id) for binding in ending]


class EndBindingsModal(Form["UnbindRequest | None"]):
    """Asks which of several bindings end: the marked ones, else the chosen one."""

    def __init__(self, eip: Eip, services: Sequence[Service]) -> None:
        super().__init__(f"unbind {eip.address}: which of {len(eip.bindings)} bindings")
        self._eip = eip
        self._known = {binding.id: binding for binding in eip.bindings}
        options = [Option(each.id, _cells(each, services)) for each in eip.bindings]
        self._choice: Choice[str] = Choice(options, chosen=eip.bindings[0].id, rows=10, several=True)
        self._reason = Field()

    def rows(self) -> ComposeResult:
        yield Row("end", self._choice, hint="space marks")
        yield Row("reason", self._reason)

    @property
    def ending(self) -> list[Binding]:
        """The marked bindings, or else the chosen one."""
        marked = [binding for key, binding in self._known.items() if key in self._choice.marked]
        chosen = self._known.get(self._choice.value or "")
        return marked or ([] if chosen is None else [chosen])

    def info(self) -> Iterable[Line | tuple[str, Shell]]:
        ending = self.ending
        for number, binding in enumerate(ending):
            yield Line("" if number else "then", visible(BindingWords(binding).loss), problem=True)
        yield Line("stays", f"{count_of(len(self._known) - len(ending), 'binding')}")
        yield from self.command_info()

    def request(self) -> UnbindRequest:
        if not self.ending:
            raise FormError("Choose a binding, or mark some with space.", self._choice)
        return replace(_requests(self._eip, self.ending)[0], eip=self._eip.address, reason=self._reason.text)


def _cells(binding: Binding, services: Sequence[Service]) -> tuple[str, ...]:
    since = f"since {minute(binding.bound_at)}"
    return binding_words(binding, services), part_words(binding), since


def review_end(
    request: UnbindRequest, eip: Eip, ending: Sequence[Binding], services: Sequence[Service], *, reread: Reread
) -> Review:
    """Return the review of the end of some bindings; the first command is that of `request`."""
    left = [binding for binding in eip.bindings if binding not in ending]
    stays = "; ".join(binding_words(binding, services) for binding in left)
    review = review_of_eips(
        request,
        [eip],
        reread,
        title=f"unbind {eip.address}",
        sections=(
            (
                *target_lines([eip], services),
                *stops_lines(eip, ending, services),
                Line("after", f"still {stays}" if left else "unbound; the EIP stays allocated"),
            ),
            (unchanged_pool([eip], "an unbind"),),
        ),
        tier=Tier.COUNT,
        closing=f"Reversible: {key_of('bind')} binds it again.",
    )
    others = [replace(each, eip=eip.address, reason=request.reason) for each in _requests(eip, ending)[1:]]
    return replace(review, more_commands=tuple(map(command_line, others)))

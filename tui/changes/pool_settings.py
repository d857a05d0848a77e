"""Change the settings of a pool: its order, its cool-down and its thresholds."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from textual.app import ComposeResult

from core import InvalidTime, NotFound, Pool, PoolSettingsRequest, parse_duration
from tui.changes.flow import Flow, Outcome, new_request_id
from tui.modals.fields import Choice, Option, Row
from tui.modals.form import Form, FormError
from tui.modals.lines import Line, Shell
from tui.modals.review_lines import NOTHING, review_of
from tui.modals.review_model import Reread, Review, Tier
from tui.state.selection import Selection, SelectionKind
from tui.widgets.field import Field
from tui.wording.phrases import ORDER_WORDS
from tui.wording.sanitize import visible

__all__ = ["PoolSettingsModal", "change_pool", "pool_of", "review_pool"]


async def change_pool(flow: Flow, selection: Selection | None) -> None:
    """Change the settings of the selected pool, or of the pool of what is selected."""
    pool_id = None if selection is None else pool_of(flow, selection)
    if pool_id is None:
        return
    pool = await flow.read(f"pool set {visible(pool_id)}", lambda inventory: inventory.pool(pool_id))
    if pool is not None:
        await flow.ask_until_sent(lambda: PoolSettingsModal(pool), lambda request: _set(flow, pool, request))


def pool_of(flow: Flow, selection: Selection) -> str | None:
    """Return the selected pool, or the pool of the selected CIDR or EIP."""
    if selection.kind is SelectionKind.POOL:
        return selection.id
    if selection.eip is not None:
        return selection.eip.pool_id
    cidr = None if flow.host.snapshot is None else flow.host.snapshot.cidr(selection.id)
    return None if cidr is None else cidr.pool_id


async def _set(flow: Flow, pool: Pool, request: PoolSettingsRequest) -> Outcome:
    request = replace(request, request_id=new_request_id())
    review = review_pool(request, pool, reread=_unchanged(flow, pool))
    outcome, done = await flow.carry_out(f"pool set {visible(pool.id)}", request, review)
    if done is not None:
        flow.host.say(f"pool {visible(done.id)}: {', '.join(words for _, words in _changes(request, pool))}")
    return outcome


def _unchanged(flow: Flow, seen: Pool) -> Reread:
    async def reread() -> list[str]:
        try:
            now = await flow.host.ask(lambda inventory: inventory.pool(seen.id))
        except NotFound as refusal:
            return [refusal.message]
        same = (now.order, now.cooldown_seconds) == (seen.order, seen.cooldown_seconds)
        return [] if same else [f"The settings of {visible(seen.id)} have changed since you looked."]

    return reread


class PoolSettingsModal(Form["PoolSettingsRequest | None"]):
    """Asks for settings; an empty field leaves a setting as it is."""

    def __init__(self, pool: Pool) -> None:
        super().__init__(f"pool set {visible(pool.id)}")
        self._pool = pool
        self._order = Choice(
            [Option(order, (words,)) for order, words in ORDER_WORDS.items()], chosen=pool.order, across=True
        )
        self._cooldown = Field(placeholder=duration_words(pool.cooldown_seconds), classes="short")
        self._warn = Field(placeholder="as it is", classes="short")
        self._critical = Field(placeholder="as it is", classes="short")
        self._reason = Field()

    def rows(self) -> ComposeResult:
        yield Row("order", self._order)
        yield Row("cool-down", self._cooldown, hint="as 90m, 24h, 7d")
        yield Row("warn at", self._warn, hint="% in use: a finding")
        yield Row("critical at", self._critical, hint="% in use: a critical finding")
        yield Row("reason", self._reason)

    def info(self) -> Iterable[Line | tuple[str, Shell]]:
        yield Line("then", "new allocations and releases follow it; what cools already keeps its end")
        yield from self.command_info()

    def request(self) -> PoolSettingsRequest:
        order = self._order.value
        request = PoolSettingsRequest(
            pool_id=self._pool.id,
            order=None if order is self._pool.order else order,
            cooldown_seconds=self._seconds(),
            warn_percent=_percent(self._warn),
            critical_percent=_percent(self._critical),
            reason=self._reason.text,
        )
        if not list(_changes(request, self._pool)):
            raise FormError("Nothing differs from what is set: choose or type another setting.", self._cooldown)
        return request

    def _seconds(self) -> int | None:
        text = self._cooldown.text
        if text is None:
            return None
        try:
            seconds = parse_duration(text)
        except InvalidTime:
            raise FormError("Write the cool-down as 90m, 24h or 7d, or in seconds.", self._cooldown) from None
        return None if seconds == self._pool.cooldown_seconds else seconds


def _percent(field: Field) -> float | None:
    text = field.text
    if text is None:
        return None
    try:
        percent = float(text.removesuffix("%"))
    except ValueError:
        percent = 0.0
    if not 0 < percent <= 100:
        raise FormError(f"{visible(text, 20)} is not a percentage above 0, at most 100.", field)
    return percent


def _changes(request: PoolSettingsRequest, pool: Pool) -> Iterator[tuple[str, str]]:
    """Yield the label and the words of each setting that changes."""
    if request.order is not None:
        yield "order", f"{ORDER_WORDS[pool.order]} -> {ORDER_WORDS[request.order]}"
    if request.cooldown_seconds is not None:
        yield "cool-down", f"{duration_words(pool.cooldown_seconds)} -> {duration_words(request.cooldown_seconds)}"
    if request.warn_percent is not None:
        yield "warn at", f"{request.warn_percent:g} %"
    if request.critical_percent is not None:
        yield "critical at", f"{request.critical_percent:g} %"


def duration_words(seconds: int) -> str:
    """Return `24h`, `90m` or `45s`: the largest unit that divides it."""
    for size, unit in ((86_400, "d"), (3_600, "h"), (60, "m")):
        if seconds and seconds % size == 0 and (unit != "d" or seconds > size):
            return f"{seconds // size}{unit}"
    return f"{seconds}s"


def review_pool(request: PoolSettingsRequest, pool: Pool, reread: Reread) -> Review:
    """Return the review of other settings."""
    return review_of(
        request,
        reread,
        title=f"pool set {visible(pool.id)}",
        target_copy=pool.id,
        sections=(
            (
                Line("target", f"pool {pool.id}   {pool.kind.value}   {pool.region}"),
                *(Line(label, words) for label, words in _changes(request, pool)),
                NOTHING,
            ),
            (Line("pool", f"{pool.available:,} free of {pool.total:,}, {pool.cooling:,} cooling to their end"),),
        ),
        tier=Tier.PLAIN,
        closing="Reversible: set it back in the same way.",
    )

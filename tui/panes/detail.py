"""The detail: everything about the address in hand."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import Vertical

from core import Eip
from tui.hand import Facts
from tui.strips import strip_lines, strip_title
from tui.text import visible
from tui.widgets.lines import BOLD, WARNING, Line, Lines, ScrollLines
from tui.words import age, binding_words, minute, owner, quoted, served_words

__all__ = ["DetailPane", "detail_lines"]

_LABEL = 10


class DetailPane(Vertical):
    """A column from 120 columns on; below, a page of its own."""

    def __init__(self, *, rule: str) -> None:
        super().__init__(id="detail")
        self._rule = rule
        self.title_line = Lines(classes="title")
        self.text = ScrollLines()
        self._title = ""
        self._of: str | None = None

    def compose(self) -> ComposeResult:
        yield self.title_line
        yield self.text

    def show(self, facts: Facts) -> None:
        same = self._of == facts.hand.id
        self._of, self._title = facts.hand.id, visible(facts.hand.id)
        self._show_title()
        self.text.show_whole(detail_lines(facts), keep_place=same)

    def on_resize(self) -> None:
        self._show_title()

    def _show_title(self) -> None:
        head = f"{self._rule} {self._title} "
        self.title_line.show(Line(head + self._rule * max(self.size.width - len(head), 0)))


def detail_lines(facts: Facts) -> list[Line | str]:
    """What is known, as lines that fold well in 26 cells and read well in 80."""
    if facts.verdict is None:
        return [Line(strip_title(facts), BOLD), *strip_lines(facts)]
    verdict, eip = facts.verdict, facts.eip
    lines: list[Line | str] = [
        Line(strip_title(facts).split(" -- ")[1], WARNING if eip and eip.landed_in_default else BOLD),
        f"fix in: {verdict.fix_in.value}" if verdict.fix_in else "fix in: -",
    ]
    if eip is None:
        return [*lines, visible(verdict.summary), *_history(facts)]
    return [*lines, *_identity(facts, eip), *_serves(facts, eip), *_siblings(facts), *_history(facts)]


def _field(label: str, value: object) -> str:
    return f"{label:<{_LABEL}} {visible(value)}"


def _identity(facts: Facts, eip: Eip) -> list[Line | str]:
    asn = facts.verdict.asn if facts.verdict else None
    lines: list[Line | str] = [
        _field("customer", f"{'yes' if eip.customer_owned else 'no'} ({owner(eip)})"),
        _field("name", eip.name or "-"),
        _field("EIP", eip.id or "-"),
        _field("pool", eip.pool_id),
        _field("CIDR", eip.cidr),
        _field("origin AS", asn or "-"),
        _field("region", eip.region),
        _field("state", eip.status.value),
        _field("cap", f"{eip.bandwidth_mbps} Mbps" if eip.bandwidth_mbps else "-"),
        _field("allocated", f"{minute(eip.allocated_at)} ({age(eip.allocated_at, facts.now)})"),
        _field("by", eip.allocated_by),
    ]
    if eip.previous_eip_id:
        lines.append(_field("replaces", eip.previous_eip_id))
    if eip.landed_in_default:
        lines.append(Line("! landed in the default pool: F fixes, K accepts", WARNING))
    return lines


def _serves(facts: Facts, eip: Eip) -> list[Line | str]:
    lines: list[Line | str] = ["", Line("serves", BOLD)]
    if not eip.bindings:
        return [*lines, "nothing"]
    for binding in eip.bindings:
        lines.append(binding_words(binding, facts.services))
        lines.append(f"  {visible(served_words(binding))}, since {minute(binding.bound_at)}")
    return lines


def _siblings(facts: Facts) -> list[Line | str]:
    if not facts.siblings:
        return ["siblings none"]
    lines: list[Line | str] = [Line("siblings", BOLD)]
    for sibling in facts.siblings:
        other = facts.eip is not None and sibling.customer_owned != facts.eip.customer_owned
        text = f"{'!' if other else ' '} {sibling.address} {owner(sibling)}"
        lines.append(Line(text, WARNING) if other else text)
    return lines


def _history(facts: Facts) -> list[Line | str]:
    lines: list[Line | str] = ["", Line("history", BOLD)]
    if not facts.history:
        return [*lines, "none"]
    for event in facts.history[::-1]:
        reason = f" {quoted(event.reason)}" if event.reason else ""
        lines.append(f"{minute(event.at)} {visible(event.operator)} {visible(event.action)}{reason}")
    return lines

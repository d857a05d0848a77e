"""The text of the detail pane: a page of pairs and tables, or one column."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from rich.cells import cell_len

from core import Binding, Eip, Event
from tui.commands.registry import key_of
from tui.state.selection import SelectionDetails
from tui.state.selection_text import finding_line, mark, port_line, strip_lines, strip_title, title_words
from tui.terminal.roles import Role
from tui.widgets.columns import line
from tui.widgets.lines import BOLD, PLAIN, WARNING, Line
from tui.wording.phrases import age, changes_are_made, eips_beyond, minute, owner, quoted
from tui.wording.sanitize import visible
from tui.wording.services import serving_lines
from tui.wording.serving import action_words, binding_words, part_words, serves_words

__all__ = ["detail_lines"]

_PAGE: Final = 76
"""Cells from which on the detail is laid out as a page."""
_LABEL: Final = 16
_SECOND: Final = 39
"""The cell at which the second pair of a line begins on a page."""

Text = Line | str


def detail_lines(details: SelectionDetails, width: int) -> list[Text]:
    """Return the details of the selection in lines of `width` cells."""
    if details.service is not None:
        return list(_service(details))
    if details.verdict is None:
        return [Line(title_words(details) or strip_title(details), BOLD), *strip_lines(details)]
    return list(_page(details) if width >= _PAGE else _column(details))


def _service(details: SelectionDetails) -> Iterator[Text]:
    """Yield a service: its words, and a line for each binding of its first EIPs."""
    row, eips = details.service, details.siblings.eips
    if row is None:
        return
    yield Line(title_words(details), BOLD)
    yield from strip_lines(details)[0 if details.selection.finding else 1 :]
    yield from ("", Line("serves by", BOLD))
    if row.idle:
        yield "no EIP"
    for words in serving_lines(row, eips):
        yield Line(visible(words), WARNING) if " DEFAULT" in words else visible(words)
    if details.siblings.total > len(eips):
        yield f"and {eips_beyond(details.siblings.total, len(eips))} more EIPs: {key_of('go_to')} lists them"


def _page(details: SelectionDetails) -> Iterator[Text]:
    eip = details.eip
    if details.verdict is not None:
        yield f"{'verdict':<{_LABEL}}{details.verdict.verdict}"
    if eip is None:
        yield visible(details.verdict.summary) if details.verdict else ""
    else:
        yield from _pairs(details, eip)
        if port := port_line(details):
            yield ""
            yield from _labelled("port", iter([port]))
        yield ""
        yield from _labelled("serves", _serves_table(details, eip))
        yield from _labelled(_siblings_label(details), _siblings(details))
    yield ""
    yield from _labelled("history", _history(details))
    before, after = _holders(details)
    yield from _labelled("before that", iter(before))
    yield from _labelled("after that", iter(after))


def _column(details: SelectionDetails) -> Iterator[Text]:
    eip, selection = details.eip, details.selection
    if selection.at is not None:
        yield Line(f"@ {minute(selection.at)}", BOLD)
    first, *wrong = title_words(details).split(" -- ")
    style = _loudness(details)
    yield Line(first, style)
    yield from (Line(f"  {each}", style) for each in wrong)
    if details.verdict is not None:
        yield f"verdict    {details.verdict.verdict}"
        yield f"changes    {changes_are_made(details.verdict)}"
    if selection.finding is not None:
        yield finding_line(selection.finding)
    if eip is None:
        yield visible(details.verdict.summary) if details.verdict else ""
    else:
        yield from (f"{label:<10} {value}" for label, value in _fields(details, eip))
        yield from _landed(eip)
        if port := port_line(details):
            yield from ("", Line("port", BOLD), port)
        yield from ("", Line("serves", BOLD), *_serves(details, eip))
        yield from (
            (Line(_siblings_label(details), BOLD), *_siblings(details))
            if details.siblings.total
            else ("no other EIP beside it",)
        )
    yield from ("", Line("history", BOLD), *_history(details))
    for label, holders in zip(("before that", "after that"), _holders(details), strict=True):
        if holders:
            yield ""
            yield Line(label, BOLD)
            yield from holders


def _loudness(details: SelectionDetails) -> Role:
    """Return how loud the title is: as bad as the worst finding."""
    return {"!! ": Role.CRITICAL, "! ": Role.WARNING}.get(mark(details), Role.STRONG)


def _fields(details: SelectionDetails, eip: Eip) -> list[tuple[str, str]]:
    """Return labels and values of an EIP."""
    asn = details.verdict.asn if details.verdict else None
    fields = [
        ("customer", f"{'yes' if eip.customer_owned else 'no'} ({owner(eip)})"),
        ("name", visible(eip.name or "-")),
        ("EIP", visible(eip.id)),
        ("pool", visible(eip.pool_id)),
        ("CIDR", eip.cidr),
        ("origin AS", str(asn or "-")),
        ("region", visible(eip.region)),
        ("state", eip.status.value),
        ("cap", f"{eip.bandwidth_mbps:,} Mbps" if eip.bandwidth_mbps else "-"),
        ("allocated", minute(eip.allocated_at)),
        ("by", visible(eip.allocated_by)),
    ]
    return [*fields, ("replaces", visible(eip.previous_eip_id))] if eip.previous_eip_id else fields


def _pairs(details: SelectionDetails, eip: Eip) -> Iterator[Text]:
    known = dict(_fields(details, eip))
    left = [("customer-owned", "customer"), ("CIDR", "CIDR"), ("pool", "pool"), ("origin ASN", "origin AS")]
    right = [("state", "state"), ("name", "name"), ("region", "region"), ("bandwidth", "cap")]
    for (label, key), (other, other_key) in zip(left, right, strict=True):
        first = f"{label:<{_LABEL}}{known[key]}"
        yield f"{first}{' ' * max(_SECOND - cell_len(first), 2)}{other:<11}{known[other_key]}"
    why = next((quoted(event.reason) for event in details.history if event.eip_id == eip.id and event.reason), "")
    reason = f", reason {why}" if why else ""
    yield f"{'allocated':<{_LABEL}}{eip.allocated_at:%Y-%m-%d %H:%M:%S}Z by {known['by']}{reason}"
    replaces = f", replaces {known['replaces']}" if eip.previous_eip_id else ""
    yield f"{'EIP':<{_LABEL}}{known['EIP']}{replaces}"
    yield from _landed(eip)


def _landed(eip: Eip) -> Iterator[Text]:
    if eip.landed_in_default:
        yield Line(
            f"! {key_of('rehome')} moves it to your pool, {key_of('accept')} accepts it as it is",
            WARNING,
        )


def _labelled(label: str, lines: Iterator[Text]) -> Iterator[Text]:
    """Yield lines with a label beside the first; a `!` moves into the column before the text."""
    for each in lines:
        text, style = (each, PLAIN) if isinstance(each, str) else (each.text, each.style)
        mark, text = ("!", text[2:]) if text.startswith("! ") else (" ", text)
        yield Line(f"{label:<{_LABEL - 3}}{mark}  {text}", style)
        label = ""


def _serves(details: SelectionDetails, eip: Eip) -> Iterator[Text]:
    if not eip.bindings:
        yield "nothing"
    for binding in eip.bindings:
        yield binding_words(binding, details.services)
        yield f"  {part_words(binding)}, since {minute(binding.bound_at)}"


_BINDING: Final = ("BINDING", "KIND", "SERVICE", "WHAT", "SINCE")
_WIDTHS: Final = (8, 4, 30, 24, 5)
_ROOM: Final = 80 - _LABEL
_SOURCES: Final = 6
"""SNAT sources that a binding is shown with; the command line has them all."""


def _serves_table(details: SelectionDetails, eip: Eip) -> Iterator[Text]:
    if not eip.bindings:
        yield "nothing"
        return
    rows = [_BINDING, *(row for binding in eip.bindings for row in _binding_rows(details, binding))]
    widths = [min(max(cell_len(row[at]) for row in rows), most) for at, most in enumerate(_WIDTHS)]
    widths[2] -= max(sum(widths) + len(widths) - 1 - _ROOM, 0)
    for row in rows:
        yield line([(cell, width, False) for cell, width in zip(row, widths, strict=True)]).rstrip()


def _binding_rows(details: SelectionDetails, binding: Binding) -> Iterator[tuple[str, ...]]:
    kind, _, service = binding_words(binding, details.services).partition(" ")
    about = (visible(binding.id), kind, service)
    since = age(binding.bound_at, details.now)
    for source in binding.sources[:_SOURCES]:
        yield (*about, f"{source} leaves by it", since)
        about, since = ("", "", ""), ""
    if len(binding.sources) > _SOURCES:
        yield (*about, f"and {len(binding.sources) - _SOURCES:,} more", "")
    if not binding.sources:
        yield (*about, part_words(binding), since)


def _siblings_label(details: SelectionDetails) -> str:
    return "beside it" if details.selection.at is None else "beside now"


def _siblings(details: SelectionDetails) -> Iterator[Text]:
    siblings = details.siblings
    if not siblings.total:
        yield "none"
    for sibling in siblings.eips:
        other = details.eip is not None and sibling.customer_owned != details.eip.customer_owned
        words = serves_words(sibling.bindings, nothing="", once=True)
        text = f"{sibling.address:<15} {owner(sibling):<8} {words}"
        yield Line(f"! {text}: mixes owners", WARNING) if other else text
    if siblings.total > len(siblings.eips):
        yield f"and {eips_beyond(siblings.total, len(siblings.eips))} more: {key_of('go_to')} lists them"


def _history(details: SelectionDetails) -> Iterator[Text]:
    """Yield the events of the selected tenancy, or of the address when it is free; newest first."""
    eip = details.eip
    events = [event for event in details.history if eip is None or event.eip_id in (None, eip.id)]
    if not events:
        yield "none"
    for event in reversed(events):
        yield _event_words(event)


def _event_words(event: Event) -> str:
    reason = f" {quoted(event.reason)}" if event.reason else ""
    return f"{minute(event.at)} {visible(event.operator)} {action_words(event)}{reason}"


def _holders(details: SelectionDetails) -> tuple[list[str], list[str]]:
    """Return the holders of the address before and after the selected tenancy and moment; newest first."""
    eip, now = details.eip, details.selection.at or details.now
    since = eip.allocated_at if eip is not None else now
    others = [each for each in details.tenancies if eip is None or each.id != eip.id]
    before = [_holder(each) for each in others if each.allocated_at <= since]
    return before, [_holder(each) for each in others if each.allocated_at > since]


def _holder(tenancy: Eip) -> str:
    until = "now" if tenancy.released_at is None else f"{tenancy.released_at:%Y-%m-%d}"
    served = serves_words(tenancy.bindings, nothing="served nothing at its end", once=True)
    name = f" {quoted(tenancy.name)}" if tenancy.name else ""
    when = f"{tenancy.allocated_at:%Y-%m-%d} to {until}"
    return f"{visible(tenancy.allocated_by)}, {when}{name}: {served}"

"""The key line: the keys that apply to the selection, in a fixed order, never wider than the screen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from core import CidrState
from tui.commands.context import CIDR, POOL, SERVICE, KeyContext
from tui.commands.registry import BY_ID, COMMANDS, View, key_of, key_text, keys_of
from tui.widgets.key_hints import hint_parts, hints
from tui.widgets.lines import Line, line_of

__all__ = ["FIELD_FILTER", "FIELD_LOOKUP", "count_line", "field_line", "key_line"]

FIELD_LOOKUP = ("enter open", "esc leave the field", "up down scroll the list")
FIELD_FILTER = ("enter keep", "esc leave", "tab completes", "up down scroll the list")
FIELD_EXPENDABLE = ("up down scroll the list", "tab completes")
"""Parts that a narrow screen drops while the field is in use."""

_TAIL = ("find", "palette", "help", "quit")
_LOOKING = ("open", "go_to", "copy")


def field_line(parts: Sequence[str], width: int) -> Line:
    """Return the key line while the field is in use; help is on a key that is not text."""
    helping = [key_text(key) for key in keys_of("help") if key.startswith("f") and key[1:].isdigit()]
    return hints([*parts, *(f"{key} help" for key in helping[:1])], width, FIELD_EXPENDABLE)


def count_line() -> Line:
    """Return the key line while a grace count runs."""
    return line_of(
        *hint_parts([f"{key_of('abort')} abort", "   esc abort"]), "   other keys wait until the count is over"
    )


def _changing(context: KeyContext) -> list[str]:
    """Return the keys that lead to a change now."""
    if not context.writing:
        return [key_of("write_mode")]
    return [key_of(command.id) for command in COMMANDS if command.changes]


def key_line(context: KeyContext, width: int) -> Line:
    """Return one line of keys and labels.

    Args:
        context: decides which keys apply.
        width: cells of the line; `?` and `q` stay however few there are.

    """
    items = _fitting(context, width)
    return line_of(
        *hint_parts([item if not number else f"  {item}" for number, item in enumerate(items)], _changing(context))
    )


def _fitting(context: KeyContext, width: int) -> list[str]:
    head = _head(context)
    tail = [_item(name, {}) for name in _TAIL]
    while True:
        items = [_item(name, labels) for name, labels in head] + tail
        cells = len("  ".join(items))
        if cells <= width or not (head or len(tail) > 2):
            return items
        if context.marked and cells - len(" quit") <= width:
            return [*items[:-1], items[-1].removesuffix(" quit")]
        if len(head) > 2 or len(tail) == 2:
            head = head[:-1]
        else:
            tail = tail[1:]


def _item(name: str, labels: Mapping[str, str]) -> str:
    return f"{key_of(name)} {labels.get(name, BY_ID[name].label)}"


def _named(names: Sequence[str], labels: Mapping[str, str] | None = None) -> list[tuple[str, Mapping[str, str]]]:
    return [(name, labels or {}) for name in names]


def _head(context: KeyContext) -> list[tuple[str, Mapping[str, str]]]:
    if context.detail:
        if context.kind == SERVICE:
            names = ["service_add", "service_remove"] if context.view is View.SERVICES else []
            return _named([*(names if context.writing else _arming(context)), "go_to", "copy"], {"go_to": "EIPs"})
        return _pictured_head(context) if context.kind in (POOL, CIDR) else _eip_head(context)
    match context.view:
        case View.POOLS:
            head = ["allocate", "open", "go_to", "cidr_add"]
            labels = {"allocate": "allocate here", "open": "detail", "go_to": "CIDRs", "cidr_add": "add"}
        case View.CIDRS:
            head = ["cidr_end", "cidr_add", "open", "go_to"]
            labels = {"cidr_end": "drain", "open": "map", "go_to": "pool"}
            if context.cidr_state is CidrState.DRAINING:
                labels["cidr_end"] = "retire"
            elif context.cidr_state not in (CidrState.ACTIVE, CidrState.VALIDATING):
                head.remove("cidr_end")
        case View.SERVICES:
            head = ["service_add", "service_remove", "open", "go_to", "copy"]
            labels = {"go_to": "EIPs"}
        case View.FINDINGS:
            head = ["rehome", "accept", "open", "go_to"] if context.landed else ["accept", "open", "go_to"]
            labels = {"accept": "withdraw"} if context.accepted else {}
        case View.TIMELINE:
            head = ["open", "pin", "export", "copy"]
            if context.recoverable:
                head.insert(0, "recover")
            labels = {}
        case _:
            return _eip_head(context)
    if not context.writing:
        head = [*_arming(context), *(name for name in head if not BY_ID[name].changes)]
    return _named(head, labels)


def _pictured_head(context: KeyContext) -> list[tuple[str, Mapping[str, str]]]:
    """Return the keys of the page of a pool or a CIDR."""
    mapped = context.kind == CIDR
    ending = mapped and context.cidr_state in (CidrState.ACTIVE, CidrState.VALIDATING, CidrState.DRAINING)
    names = [*(["cidr_end"] if ending and context.view is View.CIDRS else []), "allocate"]
    if not context.writing:
        names = [*_arming(context)]
    draining = context.cidr_state is CidrState.DRAINING
    labels = {"cidr_end": "retire" if draining else "drain", "open": "open the cell", "go_to": "its EIPs"}
    return _named([*names, *(["open"] if mapped else []), "go_to", "timeline", "copy"], labels)


def _arming(context: KeyContext) -> tuple[str, ...]:
    """Return the key that arms write mode, where the session may write at all."""
    return () if context.locked else ("write_mode",)


def _marked_head(count: int) -> list[tuple[str, Mapping[str, str]]]:
    labels = {name: f"{BY_ID[name].label} {count:,}" for name in ("release", "unbind", "rehome")}
    return _named(["release", "unbind", "rehome", "unmark", "mark_all"], labels)


def _eip_head(context: KeyContext) -> list[tuple[str, Mapping[str, str]]]:
    eip = context.eip
    if context.marked and context.writing:
        return _marked_head(context.marked)
    if context.past:
        return _named(["open", "go_to", "timeline", "copy"])
    if not context.writing:
        return _named([*_arming(context), *_LOOKING])
    if eip is None and context.verdict is None:
        return _named(["cidr_add", "allocate", "refresh"])
    if eip is None:
        return _named(["recover" if context.recoverable else "allocate", "timeline", "copy", "refresh"])
    if context.needs_rehome:
        return _named(["rehome", "allocate", context.service_key, "release", "copy"])
    return _named(["allocate", context.service_key, "release", "bandwidth", "copy"], {"bind": "bind  "})

"""The key line: what applies to the thing in hand, in a fixed order, never wider than the screen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from core import CidrState, Eip, EipStatus, VerdictWord
from tui.commands.registry import BY_ID, View, key_of, key_text, keys_of

__all__ = ["KeyContext", "count_line", "field_line", "fit_keys", "fixable", "key_line"]

FIELD_LOOKUP = ("enter open", "esc leave the field", "up down scroll the list")
FIELD_FILTER = ("enter keep", "esc leave", "tab completes", "up down scroll the list")
FIELD_EXPENDABLE = ("up down scroll the list", "tab completes")
"""What a narrow screen goes without while the field is in use."""

_TAIL = ("find", "palette", "help", "quit")
_LOOKING = ("write_mode", "open", "go_to", "copy")


@dataclass(frozen=True, slots=True)
class KeyContext:
    """All that decides which keys apply."""

    view: View
    writing: bool
    eip: Eip | None = None
    verdict: VerdictWord | None = None
    past: bool = False
    cidr_state: CidrState | None = None
    """Of the CIDR in hand, or of the CIDR of the EIP in hand."""
    landed: bool = False
    released: bool = False
    """The address has no live EIP and had one."""
    detail: bool = False
    marked: int = 0
    """How many EIPs the change keys act on together; 0: on the one in hand."""


def field_line(parts: Sequence[str], width: int) -> str:
    """The key line while the field is in use: help is on a key that is no text."""
    helping = [key_text(key) for key in keys_of("help") if key.startswith("f") and key[1:].isdigit()]
    return fit_keys([*parts, *(f"{key} help" for key in helping[:1])], width, FIELD_EXPENDABLE)


def count_line() -> str:
    """The key line while a grace count runs."""
    return f"{key_of('abort')} abort   esc abort   other keys wait until the count is over"


def fixable(eip: Eip, cidr_state: CidrState | None) -> bool:
    """Whether F has something to repair: a default-pool address, or a CIDR that is being emptied."""
    return not eip.customer_owned or cidr_state is CidrState.DRAINING


def key_line(context: KeyContext, width: int) -> str:
    """One line of keys and labels.

    Args:
        context: what is in hand, and where.
        width: cells there are; `?` and `q` stay whatever happens.

    """
    head = _head(context)
    tail = [_item(name, {}) for name in _TAIL]
    while True:
        items = [_item(name, labels) for name, labels in head] + tail
        text = "  ".join(items)
        if len(text) <= width or not (head or len(tail) > 2):
            return text
        if context.marked and len(text) - len(" quit") <= width:
            return text.removesuffix(" quit")
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
        return _eip_head(context)
    match context.view:
        case View.POOLS:
            head = ["allocate", "open", "go_to", "cidr_add"]
            labels = {"allocate": "allocate here", "open": "EIPs", "go_to": "CIDRs", "cidr_add": "add"}
        case View.CIDRS:
            head = ["cidr_end", "cidr_add", "open", "go_to"]
            labels = {"cidr_end": "drain", "open": "EIPs", "go_to": "pool"}
            if context.cidr_state is CidrState.DRAINING:
                labels["cidr_end"] = "retire"
            elif context.cidr_state not in (CidrState.ACTIVE, CidrState.VALIDATING):
                head.remove("cidr_end")
        case View.FINDINGS:
            head = ["rehome", "accept", "open", "go_to"] if context.landed else ["accept", "open", "go_to"]
            labels = {}
        case View.TIMELINE:
            head = ["open", "pin", "export", "copy"]
            if _recoverable(context):
                head.insert(0, "recover")
            labels = {}
        case _:
            return _eip_head(context)
    if not context.writing:
        head = ["write_mode", *(name for name in head if not BY_ID[name].changes)]
    return _named(head, labels)


def _recoverable(context: KeyContext) -> bool:
    return context.eip is None and context.released


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
        return _named(_LOOKING)
    if eip is None and context.verdict is None:
        return _named(["cidr_add", "allocate", "refresh"])
    if eip is None:
        return _named(["recover" if _recoverable(context) else "allocate", "timeline", "copy", "refresh"])
    serving = "unbind" if eip.status is EipStatus.BOUND else "bind"
    if context.landed or context.cidr_state is CidrState.DRAINING:
        return _named(["rehome", "allocate", serving, "release", "copy"])
    return _named(["allocate", serving, "release", "bandwidth", "copy"], {"bind": "bind  "})


def fit_keys(parts: Sequence[str], width: int, expendable: Sequence[str] = ()) -> str:
    """The key line in `width` cells: narrower gaps first, then without the `expendable` parts, in their order."""
    chosen = list(parts)
    leaving = [part for part in expendable if part in chosen]
    while True:
        for gap in ("   ", "  "):
            line = gap.join(chosen)
            if len(line) <= width:
                return line
        if not leaving:
            return line[:width]
        chosen.remove(leaving.pop(0))

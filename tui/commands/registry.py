"""Every command of the dashboard, declared once.

The bindings, the key bar, the help, the palette and the key table of the README follow from `COMMANDS`.
Lower case never changes anything; a command that `changes` starts a flow that ends in a review.
"""

from __future__ import annotations

import string
import unicodedata
from collections.abc import Mapping
from typing import Final

from tui.commands.command import Command, Scope, Takes, View, change_of, move_of, view_of

__all__ = [
    "BY_ID",
    "COMMANDS",
    "KEYS_ONLY",
    "NEVER_BOUND",
    "Command",
    "Scope",
    "Takes",
    "View",
    "key_of",
    "key_text",
    "keys_of",
    "remap",
]

COMMANDS: Final[tuple[Command, ...]] = (
    change_of("allocate", "A", "alloc", "allocate an EIP from a pool you choose", of="POOL"),
    change_of("bind", "B", "bind", "bind the EIP to an interface, gateway or load balancer", takes=Takes.EIPS),
    change_of("unbind", "U", "unbind", "unbind the EIP from everything it serves", takes=Takes.EIPS),
    change_of("release", "R", "release", "release the EIP to the pool it came from", takes=Takes.EIPS),
    change_of("rehome", "F", "rehome", "move an EIP of the default pool or a draining CIDR to yours", takes=Takes.EIPS),
    change_of("accept", "K", "accept", "accept a finding, with a reason; take the acceptance back", of="FINDING"),
    change_of("recover", "Z", "recover", "recover a released address, as a new EIP", of="ADDRESS"),
    change_of("cidr_add", "C", "add CIDR", "add a customer CIDR", cli="cidr add"),
    change_of(
        "cidr_end",
        "D",
        "drain",
        "in CIDRs only: drain, or retire a drained one",
        cli="cidr drain, cidr retire",
        of="CIDR",
        views=(View.CIDRS,),
    ),
    change_of(
        "cidr_activate",
        "",
        "activate",
        "activate the selected CIDR after onboarding",
        cli="cidr activate",
        of="CIDR",
        views=(View.CIDRS,),
    ),
    change_of("cidr_asn", "", "set ASN", "change the origin ASN of the selected CIDR", cli="cidr set-asn", of="CIDR"),
    change_of(
        "pool_set",
        "",
        "pool set",
        "settings of the selected pool: order, cool-down, thresholds",
        cli="pool set",
        of="POOL",
    ),
    change_of("reserve", "", "reserve", "keep addresses of the selected CIDR back from allocation", of="CIDR"),
    change_of("unreserve", "", "unreserve", "return reserved addresses to the pool", of="CIDR"),
    change_of("bandwidth", "M", "mbps", "change the bandwidth cap of the EIP", takes=Takes.EIP),
    change_of("name", "E", "name", "rename the EIP; an empty name removes it", takes=Takes.EIP),
    change_of(
        "service_add",
        "S",
        "register",
        "in Services only: register an interface, gateway or balancer",
        cli="service add",
        views=(View.SERVICES,),
    ),
    change_of(
        "service_remove",
        "X",
        "remove",
        "in Services only: the service no longer exists",
        cli="service remove",
        of="SERVICE",
        views=(View.SERVICES,),
    ),
    Command("write_mode", ("W",), "arm write", "switch write mode on or off"),
    Command("find", ("slash",), "filter", "filter this list (the grammar of the command line)"),
    Command("palette", ("colon",), "all", "every command by its command-line name"),
    Command("help", ("question_mark", "f1"), "help", "this help, filtered as you type"),
    view_of(View.EIPS, "e", "FILTER"),
    view_of(View.POOLS, "p", "POOL"),
    view_of(View.CIDRS, "c", "CIDR"),
    view_of(View.SERVICES, "l", "SERVICE"),
    view_of(View.FINDINGS, "f", "FILTER"),
    Command(
        "timeline",
        ("t",),
        "history",
        "the Timeline of what is selected; again: of everything",
        cli="history",
        argument="EIP|ADDRESS|CIDR",
    ),
    Command(
        "lookup",
        (),
        "look up",
        "look up an address; ADDRESS @ TIME for the past",
        scope=Scope.PALETTE,
        argument="ADDRESS",
    ),
    Command("open", ("enter",), "detail", "open what is under the cursor", scope=Scope.TABLE),
    Command("go_to", ("o",), "go to", "go to the owning pool, a service's EIPs, the CIDRs; in a detail: its EIPs"),
    Command("copy", ("a",), "copy", "copy the selected address"),
    Command("copy_menu", ("m",), "menu", "copy its id, row, verdict, JSON or command, or the whole list"),
    Command("export", ("x",), "export", "write what is listed to a file: csv, json or md"),
    Command("pin", ("i",), "pin", "pin what is selected, or a list of lookups, to the incident trail, with a note"),
    Command("trail", (), "trail", "the incident trail: read, copy or write it to a file", scope=Scope.PALETTE),
    Command(
        "theme", (), "theme", "the colours: dark, light, contrast, blind, ansi", scope=Scope.PALETTE, argument="NAME"
    ),
    Command(
        "read_as",
        (),
        "read as",
        "how the looked-up text is read: zone, year, day-first, now, log-format, at",
        cli="lookup -",
        scope=Scope.PALETTE,
    ),
    Command("previous_view", ("left_square_bracket",), "back", "back to where you were"),
    Command("next_view", ("right_square_bracket",), "forward", "forward again"),
    Command("last_view", ("minus",), "last", "the last view, and back to this one"),
    Command("refresh", ("r",), "refresh", "read everything again now"),
    Command("redraw", ("ctrl+l",), "redraw", "paint the whole screen again, when another program wrote on it"),
    Command("pause", ("full_stop",), "pause", "pause refreshing, or go on"),
    Command("zoom", ("plus",), "zoom", "give the pane the whole width (from 120 columns)"),
    Command("mark", ("space",), "mark", "mark the EIP, or take its mark away; on to the next row", views=(View.EIPS,)),
    Command("mark_all", ("asterisk",), "all", "mark every EIP of this list", views=(View.EIPS,)),
    Command("unmark", ("u",), "clear", "clear the marks; again: bring them back", views=(View.EIPS,)),
    Command(
        "sort",
        ("s",),
        "sort",
        "the orders of this list; enter on the present one reverses it",
        views=(View.EIPS, View.SERVICES, View.LOOKUPS),
    ),
    Command("columns", ("v",), "columns", "choose the columns of the EIPs", views=(View.EIPS,)),
    Command("view", (), "view", "a saved view of the configuration", scope=Scope.PALETTE, argument="NAME"),
    Command("detail", ("d",), "detail on/off", "show or hide the detail column"),
    Command("next_pane", ("tab",), "next pane", "the next pane (from 120 columns)"),
    Command("previous_pane", ("shift+tab",), "previous pane", "the previous pane"),
    move_of("down", "j down", "the next row"),
    move_of("up", "k up", "the row before"),
    move_of("left", "left", "in an address map: the cell to the left", Scope.MAP),
    move_of("right", "right", "in an address map: the cell to the right", Scope.MAP),
    move_of("first", "g home", "the first row"),
    move_of("last", "G end", "the last row"),
    move_of("page_down", "pagedown ctrl+d", "a page down"),
    move_of("page_up", "pageup ctrl+u", "a page up"),
    move_of("next_problem", "n", "the next row with a problem"),
    move_of("previous_problem", "b", "the problem row before"),
    Command("abort", ("z",), "abort", "abort a countdown (so do esc and ctrl+c); stop a batch"),
    Command("yes", ("y",), "send", "send; in a review only, after a pause"),
    Command("back", ("escape", "backspace"), "back", "back, close, clear the filter"),
    Command("interrupt", ("ctrl+c",), "leave", "clear the field; in an empty one as esc; abort; never quits"),
    Command("quit", ("q",), "quit", "back; at the root, twice: quit"),
)

BY_ID: Final[Mapping[str, Command]] = {command.id: command for command in COMMANDS}

KEYS_ONLY: Final = frozenset({"abort", "yes", "back", "interrupt", "palette"})
"""Commands that only a key runs."""

_TAKEN: Final = (*"abhijmopqsvwyz", "left_square_bracket", "right_square_bracket", "backslash")
NEVER_BOUND: Final = frozenset({"tilde", *(f"ctrl+{key}" for key in _TAKEN)})
"""Keys that terminals, multiplexers and browsers use themselves."""

_SHOWN: Final = {
    **{unicodedata.name(char).lower().replace(" ", "_"): char for char in string.punctuation},
    "slash": "/",
    "backslash": "\\",
    "minus": "-",
    "plus": "+",
    "at": "@",
    "underscore": "_",
    "escape": "esc",
    "pagedown": "PgDn",
    "pageup": "PgUp",
    "f1": "F1",
}


def key_text(key: str) -> str:
    """Return a key as the operator reads it: `/` for `slash`."""
    return _SHOWN.get(key, key)


_remapped: dict[str, str] = {}
"""Keys of the configuration, by command; one process runs one dashboard."""


def remap(keys: Mapping[str, str]) -> None:
    """Use these keys instead of the declared ones."""
    _remapped.clear()
    _remapped.update(keys)


def keys_of(name: str) -> tuple[str, ...]:
    """Return the keys of a command as Textual names them; none when only the palette runs it."""
    return tuple(_remapped[name].split(",")) if name in _remapped else BY_ID[name].keys


def key_of(name: str) -> str:
    """Return the first key of a command as the operator reads it; its name when only the palette runs it."""
    keys = keys_of(name)
    return key_text(keys[0]) if keys else BY_ID[name].name

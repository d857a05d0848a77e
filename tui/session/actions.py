"""Copying, exporting, pinning and choosing columns. Nothing here changes the inventory."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC
from pathlib import Path
from typing import Final, Protocol

from core import Cidr, Inventory, Pool, Service, Verdict, filter_term, iso, option, shell_command
from tui.commands.registry import key_of
from tui.modals.help import HelpModal
from tui.modals.palette import Chosen, Completer, PaletteModal
from tui.panes.lookups import LookupsPane
from tui.panes.pane import Pane
from tui.session.colours import paint
from tui.session.export import Format, rows_text, write_rows, write_text
from tui.session.forms import ColumnsModal, CopyModal, ExportModal, PinModal, ReadingModal, ThemeModal
from tui.session.host import Host
from tui.session.order import choose_order
from tui.session.trail import pinned, pinned_list
from tui.session.trail_modal import TrailAnswer, TrailModal
from tui.state.selection import SelectionDetails, SelectionKind, load_details
from tui.state.selection_text import pin_lines, strip_title
from tui.terminal.clipboard import CopyRequested
from tui.terminal.palette import look
from tui.widgets.eip_table import EipTable
from tui.wording.phrases import count_of
from tui.wording.text_facts import TextReading
from tui.wording.writers import json_text

__all__ = [
    "ask_reading",
    "choose_columns",
    "choose_command",
    "choose_copy",
    "choose_order",
    "choose_theme",
    "export",
    "pin",
    "show_help",
    "show_trail",
]


class Typed(Completer, Protocol):
    """Runs commands with the words behind them."""

    def run(self, name: str, words: str) -> None:
        """Run a command with words."""


class TextLookups(Protocol):
    """The last looked-up text."""

    text: str
    reading: TextReading

    def read_again(self, reading: TextReading) -> None:
        """Look the text up again."""


_LISTS: Final = {"list as text": Format.TABLE, "list as md": Format.MARKDOWN, "list as csv": Format.CSV}
_SEVERAL_LINES: Final = frozenset({"verdict", "JSON"})
"""Copies of one item with several lines; values in them are spelled out or JSON."""
_COPIED: Final = 10_000
"""Rows of a list that are copied at most."""

# The caller shows a refusal raised here in the status line.


async def choose_copy(host: Host, pane: Pane) -> None:
    """Copy the address, the id, the row, the JSON or the command of the selected item, or the whole list."""
    details = host.details
    selection = host.selection
    selected = selection is not None and details is not None and details.selection.key == selection.key
    listed = bool(pane.table.total)
    if not selected and not listed:
        host.say("nothing is selected to copy")
        return
    texts = _texts(details, pane.table.row_text) if selected and details is not None else {}
    lists = dict.fromkeys(_LISTS, f"{pane.view.value}, {pane.listed.shown}") if listed else {}
    about = selection.id if selected and selection is not None else pane.view.value
    chosen = await host.app.push_screen_wait(CopyModal(about, {**texts, **lists}))
    if chosen in texts:
        host.app.post_message(CopyRequested(texts[chosen], lines=chosen in _SEVERAL_LINES))
    elif chosen in lists:
        await _copy_list(host, pane, _LISTS[chosen])


async def _copy_list(host: Host, pane: Pane, format_: Format) -> None:
    await pane.table.count()
    if pane.table.total > _COPIED:
        write = key_of("export")
        host.say(f"{pane.table.total:,} rows are too many to copy, {_COPIED:,} is the most: {write} writes a file")
        return
    read, layout = pane.exported(), pane.written_as
    text = await host.ask(lambda inventory: rows_text(read(inventory), layout, format_))
    host.app.post_message(CopyRequested(text, lines=True))


def _texts(details: SelectionDetails, row: str) -> dict[str, str]:
    selection = details.selection
    texts = {selection.kind.value: selection.id}
    if selection.words != selection.id:
        texts["address and port"] = selection.words
    if details.eip is not None and details.eip.id:
        texts["EIP id"] = details.eip.id
    if row:
        texts["row"] = row
    texts["verdict"] = "\n".join((strip_title(details), *pin_lines(details)))
    found = _object(details)
    if found is not None:
        texts["JSON"] = json_text(found)
    texts["command"] = _command(details)
    return texts


def _object(details: SelectionDetails) -> Verdict | Pool | Cidr | Service | None:
    """Return the selected object, as the command line prints it."""
    if details.verdict is not None:
        return details.verdict
    if details.pool is not None:
        return details.pool.pool
    if details.cidr is not None:
        return details.cidr.cidr
    return next(iter(details.services), None)


def _command(details: SelectionDetails) -> str:
    selection = details.selection
    match selection.kind:
        case SelectionKind.ADDRESS:
            return shell_command(
                "lookup", selection.words, *option("--at", None if selection.at is None else iso(selection.at))
            )
        case SelectionKind.POOL | SelectionKind.CIDR | SelectionKind.SERVICE:
            return shell_command("eips", filter_term(selection.kind.value, selection.id))


async def choose_columns(host: Host, table: EipTable) -> None:
    """Choose the columns of the list of EIPs."""
    offered = [(column.title, column.drop) for column in table.offered if column.drop]
    shown = [column.title for column in table.columns]
    chosen = await host.app.push_screen_wait(ColumnsModal(offered, shown, table.fitting))
    if chosen is not None:
        table.choose(chosen)
        await asyncio.to_thread(host.kept.keep, "columns", sorted(chosen))


async def choose_theme(host: Host) -> None:
    """Choose the colours, and keep the choice."""
    chosen = await host.app.push_screen_wait(ThemeModal(look()))
    if chosen is not None:
        await paint(host, chosen)


async def export(host: Host, pane: Pane) -> None:
    """Write the rows of a list to a file."""
    name = f"eipdeck-{pane.view.value.lower()}-{host.inventory.now().astimezone(UTC):%Y%m%dT%H%M%SZ}"
    await pane.table.count()
    asked = await host.app.push_screen_wait(ExportModal(pane.view.value, pane.table.total, name))
    if asked is None:
        host.say("nothing was written")
        return
    read = pane.exported()

    def write(inventory: Inventory) -> str:
        count, path = write_rows(read(inventory), pane.written_as, asked.format, inventory.file_named(Path(asked.path)))
        return f"wrote {count_of(count, 'row')} to {path}"

    host.say(await host.ask(write))


async def ask_reading(host: Host, lookups: TextLookups) -> None:
    """Ask how the looked-up text is read, and read it again."""
    if not lookups.text:
        host.say("no text was looked up: paste one")
        return
    reading = await host.app.push_screen_wait(
        ReadingModal(lookups.reading, host.inventory.now(), host.inventory.config.display_zone)
    )
    if reading is not None:
        lookups.read_again(reading)


async def pin(host: Host, pane: Pane) -> None:
    """Add the selected item, or a whole list of lookups, to the incident trail, with a note."""
    details, selection = host.details, host.selection
    if selection is None:
        host.say("nothing is selected to pin")
        return
    if details is None or details.selection.key != selection.key:
        details = await host.ask(lambda inventory: load_details(inventory, selection))
    title, lines = strip_title(details), pin_lines(details)
    looked = tuple(pane.table.rows) if isinstance(pane, LookupsPane) else ()
    asked = await host.app.push_screen_wait(PinModal(title, lines, len(looked)))
    if asked is None:
        host.say("nothing was pinned")
        return
    entry = pinned_list(looked, asked.note) if asked.whole else pinned(title, lines, asked.note or None)
    trail, inventory = host.trail, host.inventory
    await asyncio.to_thread(trail.add, inventory.now(), inventory.operator, entry)
    what = count_of(len(looked), "address", "addresses") if asked.whole else selection.words
    host.say(f"pinned {what}: {count_of(trail.entries, 'entry', 'entries')} in {trail.path}")


async def show_trail(host: Host) -> None:
    """Show the trail; copy it, or write it to a file that the operator names."""
    trail = host.trail
    text = await host.ask(lambda _inventory: trail.text())
    if not text:
        host.say("the trail is empty: nothing was looked up, changed or pinned yet")
        return
    match await host.app.push_screen_wait(TrailModal(text, trail.path)):
        case TrailAnswer.COPY:
            host.app.post_message(CopyRequested(text, lines=True))
        case TrailAnswer.EXPORT:
            asked = await host.app.push_screen_wait(
                ExportModal("trail", trail.entries, f"eipdeck-{trail.path.stem}", formats=(Format.MARKDOWN,))
            )
            if asked is not None:
                path = await host.ask(lambda inventory: write_text(text, inventory.file_named(Path(asked.path))))
                host.say(f"wrote {count_of(trail.entries, 'entry', 'entries')} to {path}")


def show_help(host: Host) -> None:
    """Show every command with its key."""
    host.app.push_screen(HelpModal())


def choose_command(host: Host, run: Callable[[str], None], typed: Typed) -> None:
    """Show every command, and run the chosen one, with the words behind it if there are any."""

    def answered(chosen: Chosen | None) -> None:
        if chosen is None:
            return
        if chosen.verb:
            host.say(f"{chosen.verb} is on the command line: {shell_command(*chosen.verb.split(), '--help')}")
        elif chosen.words or chosen.command == "service_add":
            typed.run(chosen.command, chosen.words)
        else:
            run(chosen.command)

    host.app.push_screen(PaletteModal(typed), answered)

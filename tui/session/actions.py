"""Copying, exporting, pinning and choosing columns. Nothing here changes the inventory."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from datetime import UTC
from pathlib import Path

from core import Cidr, Inventory, Pool, Service, Verdict, filter_term, iso, option, shell_command
from tui.modals.help import CommandsModal
from tui.panes.pane import Pane
from tui.session.export import Format, write_rows, write_text
from tui.session.forms import ColumnsModal, CopyModal, ExportModal, PinModal, ThemeModal
from tui.session.host import Host
from tui.session.trail import pinned
from tui.session.trail_modal import TrailAnswer, TrailModal
from tui.state.selection import SelectionDetails, SelectionKind, load_details
from tui.state.selection_text import strip_lines, strip_title
from tui.terminal.clipboard import CopyRequested
from tui.terminal.palette import choose, look
from tui.widgets.eip_table import EipTable
from tui.wording.phrases import count_of
from tui.wording.writers import json_text

__all__ = ["choose_columns", "choose_copy", "choose_theme", "export", "list_commands", "pin", "show_trail"]

# The caller shows a refusal raised here in the status line.


async def choose_copy(host: Host, pane: Pane) -> None:
    """Copy the address, the id, the row, the JSON or the command of the selected item."""
    details = host.details
    selection = host.selection
    if selection is None or details is None or details.selection.id != selection.id:
        host.say("nothing is selected to copy")
        return
    text = await host.app.push_screen_wait(CopyModal(selection.id, _texts(details, pane.table.row_text)))
    if text is not None:
        host.app.post_message(CopyRequested(text))


def _texts(details: SelectionDetails, row: str) -> dict[str, str]:
    selection = details.selection
    texts = {selection.kind.value: selection.id}
    if details.eip is not None and details.eip.id:
        texts["EIP id"] = details.eip.id
    if row:
        texts["row"] = row
    texts["verdict"] = "\n".join((strip_title(details), *strip_lines(details)))
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
                "lookup", selection.id, *option("--at", None if selection.at is None else iso(selection.at))
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
        choose(chosen, os.environ)
        host.app.theme = chosen
        await asyncio.to_thread(host.kept.keep, "theme", chosen)
        host.say(f"theme {chosen}")


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


async def pin(host: Host) -> None:
    """Add the selected item to the incident trail, with a note."""
    details, selection = host.details, host.selection
    if selection is None:
        host.say("nothing is selected to pin")
        return
    if details is None or details.selection.id != selection.id:
        details = await host.ask(lambda inventory: load_details(inventory, selection))
    title, lines = strip_title(details), strip_lines(details)
    note = await host.app.push_screen_wait(PinModal(title, lines))
    if note is None:
        host.say("nothing was pinned")
        return
    trail, inventory = host.trail, host.inventory
    await asyncio.to_thread(trail.add, inventory.now(), inventory.operator, pinned(title, lines, note or None))
    host.say(f"pinned {selection.id}: {count_of(trail.entries, 'entry', 'entries')} in {trail.path}")


async def show_trail(host: Host) -> None:
    """Show the trail; copy it, or write it to a file that the operator names."""
    trail = host.trail
    text = await host.ask(lambda _inventory: trail.text())
    if not text:
        host.say("the trail is empty: nothing was looked up, changed or pinned yet")
        return
    match await host.app.push_screen_wait(TrailModal(text, trail.path)):
        case TrailAnswer.COPY:
            host.app.post_message(CopyRequested(text))
        case TrailAnswer.EXPORT:
            asked = await host.app.push_screen_wait(
                ExportModal("trail", trail.entries, f"eipdeck-{trail.path.stem}", formats=(Format.MARKDOWN,))
            )
            if asked is not None:
                path = await host.ask(lambda inventory: write_text(text, inventory.file_named(Path(asked.path))))
                host.say(f"wrote {count_of(trail.entries, 'entry', 'entries')} to {path}")


def list_commands(host: Host, run: Callable[[str], None], *, runs: bool) -> None:
    """Show every command; `runs`: the chosen one is run."""

    def chosen(name: str | None) -> None:
        if name is not None:
            run(name)

    host.app.push_screen(CommandsModal(runs=runs), chosen)

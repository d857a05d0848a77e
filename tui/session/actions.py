"""Copying, exporting, pinning and the columns shown: of this session alone, nothing here changes the inventory."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from datetime import UTC
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from core import Cidr, Inventory, Pool, Service, Verdict, filter_term, iso, option, shell_command
from tui.session.export import Format, write_rows, write_text
from tui.session.forms import ColumnsModal, CopyModal, ExportModal, PinModal
from tui.session.trail import pinned
from tui.session.trail_modal import TrailAnswer, TrailModal
from tui.state.selection import SelectionDetails, SelectionKind, load_details
from tui.state.selection_text import strip_lines, strip_title
from tui.terminal.clipboard import CopyRequested
from tui.wording.phrases import count_of
from tui.wording.writers import json_text

if TYPE_CHECKING:
    from tui.screen.main_screen import MainScreen

__all__ = ["KEEPSAKES"]

# A refusal here is a sentence in the status line: whoever runs these reads says it.


async def choose_copy(screen: MainScreen) -> None:
    """`m`: the address, the id, the row, the JSON or the command of what is in hand."""
    details = screen.holder.keeper.details
    selection = screen.selection
    if selection is None or details is None or details.selection.id != selection.id:
        screen.say("nothing is in hand to copy")
        return
    text = await screen.app.push_screen_wait(CopyModal(selection.id, _texts(details, screen.pane.table.row_text)))
    if text is not None:
        screen.app.post_message(CopyRequested(text))


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
    """What is in hand, as the command line prints it."""
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


async def choose_columns(screen: MainScreen) -> None:
    """`v`: which columns the list of EIPs shows."""
    table = screen.deck.eips.table
    offered = [(column.title, column.drop) for column in table.offered if column.drop]
    shown = [column.title for column in table.columns]
    chosen = await screen.app.push_screen_wait(ColumnsModal(offered, shown, table.fitting))
    if chosen is not None:
        table.choose(chosen)


async def export(screen: MainScreen) -> None:
    """`x`: write what is listed to a file."""
    pane = screen.pane
    name = f"eipdeck-{pane.view.value.lower()}-{screen.inventory.now().astimezone(UTC):%Y%m%dT%H%M%SZ}"
    await pane.table.count()
    asked = await screen.app.push_screen_wait(ExportModal(pane.view.value, pane.table.total, name))
    if asked is None:
        screen.say("nothing was written")
        return
    read = pane.exported()

    def write(inventory: Inventory) -> str:
        count, path = write_rows(read(inventory), pane.written_as, asked.format, inventory.file_named(Path(asked.path)))
        return f"wrote {count_of(count, 'row')} to {path}"

    screen.say(await screen.ask(write))


async def pin(screen: MainScreen) -> None:
    """`i`: put what is in hand into the incident trail, with a note."""
    details, selection = screen.holder.keeper.details, screen.selection
    if selection is None:
        screen.say("nothing is in hand to pin")
        return
    if details is None or details.selection.id != selection.id:
        details = await screen.ask(lambda inventory: load_details(inventory, selection))
    title, lines = strip_title(details), strip_lines(details)
    note = await screen.app.push_screen_wait(PinModal(title, lines))
    if note is None:
        screen.say("nothing was pinned")
        return
    trail, inventory = screen.trail, screen.inventory
    await asyncio.to_thread(trail.add, inventory.now(), inventory.operator, pinned(title, lines, note or None))
    screen.say(f"pinned {selection.id}: {count_of(trail.entries, 'entry', 'entries')} in {trail.path}")


async def show_trail(screen: MainScreen) -> None:
    """The trail so far, to be copied or written to a file of the operator's choice."""
    trail = screen.trail
    text = await screen.ask(lambda _desk: trail.text())
    if not text:
        screen.say("the trail is empty: nothing was looked up, changed or pinned yet")
        return
    match await screen.app.push_screen_wait(TrailModal(text, trail.path)):
        case TrailAnswer.COPY:
            screen.app.post_message(CopyRequested(text))
        case TrailAnswer.EXPORT:
            asked = await screen.app.push_screen_wait(
                ExportModal("trail", trail.entries, f"eipdeck-{trail.path.stem}", formats=(Format.MARKDOWN,))
            )
            if asked is not None:
                path = await screen.ask(lambda inventory: write_text(text, inventory.file_named(Path(asked.path))))
                screen.say(f"wrote {count_of(trail.entries, 'entry', 'entries')} to {path}")


KEEPSAKES: Final[dict[str, Callable[[MainScreen], Coroutine[Any, Any, None]]]] = {
    "copy_menu": choose_copy,
    "columns": choose_columns,
    "export": export,
    "pin": pin,
    "trail": show_trail,
}
"""By the id of the command."""

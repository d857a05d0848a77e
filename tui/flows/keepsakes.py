"""Copying, exporting, pinning and the columns shown: of this session alone, nothing here changes the inventory."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from datetime import UTC
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from core import Cidr, Desk, Pool, Service, Verdict, command, filter_term, iso, option
from tui.clipboard import CopyRequested
from tui.hand import Facts, HandKind, read_facts
from tui.keepsakes import Format, write_rows, write_text
from tui.modals.keepsakes import ColumnsModal, CopyModal, ExportModal, PinModal
from tui.modals.trail import TrailAnswer, TrailModal
from tui.output import json_text
from tui.strips import strip_lines, strip_title
from tui.trail import pinned
from tui.words import count_of

if TYPE_CHECKING:
    from tui.screen import DeckScreen

__all__ = ["KEEPSAKES"]

# A refusal here is a sentence in the status line: whoever runs these reads says it.


async def choose_copy(screen: DeckScreen) -> None:
    """`m`: the address, the id, the row, the JSON or the command of what is in hand."""
    facts = screen.holder.keeper.facts
    hand = screen.hand
    if hand is None or facts is None or facts.hand.id != hand.id:
        screen.say("nothing is in hand to copy")
        return
    text = await screen.app.push_screen_wait(CopyModal(hand.id, _texts(facts, screen.pane.table.row_text)))
    if text is not None:
        screen.app.post_message(CopyRequested(text))


def _texts(facts: Facts, row: str) -> dict[str, str]:
    hand = facts.hand
    texts = {hand.kind.value: hand.id}
    if facts.eip is not None and facts.eip.id:
        texts["EIP id"] = facts.eip.id
    if row:
        texts["row"] = row
    texts["verdict"] = "\n".join((strip_title(facts), *strip_lines(facts)))
    found = _object(facts)
    if found is not None:
        texts["JSON"] = json_text(found)
    texts["command"] = _command(facts)
    return texts


def _object(facts: Facts) -> Verdict | Pool | Cidr | Service | None:
    """What is in hand, as the command line prints it."""
    if facts.verdict is not None:
        return facts.verdict
    if facts.pool is not None:
        return facts.pool.pool
    if facts.cidr is not None:
        return facts.cidr.cidr
    return next(iter(facts.services), None)


def _command(facts: Facts) -> str:
    hand = facts.hand
    match hand.kind:
        case HandKind.ADDRESS:
            return command("lookup", hand.id, *option("--at", None if hand.at is None else iso(hand.at)))
        case HandKind.POOL | HandKind.CIDR | HandKind.SERVICE:
            return command("eips", filter_term(hand.kind.value, hand.id))


async def choose_columns(screen: DeckScreen) -> None:
    """`v`: which columns the list of EIPs shows."""
    table = screen.deck.eips.table
    offered = [(column.title, column.drop) for column in table.offered if column.drop]
    shown = [column.title for column in table.columns]
    chosen = await screen.app.push_screen_wait(ColumnsModal(offered, shown, table.fitting))
    if chosen is not None:
        table.choose(chosen)


async def export(screen: DeckScreen) -> None:
    """`x`: write what is listed to a file."""
    pane = screen.pane
    name = f"eipdeck-{pane.view.value.lower()}-{screen.desk.now().astimezone(UTC):%Y%m%dT%H%M%SZ}"
    await pane.table.count()
    asked = await screen.app.push_screen_wait(ExportModal(pane.view.value, pane.table.total, name))
    if asked is None:
        screen.say("nothing was written")
        return
    read = pane.exported()

    def write(desk: Desk) -> str:
        count, path = write_rows(read(desk), pane.written_as, asked.format, desk.file_named(Path(asked.path)))
        return f"wrote {count_of(count, 'row')} to {path}"

    screen.say(await screen.ask(write))


async def pin(screen: DeckScreen) -> None:
    """`i`: put what is in hand into the incident trail, with a note."""
    facts, hand = screen.holder.keeper.facts, screen.hand
    if hand is None:
        screen.say("nothing is in hand to pin")
        return
    if facts is None or facts.hand.id != hand.id:
        facts = await screen.ask(lambda desk: read_facts(desk, hand))
    title, lines = strip_title(facts), strip_lines(facts)
    note = await screen.app.push_screen_wait(PinModal(title, lines))
    if note is None:
        screen.say("nothing was pinned")
        return
    trail, desk = screen.trail, screen.desk
    await asyncio.to_thread(trail.add, desk.now(), desk.operator, pinned(title, lines, note or None))
    screen.say(f"pinned {hand.id}: {count_of(trail.entries, 'entry', 'entries')} in {trail.path}")


async def show_trail(screen: DeckScreen) -> None:
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
                path = await screen.ask(lambda desk: write_text(text, desk.file_named(Path(asked.path))))
                screen.say(f"wrote {count_of(trail.entries, 'entry', 'entries')} to {path}")


KEEPSAKES: Final[dict[str, Callable[[DeckScreen], Coroutine[Any, Any, None]]]] = {
    "copy_menu": choose_copy,
    "columns": choose_columns,
    "export": export,
    "pin": pin,
    "trail": show_trail,
}
"""By the id of the command."""

"""One entry declares a column: the command line, files and the pane show it where the entry says."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import Eip, EipRow
from tests.tui.deck_kit import demo_desk, on_deck
from tui.widgets import eip_table
from tui.widgets.columns import GUTTER, fit
from tui.wording import reports, tables
from tui.wording.columns import Around, Column, Entry, InPane, Layout
from tui.wording.table_writer import write_table
from tui.wording.verb import Format
from tui.wording.writers import write_rows

LISTS: dict[str, Layout] = {
    name: getattr(module, name) for module in (tables, reports) for name in module.__all__ if name.isupper()
}
ADDRESS = "203.0.113.9"


@pytest.mark.parametrize("listing", LISTS.values(), ids=list(LISTS))
def test_each_entry_is_shown_somewhere_and_has_a_text_wherever_it_is(listing: Layout) -> None:
    for entry in listing.entries:
        assert entry.text or entry.pane or entry.side, f"nothing shows {entry.title}"
        for how in (entry.pane, entry.side):
            assert how is None or how.text or entry.text, f"{entry.title} has no text in the pane"


@pytest.mark.parametrize("listing", LISTS.values(), ids=list(LISTS))
def test_no_two_columns_of_a_place_are_equal(listing: Layout) -> None:
    for columns in (listing.columns, listing.pane(Around()), listing.side(Around())):
        titles = [column.title for column in columns]
        assert len(set(titles)) == len(titles)
    places = [entry.pane.place for entry in listing.entries if entry.pane and entry.pane.place != InPane(1).place]
    assert len(set(places)) == len(places)


async def test_a_new_entry_is_a_column_of_the_command_line_of_files_and_of_the_pane(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    added: tuple[Entry[Eip, EipRow], ...] = (
        Entry("LAST", lambda eip: f"n{eip.address.rpartition('.')[2]}", pane=InPane(5)),
        Entry("EVEN", pane=InPane(5, text=lambda row, around: "yes" if around.now and row.eip.id else "no")),
        Entry("UNSEEN", lambda eip: eip.id, pane=InPane(6, drop=1, standard=False)),
    )
    more = replace(tables.EIPS, entries=(*tables.EIPS.entries, *added))
    monkeypatch.setattr(eip_table, "EIPS", more)
    inventory = demo_desk(tmp_path)
    eips = list(inventory.eips(ADDRESS))
    table, file = io.StringIO(), io.StringIO()
    write_table(eips, more, table)
    write_rows(eips, more, Format.MARKDOWN, file)
    for text in (table.getvalue(), file.getvalue()):
        assert "LAST" in text
        assert "n9" in text.splitlines()[-1]
        assert "UNSEEN" in text
        assert "EVEN" not in text
    async with on_deck(inventory) as operator:
        await operator.until("LAST  EVEN", "n5    yes", absent="UNSEEN")
        await operator.press("v")
        await operator.until("[ ] UNSEEN")


@st.composite
def _columns(draw: st.DrawFn) -> list[Column[str]]:
    def one(number: int) -> Column[str]:
        width = draw(st.integers(3, 25))
        least = draw(st.integers(0, width))
        return Column(f"C{number}", width, str, stretch=number == stretching, drop=number, least=least)

    count = draw(st.integers(1, 9))
    stretching = draw(st.integers(0, count - 1))
    return [one(number) for number in range(count)]


@given(_columns(), st.integers(10, 250))
def test_a_column_is_left_out_only_where_the_least_widths_have_no_room(columns: list[Column[str]], width: int) -> None:
    fitted = fit(columns, width)
    shown = {column.title for column, _cells in fitted}
    assert "C0" in shown, "a column that must stay is left out"
    assert all(cells >= (column.least or column.width) for column, cells in fitted)
    if len(fitted) > 1:
        assert GUTTER + sum(cells for _column, cells in fitted) + len(fitted) - 1 <= width
    left_out = [column for column in columns if column.title not in shown]
    if left_out:
        more = [column for column in columns if column.title in shown | {left_out[0].title}]
        assert GUTTER + sum(column.least or column.width for column in more) + len(more) - 1 > width


@pytest.mark.parametrize(
    ("keys", "wanted"),
    [("tt", "WHEN WHO WHAT"), ("c", "CIDR POOL STATE FREE"), ("f", "ABOUT KEY")],
)
@pytest.mark.parametrize("size", [(80, 24), (120, 36), (200, 50)])
async def test_a_wider_screen_shows_who_did_what_to_what(
    tmp_path: Path, keys: str, wanted: str, size: tuple[int, int]
) -> None:
    async with on_deck(demo_desk(tmp_path), size) as operator:
        await operator.type(keys)
        await operator.settled()
        assert operator.deck.navigator.pane.table.fitting.issuperset(wanted.split())


@pytest.mark.parametrize("size", [(80, 24), (120, 36), (200, 50)])
async def test_a_pasted_mail_shows_when_and_how_often_at_every_width(tmp_path: Path, size: tuple[int, int]) -> None:
    async with on_deck(demo_desk(tmp_path), size) as operator:
        await operator.paste("203.0.113.17 at 2025-11-22T21:14Z\n198.18.0.6 at 2025-11-22T21:15Z")
        await operator.until("2 addresses")
        await operator.settled()
        assert operator.deck.panes.lookups.table.fitting.issuperset({"SEEN AT (UTC)", "COUNT", "WHOSE THEN"})

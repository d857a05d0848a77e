from __future__ import annotations

from pathlib import Path

import pytest

from core import open_inventory
from tests.tui.deck_kit import SMALL, WIDE, demo_desk, empty_desk, on_deck
from tui.commands.registry import View


async def test_the_strip_of_a_pool_says_when_the_next_address_is_free_and_who_is_idle(tmp_path: Path) -> None:
    async with on_deck(demo_desk(tmp_path)) as operator:
        await operator.press("p")
        await operator.until(
            "2 cooling (next free 2025-11-23 21:12Z)", "+1.8 a day", "idle here: 1 (203.0.113.9)", "A allocate here"
        )
        await operator.press("j")
        await operator.until("pool hk-legacy", "253 locked")


async def test_the_strip_of_a_cidr_says_since_when_and_what_is_left(tmp_path: Path) -> None:
    async with on_deck(demo_desk(tmp_path)) as operator:
        await operator.press("c")
        await operator.until(
            'draining since 2025-11-11 03:12Z by bob "J-640"',
            "left: 2 bound (nic old-01 10.4.0.20, lb lb-old legacy-api), 1 unbound",
        )
        await operator.press("j")
        await operator.until("203.0.113.0/24 -- !! active", "active since 2024-10-20 03:12Z by carol")


async def test_home_at_80x24_is_the_picture_of_the_design(tmp_path: Path) -> None:
    async with on_deck(demo_desk(tmp_path)) as operator:
        lines = operator.lines()
    assert len(lines) == 24
    assert lines[0] == " eipdeck  embedded  alice@10.~  [WRITE]  live  [2 critical]  7 findings  03:12Z"
    assert lines[1] == " look up: type or paste an address   / filter   : command"
    assert lines[2] == "[e EIPs 347] p Pools 4  c CIDRs 4  l Services 70  f Findings 7!  t Timeline"
    assert lines[3] == "     ADDRESS         OWNER   POOL      STATE   SERVES                        AGE"
    assert lines[4] == "> !! 198.18.0.5      DEFAULT default   bound   lb lb-shop shop-front          2d"
    assert lines[12] == "  !  203.0.113.17    own     hk-edge   bound   snat nat-1 2 subnets         211d"
    assert lines[13].startswith("     192.0.2.0       own     hk-spare  bound")
    assert lines[19].strip("─- ") == "198.18.0.5 -- !! Zenlayer address, in use -- in default pool by mistake"
    assert lines[20].startswith('serves lb lb-shop "shop-front" since 2025-11-21 03:27Z; allocated by bob')
    assert lines[21] == "no pool was named, so it is from default-asia-east-1; no other EIP there"
    assert lines[22] == "347 EIPs, rows 1-15, sorted: problems first.  n next problem, b back"
    assert lines[23] == "F rehome  A alloc  U unbind  R release  a copy  / filter  : all  ? help  q quit"


@pytest.mark.parametrize(("size", "label"), [(SMALL, "embedded"), (WIDE, "embedded eipdeck.db")])
async def test_the_database_nobody_chose_is_the_embedded_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, size: tuple[int, int], label: str
) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    async with on_deck(open_inventory(operator="alice"), size) as operator:
        assert operator.lines()[0].startswith(f" eipdeck  {label}  alice  [WRITE]  live ")


@pytest.mark.parametrize("size", [SMALL, WIDE])
async def test_another_database_is_called_by_its_file_however_long_that_is(
    tmp_path: Path, size: tuple[int, int]
) -> None:
    kind = "" if size == SMALL else "embedded "
    for name, shown in (("tokyo.db", "tokyo.db"), ("a" * 60 + ".db", "a" * 14)):
        async with on_deck(open_inventory(str(tmp_path / name), operator="alice"), size) as operator:
            top = operator.lines()[0]
            assert top.startswith(f" eipdeck  {kind}{shown}")
            assert "alice  [WRITE]  live " in top


async def test_three_columns_from_120(tmp_path: Path) -> None:
    async with on_deck(demo_desk(tmp_path), WIDE) as operator:
        lines = operator.lines()
    assert len(lines) == 36
    assert all(title in lines[3] for title in ("p Pools 4 ", "[e EIPs 347]", "problems first", "198.18.0.5"))
    assert "251/256" in "\n".join(lines)
    assert "─ f Findings 7 ─" in "\n".join(lines)
    assert "! Zenlayer address, in use" in lines[4]
    assert lines[-2] == "347 EIPs, rows 1-29.  n next problem, b back"
    assert lines[-1].endswith("? help  q quit")


async def test_the_first_run_says_what_to_do(tmp_path: Path) -> None:
    async with on_deck(empty_desk(tmp_path)) as operator:
        text = operator.text()
        assert "Nothing is here yet" in text
        assert all(way in text for way in ("eipdeck demo", "eipdeck import FILE", "add your first customer CIDR"))
        assert "~" not in text
        await operator.press("C")
        await operator.until("add a customer CIDR")


async def test_keys_move_and_the_strip_follows(tmp_path: Path) -> None:
    async with on_deck(demo_desk(tmp_path)) as operator:
        table = operator.deck.panes.eips.table
        await operator.press("j", "down", "k")
        assert table.cursor == 1
        await operator.when(lambda: "198.18.0.6" in operator.strip())
        await operator.press("G")
        await operator.until("> ", "203.0.113.251", "rows 333-347")
        await operator.press("pageup")
        await operator.when(lambda: table.cursor == 346 - 15)
        await operator.press("ctrl+d", "ctrl+u", "g")
        await operator.when(lambda: table.cursor == 0)
        await operator.press("pagedown", "pagedown")
        await operator.when(lambda: table.cursor == 30)
        await operator.press("home")
        await operator.when(lambda: table.cursor == 0)


async def test_every_row_is_reached_page_by_page(tmp_path: Path) -> None:
    inventory = demo_desk(tmp_path)
    everything = {eip.address for eip in inventory.eips()}
    async with on_deck(inventory) as operator:
        table = operator.deck.panes.eips.table
        seen: list[str] = []
        while True:
            seen += [line[5:].split()[0] for line in operator.lines()[4:19] if line]
            here = table.cursor
            await operator.press("pagedown")
            await operator.when(lambda: not table._loading)
            if table.cursor == here:
                break
        assert set(seen) == everything
        assert len(table.window.rows) < 700


async def test_n_and_b_go_from_problem_to_problem_and_around(tmp_path: Path) -> None:
    async with on_deck(demo_desk(tmp_path)) as operator:
        table = operator.deck.panes.eips.table
        await operator.press("n")
        await operator.when(lambda: table.cursor == 1)
        await operator.press("b")
        await operator.when(lambda: table.cursor == 0)
        await operator.press("b")
        await operator.when(lambda: table.cursor == 8)
        await operator.press("n")
        await operator.when(lambda: table.cursor == 0)
        await operator.press("s", "down", "enter")
        await operator.until("sorted: by address")
        await operator.press("n")
        await operator.when(lambda: operator.deck.selection is not None and operator.deck.selection.id == "198.18.0.6")


@pytest.mark.parametrize(
    ("key", "view", "wanted"),
    [
        ("p", View.POOLS, ("USED/TOTAL", "hk-edge", "251/256", "runway")),
        ("c", View.CIDRS, ("LIVE/TOTAL", "198.51.100.0/24", "draining")),
        ("f", View.FINDINGS, ("WHAT IS WRONG", "in default pool", "remedy:")),
        ("t", View.TIMELINE, ("REQUEST", "allocate", "198.18.0.5, t again")),
    ],
)
async def test_a_key_a_view_and_back(tmp_path: Path, key: str, view: View, wanted: tuple[str, ...]) -> None:
    async with on_deck(demo_desk(tmp_path)) as operator:
        await operator.press(key)
        text = await operator.until(*wanted)
        assert operator.deck.view is view
        assert f"[{key} {view.value}" in text
        assert operator.lines()[-1].endswith("? help  q quit")
        assert max(map(len, operator.lines())) <= 80
        await operator.press("escape")
        assert operator.deck.view is View.EIPS


async def test_worst_comes_first_in_every_list(tmp_path: Path) -> None:
    async with on_deck(demo_desk(tmp_path)) as operator:
        deck = operator.deck.panes
        assert [pool.id for pool in deck.pools.table.rows][:2] == ["hk-edge", "hk-legacy"]
        assert deck.pools.table.rows[-1].id.startswith("default")
        assert deck.cidrs.table.rows[0].cidr == "198.51.100.0/24"
        assert deck.findings.table.rows[0].severity == "critical"


async def test_o_in_the_detail_of_a_pool_lists_its_eips_and_esc_lists_all(tmp_path: Path) -> None:
    async with on_deck(demo_desk(tmp_path)) as operator:
        await operator.press("p", "enter", "o")
        await operator.until("filter: pool:hk-edge", "251 shown", "96 hidden by the filter")
        await operator.press("escape")
        await operator.until("347 EIPs, rows")
        await operator.press("c", "o")
        await operator.until("[p Pools 4]", "pool hk-legacy")


async def test_enter_opens_the_detail_and_esc_closes_it(tmp_path: Path) -> None:
    async with on_deck(demo_desk(tmp_path)) as operator:
        await operator.press("enter")
        text = await operator.until("EIP 198.18.0.5", "esc back to EIPs", "shop-front-vip", "t: earlier holders")
        assert "R release" in text
        await operator.press("G")
        await operator.until('allocate "J-812"')
        await operator.press("q")
        await operator.until("ADDRESS", absent="esc back to EIPs")


async def test_o_goes_to_the_other_eips_of_the_service(tmp_path: Path) -> None:
    async with on_deck(demo_desk(tmp_path)) as operator:
        await operator.press("n", "n", "n", "o")
        await operator.until("filter: service:nat-1", "203.0.113.17")


async def test_tab_walks_the_panes_when_there_are_several(tmp_path: Path) -> None:
    async with on_deck(demo_desk(tmp_path), WIDE) as operator:
        await operator.press("tab")
        await operator.until("[p Pools 4]", "!! 2 free of")
        await operator.press("shift+tab")
        await operator.until("[e EIPs 347]")
        await operator.press("d")
        await operator.until("ADDRESS", absent="EIP        eip-")
        assert not operator.deck.panes.detail.display


@pytest.mark.parametrize("size", [(200, 50), (120, 36), (100, 30), (80, 24), (60, 16), (59, 20), (40, 10)])
async def test_every_size_keeps_what_is_vital(tmp_path: Path, size: tuple[int, int]) -> None:
    async with on_deck(demo_desk(tmp_path), SMALL) as operator:
        await operator.pilot.resize_terminal(*size)
        await operator.when(lambda: len(operator.lines()) == size[1])
        await operator.until("198.18.0.5", "Zenlayer address", "in use", "WRITE", "live", "q quit")
        lines = operator.lines()
        assert len(lines) == size[1]
        assert max(map(len, lines)) <= size[0]
        assert "? help" in lines[-1]
        await operator.pilot.resize_terminal(*SMALL)
        await operator.until("rows 1-15", "ADDRESS")


async def test_q_quits_only_twice_and_neither_esc_nor_ctrl_c_ever_does(tmp_path: Path) -> None:
    async with on_deck(demo_desk(tmp_path)) as operator:
        await operator.press("escape", "backspace", "ctrl+c", "ctrl+q", "q")
        assert operator.status() == "press q again to quit"
        assert operator.app.return_code is None
        await operator.press("q")
        assert operator.app.return_code == 0


async def test_a_stuttering_q_does_not_quit(tmp_path: Path) -> None:
    async with on_deck(demo_desk(tmp_path)) as operator:
        await operator.at_once("q")
        for _ in range(3):
            operator.clock.at -= 1
            await operator.at_once("q")
        assert operator.app.return_code is None


async def test_help_lists_every_key_and_narrows(tmp_path: Path) -> None:
    async with on_deck(demo_desk(tmp_path)) as operator:
        await operator.press("question_mark")
        await operator.until(
            "keys", "The ten that matter most", "look up an address", "move an EIP of the default pool"
        )
        await operator.type("retire")
        await operator.until("drain, or retire", absent="move an EIP of the default pool")
        await operator.press("escape")
        await operator.until("ADDRESS")


async def test_the_palette_runs_a_command_by_its_name(tmp_path: Path) -> None:
    async with on_deck(demo_desk(tmp_path)) as operator:
        await operator.press("colon")
        await operator.until("every command by its command-line name")
        await operator.type("pools")
        await operator.press("enter")
        await operator.until("[p Pools 4]")


async def test_only_the_row_in_hand_has_the_cursor_mark(tmp_path: Path) -> None:
    """However many lists stand beside each other, keys act on one thing."""
    async with on_deck(demo_desk(tmp_path), WIDE) as operator:
        for key, row in (("e", "198.18.0.5 "), ("p", "hk-edge"), ("f", "198.18.0.5 "), ("c", "198.51.100.0/24")):
            await operator.press(key)
            await operator.when(lambda: operator.text().count("> ") == 1)
            (marked,) = [line for line in operator.lines() if "> " in line]
            assert row in marked


async def test_a_click_into_another_list_takes_its_row_in_hand(tmp_path: Path) -> None:
    async with on_deck(demo_desk(tmp_path), WIDE) as operator:
        await operator.pilot.click(offset=(6, 6))
        await operator.until("[p Pools 4]", "> !  hk-legacy", "0 free of 256")
        assert operator.deck.selection is not None
        assert operator.deck.selection.id == "hk-legacy"


async def test_keys_for_wider_screens_say_so(tmp_path: Path) -> None:
    async with on_deck(demo_desk(tmp_path)) as operator:
        await operator.press("d")
        await operator.until("the detail has a column of its own from 120 columns on; here enter opens it")
        for key in ("tab", "shift+tab"):
            operator.deck.say("")
            await operator.press(key)
            await operator.until("panes stand side by side from 120 columns on; here e p c l f t turn to them")

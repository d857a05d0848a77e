"""Other operators on the deck: who they are, what they did, what they are about to do; and what was left in doubt."""

from __future__ import annotations

import os
import signal
import sqlite3
import stat
from contextlib import closing
from pathlib import Path

import pytest

from core import BEAT_SECONDS, AllocationRequest, Code, EipdeckError, Inventory, ReleaseRequest, error, open_inventory
from tests.core.kit import another, of_a_file
from tests.tui.deck_kit import SMALL, WIDE, allocated, demo_desk, on_deck, small_desk
from tui.session.memory import KeptMemory
from tui.session.pending import PendingChanges
from tui.wording.phrases import second


async def test_who_is_on_the_deck_is_in_the_top_line(tmp_path: Path) -> None:
    inventory = small_desk(tmp_path)
    bob = another(inventory)
    bob.announce(None)
    async with on_deck(inventory) as operator:
        await operator.until("alice@10.0.4.7 +1")
        await operator.pilot.resize_terminal(*WIDE)
        await operator.until("alice@10.0.4.7 with bob ")
        bob.close()
        await operator.until("  alice@10.0.4.7  ")


async def test_who_has_paused_is_seen_by_the_others_and_sees_them(tmp_path: Path) -> None:
    inventory = small_desk(tmp_path)
    bob = another(inventory)
    async with on_deck(inventory) as operator:
        await operator.when(bob.other_sessions)
        await operator.press(".")
        await operator.until("paused: ")
        with closing(sqlite3.connect(tmp_path / "empty.db", isolation_level=None)) as raw:
            raw.execute("DELETE FROM presence")
        operator.deck.other_sessions._said = -BEAT_SECONDS
        assert not bob.other_sessions()
        allocated(bob)
        bob.announce(None)
        await operator.deck.polling.poll()
        await operator.when(bob.other_sessions)
        await operator.until("+1  ", "[e EIPs 0]", "paused: ")
    bob.close()


async def test_what_others_did_is_said_when_it_happened(tmp_path: Path) -> None:
    inventory = small_desk(tmp_path)
    bob = another(inventory)
    async with on_deck(inventory) as operator:
        await operator.until("[e EIPs 0]")
        eip = allocated(bob)
        await operator.until(f"bob: allocate {eip.address}.")
        bob.execute(ReleaseRequest(eips=(eip.address,)))
        await operator.press("j")
        allocated(bob, pool=None)
        await operator.until("bob: ", "more.")
    bob.close()


@of_a_file
async def test_a_restored_backup_is_told_whoever_restored_it(tmp_path: Path) -> None:
    inventory = small_desk(tmp_path)
    inventory.backup(tmp_path / "backup.db")
    allocated(inventory)
    async with on_deck(inventory) as operator:
        await operator.until("203.0.113.0")
        with closing(another(inventory, operator=inventory.operator)) as same:
            same.restore(tmp_path / "backup.db", reason="J-7")
        await operator.until("restored a backup: later changes are lost.", "[e EIPs 0]")


@of_a_file
async def test_changes_that_were_shown_and_are_gone_are_told_and_write_mode_is_dropped(tmp_path: Path) -> None:
    """An older copy takes the place of the file, as a snapshot of the host that is rolled back would."""
    inventory = small_desk(tmp_path)
    inventory.backup(tmp_path / "older.db")
    at = second(inventory.now())
    eip = allocated(inventory)
    async with on_deck(inventory, WIDE) as operator:
        await operator.until(eip.address, "WRITE")
        assert inventory.file is not None
        inventory._store.close()
        for end in ("-wal", "-shm"):
            inventory.file.with_name(f"{inventory.file.name}{end}").unlink(missing_ok=True)
        (tmp_path / "older.db").rename(inventory.file)
        told = f"Lost: changes since {at}, 1 of them made here.  t shows the history that is left"
        await operator.until(told, "[e EIPs 0]", "READ-ONLY")


@of_a_file
async def test_a_loss_before_the_start_is_told_with_what_was_made_here(tmp_path: Path) -> None:
    """The file is an older copy since the last session, in which a change was made."""
    inventory = small_desk(tmp_path)
    assert inventory.file is not None
    inventory.backup(tmp_path / "older.db")
    at, url, file = second(inventory.now()), inventory.url, inventory.file
    inventory.close()
    with closing(open_inventory(url, operator="alice", memory=KeptMemory)) as earlier:
        eip = allocated(earlier)
    (tmp_path / "older.db").rename(file)
    opened = open_inventory(url, operator="alice", memory=KeptMemory)
    async with on_deck(opened, WIDE) as operator:
        await operator.until(
            f"Lost: changes since {at}, 1 of them made here.  t shows the history that is left", "READ-ONLY"
        )
        await operator.when(lambda: operator.deck.trail.entries == 1)
        assert f"lost: allocate {eip.address} by alice at " in operator.deck.trail.text()


async def test_a_change_that_another_is_reviewing_is_shown_before_it_is_confirmed(tmp_path: Path) -> None:
    inventory = small_desk(tmp_path)
    eip = allocated(inventory)
    bob = another(inventory)
    bob.announce(f"198.51.100.1\n{eip.address}")
    async with on_deck(inventory, SMALL) as operator:
        await operator.until(eip.address)
        await operator.press("R")
        await operator.until("release", f"bob is reviewing a change of {eip.address} too, since ")
        bob.announce(None)
        await operator.when(lambda: [each.doing for each in bob.other_sessions()] == [eip.address])
        await operator.press("escape")
        await operator.until("nothing was sent")
        await operator.when(lambda: [each.doing for each in bob.other_sessions()] == [None])
    bob.close()


async def test_a_review_that_another_opens_meanwhile_wants_a_new_y(tmp_path: Path) -> None:
    inventory = small_desk(tmp_path)
    eip = allocated(inventory)
    bob = another(inventory)
    async with on_deck(inventory, SMALL) as operator:
        await operator.until(eip.address)
        await operator.press("R")
        await operator.until("unchanged")
        bob.announce(eip.address)
        await operator.confirm()
        await operator.until("not sent: read what changed", "bob is reviewing")
        assert inventory.eip(eip.address).released_at is None
    bob.close()


def test_who_may_only_look_is_not_announced(tmp_path: Path) -> None:
    looking = demo_desk(tmp_path, read_only=True)
    looking.announce("203.0.113.1")
    assert looking.other_sessions() == []
    looking.close()


REQUEST = AllocationRequest(pool_id="hk", request_id="a-key")


def cut_off(inventory: Inventory, folder: Path, *, made: bool) -> None:
    """A session that is killed before or after its change was made, its answer not heard."""
    pid = os.fork()
    if pid == 0:
        with PendingChanges(folder).noted(inventory, "allocate", "a-key"):
            if made:
                another(inventory).execute(REQUEST)
            os.kill(os.getpid(), signal.SIGKILL)
    os.waitpid(pid, 0)


@pytest.mark.parametrize(("made", "words"), [(True, "it was made"), (False, "it was not made, nothing changed")])
async def test_what_was_in_doubt_is_told_at_the_next_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, made: bool, words: str
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    folder = tmp_path / "state" / "eipdeck"
    inventory = small_desk(tmp_path)
    cut_off(inventory, folder, made=made)
    (note,) = folder.glob("sent-*.json")
    assert stat.S_IMODE(note.stat().st_mode) == 0o600
    async with on_deck(inventory, (120, 36)) as operator:
        await operator.until(f"an earlier session was cut off while it sent `allocate`: {words}")
        assert words in operator.deck.trail.text()
    assert list(folder.glob("sent-*.json")) == []
    assert len(list(another(inventory).eips())) == made


def test_what_is_answered_leaves_no_note_and_what_is_in_doubt_does(tmp_path: Path) -> None:
    inventory, doubts = small_desk(tmp_path), PendingChanges(tmp_path / "state")
    with doubts.noted(inventory, "allocate", "one"):
        assert doubts.settle(inventory) == []
    with pytest.raises(EipdeckError), doubts.noted(inventory, "allocate", "two"):
        raise error(Code.POOL_EXHAUSTED, "no")
    assert doubts.settle(inventory) == []
    with pytest.raises(EipdeckError), doubts.noted(inventory, "allocate", "three"):
        raise error(Code.OUTCOME_UNKNOWN, "lost")
    (told,) = doubts.settle(inventory)
    assert told.endswith("it was not made, nothing changed")
    assert doubts.settle(inventory) == []
    inventory.close()


async def test_of_very_many_targets_the_others_are_told_the_first(tmp_path: Path) -> None:
    inventory = small_desk(tmp_path)
    bob = another(inventory)
    async with on_deck(inventory) as operator:
        operator.deck.other_sessions.begin("\n".join(f"192.0.2.{number}" for number in range(65_536)))
        await operator.when(lambda: any(each.doing for each in bob.other_sessions()))
        (doing,) = [each.doing for each in bob.other_sessions()]
        assert len(str(doing).splitlines()) == 1_000
    bob.close()


@pytest.mark.parametrize("view", "epcft")
async def test_a_landing_from_elsewhere_is_told_in_every_view(tmp_path: Path, view: str) -> None:
    inventory = small_desk(tmp_path)
    shell = another(inventory, operator=inventory.operator)
    with closing(shell):
        async with on_deck(inventory) as operator:
            await operator.press(view)
            landed = allocated(shell, pool=None)
            await operator.until(f"! alice@10.0.4.7: {landed.address} IN THE DEFAULT POOL BY MISTAKE")
            assert "f shows it, F moves it" in operator.status()


async def test_a_change_of_what_is_selected_is_told_over_what_was_said(tmp_path: Path) -> None:
    inventory = small_desk(tmp_path)
    eip, other = allocated(inventory), allocated(inventory)
    bob = another(inventory)
    with closing(bob):
        async with on_deck(inventory) as operator:
            await operator.until(eip.address)
            await operator.press("A", "escape")
            await operator.until("nothing was sent")
            bob.execute(ReleaseRequest(eips=(other.address,)))
            await operator.until("[e EIPs 1]")
            assert "nothing was sent" in operator.status()
            bob.execute(ReleaseRequest(eips=(eip.address,)))
            await operator.until(f"bob: release {eip.address}")


async def test_what_the_operator_sends_here_is_no_news(tmp_path: Path) -> None:
    inventory = small_desk(tmp_path)
    version = inventory.data_version()
    async with on_deck(inventory) as operator:
        await operator.press("A", "enter", "enter", "enter", "enter", "enter", "enter")
        await operator.confirm()
        await operator.until("allocated 203.0.113.")
        assert await operator.deck.other_sessions.news(version) == []

"""The sync of a dashboard: a child process reads the live account, so that no page is parsed between two keys."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from contextlib import closing
from threading import Thread
from time import sleep
from typing import Final

from core import AccountInventory, EipdeckError, Inventory
from tui.cli.arguments import Settings

__all__ = ["keep_synced"]

_AFTER_FAILURE: Final = 300.0
"""Seconds until the next sync after one that failed."""


def keep_synced(inventory: Inventory, settings: Settings) -> None:
    """Sync in the background for as long as the program runs; a sync under way at its end runs to its own."""
    if not isinstance(inventory, AccountInventory):
        return
    words = [sys.executable, "-P", "-m", "tui", *_words(inventory, settings), "sync", "--background"]
    Thread(target=_sync_for_ever, args=(inventory, words), daemon=True, name="sync").start()


def _words(inventory: AccountInventory, settings: Settings) -> list[str]:
    given = {"--config": settings.config, "--profile": inventory.profile, "--db": settings.db}
    return [f"{name}={value}" for name, value in given.items() if value is not None]


def _sync_for_ever(inventory: AccountInventory, words: Sequence[str]) -> None:
    while True:
        sleep(_round(inventory, words))


def _round(inventory: AccountInventory, words: Sequence[str]) -> float:
    """Sync when the picture is old and no other dashboard does it; return the seconds until the next look."""
    if (left := _seconds_left(inventory)) > 0:
        return left
    with closing(inventory.sync_lease()) as lease:
        try:
            lease.hold()
        except EipdeckError:
            return inventory.refresh_seconds
        return inventory.refresh_seconds if _synced(inventory, words) else _AFTER_FAILURE


def _synced(inventory: AccountInventory, words: Sequence[str]) -> bool:
    variable, pipe = inventory.secrets_for_child()
    nothing = subprocess.DEVNULL
    try:
        done = subprocess.run(  # noqa: S603  # this program
            words,
            env={**os.environ, **variable},
            pass_fds=(pipe,),
            stdin=nothing,
            stdout=nothing,
            stderr=nothing,
            check=False,
        )
    except OSError:
        return False
    finally:
        os.close(pipe)
    return done.returncode == 0


def _seconds_left(inventory: AccountInventory) -> float:
    """Return the seconds until the picture is old enough for the next sync; another session may have read it."""
    try:
        state, now = inventory.mirror(), inventory.now()
    except EipdeckError:
        return _AFTER_FAILURE
    if state is None or state.as_of is None:
        return 0
    return inventory.refresh_seconds - (now - state.as_of).total_seconds()

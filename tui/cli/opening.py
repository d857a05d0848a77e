"""Opens the inventory that the options and the environment name."""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import partial
from pathlib import Path

import core
from core import Config, Inventory, Memory, load_config, open_inventory
from tui.cli.arguments import Settings

__all__ = ["config_of", "database_of", "inventory_of", "operator_of", "profile_of"]


def profile_of(settings: Settings) -> str | None:
    """Return the profile of the live account; None: the embedded platform. A database that is typed means no other."""
    return settings.profile or (None if settings.db else os.environ.get("EIPDECK_PROFILE") or None)


def config_of(settings: Settings) -> Config:
    """Load the configuration."""
    return load_config(Path(settings.config) if settings.config else None)


def database_of(settings: Settings) -> str | None:
    """Return the URL or file of the database; None: the embedded one, or that of the profile."""
    return settings.db or (None if profile_of(settings) else os.environ.get("EIPDECK_DB") or None)


def operator_of(settings: Settings) -> str | None:
    """Return who is acting; None: the login name."""
    return settings.operator or os.environ.get("EIPDECK_OPERATOR") or None


def inventory_of(settings: Settings, config: Config, url: str | None = None) -> Inventory:
    """Open the inventory at `url`; None: at the database of the settings.

    Raises:
        EipdeckError: it cannot be opened.

    """
    profile = profile_of(settings) if url is None else None
    opened: Callable[..., Inventory] = open_inventory if profile is None else partial(core.open_account, profile)
    return opened(
        url or database_of(settings),
        operator=operator_of(settings),
        read_only=settings.read_only,
        config=config,
        confined=None if settings.confined is None else Path(settings.confined),
        memory=_kept if url is None else None,
    )


def _kept(url: str) -> Memory:
    from tui.session.memory import KeptMemory  # noqa: PLC0415  # a lookup in a file remembers nothing

    return KeptMemory(url)

"""Opens the inventory that the options and the environment name."""

from __future__ import annotations

import os
from pathlib import Path

from core import Code, Config, Inventory, error, load_config, open_inventory
from tui.cli.arguments import Settings

__all__ = ["checked_profile", "config_of", "database_of", "inventory_of", "operator_of"]


def checked_profile(settings: Settings) -> None:
    """Refuse every profile: a live account cannot be configured yet."""
    if settings.profile is not None:
        raise error(
            Code.USAGE,
            f"There is no profile {settings.profile!r}: no live account is configured.",
            hint="Leave --profile out to work on the embedded database.",
        )


def config_of(settings: Settings) -> Config:
    """Load the configuration."""
    return load_config(Path(settings.config) if settings.config else None)


def database_of(settings: Settings) -> str | None:
    """Return the URL or file of the database; None: the embedded one."""
    return settings.db or os.environ.get("EIPDECK_DB") or None


def operator_of(settings: Settings) -> str | None:
    """Return who is acting; None: the login name."""
    return settings.operator or os.environ.get("EIPDECK_OPERATOR") or None


def inventory_of(settings: Settings, config: Config, url: str | None = None) -> Inventory:
    """Open the inventory at `url`; None: at the database of the settings.

    Raises:
        EipdeckError: it cannot be opened.

    """
    return open_inventory(
        url or database_of(settings),
        operator=operator_of(settings),
        read_only=settings.read_only,
        config=config,
        confined=None if settings.confined is None else Path(settings.confined),
    )

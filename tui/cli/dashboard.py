"""Opens the inventory of the dashboard, or of the demo. Imports the core, which the first paint does without."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from core import Inventory, seed_demo, take_secrets
from tui.cli.arguments import Settings
from tui.cli.opening import config_of, inventory_of
from tui.screen.keymap import keymap_of
from tui.screen.saved_views import checked_views

__all__ = ["opened", "seeded"]


def opened(settings: Settings, url: str | None = None) -> Inventory:
    """Open the inventory; a key that cannot be pressed is refused before that.

    Raises:
        EipdeckError: the configuration is wrong, or the database cannot be opened.

    """
    config = config_of(settings)
    keymap_of(config)
    checked_views(config)
    inventory = inventory_of(settings, config, url)
    if config.profiles:
        take_secrets(config)
    if inventory.config.account is not None and not inventory.read_only:
        from tui.cli.background import keep_synced  # noqa: PLC0415  # for live accounts alone

        keep_synced(inventory, settings)
    return inventory


def seeded(settings: Settings, folder: Path) -> Inventory:
    """Make the demo in a folder and open it."""
    url = f"sqlite:///{folder}/demo.db"
    seed_demo(url, datetime.now(UTC))
    return opened(settings, url)

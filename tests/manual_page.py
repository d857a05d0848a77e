"""Adds the manual page to the wheel; it is made from the declarations of the command line."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class ManualPage(BuildHookInterface[Any]):
    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Write the page and list it among the shared data; an editable installation has none."""
        if self.target_name != "wheel" or version == "editable":
            return
        sys.path.insert(0, self.root)
        from tui.cli.manual import manual  # noqa: PLC0415  # the source is found only now

        page = Path(self.directory) / "eipdeck.1"
        page.parent.mkdir(parents=True, exist_ok=True)
        page.write_text(manual(self.metadata.version), encoding="utf-8")
        build_data["shared_data"][str(page)] = "share/man/man1/eipdeck.1"

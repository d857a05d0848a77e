"""The bundle of `doctor` for a report of a defect: what was found, versions, sizes, and the end of the log."""

from __future__ import annotations

import json
import os
import platform
import re
from collections.abc import Iterator
from contextlib import suppress
from importlib.metadata import PackageNotFoundError, version
from ipaddress import IPv6Address
from pathlib import Path
from typing import Any, Final

from core import Code, error, to_json, written_whole
from tui.terminal import paths
from tui.terminal.private_file import read_private

__all__ = ["Mask", "write_bundle"]

_PACKAGES: Final = ("eipdeck", "textual", "rich", "sqlmodel", "sqlalchemy", "alembic", "psycopg", "platformdirs")
_LOG_BYTES: Final = 200_000
"""The bytes from the end of the log."""


def write_bundle(path: Path, found: dict[str, Any], *, force: bool, masked: bool, confined: bool) -> None:
    """Write the bundle to a file of mode 0600.

    Raises:
        EipdeckError: `conflict` when the file exists, unless `force`; `store_unavailable`; `usage` for a confined
            login, whose log is that of everybody.

    """
    if confined:
        raise error(Code.USAGE, "A confined login makes no bundle; nothing changed.", hint="Ask who keeps the host.")
    document = {
        "versions": dict(_versions()),
        "python": platform.python_version(),
        "platform": platform.platform(),
        "environment": sorted(name for name in os.environ if name.startswith("EIPDECK_")),
        "doctor": to_json(found),
        "log": _log(),
    }
    if masked:
        document = Mask(_names(found)).of(document)
    with written_whole(path, force=force) as part:
        part.write_text(f"{json.dumps(document, indent=2)}\n", encoding="ascii")


def _versions() -> Iterator[tuple[str, str | None]]:
    for name in _PACKAGES:
        try:
            yield name, version(name)
        except PackageNotFoundError:
            yield name, None


def _names(found: dict[str, Any]) -> dict[str, str]:
    """Return what else is masked, by its place: the operator, the home, and the user and server of the database."""
    names = {str(found["operator"]): "[operator]", str(Path.home()): "~"}
    url = str(found["database"].get("url") or "")
    if (server := re.match(r"postgres[a-z+]*://(?:([^@/]*)@)?([^/?]*)", url)) is not None:
        names |= {part: mark for part, mark in ((server[1], "[user]"), (server[2], "[server]")) if part}
    return {name: mark for name, mark in names.items() if len(name) > 1}


def _log() -> list[str]:
    """Return the last lines of the log."""
    with suppress(OSError):
        return read_private(paths.state_folder() / paths.LOG)[-_LOG_BYTES:].decode(errors="replace").splitlines()
    return []


_V4: Final = re.compile(r"(?<![\d.])\d{1,3}(?:(?:\.|\[\.\])\d{1,3}){3}(?![\d.]*\d)")
_V6: Final = re.compile(r"(?<![\w:.])[0-9A-Fa-f:]*:[0-9A-Fa-f:]*:[0-9A-Fa-f:.]*(?![\w:])")


class Mask:
    """Replaces addresses and names in JSON; equal ones by equal marks, so that they can be followed."""

    def __init__(self, names: dict[str, str]) -> None:
        self._names = names
        self._marks: dict[str, str] = {}

    def of(self, value: Any) -> Any:
        """Return a JSON value with its texts masked."""
        if isinstance(value, dict):
            return {key: self.of(each) for key, each in value.items()}
        if isinstance(value, list):
            return [self.of(each) for each in value]
        return self.text(value) if isinstance(value, str) else value

    def text(self, words: str) -> str:
        """Return a text without addresses and without the names."""
        masked = _V6.sub(lambda found: self._mark(found[0]) if _is_v6(found[0]) else found[0], words)
        masked = _V4.sub(lambda found: self._mark(found[0]), masked)
        for name in sorted(self._names, key=len, reverse=True):
            masked = masked.replace(name, self._names[name])
        return masked

    def _mark(self, address: str) -> str:
        return self._marks.setdefault(address, f"[address-{len(self._marks) + 1}]")


def _is_v6(words: str) -> bool:
    try:
        IPv6Address(words)
    except ValueError:
        return False
    return True

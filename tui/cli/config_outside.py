"""Settings from outside the configuration file: the database, the operator, the profile, and the modes of files."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from core import Config, ConfigProblem, Setting, default_path, login_name
from tui.cli.arguments import Settings
from tui.cli.opening import database_of, operator_of, profile_of

__all__ = ["masked_profiles", "mode_problems", "outside_settings"]

_SOURCES: Final = ("env:", "file:", "keyring:")
"""What the place of a secret begins with; other text may be the secret."""


def outside_settings(settings: Settings, config: Config) -> list[Setting]:
    """Return the database, the operator and the profile, each with where it comes from."""
    profile = profile_of(settings)
    by_profile = "--profile" if settings.profile else "EIPDECK_PROFILE"
    named = database_of(settings)
    if named is None and profile is not None:
        url, source = _database(config, profile), f"profile {profile}"
    else:
        url = named or f"sqlite:///{default_path()}"
        source = "--db" if settings.db else "EIPDECK_DB" if named else "default"
    operator = operator_of(settings)
    by_operator = "--operator" if settings.operator else "EIPDECK_OPERATOR" if operator else "default"
    return [
        Setting("db", _shown(url), source, None),
        Setting("operator", operator or login_name(), by_operator, None),
        Setting("profile", profile, by_profile if profile else "default", None),
    ]


def _database(config: Config, profile: str) -> str:
    table = config.profiles.get(profile)
    named = table.get("database") if isinstance(table, dict) else None
    return str(named or default_path().with_name(f"{profile}.db"))


def _shown(url: str) -> str:
    """Return a URL; one with a login may hold a password and is not repeated."""
    return f"{url.partition('://')[0]}://…" if "@" in url or "password" in url else url


def masked_profiles(value: Any) -> Any:
    """Return the tables of profiles without what may be a secret that stands in the file."""
    if not isinstance(value, dict):
        return value
    return {name: _masked(table) if isinstance(table, dict) else table for name, table in value.items()}


def _masked(table: dict[str, Any]) -> dict[str, Any]:
    secret = {key for key in ("key", "token", "proxy") if not str(table.get(key, "env:")).startswith(_SOURCES)}
    return {key: "…" if key in secret else each for key, each in table.items()}


def mode_problems(settings: Settings, config: Config) -> Iterator[ConfigProblem]:
    """Yield the files that others can read or write: the configuration, the database, its folder."""
    if config.path is not None and _mode(config.path) & 0o022:
        yield ConfigProblem(None, "", f"others can write {config.path}: chmod go-w it")
    profile = profile_of(settings)
    named = database_of(settings) or (_database(config, profile) if profile else str(default_path()))
    scheme, separator, rest = named.partition("://")
    if separator and scheme.partition("+")[0] != "sqlite":
        return
    path = Path(rest.partition("?")[0][1:] if separator else named)
    if path.is_file() and _mode(path) & 0o077:
        yield ConfigProblem(None, "db", f"others can read {path} (mode {_mode(path):04o}): chmod 600 it")
    if _mode(path.parent) & 0o022 and not _mode(path.parent) & stat.S_ISVTX:
        yield ConfigProblem(None, "db", f"others can write the folder {path.parent}: chmod go-w it")


def _mode(path: Path) -> int:
    try:
        return stat.S_IMODE(os.stat(path).st_mode)  # noqa: PTH116  # pathlib has no more to say
    except OSError:
        return 0

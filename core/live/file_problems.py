"""The problems of the profiles of a configuration, and of the files that it names. No call is made."""

from __future__ import annotations

import os
from collections.abc import Iterator

from core.domain.config import Config
from core.domain.config_problems import ConfigProblem, Wrong, told
from core.domain.errors import EipdeckError
from core.live.profiles import TYPES, Profile, check_file, profile_named, wrong_settings
from core.operations.rpki import check_payloads

__all__ = ["file_problems", "profile_settings"]


def profile_settings() -> dict[str, type]:
    """Return the settings of a profile, each with the type of its value."""
    return dict(TYPES)


def file_problems(config: Config) -> list[ConfigProblem]:
    """Return the problems of the ROA data and of every profile, with the files of its secrets; no secret is quoted."""
    text = "" if config.path is None else config.path.read_text(encoding="utf-8")
    return [told(text, each) for each in (*_of_payloads(config), *_of_profiles(config))]


def _of_payloads(config: Config) -> Iterator[Wrong]:
    if config.roa_file is not None:
        try:
            check_payloads(config.roa_file)
        except EipdeckError as refused:
            yield Wrong(("roa_file",), refused.reason.rstrip("."))


def _of_profiles(config: Config) -> Iterator[Wrong]:
    for name, table in config.profiles.items():
        wrong = [Wrong(("profiles", name, key), why, known) for key, why, known in wrong_settings(table)]
        yield from wrong
        if not wrong:
            try:
                profile = profile_named(config, name)
            except EipdeckError as refused:
                yield Wrong(("profiles", name), refused.reason.removeprefix(f"{config.path}: ").rstrip("."))
            else:
                yield from _of_files(profile)


def _of_files(profile: Profile) -> Iterator[Wrong]:
    """Yield the files that cannot be read, or that others can read though they hold a secret."""
    for what in ("key", "token", "proxy"):
        try:
            check_file(profile, what)
        except EipdeckError as refused:
            yield Wrong(("profiles", profile.name, what), refused.reason.rstrip("."))
    if profile.ca_file is not None and not os.access(profile.ca_file, os.R_OK):
        yield Wrong(("profiles", profile.name, "ca_file"), f"{profile.ca_file} cannot be read")

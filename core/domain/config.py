"""The configuration file: its settings and their defaults."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import tzinfo
from pathlib import Path

from core.domain.addresses import parse_prefix
from core.domain.errors import Code, error
from core.domain.json_value import UncheckedObject
from core.domain.times import InvalidTime, named_zone

__all__ = ["Config", "config_path", "load_config"]


SEEDED_REGION = "asia-east-1"
"""The region that every new database has, with 198.18.0.0/20."""


@dataclass(frozen=True, slots=True)
class Config:
    """The settings of `config.toml`."""

    region: str = SEEDED_REGION
    """The region when none is named."""
    regions: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Further regions, each with the ranges of its default pool; no ranges: a /20 of 198.18.0.0/15.
    `asia-east-1` has its range already."""
    require_customer_pool: bool = False
    """Refuse an allocation that names no pool, instead of using the default pool."""
    idle_days: int = 30
    """Days after which an EIP that serves nothing is a finding."""
    runway_days: int = 14
    """A pool that lasts fewer days than this at its trend is a finding."""
    roa_file: Path | None = None
    """Validated ROA payloads as JSON (`{"roas": [{"prefix", "maxLength", "asn"}]}`); None: RPKI is unknown."""
    keys: Mapping[str, str] = field(default_factory=dict)
    """Keys of the dashboard that replace the defaults, by command id."""
    log_formats: tuple[UncheckedObject, ...] = ()
    """Log formats of the operator (`[[evidence.format]]`), with the keys of `evidence.format.Format`; they are checked
    when a text is read."""
    display_zone: tzinfo | None = None
    """The zone of `@local` in typed times, beside UTC."""
    path: Path | None = None
    """The file that the settings were read from."""


def config_path() -> Path:
    """Return the default path of the configuration."""
    from platformdirs import user_config_path  # noqa: PLC0415  # not needed when a path is given

    return user_config_path("eipdeck", appauthor=False) / "config.toml"


def load_config(path: Path | None = None) -> Config:
    """Return the configuration at `path`, or at the default path when it exists, or the defaults.

    Raises:
        EipdeckError: `usage`, with the file and what is wrong in it.

    """
    chosen = path or config_path()
    if path is None and not chosen.exists():
        return Config()
    import tomllib  # noqa: PLC0415  # mostly there is no file

    try:
        with chosen.open("rb") as file:
            return _checked(tomllib.load(file), chosen)
    except OSError as problem:
        raise error(Code.USAGE, f"{chosen}: {(problem.strerror or 'cannot be read').lower()}.") from problem
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as problem:
        raise error(Code.USAGE, f"{chosen} is not valid TOML: {problem}.") from problem
    except (ValueError, RecursionError) as problem:  # the name has a NUL; the lists are nested too deep
        raise error(Code.USAGE, f"{chosen} cannot be read: {problem}.") from problem


_TYPES: dict[str, type] = {
    "region": str,
    "regions": dict,
    "require_customer_pool": bool,
    "idle_days": int,
    "runway_days": int,
    "roa_file": str,
    "keys": dict,
    "evidence": dict,
    "display": dict,
}


def _ranges(region: str, ranges: object, path: Path) -> tuple[str, ...]:
    """Return the ranges of the default pool of a region, each a prefix."""
    if not isinstance(ranges, list) or not all(isinstance(words, str) for words in ranges):
        raise error(Code.USAGE, f"{path}: regions.{region} must be a list of prefixes.")
    if ranges and region == SEEDED_REGION:
        raise error(Code.USAGE, f"{path}: regions.{region} has its range already; leave it out.")
    try:
        return tuple(str(parse_prefix(words)) for words in ranges)
    except ValueError as problem:
        raise error(Code.USAGE, f"{path}: regions.{region}: {problem}") from problem


_NAMES = {str: "text", dict: "a table", bool: "true or false", int: "a whole number of at least 1"}


def _checked(data: UncheckedObject, path: Path) -> Config:
    for key, value in data.items():
        if key not in _TYPES:
            raise error(Code.USAGE, f"{path}: {key!r} is not a known setting.", hint=f"Known: {', '.join(_TYPES)}.")
        wanted = _TYPES[key]
        number = type(value) is int and value < 1
        if type(value) is not wanted or number:
            raise error(Code.USAGE, f"{path}: {key} must be {_NAMES[wanted]}.")
    regions = {name: _ranges(name, ranges, path) for name, ranges in data.get("regions", {}).items()}
    keys = {str(name): str(key) for name, key in data.get("keys", {}).items()}
    roa_file = path.parent / data["roa_file"] if "roa_file" in data else None
    formats = _log_formats(data.get("evidence", {}), path)
    zone = _display_zone(data.get("display", {}), path)
    plain = {key: data[key] for key in data if key not in ("regions", "keys", "roa_file", "evidence", "display")}
    return Config(
        **plain, regions=regions, keys=keys, roa_file=roa_file, log_formats=formats, display_zone=zone, path=path
    )


def _log_formats(evidence: UncheckedObject, path: Path) -> tuple[UncheckedObject, ...]:
    """Return the tables of `[[evidence.format]]`."""
    unknown = sorted(evidence.keys() - {"format"})
    if unknown:
        raise error(Code.USAGE, f"{path}: evidence.{unknown[0]} is not a known setting.", hint="Known: format.")
    entries = evidence.get("format", [])
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise error(Code.USAGE, f"{path}: evidence.format must be tables, each headed [[evidence.format]].")
    return tuple(entries)


def _display_zone(table: Mapping[str, object], path: Path) -> tzinfo | None:
    """Return the zone of the table `[display]`; None when it has none."""
    unknown = next((key for key in table if key != "zone"), None)
    if unknown is not None:
        raise error(Code.USAGE, f"{path}: display.{unknown} is not a known setting.", hint="Known: zone.")
    if "zone" not in table:
        return None
    name = table["zone"]
    try:
        zone = named_zone(name) if isinstance(name, str) else None
    except InvalidTime as problem:
        raise error(Code.USAGE, f"{path}: display.zone: {problem}") from problem
    if zone is None:
        raise error(Code.USAGE, f"{path}: display.zone is not a zone.", hint="Write one like Europe/Berlin.")
    return zone

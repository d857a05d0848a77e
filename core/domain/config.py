"""The configuration file: its settings and their defaults."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import tzinfo
from pathlib import Path

from core.domain.addresses import parse_prefix
from core.domain.errors import Code, error
from core.domain.filters import InvalidFilter, parse_filter
from core.domain.json_value import UncheckedObject
from core.domain.times import InvalidTime, named_zone

__all__ = ["TYPES", "Config", "SavedView", "config_path", "load_config"]


SEEDED_REGION = "asia-east-1"
"""The region that every new database has, with 198.18.0.0/20."""


@dataclass(frozen=True, slots=True)
class SavedView:
    """A list of EIPs that an operator named."""

    filter: str = ""
    sort: str | None = None
    """The order, one of the dashboard's; None: as it is."""
    columns: tuple[str, ...] = ()
    """The headings of the dashboard's columns; none: as they are."""


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
    profiles: Mapping[str, UncheckedObject] = field(default_factory=dict)
    """Live accounts, each a table `[profiles.NAME]` with the keys of `core.live.profiles.Profile`, which are
    checked when one is opened."""
    account: str | None = None
    """The profile of the account that the database mirrors; no setting of the file. None: the embedded platform."""
    views: Mapping[str, SavedView] = field(default_factory=dict)
    """Saved views (`[views.NAME]`)."""
    start_view: str | None = None
    """The saved view that the dashboard begins with."""
    path: Path | None = None
    """The file that the settings were read from."""


def config_path() -> Path:
    """Return the default path of the configuration."""
    from platformdirs import user_config_path  # noqa: PLC0415  # not needed when a path is given

    return user_config_path("eipdeck", appauthor=False) / "config.toml"


def load_config(path: Path | None = None) -> Config:
    """Return the configuration at `path`, or at the default path when it exists, or the defaults.

    Raises:
        EipdeckError: `usage`, with the file, and each problem with its line.

    """
    chosen = path or config_path()
    if path is None and not chosen.exists():
        return Config()
    import tomllib  # noqa: PLC0415  # mostly there is no file

    try:
        text = chosen.read_bytes().decode()
        return _checked(tomllib.loads(text.replace("\r\n", "\n")), chosen, text)
    except OSError as problem:
        raise error(Code.USAGE, f"{chosen}: {(problem.strerror or 'cannot be read').lower()}.") from problem
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as problem:
        raise error(Code.USAGE, f"{chosen} is not valid TOML: {problem}.") from problem
    except (ValueError, RecursionError) as problem:  # the name has a NUL; the lists are nested too deep
        raise error(Code.USAGE, f"{chosen} cannot be read: {problem}.") from problem


TYPES: Mapping[str, type] = {
    "region": str,
    "regions": dict,
    "require_customer_pool": bool,
    "idle_days": int,
    "runway_days": int,
    "roa_file": str,
    "keys": dict,
    "evidence": dict,
    "display": dict,
    "profiles": dict,
    "views": dict,
    "start_view": str,
}


Refuse = Callable[[tuple[str | int, ...], str, Collection[str]], None]
"""Notes a setting that cannot be used: its keys, why, and the names that could be meant."""
_NAMES = {str: "text", dict: "a table", bool: "true or false", int: "a whole number of at least 1"}


def _checked(data: UncheckedObject, path: Path, text: str) -> Config:
    """Return the settings. Every problem is looked for before one is told."""
    wrong: list[tuple[tuple[str | int, ...], str, Collection[str]]] = []

    def refuse(keys: tuple[str | int, ...], why: str, known: Collection[str] = ()) -> None:
        wrong.append((keys, why, known))

    good = {key: value for key, value in data.items() if _is_fit(key, value, refuse)}
    regions = {name: _ranges(name, ranges, refuse) for name, ranges in good.get("regions", {}).items()}
    keys = {str(name): str(key) for name, key in good.get("keys", {}).items()}
    roa_file = path.parent / good["roa_file"] if "roa_file" in good else None
    formats = _log_formats(good.get("evidence", {}), refuse)
    zone = _display_zone(good.get("display", {}), refuse)
    profiles = good.get("profiles", {})
    for name, table in profiles.items():
        if not isinstance(table, dict):
            refuse(("profiles", name), "must be a table")
    views = {name: _view(name, view, refuse) for name, view in good.get("views", {}).items()}
    if (start := good.get("start_view", "")) and start not in views:
        refuse(("start_view",), f"start_view: there is no view {start!r}", views)
    if wrong:
        from core.domain.config_problems import Wrong, refusal  # noqa: PLC0415  # a right configuration needs none

        raise refusal(path, text, [Wrong(*each) for each in wrong])
    plain = {key: value for key, value in data.items() if TYPES[key] is not dict and key != "roa_file"}
    return Config(
        **plain,
        regions=regions,
        keys=keys,
        roa_file=roa_file,
        log_formats=formats,
        display_zone=zone,
        profiles=profiles,
        views=views,
        path=path,
    )


def _is_fit(key: str, value: object, refuse: Refuse) -> bool:
    """Return whether a setting is known and its value is of the right type."""
    if key not in TYPES:
        refuse((key,), f"{key!r} is not a known setting", TYPES)
        return False
    wanted = TYPES[key]
    if type(value) is not wanted or (wanted is int and isinstance(value, int) and value < 1):
        refuse((key,), f"{key} must be {_NAMES[wanted]}", ())
        return False
    return True


def _ranges(region: str, ranges: object, refuse: Refuse) -> tuple[str, ...]:
    """Return the ranges of the default pool of a region, each a prefix."""
    where = ("regions", region)
    if not isinstance(ranges, list) or not all(isinstance(words, str) for words in ranges):
        refuse(where, f"regions.{region} must be a list of prefixes", ())
    elif ranges and region == SEEDED_REGION:
        refuse(where, f"regions.{region} has its range already; leave it out", ())
    else:
        try:
            return tuple(str(parse_prefix(words)) for words in ranges)
        except ValueError as problem:
            refuse(where, f"regions.{region}: {str(problem).rstrip('.')}", ())
    return ()


def _view(name: str, table: object, refuse: Refuse) -> SavedView:
    """Return a saved view; the dashboard checks its order and columns."""
    where = f"views.{name}"
    if not isinstance(table, dict):
        refuse(("views", name), f"{where} must be a table", ())
        return SavedView()
    for key in table.keys() - {"filter", "sort", "columns"}:
        refuse(("views", name, key), f"{where}.{key} is not a known setting", ("filter", "sort", "columns"))
    words, sort, columns = table.get("filter", ""), table.get("sort"), table.get("columns", [])
    if not isinstance(words, str) or not isinstance(sort, str | None):
        refuse(("views", name), f"{where}: filter and sort must be text", ())
    elif not isinstance(columns, list) or not all(isinstance(each, str) for each in columns):
        refuse(("views", name, "columns"), f"{where}.columns must be a list of headings", ())
    else:
        try:
            parse_filter(words)
        except InvalidFilter as problem:
            refuse(("views", name, "filter"), f"{where}.filter: {str(problem).rstrip('.')}", ())
        return SavedView(words, sort, tuple(columns))
    return SavedView()


def _log_formats(evidence: UncheckedObject, refuse: Refuse) -> tuple[UncheckedObject, ...]:
    """Return the tables of `[[evidence.format]]`."""
    for unknown in sorted(evidence.keys() - {"format"}):
        refuse(("evidence", unknown), f"evidence.{unknown} is not a known setting", ("format",))
    entries = evidence.get("format", [])
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        refuse(("evidence", "format"), "evidence.format must be tables, each headed [[evidence.format]]", ())
        return ()
    return tuple(entries)


def _display_zone(table: Mapping[str, object], refuse: Refuse) -> tzinfo | None:
    """Return the zone of the table `[display]`; None when it has none."""
    for unknown in table.keys() - {"zone"}:
        refuse(("display", unknown), f"display.{unknown} is not a known setting", ("zone",))
    if "zone" not in table:
        return None
    name = table["zone"]
    try:
        zone = named_zone(name) if isinstance(name, str) else None
    except InvalidTime as problem:
        refuse(("display", "zone"), f"display.zone: {str(problem).rstrip('.')}", ())
        return None
    if zone is None:
        refuse(("display", "zone"), "display.zone is not a zone; write one like Europe/Berlin", ())
    return zone

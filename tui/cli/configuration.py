"""`eipdeck config`: the settings with their sources, a check of the file, its schema."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from core import (
    Config,
    ConfigProblem,
    EipdeckError,
    SavedView,
    Setting,
    config_line,
    config_path,
    config_schema,
    config_settings,
    file_problems,
    format_table,
    load_config,
    to_json,
)
from tui.cli.arguments import Command, Settings
from tui.cli.config_outside import masked_profiles, mode_problems, outside_settings
from tui.cli.exit_codes import DONE, NO
from tui.cli.result import Answer, print_answer
from tui.cli.shape import shape_of, shaped
from tui.screen.keymap import keymap_of
from tui.screen.saved_views import checked_views
from tui.wording.columns import Entry, Listing
from tui.wording.phrases import or_dash
from tui.wording.verb import Format
from tui.wording.writers import json_text

__all__ = ["configuration"]

_SETTINGS: Final[Listing[Setting, Setting]] = Listing(
    Setting,
    (
        Entry("SETTING", lambda setting: setting.key),
        Entry("SOURCE", lambda setting: setting.source),
        Entry("LINE", lambda setting: or_dash(setting.line), right=True),
        Entry("VALUE", lambda setting: json.dumps(to_json(setting.value), ensure_ascii=False)),
    ),
)
_PROBLEMS: Final[Listing[ConfigProblem, ConfigProblem]] = Listing(
    ConfigProblem,
    (
        Entry("LINE", lambda problem: or_dash(problem.line), right=True),
        Entry("SETTING", lambda problem: problem.key),
        Entry("PROBLEM", lambda problem: problem.message),
    ),
)


def configuration(command: Command) -> int:
    """Run one of the verbs; return the exit code."""
    given = dict(command.given)
    shape = shape_of(given)
    return print_answer(shaped(_VERBS[command.verb.name](command), shape, command.format), command.format)


def _show(command: Command) -> Answer:
    """Answer with every setting, those of the environment and the options first."""
    settings = command.settings
    found = config_settings(_file(settings))
    shown = [replace(each, value=masked_profiles(each.value)) if each.key == "profiles" else each for each in found]
    return Answer([*outside_settings(settings, load_config(_file(settings))), *shown], _SETTINGS)


def _check(command: Command) -> Answer:
    path = _file(command.settings)
    problems: list[ConfigProblem] = []
    try:
        config = load_config(path)
    except EipdeckError as refused:
        problems = [*_problems(refused), *_problems_beside(path or config_path())]
    else:
        problems = [problem for check in (keymap_of, checked_views, _formats) for problem in _of(check, config)]
        problems += [*file_problems(config), *mode_problems(command.settings, config)]
    shown = str(path or config_path())
    if problems or command.format is not Format.TABLE or command.is_shaped:
        return Answer(problems, _PROBLEMS, code=NO if problems else DONE)
    state = "is sound" if path is not None or config_path().exists() else "does not exist; every setting is a default"
    return Answer((f"{shown} {state}\n",))


def _problems_beside(path: Path) -> list[ConfigProblem]:
    """Return the problems of keys, views, profiles and log formats in a file that is refused for something else."""
    try:
        found = tomllib.loads(path.read_text(encoding="utf-8"))
        keys = {str(name): str(key) for name, key in found.get("keys", {}).items()}
        tables = found.get("evidence", {}).get("format", ())
        profiles = {name: table for name, table in found.get("profiles", {}).items() if isinstance(table, dict)}
        views = {name: _view(table) for name, table in found.get("views", {}).items()}
    except (OSError, ValueError, RecursionError, AttributeError, TypeError):
        return []
    formats = isinstance(tables, list) and all(isinstance(each, dict) for each in tables)
    config = Config(keys=keys, log_formats=tuple(tables) if formats else (), profiles=profiles, views=views, path=path)
    beside = [problem for check in (keymap_of, checked_views, _formats) for problem in _of(check, config)]
    return [*beside, *file_problems(config)]


def _view(table: Mapping[str, Any]) -> SavedView:
    """Return the order and the columns of a saved view; its filter is checked with the file."""
    sort, columns = table.get("sort"), table.get("columns", ())
    return SavedView(
        sort=sort if isinstance(sort, str) else None,
        columns=tuple(each for each in columns if isinstance(each, str)) if isinstance(columns, list) else (),
    )


def _of(check: Callable[[Config], object], config: Config) -> list[ConfigProblem]:
    try:
        check(config)
    except EipdeckError as refused:
        return _problems(refused, config)
    return []


def _formats(config: Config) -> None:
    format_table(config.log_formats, str(config.path))


def _problems(refused: EipdeckError, config: Config | None = None) -> list[ConfigProblem]:
    """Return the problems of a refusal; one without any is a problem itself."""
    told = refused.details.get("problems")
    if told is None:
        return [ConfigProblem(None, "", refused.reason)]
    text = "" if config is None or config.path is None else config.path.read_text(encoding="utf-8")
    return [ConfigProblem(each.get("line") or _line(text, each["key"]), each["key"], each["message"]) for each in told]


def _line(text: str, key: str) -> int | None:
    """Return the line of a setting, or of the table that lacks it."""
    keys = [int(each) - 1 if each.isdigit() else each for each in key.split(".")]
    return config_line(text, keys) or config_line(text, keys[:-1])


def _schema(_command: Command) -> Answer:
    return Answer((f"{json_text(to_json(config_schema()))}\n",))


def _file(settings: Settings) -> Path | None:
    return Path(settings.config) if settings.config else None


_VERBS: Final[Mapping[str, Callable[[Command], Answer]]] = {
    "config show": _show,
    "config check": _check,
    "config schema": _schema,
}

"""`eipdeck doctor`: checks the files, the database and the terminal, and gives advice. It creates nothing."""

from __future__ import annotations

import locale
import os
import shutil
import stat
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any, Final

import core
from core import (
    Code,
    Config,
    EipdeckError,
    Inventory,
    MirrorKind,
    config_path,
    default_path,
    error,
    format_table,
    iso,
    login_name,
    open_inventory,
)
from tui.cli.arguments import Command, Settings
from tui.cli.bundle import write_bundle
from tui.cli.offers import kept_folder
from tui.cli.opening import config_of, database_of, operator_of, profile_of
from tui.cli.result import Answer, print_answer, refuse
from tui.terminal import paths
from tui.terminal.environment import Route, clipboard_route, is_too_small, names_a_terminal, over_ssh
from tui.wording.phrases import count_of
from tui.wording.refusals import refusal_words
from tui.wording.sanitize import visible
from tui.wording.verb import Format

__all__ = ["doctor"]

Found = dict[str, Any]

_REPAIR: Final = "Move it away, with its -wal and -shm, and bring the last backup back: `eipdeck restore FILE`."
_LARGE: Final = 256_000_000
"""Bytes from which the log beside the database is worth a word."""
_UP_TO_DATE: Final = "up to date"
"""The state of a standby that has replayed everything it received."""
_LITTLE: Final = 1_000_000
"""Bytes below which a disk counts as full."""


def doctor(command: Command) -> int:
    """Print the checks and the advice; return the exit code of the first refusal, or 0."""
    found, refusal = _examine(command.settings)
    as_json, given = command.format is Format.JSON, command.given
    said: tuple[str, ...] = ()
    if given["bundle"] is not None:
        confined, masked = command.settings.confined is not None, not given["with_addresses"]
        write_bundle(Path(str(given["bundle"])), found, force=bool(given["force"]), masked=masked, confined=confined)
        said = (f"the bundle is {given['bundle']}; read it before you send it",)
    code = print_answer(Answer(found if as_json else _report(found), said=said), command.format)
    return code if refusal is None else refuse(refusal, as_json=as_json)


def _examine(settings: Settings) -> tuple[Found, EipdeckError | None]:
    """Return everything found, and the refusal of a database that cannot be used."""
    state = paths.state_folder()
    found: Found = {
        "paths": {
            "configuration": str(settings.config or config_path()),
            "database": str(default_path()),
            "clip": str(state / paths.CLIP),
            "log": str(state / paths.LOG),
            "trails": str(state / paths.TRAILS),
            "ui": str(state / paths.UI),
            "sent": str(state / paths.SENT),
            "places": str(state / paths.PLACES),
            "offers": f"{kept_folder()}/offers-*",
            "heads": str(state / paths.HEADS),
            "seen": str(state / paths.SEEN),
            "verified": str(state / paths.VERIFIED),
            "watch": str(state / paths.WATCH),
        },
        "operator": operator_of(settings) or login_name(),
        "database": {"url": None, "ok": False},
        "platform": {"kind": "embedded", "reachable": True},
        "terminal": _terminal(os.environ),
        "clipboard": clipboard_route(os.environ),
        "advice": [],
    }
    refusal = None
    try:
        _examine_database(found, settings)
    except EipdeckError as problem:
        refusal = problem
        found["advice"].append(refusal_words(problem))
    found["advice"].extend(_advice(found))
    return found, refusal


def _examine_database(found: Found, settings: Settings) -> None:
    config = config_of(settings)
    if config.roa_file is not None and not config.roa_file.is_file():
        found["advice"].append(f"The configured roa_file {config.roa_file} is not there: RPKI stays unknown.")
    format_table(config.log_formats, str(config.path))
    url, profile = database_of(settings), profile_of(settings)
    if url is None and profile is None and not default_path().exists():
        found["database"] = {"url": f"sqlite:///{default_path()}", "ok": True, "state": "made when first used"}
        return
    if profile is not None and _is_new(found, config, url, profile):
        return
    opened: Callable[..., Inventory] = open_inventory if profile is None else partial(core.open_account, profile)
    with closing(opened(url, read_only=True, config=config)) as inventory:
        if inventory.config.account is not None:
            found["platform"] = _account(inventory)
        if inventory.file is None:
            del found["paths"]["database"]
        else:
            found["paths"] |= {"database": str(inventory.file), "lock": f"{inventory.file}.lock"}
        found["database"] = _database(inventory)
        where = inventory.url if inventory.file is None else inventory.file
    if not found["database"]["ok"]:
        raise error(
            Code.STORE_UNAVAILABLE,
            f"{where} is damaged: {found['database']['integrity']}.",
            hint=_REPAIR if inventory.embedded else "Keep a copy, and load the last export into a new database.",
        )


def _database(inventory: Inventory) -> Found:
    looked = inventory.integrity()
    sound = looked["integrity"] == "ok" and looked["foreign_keys"] == "ok"
    return {"url": inventory.url, "ok": sound, **looked, **({} if inventory.file is None else _file(inventory.file))}


def _is_new(found: Found, config: Config, url: str | None, profile: str) -> bool:
    """Examine a live account that was not read yet; return whether its database is missing."""
    database, problem = core.account_answers(config, profile)
    path = Path(url or database)
    if "://" in (url or database) or path.exists():
        return False
    found["platform"] = {"kind": "live", "profile": profile, "reachable": problem is None}
    if problem is not None:
        found["platform"]["problem"] = refusal_words(problem)
    found["database"] = {"url": f"sqlite:///{path}", "ok": True, "state": "made by the first sync"}
    return True


def _account(inventory: Inventory) -> Found:
    """Return the live account: whether it answers, and how old its picture is, kind by kind."""
    from core import AccountInventory  # noqa: PLC0415  # imports SQLModel

    assert isinstance(inventory, AccountInventory)  # noqa: S101  # its configuration names the account
    problem, mirror = inventory.unreachable(), inventory.mirror()
    found: Found = {"kind": "live", "reachable": problem is None}
    if problem is not None:
        found["problem"] = refusal_words(problem)
    if mirror is not None:
        found |= {"profile": mirror.profile, "endpoint": mirror.endpoint, "as_of": mirror.as_of and iso(mirror.as_of)}
        found |= {"held": mirror.held, "aside": mirror.aside}
        if unread := {each.kind: each.problem for each in mirror.kinds if each.problem is not None}:
            found["unread"] = unread
        found |= {each.kind: _reading(each) for each in mirror.kinds}
    if left := [plan.id for plan in inventory.plans() if plan.state in ("open", "unfinished")]:
        found["plans_left"] = left
    return found


def _reading(each: MirrorKind) -> str:
    read = "never read" if each.read_at is None else f"{count_of(each.rows, 'row')} at {iso(each.read_at)}"
    return read if each.problem is None else f"{read}; {each.problem}"


def _file(path: Path) -> Found:
    return {
        "writable": os.access(path, os.W_OK) and os.access(path.parent, os.W_OK),
        "bytes_left": shutil.disk_usage(path.parent).free,
        "mode": f"{stat.S_IMODE(path.stat().st_mode):04o}",
        "folder_mode": f"{stat.S_IMODE(path.parent.stat().st_mode):04o}",
        "bytes": path.stat().st_size,
        "log_bytes": log.stat().st_size if (log := path.with_name(f"{path.name}-wal")).exists() else 0,
    }


def _terminal(environ: Mapping[str, str]) -> Found:
    size = shutil.get_terminal_size()
    streams = {"stdin": sys.stdin, "stdout": sys.stdout, "stderr": sys.stderr}
    return {
        "term": environ.get("TERM", ""),
        "is_terminal": {name: stream is not None and stream.isatty() for name, stream in streams.items()},
        "columns": size.columns,
        "lines": size.lines,
        "colour": _colour(environ),
        "encoding": locale.getpreferredencoding(do_setlocale=False),
        "ssh": over_ssh(environ),
        "multiplexer": "tmux" if environ.get("TMUX") else "screen" if environ.get("STY") else None,
    }


def _colour(environ: Mapping[str, str]) -> str:
    if environ.get("NO_COLOR"):
        return "none"
    if environ.get("COLORTERM", "").lower() in ("truecolor", "24bit"):
        return "truecolor"
    return "256" if "256color" in environ.get("TERM", "") else "16"


def _advice(found: Found) -> Iterator[str]:
    terminal, database, platform = found["terminal"], found["database"], found["platform"]
    if not platform["reachable"]:
        yield f"The account does not answer: {platform['problem']}"
    for kind, problem in platform.get("unread", {}).items():
        yield f"The last sync could not read {kind} ({problem}): what is here of it is as old as it says."
    for plan in platform.get("plans_left", ()):
        yield f"Plan {plan} is not made to its end: `eipdeck plan resume {plan}` goes on."
    if platform.get("held") is not None:
        yield f"The last picture is held: {platform['held']}"
    if platform["kind"] == "live" and platform.get("as_of") is None:
        yield "The account was not read yet: `eipdeck sync` reads it."
    if not names_a_terminal(terminal["term"]):
        yield "TERM does not name a terminal: the dashboard cannot run, the command line can."
    elif is_too_small(terminal["columns"], terminal["lines"]):
        yield "The terminal is small: from 80x24 on the dashboard shows everything."
    if terminal["encoding"].upper().replace("-", "") != "UTF8":
        yield "The locale is not UTF-8: frames are drawn in ASCII; LANG=C.UTF-8 would change that."
    if terminal["multiplexer"] == "tmux" and found["clipboard"] is Route.TERMINAL:
        yield "tmux is not in PATH: a copy reaches the clip file only, unless tmux has set-clipboard on."
    if database.get("writable") is False:
        yield "The database or its folder cannot be written: use --read-only, or correct the permissions."
    if database.get("bytes_left", _LITTLE) < _LITTLE:
        yield "The disk under the database is full or nearly so: changes will be refused until there is room."
    if database.get("log_bytes", 0) > _LARGE:
        yield (
            f"The log beside the database has {database['log_bytes'] // 1_000_000} MB: a program reads for long, as a"
            " list in a pager does. It shrinks at the first change after the reader ends."
        )
    if database.get("durable", "yes") != "yes":
        yield "The server does not flush what it commits (fsync, full_page_writes): it may lose what it acknowledged."
    if database.get("clock", "ok") != "ok":
        yield (
            f"The clock is doubtful: {database['clock']}. Correct the clock; if it is right now and was ahead then,"
            " eipdeck clock accept --reason TEXT goes on by it. Changes are refused until then."
        )
    if database.get("standby", _UP_TO_DATE) != _UP_TO_DATE:
        yield f"This is a standby, and {database['standby']}: what it says may be old. Ask the primary."
    if database.get("mode", "0600") != "0600":
        yield f"Others may read the database (mode {database['mode']}): chmod 600 it."


def _report(found: Found) -> Iterator[str]:
    """Yield what was found as lines of text."""
    for name, value in found.items():
        if name == "advice":
            continue
        if isinstance(value, dict):
            yield f"{name}\n"
            yield from (f"  {_label(key):<19} {visible(_words(_sized(key, each)))}\n" for key, each in value.items())
        else:
            yield f"{name:<18}{visible(_words(value))}\n"
    for advice in found["advice"] or ["everything works"]:
        yield f"advice            {visible(advice)}\n"


_SIZES: Final = {"bytes": "size", "bytes_left": "room left", "log_bytes": "log"}
"""The labels of numbers of bytes, which people read in larger units."""


def _label(key: str) -> str:
    return _SIZES.get(key, key.replace("_", " "))


def _sized(key: str, value: object) -> object:
    """Return a number of bytes in its unit, any other value as it is."""
    if key not in _SIZES or not isinstance(value, int):
        return value
    size, units = float(value), iter(("kB", "MB", "GB", "TB"))
    unit = "bytes"
    while size >= 1000 and (larger := next(units, None)):
        size, unit = size / 1000, larger
    return f"{size:.3g} {unit}" if unit != "bytes" else f"{value} bytes"


def _words(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, dict):
        return ", ".join(f"{key} {_words(each)}" for key, each in value.items())
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return "-" if value is None else str(value)

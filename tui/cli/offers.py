"""The values that a shell offers at a key press, read without the core and without argparse.

`eipdeck __complete KIND TYPED WORD...` prints a value a line. It imports no more than SQLite's driver, seeks a few
hundred rows by an index, and prints nothing when the database is slow or gone. On PostgreSQL the values are those that
a list has printed within the last minute; `tui.cli.keep` leaves them.
"""

from __future__ import annotations

import os
import sys
from _thread import allocate_lock, start_new_thread
from collections.abc import Callable, Sequence

from tui.cli.offered_findings import finding_ids
from tui.cli.offered_tables import table_names

__all__ = [
    "CALL",
    "FILTERS",
    "KINDS",
    "database_file",
    "kept_file",
    "kept_folder",
    "offer",
    "profile_database",
    "without_password",
]

CALL = "__complete"
FILTERS: dict[str, tuple[str, ...] | str] = {
    "own": ("yes", "no"),
    "state": ("bound", "unbound", "cooling", "released"),
    "pool": "pools",
    "cidr": "cidrs",
    "region": "regions",
    "kind": ("nic", "snat", "dnat", "load_balancer", "lb", "load-balancer"),
    "service": "services",
    "age": (),
    "by": "operators",
    "is": ("problem", "landed", "idle", "recycled"),
}
"""The keys of a filter, each with its values or their kind."""
_COLUMNS = {
    "pools": ("pool", "id", "true"),
    "regions": ("pool", "region", "true"),
    "cidrs": ("cidr", "cidr", "state <> 'retired'"),
    "services": ("service", "id", "missing_since IS NULL"),
    "nic": ("service", "id", "missing_since IS NULL AND kind = 'nic'"),
    "nat-gateway": ("service", "id", "missing_since IS NULL AND kind = 'nat-gateway'"),
    "load-balancer": ("service", "id", "missing_since IS NULL AND kind = 'load-balancer'"),
    "ids": ("eip", "id", "released_at IS NULL"),
    "operators": ("eip", "allocated_by", "released_at IS NULL"),
}
"""The table, the column and the condition of each kind; an index has the column."""
KINDS = ("eips", "subjects", "findings", "filter", "views", "profiles", *(kind for kind in _COLUMNS if kind != "ids"))
"""The kinds that an argument can name."""

_MOST = 100
_FRESH = 60
"""Seconds for which a printed list is offered."""
_PATIENCE = 1.0
"""Seconds that a key press waits."""
_PLAIN = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._/:@%+,=-!")
"""The characters that no shell interprets; a value with others is not offered."""
_LAST = "\U0010ffff"

Seek = Callable[[str], str | None]
"""Returns the first value from a text on, in the order of the database."""


def offer(words: Sequence[str]) -> int:
    """Print the values of a kind that begin with what is typed; return the exit code 0."""
    found: list[str] = []
    ended = allocate_lock()
    ended.acquire()

    def look() -> None:
        try:
            kind, typed, *line = words
            if kind in ("views", "profiles"):
                found.extend(table_names(_typed("--config", line) or _configuration(), kind, typed))
            else:
                found.extend(_found(kind, typed, _database(line)))
        except Exception:  # noqa: BLE001, S110  # a key press is answered or not; it prints no error
            pass
        ended.release()

    start_new_thread(look, ())
    if not ended.acquire(timeout=_PATIENCE):
        os._exit(0)
    told = [each for each in dict.fromkeys(found) if _PLAIN.issuperset(each) and not each.startswith("-")]
    try:
        sys.stdout.write("".join(f"{each}\n" for each in told))
        sys.stdout.flush()
    except (OSError, AttributeError):
        os._exit(0)
    return 0


def _database(line: Sequence[str]) -> str:
    """Return the database that the typed words name, or the environment."""
    if named := _typed("--db", line):
        return named
    if profile := _typed("--profile", line) or os.environ.get("EIPDECK_PROFILE", ""):
        return profile_database(profile)
    return os.environ.get("EIPDECK_DB", "")


def _typed(option: str, line: Sequence[str]) -> str:
    """Return the value of an option in the typed words; empty: it is not there."""
    named = ""
    for before, word in zip(["", *line], line, strict=False):
        if before == option:
            named = word
        elif word.startswith(f"{option}="):
            named = word[len(option) + 1 :]
    return os.path.expanduser(named.strip("'\""))  # noqa: PTH111  # pathlib is slow


def _configuration() -> str:
    return f"{_own_folder('XDG_CONFIG_HOME', '.config', 'Library/Application Support')}/config.toml"


def profile_database(profile: str) -> str:
    """Return the file of the live account of a profile, where the profile names no other."""
    return f"{_own_folder('XDG_DATA_HOME', '.local/share', 'Library/Application Support')}/{profile}.db"


def database_file(url: str) -> str | None:
    """Return the SQLite file that a path or URL names; empty: the embedded database; None: no file."""
    if not url:
        return _own_folder("XDG_DATA_HOME", ".local/share", "Library/Application Support") + "/eipdeck.db"
    scheme, separator, rest = url.partition("://")
    if not separator:
        return url
    return rest[1:] if scheme.partition("+")[0] == "sqlite" else None


def kept_file(kind: str, url: str) -> str:
    """Return the file with the values of a kind that a list has left."""
    from binascii import crc32  # noqa: PLC0415  # mostly values come from the database

    number = crc32(without_password(url).encode("utf-8", "surrogateescape"))
    return f"{kept_folder()}/offers-{kind}-{number:08x}"


def kept_folder() -> str:
    """Return the folder of the kept values."""
    return _own_folder("XDG_CACHE_HOME", ".cache", "Library/Caches")


def without_password(url: str) -> str:
    """Return a URL without its password."""
    place, mark, options = url.partition("?")
    scheme, separator, rest = place.partition("://")
    login, at, host = rest.rpartition("@")
    kept = [each for each in options.split("&") if not each.startswith("password=")]
    return f"{scheme}{separator}{login.partition(':')[0]}{at}{host}{mark}{'&'.join(kept)}"


def _own_folder(variable: str, usual: str, on_mac: str) -> str:
    base = os.environ.get(variable, "").strip()
    home = os.path.expanduser("~")  # noqa: PTH111  # pathlib is slow
    place = on_mac if sys.platform == "darwin" else usual
    return f"{base or f'{home}/{place}'}/eipdeck"


def _found(kind: str, typed: str, url: str) -> list[str]:
    if kind == "filter":
        return _of_filter(typed, url)
    if kind == "subjects":
        return [*_found("eips", typed, url), *_found("cidrs", typed, url)]
    file = database_file(url)
    if kind == "findings":
        if file is None:
            return _kept(kind, typed, url)
        return [*_kept(kind, typed, url), *finding_ids(_reader(file), typed)]
    if file is None:
        return _kept(kind, typed, url)
    if kind == "eips" and not typed.strip("0123456789."):
        return _addresses(_address_seek(file), typed)
    return _texts(_seek(file, *_COLUMNS["ids" if kind == "eips" else kind]), typed)


def _of_filter(typed: str, url: str) -> list[str]:
    """Return the keys of a filter, or the values of the typed key."""
    sign = "!" if typed.startswith("!") else ""
    key, colon, value = typed[len(sign) :].partition(":")
    if not colon:
        addresses = _found("eips", key, url) if key[:1].isdigit() else []
        return [sign + each for each in (*addresses, *(f"{known}:" for known in FILTERS if known.startswith(key)))]
    values = FILTERS[key]
    known = _found(values, value, url) if isinstance(values, str) else [v for v in values if v.startswith(value)]
    return [f"{sign}{key}:{each}" for each in known]


def _reader(file: str) -> Callable[..., list[tuple[str]]]:
    """Return a function that reads rows; the file is never written, made or waited for."""
    from _sqlite3 import connect  # noqa: PLC0415  # the driver without datetime, which `sqlite3` adds

    escaped = file.replace("%", "%25").replace("?", "%3f").replace("#", "%23")
    try:
        rests = not os.stat(f"{file}-wal").st_size  # noqa: PTH116  # pathlib is slow
    except OSError:
        rests = True
    immutable = "&immutable=1" if rests else ""
    driver = connect(f"file:{escaped}?mode=ro{immutable}", uri=True, timeout=0, isolation_level=None)
    driver.execute("PRAGMA trusted_schema=OFF")
    return lambda statement, values=(): driver.execute(statement, values).fetchall()


def _seek(file: str, table: str, column: str, condition: str) -> Seek:
    read = _reader(file)
    statement = f"SELECT {column} FROM {table} WHERE {condition} AND {column} >= ? ORDER BY {column} LIMIT 1"

    def seek(low: str) -> str | None:
        rows = read(statement, (low,))
        return rows[0][0] if rows else None

    return seek


def _address_seek(file: str) -> Callable[[int, int], int | None]:
    read = _reader(file)
    statement = "SELECT address FROM eip WHERE released_at IS NULL AND address BETWEEN ? AND ? ORDER BY address LIMIT 1"

    def seek(low: int, high: int) -> int | None:
        rows = read(statement, (low, high))
        return int(rows[0][0]) if rows else None

    return seek


def _texts(seek: Seek, typed: str) -> list[str]:
    """Return the values that begin with what is typed; of more than a hundred, how they go on."""
    values: list[str] = []
    low = typed
    while len(values) <= _MOST:
        value = seek(low)
        if value is None or not value.startswith(typed):
            return values
        values.append(value)
        low = f"{value}\1"
    heads: list[str] = []
    low = typed
    while (value := seek(low)) is not None and value.startswith(typed):
        head = value[: len(typed) + 1]
        heads.append(head)
        low = head + (_LAST if head != typed else "\1")
    return _texts(seek, heads[0]) if len(heads) == 1 else heads


def _addresses(seek: Callable[[int, int], int | None], typed: str) -> list[str]:
    """Return the addresses that begin with what is typed; of more than a hundred, how they go on after the next dot."""
    *whole, part = typed.split(".")
    if len(whole) > 3 or any(not octet or int(octet) > 255 for octet in whole):
        return []
    bits = 8 * (3 - len(whole))
    base = 0
    for octet in whole:
        base = base << 8 | int(octet)
    heads: list[str] = []
    values: list[str] = []
    for last in range(256):
        if not str(last).startswith(part):
            continue
        low = (base << 8 | last) << bits
        found = seek(low, low + (1 << bits) - 1)
        if found is not None:
            heads.append(".".join([*whole, str(last)]) + ("." if bits else ""))
        while found is not None and len(values) <= _MOST:
            values.append(".".join(str(found >> shift & 255) for shift in (24, 16, 8, 0)))
            found = seek(found + 1, low + (1 << bits) - 1)
    if len(values) <= _MOST:
        return values
    return _addresses(seek, heads[0]) if len(heads) == 1 and bits else heads


def _kept(kind: str, typed: str, url: str) -> list[str]:
    """Return the values that a list printed within the last minute."""
    from bisect import bisect_left  # noqa: PLC0415  # mostly values come from the database
    from time import time  # noqa: PLC0415

    path = kept_file(kind, url)
    try:
        if not 0 <= time() - os.stat(path).st_mtime <= _FRESH:  # noqa: PTH116  # pathlib is slow
            return []
        with open(path, encoding="utf-8") as file:  # noqa: PTH123
            named, *values = file.read().split("\n")
    except FileNotFoundError:
        return []
    if named != without_password(url):
        return []

    def seek(low: str) -> str | None:
        at = bisect_left(values, low)
        return values[at] if at < len(values) else None

    return _texts(seek, typed)

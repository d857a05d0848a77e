"""The URL of a PostgreSQL database: its parts with defaults, and the form that is shown."""

from __future__ import annotations

import re
from contextlib import suppress
from typing import Final
from urllib.parse import quote

import psycopg
from psycopg.abc import ConnDict
from psycopg.conninfo import conninfo_to_dict

from core.domain.errors import Code, error

__all__ = ["checked_parts", "hosts_of", "shown_url", "with_defaults"]

_DEFAULTS: Final[ConnDict] = {
    "application_name": "eipdeck",
    "client_encoding": "UTF8",
    "connect_timeout": 5,
    "keepalives_idle": 5,
    "keepalives_interval": 2,
    "keepalives_count": 3,
    "tcp_user_timeout": 10_000,  # milliseconds, so that a network partition is noticed soon
}
"""Settings that a URL may change."""

_WELL_FORMED: Final = re.compile(r"postgresql://(?:[^@/?]*@)?[^@/?]*(?:/[^@/?]*)?(?:\?[^@]*)?")
"""A special character of a password would reach into the host, the port or the name of the database."""


def checked_parts(conninfo: str) -> ConnDict:
    """Return the parts of a URI.

    Raises:
        EipdeckError: `usage`; it does not quote the text, which may hold a password.

    """
    with suppress(psycopg.Error, ValueError):
        parts = conninfo_to_dict(conninfo)
        if _WELL_FORMED.fullmatch(conninfo) and re.fullmatch("[0-9,]*", str(parts.get("port", ""))):
            return parts
    raise error(
        Code.USAGE,
        "This is not a database URL.",
        hint="Write postgresql+psycopg://user@host/database, with libpq's options after a question mark. In a name or"
        " a password write any character but letters and digits as % and two digits, @ as %40, / as %2F.",
    )


def with_defaults(parts: ConnDict, *, read_only: bool) -> ConnDict:
    """Return the parts with the defaults. Of several hosts a writer takes the primary, a reader a standby first."""
    several = {"target_session_attrs": "prefer-standby" if read_only else "read-write"}
    return {**_DEFAULTS, **(several if len(hosts_of(parts)) > 1 else {}), **parts}


def hosts_of(parts: ConnDict) -> list[tuple[str, str]]:
    """Return each host with its port, which may be empty; a single one when the parts name none."""
    hosts = str(parts.get("host") or parts.get("hostaddr") or "").split(",")
    ports = str(parts.get("port") or "").split(",")
    return list(zip(hosts, ports * len(hosts) if len(ports) == 1 else ports, strict=False))


_SHOWN_APART: Final = ("user", "host", "port", "dbname")
_SECRET: Final = re.compile("password|secret|scram")


def shown_url(parts: ConnDict) -> str:
    """Return the database as the URL that opens it, without a password."""
    user, hosts = parts.get("user"), hosts_of(parts)
    at = f"{quote(str(user), safe='')}@" if user else ""
    options = {name: value for name, value in parts.items() if name not in _SHOWN_APART and not _SECRET.search(name)}
    where = ""
    if any(host.startswith("/") for host, _ in hosts) or "hostaddr" in parts:
        own = {name: parts[name] for name in ("host", "port") if parts.get(name)}
        options = {**own, **options}
    else:
        where = ",".join(f"{f'[{host}]' if ':' in host else host}{f':{port}' if port else ''}" for host, port in hosts)
    name = quote(str(parts.get("dbname", "")), safe="")
    query = "&".join(f"{option}={_quoted(value)}" for option, value in options.items())
    return f"postgresql+psycopg://{at}{where}/{name}{f'?{query}' if query else ''}"


def _quoted(value: object) -> str:
    return quote(str(value), safe="/,:", errors="surrogateescape")

"""The URL of a PostgreSQL database: its parts with defaults, and the form that is shown."""

from __future__ import annotations

import re
from contextlib import suppress
from typing import Final

import psycopg
from psycopg.abc import ConnDict
from psycopg.conninfo import conninfo_to_dict

from core.domain.errors import Code, error

__all__ = ["checked_conninfo", "shown_url"]

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


def checked_conninfo(conninfo: str) -> ConnDict:
    """Return the parts of a URI, with the defaults.

    Raises:
        EipdeckError: `usage`; it does not quote the text, which may hold a password.

    """
    with suppress(psycopg.Error, ValueError):
        parts = conninfo_to_dict(conninfo)
        if _WELL_FORMED.fullmatch(conninfo) and re.fullmatch("[0-9,]*", str(parts.get("port", ""))):
            return {**_DEFAULTS, **parts}
    raise error(
        Code.USAGE,
        "This is not a database URL.",
        hint="Write postgresql+psycopg://user@host/database, with libpq's options after a question mark. In a name or"
        " a password write any character but letters and digits as % and two digits, @ as %40, / as %2F.",
    )


def shown_url(parts: ConnDict) -> str:
    """Return the database as a URL, without a password."""
    host = str(parts.get("host", ""))
    user, port = parts.get("user"), parts.get("port")
    at = f"{user}@" if user else ""
    where = f"{host}:{port}" if port else host
    if host.startswith("/"):
        return f"postgresql+psycopg://{at}/{parts.get('dbname', '')}?host={host}" + (f"&port={port}" if port else "")
    return f"postgresql+psycopg://{at}{where}/{parts.get('dbname', '')}"

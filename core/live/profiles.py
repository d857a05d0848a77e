"""The profiles of the configuration: an account, and where its key is. The process that calls reads a secret."""

from __future__ import annotations

import os
import stat
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field, replace
from ipaddress import ip_address
from pathlib import Path
from typing import Final, NoReturn
from urllib.parse import urlsplit

from core.domain.config import Config
from core.domain.errors import Code, error
from core.domain.json_value import UncheckedObject
from core.live.handover import variable

__all__ = ["Access", "Profile", "Secret", "access_of", "check_file", "profile_named", "wrong_settings"]

_ENDPOINT: Final = "https://console.zenlayer.com"


class Secret:
    """A text that no print, log, screen or pickle shows."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        """Return the text, for the call that needs it."""
        return self._text

    def __repr__(self) -> str:
        return "***"

    def __reduce__(self) -> NoReturn:
        raise TypeError("a secret is not stored")


@dataclass(frozen=True, slots=True)
class Access:
    """The way to an account, with its secrets."""

    endpoint: str
    key_id: str | None
    key: Secret | None
    token: Secret | None
    ca_file: str | None = None
    proxy: str | None = field(default=None, repr=False)
    """A URL, which may hold a password."""


@dataclass(frozen=True, slots=True)
class Profile:
    """A profile as it is configured, without a secret."""

    name: str
    endpoint: str = _ENDPOINT
    region: str | None = None
    """The only region that is mirrored; None: all."""
    key_id: str | None = None
    key: str | None = None
    """Where the password of the access key is: `env:NAME`, `file:PATH` or `keyring:SERVICE/USER`."""
    token: str | None = None
    """Where the access token is, in place of a key."""
    production: bool = False
    database: str | None = None
    ca_file: str | None = None
    proxy: str | None = None
    """Where the URL of the proxy is; None: the environment's."""
    rate: int = 5
    """The most calls a second."""
    refresh_seconds: int = 60
    """Seconds between two syncs of a dashboard."""
    charge_type: str = "ByBandwidth"
    """The platform's word for how a new EIP is paid."""
    cluster_id: str | None = None
    """The bandwidth cluster of a new EIP."""
    bandwidth_mbps: int | None = None
    """The cap of a new EIP that none is named for."""
    line: str = "PremiumBGP"
    """The line of a new EIP in the default pool."""


_TYPES: Final[dict[str, type]] = {
    **dict.fromkeys(("endpoint", "region", "key_id", "key", "token", "database", "ca_file", "proxy"), str),
    **dict.fromkeys(("charge_type", "cluster_id", "line"), str),
    "bandwidth_mbps": int,
    "production": bool,
    "rate": int,
    "refresh_seconds": int,
}
_SOURCES: Final = ("env", "file", "keyring")


def profile_named(config: Config, name: str) -> Profile:
    """Return a profile of the configuration.

    Raises:
        EipdeckError: `usage`: there is none of this name, or it is wrong.

    """
    table = config.profiles.get(name)
    if table is None:
        known = ", ".join(sorted(config.profiles))
        raise error(
            Code.USAGE,
            f"There is no profile {name!r}.",
            hint=f"Known: {known}." if known else "The configuration has none; each is a table [profiles.NAME].",
        )
    if not name.replace("-", "").replace("_", "").isalnum() or not name.isascii():
        raise error(Code.USAGE, f"profiles.{name!r}: a name has letters, digits, - and _.")
    return _checked(table, f"{config.path}: profiles.{name}", name, config.path)


def wrong_settings(table: UncheckedObject) -> Iterator[tuple[str, str, Collection[str]]]:
    """Yield each key that is not known or has a value of another type, with the reason and the known keys."""
    for key, value in table.items():
        if key not in _TYPES:
            yield key, f"{key} is not a known setting", _TYPES
        elif type(value) is not _TYPES[key] or value == "" or (type(value) is int and value < 1):
            yield key, f"{key} is not {_WANTED[_TYPES[key]]}", ()


def _checked(table: UncheckedObject, place: str, name: str, path: Path | None) -> Profile:
    for _key, why, known in wrong_settings(table):
        raise error(Code.USAGE, f"{place}.{why}.", hint=f"Known: {', '.join(known)}." if known else "")
    profile = Profile(name, **table)
    for key in ("key", "token", "proxy"):
        source = getattr(profile, key)
        if source is not None and source.partition(":")[0] not in _SOURCES:  # it may be the secret: never quoted
            raise error(Code.USAGE, f"{place}.{key} names where it is: env:NAME, file:PATH or keyring:SERVICE/USER.")
    if (profile.token is None) == (profile.key is None) or (profile.key is None) != (profile.key_id is None):
        raise error(Code.USAGE, f"{place} needs either token, or key_id and key.")
    _check_endpoint(profile.endpoint, place)
    if profile.ca_file is not None and path is not None:
        return replace(profile, ca_file=str(path.parent / profile.ca_file))
    return profile


_WANTED: Final[dict[type, str]] = {str: "text", bool: "true or false", int: "a whole number of at least 1"}


def _check_endpoint(endpoint: str, place: str) -> None:
    """Refuse an endpoint that is not https, unless it is on this host: a token would travel in the clear."""
    where = urlsplit(endpoint)
    local = where.hostname == "localhost" or _is_loopback(where.hostname)
    if where.scheme not in (("https", "http") if local else ("https",)) or not where.netloc or where.path.strip("/"):
        raise error(Code.USAGE, f"{place}.endpoint is an https address without a path.")
    if where.username is not None:
        raise error(Code.USAGE, f"{place}.endpoint holds a user or a password, which belong to key or token.")


def _is_loopback(host: str | None) -> bool:
    try:
        return ip_address(host or "").is_loopback
    except ValueError:
        return False


def access_of(profile: Profile) -> Access:
    """Read the secrets of a profile.

    Raises:
        EipdeckError: `usage`: a secret is not where the profile says, or others can read it.

    """
    proxy = _secret(profile, "proxy")
    return Access(
        endpoint=profile.endpoint.rstrip("/"),
        key_id=profile.key_id,
        key=_secret(profile, "key"),
        token=_secret(profile, "token"),
        ca_file=profile.ca_file,
        proxy=None if proxy is None else proxy.reveal(),
    )


def check_file(profile: Profile, what: str) -> None:
    """Check the file of a secret; a secret elsewhere is not looked for.

    Raises:
        EipdeckError: `usage`: it is not there, or others can read it.

    """
    if str(getattr(profile, what)).startswith("file:"):
        _secret(profile, what)


def _secret(profile: Profile, what: str) -> Secret | None:
    words: str | None = getattr(profile, what)
    if words is None:
        return None
    source, _, where = words.partition(":")
    place = f"Profile {profile.name}: {what}"
    text = {"env": _of_environment, "file": _of_file, "keyring": _of_keyring}[source](where, place).strip()
    if not text or not text.isascii() or not text.isprintable():
        raise error(Code.USAGE, f"{place} is empty, or has characters that a key cannot have ({source}:{where}).")
    return Secret(text)


def _of_environment(name: str, place: str) -> str:
    found = variable(name)
    if not found:
        raise error(Code.USAGE, f"{place} is in the variable {name}, which is not set.")
    return found


def _of_file(name: str, place: str) -> str:
    path = Path(name).expanduser()
    try:
        with path.open(encoding="utf-8") as file:
            status = os.fstat(file.fileno())
            if not stat.S_ISREG(status.st_mode) or status.st_mode & 0o077:
                raise error(Code.USAGE, f"{place}: others can read {path}.", hint="Give it the mode 0600.")
            return file.read(4096)
    except (OSError, UnicodeDecodeError) as problem:
        raise error(Code.USAGE, f"{place}: {path} cannot be read.") from problem


def _of_keyring(name: str, place: str) -> str:
    try:
        import keyring  # noqa: PLC0415  # optional, and slow
    except ImportError as problem:
        raise error(Code.USAGE, f"{place} is in the keyring, and the package keyring is not installed.") from problem
    service, _, user = name.rpartition("/")
    try:
        found: str | None = keyring.get_password(service, user)
    except Exception as problem:  # each backend of the keyring raises its own
        raise error(Code.USAGE, f"{place}: the keyring does not open.") from problem
    if not found:
        raise error(Code.USAGE, f"{place}: the keyring has no {name}.")
    return found

"""Connects to the first of several hosts that serves; a refusal names each host with its reason."""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from typing import Final

import psycopg
from psycopg.abc import ConnDict
from psycopg.conninfo import make_conninfo

from core.storage.postgres_errors import OutdatedError, is_of_the_url
from core.storage.postgres_pipeline import Driver
from core.storage.postgres_url import hosts_of

__all__ = ["connected"]

_ROUNDS: Final = {"prefer-standby": ("standby", "any")}
"""What is looked for among all hosts, one after the other."""
_WRITING: Final = ("read-write", "primary")
_REASONS: Final = {
    "Connection refused": "refused the connection",
    "session is read-only": "is a standby, or read-only",
    "server is in hot standby mode": "is a standby",
    "server is not in hot standby mode": "is no standby",
    "is an older primary": "",
}
_BEFORE: Final = re.compile(r"^connection (?:failed|is bad): (?:.* failed: )?(?:FATAL: +)?")


def connected(parts: ConnDict, prepared: Callable[[Driver], None]) -> Driver:
    """Connect to the first host that is what the parts look for, and that `prepared` does not refuse.

    Raises:
        psycopg.OperationalError: no host is; of several hosts it names each one.

    """
    hosts = hosts_of(parts)
    if len(hosts) == 1:
        return _connected(parts, prepared)
    if parts.get("load_balance_hosts") == "random":
        random.shuffle(hosts)
    wanted = str(parts.get("target_session_attrs"))
    addresses = dict(zip(hosts, str(parts["hostaddr"]).split(","), strict=False)) if parts.get("hostaddr") else {}
    refused: dict[str, str] = {}
    kind = psycopg.OperationalError
    for look in _ROUNDS.get(wanted, (wanted,)):
        for host, port in hosts:
            one: ConnDict = {**parts, "host": host, "port": port or None, "target_session_attrs": look}
            if addresses:
                one["hostaddr"] = addresses[host, port]
            try:
                return _connected(one, prepared)
            except psycopg.OperationalError as problem:
                if is_of_the_url(problem):
                    raise
                kind = OutdatedError if isinstance(problem, OutdatedError) else kind
                refused[f"{host}:{port}" if port else host] = _reason(problem)
    takes = "takes writes" if wanted in _WRITING else "can be used"
    said = "; ".join(f"{host} {reason}" for host, reason in refused.items())
    raise kind(f"none of {len(hosts)} servers {takes}: {said}")


def _connected(parts: ConnDict, prepared: Callable[[Driver], None]) -> Driver:
    driver = Driver.connect(make_conninfo("", **parts), autocommit=True)
    try:
        prepared(driver)
    except BaseException:
        driver.close()
        raise
    return driver


def _reason(problem: psycopg.Error) -> str:
    text = _BEFORE.sub("", str(problem).splitlines()[0] if str(problem) else "the connection was lost")
    return next((words or text for said, words in _REASONS.items() if said in text), f"said: {text.rstrip('.')}")

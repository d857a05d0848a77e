"""Findings and fixes in the words of the dashboard, which names keys."""

from __future__ import annotations

from typing import Final

from core import EipdeckError, Finding, Fix, shell_command
from tui.commands.registry import BY_ID, COMMANDS, key_of

__all__ = ["repair_key", "short_of", "what_is_wrong", "what_to_do"]

_COMMANDS = {verb.strip(): command.id for command in COMMANDS for verb in command.name.split(",")} | {"eips": "go_to"}
"""The dashboard command for a verb of the command line. `eips` lists what a finding is about: go to it."""


_WHAT: Final = {
    "landed_in_default_pool": "in default pool",
    "default_on_customer_service": "Zenlayer address",
    "snat_mixes_owners": "owners mixed",
    "cidr_draining_blocked": "drain blocked",
    "service_missing": "service gone",
    "pool_near_exhaustion": "nearly full",
    "pool_runway_short": "runs out",
    "eip_idle": "idle",
    "ownership_disagrees": "owner differs",
}
"""A finding in a word or two; another code says what it is itself."""


def what_is_wrong(finding: Finding) -> str:
    """Return a finding without its subject: `in default pool, lb lb-shop`."""
    what = short_of(finding)
    return f"{what}, {finding.brief}" if finding.brief else what


def short_of(finding: Finding) -> str:
    """Return a finding in a word or two."""
    return _WHAT.get(finding.code, finding.code.replace("_", " "))


def repair_key(finding: Finding) -> str:
    """Return the key that repairs a finding, with its word; empty when no key does it."""
    if finding.fix is None:
        return ""
    command = _COMMANDS.get(finding.fix.verb)
    return "" if command is None else f"{key_of(command)} {BY_ID[command].label}"


def what_to_do(refusal: EipdeckError) -> str:
    """Return what to do about a refusal: the hint, with the key that does it, or the command when no key does."""
    if refusal.fix is None:
        return refusal.hint
    how = _key(refusal.fix) or f"`{shell_command(*refusal.fix.words)}`"
    return f"{refusal.hint.removesuffix('.')}: {how}."


def _key(fix: Fix) -> str:
    """Return the key of what a fix does; empty when no key does it."""
    command = _COMMANDS.get(fix.verb)
    return "" if command is None else key_of(command)

"""Findings and fixes in the words of the dashboard, which names keys."""

from __future__ import annotations

from datetime import UTC, timedelta
from typing import Final

from core import EipdeckError, Finding, Fix, shell_command
from tui.commands.registry import BY_ID, COMMANDS, key_of, keys_of
from tui.wording.phrases import quoted

__all__ = [
    "in_a_word",
    "in_few_words",
    "repair_key",
    "repair_key_alone",
    "what_is_wrong",
    "what_is_wrong_short",
    "what_to_do",
]

_COMMANDS = {verb.strip(): command.id for command in COMMANDS for verb in command.name.split(",")} | {"eips": "go_to"}
"""The dashboard command for a verb of the command line. `eips` lists what a finding is about: go to it."""


_A_YEAR: Final = timedelta(days=360)
_WHAT: Final = {
    "landed_in_default_pool": ("in default pool", "default"),
    "default_on_customer_service": ("Zenlayer address", "default"),
    "ownership_disagrees": ("owner differs", "owner"),
    "eip_idle": ("idle", "idle"),
    "snat_mixes_owners": ("mixes owners", "mixed"),
    "pool_near_exhaustion": ("nearly full", "low"),
    "pool_runway_short": ("runs out", "short"),
    "cidr_draining_blocked": ("drain blocked", "drain"),
    "service_missing": ("service gone", "gone"),
}
"""A finding in a few words and in one."""


def what_is_wrong(finding: Finding) -> str:
    """Return a finding without its subject: `in default pool, lb lb-shop`; who accepted it comes first."""
    what = in_few_words(finding)
    words = f"{what}, {finding.brief}" if finding.brief and finding.brief != what else what
    return f"{_accepted(finding)} {quoted(finding.accepted_reason)}: {words}" if finding.accepted else words


def what_is_wrong_short(finding: Finding) -> str:
    """Return the same for a narrow column: in a few words, or that it is accepted, until when and by whom."""
    return _accepted(finding) if finding.accepted else in_few_words(finding)


def _accepted(finding: Finding) -> str:
    """Return `accepted until 12-28 by alice`; only an end a year away has its year."""
    until, at = finding.accepted_until, finding.accepted_at
    day = "%m-%d" if until and at and until - at < _A_YEAR else "%Y-%m-%d"
    when = "" if until is None else f" until {until.astimezone(UTC):{day}}"
    return f"accepted{when}" + ("" if finding.accepted_by is None else f" by {finding.accepted_by}")


def in_few_words(finding: Finding) -> str:
    """Return a finding in a few words."""
    return _WHAT[finding.code][0] if finding.code in _WHAT else finding.code.replace("_", " ")


def in_a_word(finding: Finding) -> str:
    """Return a finding in one word."""
    return _WHAT[finding.code][1] if finding.code in _WHAT else "!"


def repair_key(finding: Finding) -> str:
    """Return the key that repairs a finding, or withdraws its acceptance, with a word; empty when no key does it."""
    if finding.accepted:
        return f"{key_of('accept')} withdraw"
    command = None if finding.fix is None else _COMMANDS.get(finding.fix.verb)
    if command is None:
        return ""
    return f"{key_of(command)} {BY_ID[command].label}" if keys_of(command) else f":{key_of(command)}"


def repair_key_alone(finding: Finding) -> str:
    """Return the same without its word; a command without a key is named."""
    return repair_key(finding).partition(" ")[0]


def what_to_do(refusal: EipdeckError) -> str:
    """Return what to do about a refusal: the hint, with the key that does it, or the command when no key does."""
    if refusal.fix is None:
        return refusal.hint
    how = _key(refusal.fix) or f"`{shell_command(*refusal.fix.words)}`"
    return f"{refusal.hint.removesuffix('.')}: {how}."


def _key(fix: Fix) -> str:
    """Return the key of what a fix does, or its name in the palette; empty when the dashboard has no command for it."""
    command = _COMMANDS.get(fix.verb)
    if command is None:
        return ""
    return key_of(command) if keys_of(command) else f":{key_of(command)}"

"""Findings and fixes in the words of the dashboard, which names keys."""

from __future__ import annotations

from core import EipdeckError, Finding, Fix, shell_command
from tui.commands.registry import COMMANDS, key_of, keys_of
from tui.wording.phrases import accepted_words

__all__ = ["finding_words", "what_to_do"]

_COMMANDS = {verb.strip(): command.id for command in COMMANDS for verb in command.name.split(",")} | {"eips": "go_to"}
"""The dashboard command for a verb of the command line. `eips` lists what a finding is about: go to it."""


def finding_words(finding: Finding) -> str:
    """Return a finding where room is short: `lb lb-shop: F`, what it is about and the key that repairs it."""
    what = finding.brief or finding.message
    if finding.accepted:
        return f"{what}: {accepted_words(finding)}"
    key = "" if finding.fix is None else _key(finding.fix)
    return f"{what}: {key}" if key else what


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

"""The parts that all rules of findings share: the facts, a finding with its fingerprint, and its remedy."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from core.domain.config import Config
from core.domain.errors import Fix
from core.domain.serving import serves_brief
from core.domain.values import Eip, Finding, FindingCode, Severity, from_micros, to_micros
from core.storage.connection import Connection

__all__ = ["Fingerprinted", "Remedy", "Rule", "RuleInput", "found", "found_of_eip", "plain"]


@dataclass(frozen=True, slots=True)
class RuleInput:
    """The database, the moment and the configuration that a rule reads; `now` is in microseconds."""

    connection: Connection
    now: int
    config: Config


@dataclass(frozen=True, slots=True)
class Fingerprinted:
    """A finding with its fingerprint."""

    finding: Finding
    fingerprint: str
    """The facts that it rests on, as text; an acceptance counts only while they are the same."""


@dataclass(frozen=True, slots=True)
class Remedy:
    """The remedy of a finding."""

    text: str
    """The contract's text, with the command where there is one to paste."""
    advice: str
    """The text without the command."""
    fix: Fix | None = None


Rule = Callable[[RuleInput], Iterator[Fingerprinted]]
"""A rule. It yields findings, each with its text, its EIPs and its command."""


def plain(text: str, fix: Fix | None = None) -> Remedy:
    """Return a remedy whose text names no command."""
    return Remedy(text, text, fix)


def found_of_eip(
    eip: Eip,
    code: FindingCode,
    severity: Severity,
    message: str,
    remedy: Remedy,
    *,
    brief: str | None = None,
    landing: str | None = None,
    since: int | None = None,
) -> Fingerprinted:
    """Return a finding about one EIP, which is another one when what the EIP serves changes.

    `since` is in microseconds; None: its allocation.
    """
    return found(
        code,
        str(eip.id),
        severity,
        message,
        subject=eip.address,
        brief=serves_brief(eip.bindings) if brief is None else brief,
        remedy=remedy,
        since=to_micros(eip.allocated_at) if since is None else since,
        fingerprint=" ".join(sorted(f"{each.kind.value}:{each.service_id}" for each in eip.bindings)),
        eips=(eip.address,),
        landing=landing,
    )


def found(
    code: FindingCode,
    key: str,
    severity: Severity,
    message: str,
    *,
    remedy: Remedy,
    brief: str,
    since: int,
    fingerprint: str,
    subject: str | None = None,
    eips: tuple[str, ...] = (),
    landing: str | None = None,
) -> Fingerprinted:
    """Return a finding; its subject is its key unless given. `since` is in microseconds."""
    finding = Finding(
        id=f"{code}:{key}",
        code=code,
        severity=severity,
        subject=key if subject is None else subject,
        message=message,
        remedy=remedy.text,
        since=from_micros(since),
        accepted_reason=None,
        accepted_until=None,
        brief=brief,
        eips=eips,
        landing=landing,
        advice=remedy.advice,
        fix=remedy.fix,
    )
    return Fingerprinted(finding, fingerprint)

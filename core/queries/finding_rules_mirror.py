"""Findings about the mirror of a live account: a picture that was not taken over, and rows that were set aside."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from core.domain.errors import Fix
from core.domain.values import FindingCode, Severity
from core.queries.finding_parts import Fingerprinted, Rule, RuleInput, found, plain
from core.queries.mirror import asides, mirror_of

__all__ = ["MIRROR_RULES"]


def _held(facts: RuleInput) -> Iterator[Fingerprinted]:
    mirror = mirror_of(facts.connection)
    if mirror is None or mirror.held is None:
        return
    yield found(
        FindingCode.MIRROR_HELD,
        mirror.profile,
        Severity.CRITICAL,
        f"The picture of the account is held, and what is here grows old: {mirror.held}",
        brief="the account is not taken over",
        remedy=plain("Look at the account and the key; sync again, and accept what is right.", Fix("sync")),
        since=mirror.held_at or mirror.since,
        fingerprint=mirror.held,
    )


def _aside(facts: RuleInput) -> Iterator[Fingerprinted]:
    for row in asides(facts.connection):
        rows = "1 row" if row.number == 1 else f"{row.number:,} rows"
        yield found(
            FindingCode.MIRROR_ROW_ASIDE,
            row.kind,
            Severity.WARNING,
            f"{rows} of {row.kind} set aside, such as {row.platform_id}: {row.why}",
            brief=f"{rows} set aside",
            remedy=plain("Look at them in Zenlayer's console: a verdict on their addresses says that it cannot tell."),
            since=row.since,
            fingerprint=f"{row.number} {row.platform_id}",
        )


MIRROR_RULES: Final[tuple[Rule, ...]] = (_held, _aside)

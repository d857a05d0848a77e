"""The findings that opened and closed between two moments."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from core.domain.json_types import FINDING_FIELDS
from core.domain.values import Finding, FindingCode, Severity

__all__ = ["FindingChange", "finding_changes", "open_by_key"]


@dataclass(frozen=True, slots=True)
class FindingChange:
    """A finding that opened or closed, with the fields of its JSON."""

    change: str
    """`opened` or `closed`; a finding of another severity closes and opens."""
    at: datetime
    """The moment at which that was seen."""
    id: str
    code: FindingCode
    severity: Severity
    subject: str
    message: str
    remedy: str
    since: datetime
    accepted_reason: str | None
    accepted_until: datetime | None


def open_by_key(findings: Iterable[Finding]) -> dict[str, Finding]:
    """Return findings by id and severity."""
    return {f"{each.id} {each.severity}": each for each in findings}


def finding_changes(
    before: Mapping[str, Finding], after: Mapping[str, Finding], at: datetime
) -> tuple[FindingChange, ...]:
    """Return the findings that closed, then those that opened; both mappings are those of `open_by_key`."""
    closed = [_changed("closed", before[key], at) for key in before if key not in after]
    opened = [_changed("opened", after[key], at) for key in after if key not in before]
    return (*closed, *opened)


def _changed(change: str, finding: Finding, at: datetime) -> FindingChange:
    return FindingChange(change, at, **{name: getattr(finding, name) for name in FINDING_FIELDS})

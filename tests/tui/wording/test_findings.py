"""A fix is data: the command line words it as a command, the dashboard as the key that does it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from core import Code, EipdeckError, Finding, FindingCode, Fix, Severity, error
from tui.wording.findings import repair_key, repair_key_alone, what_is_wrong, what_is_wrong_short, what_to_do
from tui.wording.refusals import refusal_words


def refusal(hint: str, fix: Fix | None) -> EipdeckError:
    return error(Code.CIDR_NOT_DRAINED, "It is active.", hint=hint, fix=fix)


@pytest.mark.parametrize(
    ("fix", "command_line", "dashboard"),
    [
        (None, "It is active. Drain it first.", "Drain it first."),
        (
            Fix("cidr drain", ("203.0.113.0/24",)),
            "It is active. Drain it first: `eipdeck cidr drain 203.0.113.0/24`.",
            "Drain it first: D.",
        ),
        (Fix("pools"), "It is active. Drain it first: `eipdeck pools`.", "Drain it first: p."),
        (
            Fix("unreserve", ("x y",)),
            "It is active. Drain it first: `eipdeck unreserve 'x y'`.",
            "Drain it first: :unreserve.",
        ),
        (
            Fix("restore", ("x y",)),
            "It is active. Drain it first: `eipdeck restore 'x y'`.",
            "Drain it first: `eipdeck restore 'x y'`.",
        ),
    ],
)
def test_each_front_end_words_a_fix(fix: Fix | None, command_line: str, dashboard: str) -> None:
    made = refusal("Drain it first.", fix)
    assert (refusal_words(made), what_to_do(made)) == (command_line, dashboard)


def test_the_sentences_of_the_core_name_no_command() -> None:
    made = refusal("Drain it first.", Fix("cidr drain", ("203.0.113.0/24",)))
    assert made.message == "It is active. Drain it first."


_OPEN = Finding(
    id="f-1",
    code=FindingCode.LANDED_IN_DEFAULT_POOL,
    severity=Severity.WARNING,
    subject="198.18.0.9",
    message="It landed.",
    remedy="Rehome it.",
    since=datetime(2026, 1, 1, tzinfo=UTC),
    accepted_reason=None,
    accepted_until=None,
    brief="serves nothing",
    fix=Fix("rehome", ("198.18.0.9",)),
)


def test_the_row_of_an_accepted_finding_tells_by_whom_and_until_when() -> None:
    at, until = datetime(2026, 1, 2, tzinfo=UTC), datetime(2026, 2, 1, tzinfo=UTC)
    kept = replace(_OPEN, accepted_reason="a lab", accepted_by="alice", accepted_at=at, accepted_until=until)
    assert what_is_wrong(kept) == 'accepted until 02-01 by alice "a lab": in default pool, serves nothing'
    assert what_is_wrong_short(kept) == "accepted until 02-01 by alice"
    later = replace(kept, accepted_until=until.replace(year=2028))
    assert what_is_wrong_short(later) == "accepted until 2028-02-01 by alice"
    assert what_is_wrong_short(replace(kept, accepted_until=None)) == "accepted by alice"
    assert repair_key_alone(kept) == "K"


def test_a_narrow_column_keeps_what_is_wrong_and_the_key() -> None:
    assert (what_is_wrong(_OPEN), repair_key(_OPEN)) == ("in default pool, serves nothing", "F rehome")
    assert (what_is_wrong_short(_OPEN), repair_key_alone(_OPEN)) == ("in default pool", "F")

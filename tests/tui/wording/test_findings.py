"""A fix is data: the command line words it as a command, the dashboard as the key that does it."""

from __future__ import annotations

import pytest

from core import Code, EipdeckError, Fix, error
from tui.wording.findings import what_to_do
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

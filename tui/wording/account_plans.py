"""The lists of the plans of a live account, and of their steps."""

from __future__ import annotations

from typing import Final

from core import AccountPlan, PlanStep
from tui.wording.columns import Entry, Listing
from tui.wording.phrases import or_dash, second

__all__ = ["PLANS", "STEPS"]

PLANS: Final[Listing[AccountPlan, AccountPlan]] = Listing(
    AccountPlan,
    (
        Entry("ID", lambda plan: plan.id),
        Entry("STATE", lambda plan: plan.state),
        Entry("VERB", lambda plan: plan.verb),
        Entry("DONE", lambda plan: f"{plan.done}/{len(plan.steps)}", right=True),
        Entry("AT", lambda plan: second(plan.at)),
        Entry("OPERATOR", lambda plan: plan.operator),
        Entry("ABOUT", lambda plan: ", ".join(plan.about)),
        Entry("REASON", lambda plan: or_dash(plan.reason)),
    ),
)

STEPS: Final[Listing[PlanStep, PlanStep]] = Listing(
    PlanStep,
    (
        Entry("STEP", lambda step: step.step, right=True),
        Entry("WHAT", lambda step: step.what),
        Entry("ABOUT", lambda step: step.about),
        Entry("STATE", lambda step: step.state),
        Entry("ACTION", lambda step: or_dash(step.action)),
        Entry("SETTLED", lambda step: or_dash(step.settled_at and second(step.settled_at))),
        Entry("CODE", lambda step: or_dash(step.code)),
        Entry("MESSAGE", lambda step: or_dash(step.message)),
    ),
)

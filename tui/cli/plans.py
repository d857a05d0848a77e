"""`eipdeck plan`: the changes of a live account, each with its steps; goes on with one, or takes one back."""

from __future__ import annotations

from core import AccountPlan, Inventory
from tui.cli.confirmation import ask_to_go_on, confirmed
from tui.cli.result import Answer
from tui.wording.account_plans import PLANS, STEPS
from tui.wording.phrases import count_of
from tui.wording.verb import Format

__all__ = ["list_plans", "resume_plan", "show_plan", "undo_plan"]


def list_plans(inventory: Inventory, _how: Format, *, state: str | None) -> Answer:
    """Print the newest plans."""
    found = inventory.plans()
    return Answer([plan for plan in found if state in (None, plan.state)], PLANS)


def show_plan(inventory: Inventory, _how: Format, *, id: str) -> Answer:  # noqa: A002  # the argument's name
    """Print a plan with its steps."""
    return _answer(inventory.plan(id))


def resume_plan(inventory: Inventory, _how: Format, *, id: str) -> Answer:  # noqa: A002  # the argument's name
    """Make the steps that are left."""
    return _answer(inventory.resume(id))


def undo_plan(inventory: Inventory, _how: Format, *, id: str, yes: bool) -> Answer:  # noqa: A002  # the argument's name
    """Take back the steps that are made."""
    if not confirmed("plan undo", yes=yes):
        plan = inventory.plan(id)
        ask_to_go_on(f"Take back {count_of(plan.done, 'step')} of {plan.verb} ({', '.join(plan.about)}).")
    return _answer(inventory.undo(id))


def _answer(plan: AccountPlan) -> Answer:
    said = f"plan {plan.id} ({plan.verb}) is {plan.state}: {plan.done} of {count_of(len(plan.steps), 'step')} made"
    return Answer(plan, STEPS, plan.steps, (said,))

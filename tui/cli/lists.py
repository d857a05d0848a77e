"""The verbs that print rows: the lists, the history, and verdicts in a shape of the operator's."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Final

from core import (
    Code,
    EventQuery,
    Finding,
    FindingChange,
    Inventory,
    SavedView,
    Severity,
    error,
    finding_changes,
    open_by_key,
)
from tui.cli import exit_codes
from tui.cli.arguments import Command
from tui.cli.main import run
from tui.cli.plans import list_plans
from tui.cli.queries import begun, lookup
from tui.cli.result import Answer
from tui.cli.shape import PROBLEMS, limit_of, saved_shape, shape_of, shaped
from tui.cli.streams import follow_events, follow_findings
from tui.cli.times import moment_of
from tui.wording.finding_tables import FINDING_CHANGES, FINDINGS
from tui.wording.reports import EVENTS
from tui.wording.tables import CIDRS, POOLS, SERVICES, marked
from tui.wording.verb import Format

__all__ = ["print_rows"]

_SAMPLE: Final = 100
"""Events that decide the widths of a table that goes on."""


def print_rows(command: Command) -> int:
    """Run a verb that prints rows; return the exit code.

    Raises:
        EipdeckError: it was refused; of a list with an end, nothing has been printed on stdout.

    """
    verb, given = _LISTS[command.verb.name], dict(command.given)
    newest = {"limit": given.pop("limit")} if command.verb.name == "history" else {}
    shape = shape_of(given)
    given |= newest

    def answer(inventory: Inventory) -> Answer:
        view = given.get("view")
        wanted = shape if view is None else saved_shape(shape, _saved(inventory, str(view)), command.format)
        return shaped(verb(inventory, command.format, **given), wanted, command.format)

    return run(command, answer)


def _cidrs(inventory: Inventory, _how: Format) -> Answer:
    return Answer(inventory.cidrs(), CIDRS)


def _pools(inventory: Inventory, _how: Format) -> Answer:
    return Answer(inventory.pools(), POOLS)


def _eips(
    inventory: Inventory,
    how: Format,
    *,
    filter: Sequence[str],  # noqa: A002  # the argument's name
    view: str | None,
) -> Answer:
    saved = None if view is None else _saved(inventory, view)
    words = " ".join([*([] if saved is None else [saved.filter]), *filter])
    marks = how is Format.TABLE or (saved is not None and saved.sort == PROBLEMS)
    problems = {eip.address for eip in inventory.eips("is:problem")} if marks else set()
    return Answer(begun(inventory.eips(words)), marked(problems))


def _saved(inventory: Inventory, view: str) -> SavedView:
    views = inventory.config.views
    if view not in views:
        known = f"Known: {', '.join(views)}." if views else "[views.NAME] in the configuration saves one."
        raise error(Code.USAGE, f"There is no saved view {view!r}.", hint=known)
    return views[view]


def _services(inventory: Inventory, _how: Format) -> Answer:
    return Answer(inventory.services(), SERVICES)


def _findings(inventory: Inventory, how: Format, *, severity: str | None, accepted: bool, follow: bool) -> Answer:
    worst = list(Severity)
    least = worst[-1] if severity is None else Severity(severity)

    def wanted(finding: Finding) -> bool:
        return worst.index(finding.severity) <= worst.index(least)

    if follow:
        present = filter(wanted, inventory.findings(accepted=accepted)) if how is Format.TABLE else ()
        sample: tuple[FindingChange, ...] = finding_changes({}, open_by_key(present), inventory.now())
        changes = begun(follow_findings(inventory, wanted, accepted=accepted))
        return Answer(changes, FINDING_CHANGES, measured=1, endless=True, sample=sample)
    findings = list(filter(wanted, inventory.findings(accepted=accepted)))
    is_open = any(not each.accepted for each in findings)
    return Answer(findings, FINDINGS, code=exit_codes.NO if is_open else exit_codes.DONE)


def _history(
    inventory: Inventory,
    how: Format,
    *,
    subject: str | None,
    since: str | None,
    until: str | None,
    action: str | None,
    by: str | None,
    after: str | None,
    follow: bool,
    limit: str | None = None,
) -> Answer:
    if follow and until is not None:
        raise error(Code.USAGE, "--until is an end, and --follow has none.", hint="Leave one of them out.")
    begin, end = (None if each is None else moment_of(inventory, each, how) for each in (since, until))
    actions = () if action is None else tuple(each.strip() for each in action.split(","))
    query, most = EventQuery(subject, begin, end, actions, by), limit_of(limit)
    if after is not None:
        page = inventory.events_after(after, query)
    elif follow:
        page = inventory.newest_events(query, limit=most)
    else:
        return Answer(inventory.events(query, limit=most), EVENTS)
    rows = follow_events(inventory, query, page, None if after is None else most, follow=follow)
    sample = inventory.newest_events(EventQuery(), limit=_SAMPLE).events if follow and how is Format.TABLE else ()
    return Answer(rows, EVENTS, measured=max(len(page.events), 1), endless=follow, sample=sample)


_LISTS: Final[Mapping[str, Callable[..., Answer]]] = {
    "lookup": lookup,
    "cidrs": _cidrs,
    "pools": _pools,
    "eips": _eips,
    "services": _services,
    "findings": _findings,
    "history": _history,
    "plan list": list_plans,
}
"""The function of each verb; its keyword arguments are those of the verb's declaration without the shape of a list."""

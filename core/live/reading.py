"""Reads of the account: repeated when they fail, page by page, and by id. This module does not know the database."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final, Protocol

from core.domain.json_value import Json, JsonObject
from core.live.budget import Budget
from core.live.fields import ACTIONS, IDS_AT_ONCE, PAGE_SIZE, Action
from core.live.meanings import NOT_JSON, Failed, Next, next_step

__all__ = ["Caller", "Reader", "Seen", "Stopped"]

_TRIES: Final = 6
_FIRST_WAIT: Final = 0.2
_LONGEST_WAIT: Final = 20.0
_PASSES: Final = 3
"""Passes over pages that shift, before a kind is taken as unsteady."""
_MOST_PAGES: Final = 10_000


class Caller(Protocol):
    """Sends one call."""

    def call(self, action: Action, fields: JsonObject) -> JsonObject:
        """Return the answer.

        Raises:
            Failed: there is none, or it is a refusal.

        """


class Stopped(Exception):  # a way out, not an error
    """The operator stopped the reading."""


@dataclass(slots=True)
class Seen:
    """The rows of a kind that a reading has seen."""

    ids: set[str] = field(default_factory=set)
    total: int = 0
    """The number of rows that the last page told of."""
    steady: bool = False
    """Whether one pass had one total and that many different rows."""


class Reader:
    """Reads of one account, one after the other."""

    def __init__(
        self,
        caller: Caller,
        budget: Budget,
        *,
        sleep: Callable[[float], None],
        stopped: Callable[[], bool],
        region: str | None = None,
    ) -> None:
        self._caller = caller
        self._budget = budget
        self._sleep = sleep
        self._stopped = stopped
        self._only: JsonObject = {} if region is None else {"regionId": region}
        self.calls = 0
        """The number of calls that were sent."""

    def read(self, name: str, fields: JsonObject) -> JsonObject:
        """Return the answer to a read; it is repeated while that may help.

        Raises:
            Failed: the last answer, when none was good.
            Stopped: the operator stopped it.

        """
        for attempt in range(_TRIES):
            self._wait(self._budget.delay())
            self.calls += 1
            try:
                answer = self._caller.call(ACTIONS[name], fields)
            except Failed as failed:
                self._after(failed, attempt)
            else:
                self._budget.answered()
                return answer
        raise AssertionError("unreachable")  # the last attempt raises

    def _after(self, failed: Failed, attempt: int) -> None:
        """Wait before the next attempt; raise the failure when there is none."""
        step = next_step(failed)
        if step is Next.SLOW_DOWN:
            self._budget.refused()
        if attempt == _TRIES - 1 or step not in (Next.RETRY, Next.SLOW_DOWN):
            raise failed
        longest = min(_FIRST_WAIT * 2**attempt, _LONGEST_WAIT)
        self._wait(random.uniform(0, longest) if failed.retry_after is None else failed.retry_after)  # noqa: S311  # no secret

    def _wait(self, seconds: float) -> None:
        if self._stopped():
            raise Stopped
        if seconds > 0:
            self._sleep(seconds)
            if self._stopped():
                raise Stopped

    def read_all(self, name: str, keep: Callable[[list[JsonObject]], None]) -> Seen:
        """Read every page and hand its rows to `keep`; return the ids that were seen.

        There is no order of pages that one can ask for: a row that is deleted between two pages moves the others up.
        So pages that do not agree are read again, and the ids of all passes count.

        Raises:
            Failed, Stopped: as `read`.

        """
        seen = Seen()
        for _ in range(_PASSES):
            seen.steady = self._pass(ACTIONS[name], seen, keep)
            if seen.steady:
                break
        return seen

    def _pass(self, action: Action, seen: Seen, keep: Callable[[list[JsonObject]], None]) -> bool:
        """Read every page once; return whether the pages agree: one total, and that many different rows."""
        totals, ids, count = set[int](), set[str](), 0
        for number in range(1, _MOST_PAGES):
            answer = self.read(action.name, {**self._only, "pageSize": PAGE_SIZE, "pageNum": number})
            rows, seen.total = _page(action, answer)
            keep(rows)
            ids.update(row_id for row in rows if isinstance(row_id := row.get(action.id), str))
            totals.add(seen.total)
            count += len(rows)
            if number * PAGE_SIZE >= seen.total:
                break
        seen.ids |= ids
        return totals == {count} and len(ids) == count

    def look(self, name: str, ids: Sequence[str]) -> list[JsonObject]:
        """Return the rows with these ids; what does not exist is left out.

        Raises:
            Failed, Stopped: as `read`.

        """
        action, found = ACTIONS[name], list[JsonObject]()
        for start in range(0, len(ids), IDS_AT_ONCE):
            some: list[Json] = [*ids[start : start + IDS_AT_ONCE]]
            rows, _ = _page(action, self.read(name, {action.ids: some, "pageSize": PAGE_SIZE, "pageNum": 1}))
            found += [row for row in rows if row.get(action.id) in some]
        return found


def _page(action: Action, answer: JsonObject) -> tuple[list[JsonObject], int]:
    """Return the rows of a page, and the total that it tells."""
    rows, total = answer.get("dataSet"), answer.get("totalCount")
    if rows is None and total == 0:
        return [], 0
    if not isinstance(rows, list) or type(total) is not int:
        raise Failed(action.name, NOT_JSON, "the answer has no dataSet or no totalCount", status=200)
    return [row for row in rows if isinstance(row, dict)], total

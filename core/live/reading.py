"""Reads of the account: repeated when they fail, page by page, and by id. This module does not know the database."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from threading import Lock
from time import monotonic
from typing import Final, Protocol, TypeVar

from core.domain.json_value import Json, JsonObject
from core.live.budget import Budget
from core.live.fields import ACTIONS, IDS_AT_ONCE, PAGE_SIZE, Action
from core.live.lanes import in_order
from core.live.meanings import NETWORK, NOT_JSON, Failed, Next, next_step

__all__ = ["Caller", "Reader", "Stopped"]

_I = TypeVar("_I")
_T = TypeVar("_T")

_TRIES: Final = 6
_PATIENCE: Final = 100.0
"""Seconds without an answer after which a read is not sent again; each try may take 60 of them."""
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


class Reader:
    """Reads of one account: pages and details in several lanes, within one budget."""

    def __init__(
        self,
        caller: Caller,
        budget: Budget,
        *,
        sleep: Callable[[float], None],
        stopped: Callable[[], bool],
        region: str | None = None,
        lanes: int = 1,
        clock: Callable[[], float] = monotonic,
    ) -> None:
        self._caller = caller
        self._budget = budget
        self._sleep = sleep
        self._stopped = stopped
        self._only: JsonObject = {} if region is None else {"regionId": region}
        self._lanes = lanes
        self._clock = clock
        self._turn = Lock()
        self.calls = 0
        """The number of calls that were sent."""

    def read(self, name: str, fields: JsonObject) -> JsonObject:
        """Return the answer to a read; it is repeated while that may help.

        Raises:
            Failed: the last answer, when none was good.
            Stopped: the operator stopped it.

        """
        begun = self._clock()
        for attempt in range(_TRIES):
            self._wait(self._delay())
            try:
                answer = self._caller.call(ACTIONS[name], fields)
            except Failed as failed:
                self._after(failed, attempt, self._clock() - begun)
            else:
                with self._turn:
                    self._budget.answered()
                return answer
        raise AssertionError("unreachable")  # the last attempt raises

    def _delay(self) -> float:
        """Take the right to one call; return the seconds to wait before it is sent."""
        with self._turn:
            self.calls += 1
            return self._budget.delay()

    def in_order(self, work: Callable[[_I], _T], items: Sequence[_I]) -> Iterator[_T]:
        """Yield what `work`, which reads, makes of each item, in their order."""
        return in_order(work, items, min(self._lanes, len(items)) or 1)

    def _after(self, failed: Failed, attempt: int, seconds: float) -> None:
        """Wait before the next attempt; raise the failure when there is none, or no answer came for so long."""
        step = next_step(failed)
        if step is Next.SLOW_DOWN:
            with self._turn:
                self._budget.refused()
        silent = failed.code == NETWORK and seconds > _PATIENCE
        if silent or attempt == _TRIES - 1 or step not in (Next.RETRY, Next.SLOW_DOWN):
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

    def read_all(self, name: str, seen: set[str], keep: Callable[[list[JsonObject]], None]) -> bool:
        """Read every page, add the ids to `seen` and hand the rows to `keep`; return whether the reading is steady.

        There is no order of pages that one can ask for: a row that is deleted between two pages moves the others up.
        So pages that do not agree are read again, and the ids of all passes count. Steady is one pass whose pages have
        one total, and that many different rows.

        Raises:
            Failed, Stopped: as `read`.

        """
        return any(self._pass(ACTIONS[name], seen, keep) for _ in range(_PASSES))

    def _pass(self, action: Action, seen: set[str], keep: Callable[[list[JsonObject]], None]) -> bool:
        """Read every page once; return whether the pages agree."""
        totals, ids, count = set[int](), set[str](), 0
        for rows, total in self._pages(action):
            some = [row_id for row in rows if isinstance(row_id := row.get(action.id), str)]
            ids.update(some)
            seen.update(some)
            keep(rows)
            totals.add(total)
            count += len(rows)
        return totals == {count} and len(ids) == count

    def _pages(self, action: Action) -> Iterator[tuple[list[JsonObject], int]]:
        """Yield the rows of each page, and the total that it tells; the first one tells how many there are."""

        def page(number: int) -> tuple[list[JsonObject], int]:
            return _page(action, self.read(action.name, {**self._only, "pageSize": PAGE_SIZE, "pageNum": number}))

        first = page(1)
        yield first
        last = min(-(-first[1] // PAGE_SIZE), _MOST_PAGES)
        yield from self.in_order(page, range(2, last + 1))

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

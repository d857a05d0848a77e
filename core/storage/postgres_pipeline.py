"""Statements in flight: what needs no answer yet travels with the next question, so that distance is paid once."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from time import perf_counter
from types import MappingProxyType
from typing import ClassVar, Final, TypeVar

import psycopg
from psycopg.abc import Params, PQGen
from psycopg.rows import TupleRow

__all__ = ["APART", "Driver", "Step", "UnfitError", "give_up", "sent"]

T = TypeVar("T")

logging.getLogger("psycopg").addHandler(logging.NullHandler())  # it warns of errors that are raised all the same


APART: Final = None
"""Stands between two steps, where a part of a flight ends."""


class UnfitError(psycopg.OperationalError):
    """The server may not be written to."""


class Driver(psycopg.Connection[TupleRow]):
    """A connection that gives up waiting for an answer: a host that hangs keeps its connections open."""

    patience = 60.0
    """Seconds."""
    trace: ClassVar[Callable[[str, float, str], None] | None] = None
    """Gets the kind, the seconds of its flight and the text of each statement; the rows have arrived by then."""
    pooled = False
    """Whether a pooler is between, which may change the server after each transaction."""
    unreplicated = False
    """Whether the server gave up the wait for a standby, in the commit that is under way or was the last one."""
    far = False
    """Whether a round trip takes so long that questions are asked ahead."""
    told: Mapping[str, Step] = MappingProxyType({})
    """Statements that were answered with the greeting."""
    open: _Flight | None = None
    """The pipeline with a ROLLBACK whose answer was not read yet."""

    def hear(self, told: psycopg.errors.Diagnostic) -> None:
        """Take note of a warning; its text may be in any language."""
        if told.source_function == "SyncRepWaitForLSN":
            self.unreplicated = True

    def wait(self, gen: PQGen[T], interval: float = 0.1, timeout: float | None = None) -> T:
        try:
            return super().wait(gen, interval, self.patience if timeout is None else timeout)
        except psycopg.errors._WaitTimeout as late:  # noqa: SLF001  # it has no other name
            self.pgconn.finish()
            raise psycopg.OperationalError(f"no answer for {self.patience:g} seconds") from late


class _Flight(psycopg.Pipeline):
    """A pipeline that ends with Sync alone.

    psycopg's own ends with a Flush behind it, after which the server no longer limits how long a transaction is idle.
    """

    def mark(self) -> None:
        """End a part: what is before it is kept when what is behind it fails, outside of a transaction."""
        self._enqueue_sync()

    def send(self) -> None:
        """Send what is queued, and wait for nothing."""
        self._conn.wait(self._communicate_gen())

    def _exit_gen(self) -> PQGen[None]:
        self._enqueue_sync()
        first: psycopg.Error | None = None
        step: PQGen[None] | None = self._communicate_gen()
        left = len(self.result_queue) + 1
        while step is not None:
            try:
                yield from step
            except psycopg.Error as problem:
                if first is None or isinstance(first, psycopg.errors.PipelineAborted):
                    first = problem
            step, left = self._fetch_gen(flush=False) if len(self.result_queue) < left else None, len(self.result_queue)
        if first is not None:
            raise first


class Step:
    """One statement, and its cursor when it was answered."""

    __slots__ = ("_many", "_statement", "_then", "_values", "cursor")

    def __init__(
        self,
        statement: bytes,
        values: Params | None = None,
        *,
        many: Sequence[Params] | None = None,
        then: Callable[[TupleRow], None] | None = None,
    ) -> None:
        """`many` has the values of each execution of the statement; `then` gets the first row."""
        self._statement = statement
        self._values = values
        self._many = many
        self._then = then
        self.cursor: psycopg.Cursor[TupleRow] | None = None

    @property
    def statement(self) -> str:
        return self._statement.decode()

    def send(self, driver: Driver) -> None:
        self.cursor = cursor = driver.cursor()
        if self._many is None:
            cursor.execute(self._statement, self._values)
        else:
            cursor.executemany(self._statement, self._many)

    def answer(self) -> psycopg.Cursor[TupleRow]:
        """Return the cursor of a step that was sent."""
        if self.cursor is None:
            raise psycopg.OperationalError("the statement was not sent")
        return self.cursor

    def tell(self) -> None:
        """Tell the first row to whoever waits for it."""
        row = None if self._then is None else self.answer().fetchone()
        if self._then is not None and row is not None:
            self._then(row)


def sent(driver: Driver, steps: Sequence[Step | None]) -> None:
    """Send the steps at once, and wait once for all their answers.

    Raises:
        psycopg.Error: of the first step that failed; the steps behind it, up to `APART`, did nothing.

    """
    trace = Driver.trace
    if trace is None:
        _fly(driver, steps)
        return
    begun = perf_counter()
    try:
        _fly(driver, steps)
    finally:
        took = perf_counter() - begun
        for statement in (step.statement for step in steps if step is not None):
            kind, text = ("commit", "") if statement == "COMMIT" else ("statement", statement)
            trace(kind, took, text)


def _fly(driver: Driver, steps: Sequence[Step | None]) -> None:
    if driver.open is None and len(steps) == 1 and steps[0] is not None:
        steps[0].send(driver)
    else:
        flight, driver.open = driver.open or _opened(driver), None
        try:
            with ExitStack() as landing:
                landing.push(flight)
                for step in steps:
                    if step is None:
                        flight.mark()
                    else:
                        step.send(driver)
        finally:
            driver._pipeline = None  # noqa: SLF001  # as `pipeline` does
    for step in steps:
        if step is not None:
            step.tell()


def give_up(driver: Driver) -> None:
    """Send ROLLBACK; its answer is read with the next ones.

    Raises:
        psycopg.Error: the connection is lost.

    """
    if driver.open is not None:
        return
    if driver.pooled:  # a pooler gives the server to another client once it has answered, and drops what is behind
        driver.execute(b"ROLLBACK")
        return
    driver.open = flight = _opened(driver)
    driver.execute(b"ROLLBACK")
    flight.mark()
    flight.send()


def _opened(driver: Driver) -> _Flight:
    driver._pipeline = flight = _Flight(driver)  # noqa: SLF001  # as `pipeline` does
    return flight.__enter__()

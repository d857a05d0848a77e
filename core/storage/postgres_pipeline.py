"""Statements in flight: what needs no answer yet travels with the next question, so that distance is paid once."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from typing import Final, TypeVar

import psycopg
from psycopg._pipeline_base import BasePipeline
from psycopg.abc import Params, PQGen
from psycopg.rows import TupleRow

__all__ = ["APART", "Driver", "Step", "give_up", "sent"]

T = TypeVar("T")

logging.getLogger("psycopg").addHandler(logging.NullHandler())  # it warns of errors that are raised all the same


APART: Final = None
"""Between two steps: what is before it is kept when what is behind it fails, outside of a transaction."""


class Driver(psycopg.Connection[TupleRow]):
    """A connection that gives up waiting for an answer: a host that hangs keeps its connections open."""

    patience = 60.0
    """Seconds."""
    open: ExitStack | None = None
    """The pipeline with a ROLLBACK whose answer was not read yet."""

    def wait(self, gen: PQGen[T], interval: float = 0.1, timeout: float | None = None) -> T:
        try:
            return super().wait(gen, interval, self.patience if timeout is None else timeout)
        except psycopg.errors._WaitTimeout as late:  # noqa: SLF001  # it has no other name
            self.pgconn.finish()
            raise psycopg.OperationalError(f"no answer for {self.patience:g} seconds") from late


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
    if driver.open is None and len(steps) == 1 and steps[0] is not None:
        steps[0].send(driver)
    else:
        pipeline, driver.open = driver.open or _opened(driver), None
        try:
            with pipeline:
                for step in steps:
                    if step is None:
                        _mark_apart(driver)
                    else:
                        step.send(driver)
        except psycopg.errors.PipelineAborted as aborted:
            raise _cause(aborted) from None
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
    driver.open = _opened(driver)
    driver.execute(b"ROLLBACK")
    _mark_apart(driver)
    driver.wait(_pipeline(driver)._communicate_gen())  # noqa: SLF001  # its `sync` would wait


def _opened(driver: Driver) -> ExitStack:
    stack = ExitStack()
    stack.enter_context(driver.pipeline())
    return stack


def _mark_apart(driver: Driver) -> None:
    _pipeline(driver)._enqueue_sync()  # noqa: SLF001  # its `sync` would wait


def _pipeline(driver: Driver) -> BasePipeline:
    pipeline = driver._pipeline  # noqa: SLF001
    if pipeline is None:
        raise psycopg.OperationalError("the pipeline is closed")
    return pipeline


def _cause(problem: BaseException) -> BaseException:
    """Return the error that made the server skip the rest of a pipeline."""
    found: BaseException | None = problem
    while isinstance(found, psycopg.errors.PipelineAborted):
        found = found.__context__
    return found or problem

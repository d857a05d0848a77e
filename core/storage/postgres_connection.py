"""One connection to PostgreSQL as a `Connection`."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from functools import lru_cache
from operator import itemgetter
from typing import ClassVar, Final, TypeAlias

import psycopg
from psycopg.abc import Buffer
from psycopg.adapt import Loader
from psycopg.rows import dict_row

from core.storage.connection import NO_VALUES, Connection, Cursor, Question, R, Scalar, Values
from core.storage.postgres_pipeline import Driver, Step, UnfitError, give_up, sent

_EPOCH: Final = (
    "INSERT INTO epoch (since_seq, system, timeline, eip, binding) VALUES (:event, :system, :timeline, :eip, :binding)"
)


class PostgresConnection(Connection):
    """The same statements, with this driver's marks for values.

    Statements without an answer, and questions asked ahead, wait for the next question and travel with it.
    """

    __slots__ = ("_ahead", "_begun", "_connect", "_open", "_renewable", "_waiting", "driver")

    words_are_indexed: ClassVar[bool] = False
    chains_events: ClassVar[bool] = True
    numbers_on: ClassVar[tuple[str, ...]] = (_EPOCH,)

    def __init__(self, connect: Callable[[], Driver]) -> None:
        self._connect = connect
        self.driver = connect()
        self._waiting: list[Step] = []
        self._ahead: dict[_Asked, Step] = {_asked(told, {}): step for told, step in self.driver.told.items()}
        """The questions asked ahead, by statement and values."""
        self._begun = self._open = False
        """Whether a transaction begins with the next steps, or is open on the server."""
        self._renewable = False
        """Whether a new connection may take over: nothing was answered since this one was idle."""

    def begin(self, *steps: Step) -> None:
        """Begin a transaction with these steps; they are sent with its first question."""
        self._waiting += steps
        self._begun = True

    def cursor(self, statement: str, values: Values) -> Cursor:
        self._forget(statement)
        step = self._ahead.get(_asked(statement, values)) if self._ahead else None
        if step is None:
            step = Step(_marked(statement), values)
            self._waiting.append(step)
        if step.cursor is None:
            self.flush()
        elif step.cursor.rownumber:
            step.cursor.scroll(0, mode="absolute")  # it was asked before
        return step.answer()

    def execute(self, statement: str, values: Values = NO_VALUES) -> int:
        self.later(statement, values)
        step = self._waiting[-1]
        self.flush()
        return step.answer().rowcount

    def later(self, statement: str, values: Values = NO_VALUES) -> None:
        self._forget(statement)
        self._waiting.append(Step(_marked(statement), values))

    def ahead(self, statement: str, values: Values = NO_VALUES) -> None:
        asked = _asked(statement, values)
        if self.driver.far and asked not in self._ahead:
            self._ahead[asked] = step = Step(_marked(statement), values)
            self._waiting.append(step)

    def foresee(self, question: Callable[[Connection], object]) -> None:
        with suppress(Exception):  # nothing is found, which a question need not expect
            if self.driver.far:
                question(_Foreseeing(self))

    def rehearse(self, change: Callable[[Connection], object]) -> Sequence[Question]:
        stage = _Stage(self)
        with suppress(Exception):  # a refusal comes again in the turn
            change(stage)
        return stage.asked

    def flush(self) -> None:
        steps, self._waiting = self._waiting, []
        if not steps:
            return
        renewable, self._renewable = self._renewable, False
        self._open = self._begun
        try:
            sent(self.driver, steps)
        except psycopg.OperationalError as problem:
            if isinstance(problem, UnfitError):
                self.driver.close()
            if not (renewable and self.driver.closed):
                raise
            self.driver = self._connect()  # the old one was lost, or must not be written to any more
            sent(self.driver, steps)

    def commit(self) -> None:
        """Make the changes durable; those still waiting are sent with it."""
        if not self._open:
            self.flush()  # whoever loses the connection now knows that nothing changed
        self._ahead.clear()
        self._waiting.append(Step(b"COMMIT"))
        self.flush()
        self._begun = self._open = False
        self._renewable = True

    def end(self) -> None:
        """Give an open transaction up, and keep the connection for another one; waits for nothing."""
        self._ahead.clear()
        self._waiting.clear()
        if self._open and not self.driver.closed:
            try:
                give_up(self.driver)
            except psycopg.Error:
                self.driver.close()
        self._begun = self._open = False
        self._renewable = True

    @staticmethod
    def newest(table: str) -> str:
        since = "since_seq" if table == "event" else table
        return f"SELECT greatest((SELECT max(seq) FROM {table}), (SELECT max({since}) FROM epoch))"

    def insert(self, statement: str, rows: Sequence[Values], shared: Values) -> None:
        self._forget(statement)
        for start in range(0, len(rows), _AT_ONCE):
            some = rows[start : start + _AT_ONCE]
            values = {f"{name}__{nth}": value for nth, row in enumerate(some) for name, value in row.items()}
            self._waiting.append(Step(_several(statement, tuple(some[0]), len(some)), {**shared, **values}))

    def stream(self, row: type[R], statement: str) -> Iterator[R]:
        self.flush()
        with self.driver.cursor(name="eipdeck") as cursor:
            yield from map(row._make, cursor.execute(_marked(statement), {}))

    def stream_dicts(self, statement: str) -> Iterator[dict[str, Scalar]]:
        self.flush()
        with self.driver.cursor(name="eipdeck", row_factory=dict_row) as cursor:
            yield from cursor.execute(_marked(statement), {})

    def _forget(self, change: str) -> None:
        """Forget the answers that a change may make wrong."""
        if self._ahead and (found := _CHANGED.match(change)):
            named = re.compile(rf"\b{found[1]}\b")
            self._ahead = {asked: step for asked, step in self._ahead.items() if not named.search(asked[0])}


class _Foreseeing(Connection):
    """Asks everything ahead, and finds nothing."""

    __slots__ = ("_real",)

    words_are_indexed: ClassVar[bool] = False
    chains_events: ClassVar[bool] = True
    numbers_on: ClassVar[tuple[str, ...]] = PostgresConnection.numbers_on

    def __init__(self, real: PostgresConnection) -> None:
        self._real = real

    def cursor(self, statement: str, values: Values) -> Cursor:
        self._real.ahead(statement, values)
        return _Nothing()

    newest = staticmethod(PostgresConnection.newest)

    def insert(self, statement: str, rows: Sequence[Values], shared: Values) -> None:
        raise NotImplementedError  # a question never inserts; `foresee` ends here when one does


class _Stage(Connection):
    """Asks every question and makes no change."""

    __slots__ = ("_real", "asked")

    words_are_indexed: ClassVar[bool] = False
    chains_events: ClassVar[bool] = True
    numbers_on: ClassVar[tuple[str, ...]] = PostgresConnection.numbers_on

    def __init__(self, real: PostgresConnection) -> None:
        self._real = real
        self.asked: list[Question] = []

    def cursor(self, statement: str, values: Values) -> Cursor:
        if _CHANGED.match(statement):
            return _Nothing()
        if (statement, values) in self.asked:
            raise LookupError  # what it waits for is a change
        self.asked.append((statement, values))
        return self._real.cursor(statement, values)

    def execute(self, statement: str, values: Values = NO_VALUES) -> int:  # noqa: ARG002  # a rehearsal changes nothing
        return 1

    def ahead(self, statement: str, values: Values = NO_VALUES) -> None:
        self._real.ahead(statement, values)

    newest = staticmethod(PostgresConnection.newest)

    def insert(self, statement: str, rows: Sequence[Values], shared: Values) -> None:
        pass


class _Nothing:
    """The answer to a question that finds nothing."""

    rowcount = 0
    description: Sequence[Sequence[object]] | None = None

    def fetchone(self) -> None:
        return None

    def __iter__(self) -> Iterator[tuple[Scalar, ...]]:
        return iter(())


_Asked: TypeAlias = tuple[str, tuple[tuple[str, object], ...]]
_CHANGED: Final = re.compile(r"\s*(?:INSERT INTO|UPDATE|DELETE FROM)\s+(\w+)")


def _asked(statement: str, values: Values) -> _Asked:
    alike = ((name, tuple(value) if type(value) is list else value) for name, value in values.items())
    return statement, tuple(sorted(alike, key=itemgetter(0)))


class WholeNumber(Loader):
    """Loads `numeric` as int: PostgreSQL returns sums of whole numbers as `numeric`."""

    def load(self, data: Buffer) -> int:
        return int(bytes(data))


_AT_ONCE: Final = 512
"""The number of rows that a statement inserts; a trigger of statements, as that of the chains, fires once for all."""


@lru_cache(maxsize=64)
def _several(statement: str, names: tuple[str, ...], count: int) -> bytes:
    """Return the INSERT of one row as one of `count` rows, whose own values are named `NAME__NTH`."""
    head, row = statement.split(" VALUES ")
    own = re.compile(rf":({'|'.join(names)})\b") if names else re.compile("(?!)")
    rows = (own.sub(rf":\1__{nth}", row) for nth in range(count))
    return _marked(f"{head} VALUES {', '.join(rows)}")


_PARTS: Final = re.compile(r"('(?:[^']|'')*')|(\bIN :(\w+))|:(\w+)|(\bLIKE\b)|(%)")


@lru_cache(maxsize=512)
def _marked(statement: str) -> bytes:
    """Return the statement with `:name` as `%(name)s`, `IN :names` as `= ANY`, and LIKE as ILIKE.

    SQLite's LIKE ignores case too.
    """

    def part(found: re.Match[str]) -> str:
        text, among, names, name, like, _ = found.groups()
        if text is not None:
            return str(text).replace("%", "%%")
        if among is not None:
            return f"= ANY(%({names})s)"
        if name is not None:
            return f"%({name})s"
        return "ILIKE" if like is not None else "%%"

    return _PARTS.sub(part, statement).encode()

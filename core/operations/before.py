"""The state that a change finds: the end of the history, its request id, the server, and what this client saw."""

from __future__ import annotations

from typing import Annotated, Final, NamedTuple

from core.domain.memory import Lineage, Noted
from core.operations.failover import NOWHERE
from core.queries.losses import ORIGIN
from core.storage.connection import Connection, Values
from core.storage.rows import COMPUTED, reads
from core.storage.transaction import StoredAnswer

__all__ = ["BeforeRow", "before_of"]


@reads("request", "epoch", "event")
class BeforeRow(NamedTuple):
    """The history before a change, and the answer to its request id."""

    newest: Annotated[int | None, COMPUTED]
    hash: Annotated[bytes | None, "request.hash"]
    answer: Annotated[str | None, "request.answer"]
    system: Annotated[int | None, "epoch.system"]
    timeline: Annotated[int | None, "epoch.timeline"]
    origin: Annotated[bytes | None, COMPUTED]
    """The hash of the oldest event."""
    seen: Annotated[bytes | None, COMPUTED]
    """The hash of the event that this client saw last."""

    @property
    def kept(self) -> StoredAnswer | None:
        """The stored answer to the request id."""
        return None if self.hash is None or self.answer is None else StoredAnswer(self.hash, self.answer)

    @property
    def lineage(self) -> Lineage | None:
        """The lineage that was recorded last."""
        told = None if self.system is None or self.timeline is None else Lineage(self.system, self.timeline)
        return None if told == NOWHERE else told


_BEFORE: Final = (
    "SELECT (SELECT at FROM event ORDER BY seq DESC LIMIT 1) AS newest, r.hash, r.answer, e.system, e.timeline,"
    f" ({ORIGIN}) AS origin, (SELECT hash FROM event WHERE seq = :seen) AS seen"
    " FROM (SELECT 1) AS one LEFT JOIN request r ON r.request_id = :request_id"
    " LEFT JOIN epoch e ON e.since_seq = (SELECT max(since_seq) FROM epoch)"
)


def before_of(connection: Connection, request_id: str, seen: Noted | None = None) -> BeforeRow:
    """Return what a change finds; `seen` is the event that this client saw last."""
    values: Values = {"request_id": request_id, "seen": 0 if seen is None else seen.seq}
    return connection.row(BeforeRow, _BEFORE, values) or BeforeRow(*(None,) * 7)

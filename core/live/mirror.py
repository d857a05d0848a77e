"""Sync: reads an account, compares it with the database, holds a picture that cannot be right, takes over any other."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from core.domain.errors import Code, EipdeckError, error
from core.domain.results import KindRead, Synced
from core.domain.values import Event, from_micros
from core.live.again import keep_touched
from core.live.journal import touched_since
from core.live.meanings import refusal_of
from core.live.observed import TakenOver, end_absent, note_absent, take_over
from core.live.parts import Part, parts_of
from core.live.picture import KindPicture, Picture, take_picture
from core.live.reading import Reader
from core.queries.mirror import EIPS, MirrorRow, mirror_of, picture_at
from core.storage import history
from core.storage.connection import Connection
from core.storage.store import NEWEST, Store
from core.storage.transaction import Transaction
from core.transfer.documents import RowKind
from core.transfer.zenlayer.report import Observed

__all__ = ["TAKEN_OVER", "Sync"]

TAKEN_OVER: Final = "taken over"
"""Told in place of a kind, while a picture of many differences is taken over."""

_AGAIN: Final = 60_000_000
"""Microseconds between two look-ups that both lack a row, before it has ended: new rows may show late."""
_MANY: Final = 5000
"""Rows up to which a picture is taken over at once; a bigger one is in parts."""
_FEW: Final = 20
"""EIPs that may be missing at once, however few there are."""
_SHARE: Final = 0.1
"""The share of the known EIPs that may be missing at once."""

_LIVE: Final = "SELECT count(*) FROM mirror_row WHERE kind = :kind"
_CUSTOMER: Final = "SELECT 1 FROM cidr c JOIN pool p ON p.id = c.pool_id WHERE p.kind = 'customer' LIMIT 1"
_NEWER: Final = "SELECT 1 FROM mirror_kind WHERE tried_at > :began LIMIT 1"
_NOTE_KIND: Final = (
    "INSERT INTO mirror_kind (kind, tried_at, read_at, steady, rows, problem)"
    " VALUES (:kind, :began, :read_at, :steady, :rows, :problem) ON CONFLICT (kind) DO UPDATE SET"
    " rows = CASE WHEN excluded.problem IS NULL THEN excluded.rows ELSE mirror_kind.rows END,"
    " tried_at = excluded.tried_at, read_at = coalesce(excluded.read_at, mirror_kind.read_at),"
    " steady = excluded.steady, problem = excluded.problem"
)
_BASELINE: Final = "UPDATE mirror SET baseline_at = coalesce(baseline_at, :at), held = NULL, held_at = NULL"
_HELD: Final = "UPDATE mirror SET held = :why, held_at = coalesce(held_at, :at)"


class _DryRun(Exception):  # a way out of a transaction, not an error
    """Leaves the transaction without a commit."""


@dataclass(frozen=True, slots=True)
class Sync:
    """One sync with an account."""

    store: Store
    profile: str
    begin: Callable[[Connection], Transaction]
    """Begins the transaction of what was seen."""
    reader: Reader
    now: Callable[[], int]
    """The time in microseconds."""
    told: Callable[[str, int], None]
    dry_run: bool = False
    losses: int | None = None
    """The number of EIPs that the operator accepts as missing."""
    any_account: bool = False
    """Whether the operator accepts an account that shows nothing known."""

    def run(self) -> Synced:
        """Read the account and take the differences over.

        Raises:
            EipdeckError: `conflict` for a picture that is held: nothing ends; `platform_unavailable` and
                `platform_refused` when the reading failed: what was read in full before it is taken over;
                `store_busy` when another sync began later and is done.
            Stopped: the operator stopped the reading; nothing changed.

        """
        began = self.now()
        picture = take_picture(self.store, self.reader, self.told)
        with self.store.read() as connection:
            held = self._why_held(connection, picture)
        if held is not None:
            self._hold(picture, began, held)
            raise held
        done = self._taken_over(picture, began)
        if picture.failure is not None:
            raise refusal_of(picture.failure)
        return done

    def _why_held(self, connection: Connection, picture: Picture) -> EipdeckError | None:
        """Return why the picture cannot be right, unless the operator accepts it."""
        read = [each for kind in (RowKind.CIDR, RowKind.EIP) if (each := picture.of(kind)) is not None]
        known = sum(connection.value(int, _LIVE, {"kind": each.kind.value}) or 0 for each in read)
        absent = sum(len(each.absent) for each in read)
        if self.any_account or not known:
            return None
        details = {"profile": self.profile, "known": known, "missing": absent}
        if absent == known:
            return error(
                Code.CONFLICT,
                f"The account shows none of the {known:,} CIDRs and EIPs that {self.profile} has here, so it may be"
                " another account, or a key that may not see them; nothing was changed.",
                hint="Look at the key of the profile, or accept the account as it is.",
                details={**details, "held": "account"},
            )
        eips = picture.of(RowKind.EIP)
        losses = 0 if eips is None else len(eips.absent)
        live = connection.value(int, _LIVE, {"kind": EIPS}) or 0
        if losses <= max(_FEW, _SHARE * live) or losses == self.losses:
            return None
        return error(
            Code.CONFLICT,
            f"{losses:,} of {live:,} EIPs of {self.profile} are missing on the account; nothing was changed.",
            hint="Look at the account; when they are gone, accept that number of losses.",
            details={**details, "held": "losses", "losses": losses},
        )

    def _hold(self, picture: Picture, began: int, held: EipdeckError) -> None:
        if self.dry_run:
            return
        with self.store.write() as connection:
            note_absent(connection, picture, self.now())
            connection.execute(_HELD, {"why": held.reason, "at": began})

    def _taken_over(self, picture: Picture, began: int) -> Synced:
        if not picture.differs:
            self._note_ages(picture, began)
            return self._synced(picture, began, TakenOver(), [])
        if picture.size > _MANY and not self.dry_run:
            return self._synced(picture, began, self._by_parts(picture, began), [])
        done, events = TakenOver(), list[Event]()
        with suppress(_DryRun), self.store.write(long="sync") as connection:
            newest = connection.value(int, NEWEST) or 0
            done = self._take(connection, picture, began, parts_of(picture), first=True)
            self._note(connection, picture, began)
            if self.dry_run:
                events = history.events(connection, "seq > :newest", {"newest": newest}, None)
                raise _DryRun
        return self._synced(picture, began, done, events)

    def _by_parts(self, picture: Picture, began: int) -> TakenOver:
        """Take each part over in a transaction of its own; the age is that of the last, and a stop keeps the others."""
        self.store.lean()
        done, rows = TakenOver(), 0
        for number, part in enumerate(parts_of(picture)):
            with self.store.write(long="sync") as connection:
                done += self._take(connection, picture, began, [part], first=number == 0)
            rows += sum(map(len, part.digests.values()))
            self.told(TAKEN_OVER, rows)
        with self.store.write() as connection:
            self._check_newest(connection, began)
            self._note(connection, picture, began)
        return done

    def _check_newest(self, connection: Connection, began: int) -> None:
        if connection.value(int, _NEWER, {"began": began}) is not None:
            raise error(
                Code.STORE_BUSY,
                "Another session has read the account since this sync began; nothing was changed.",
                hint="Its picture is newer.",
            )

    def _take(
        self, connection: Connection, picture: Picture, began: int, parts: Iterable[Part], *, first: bool
    ) -> TakenOver:
        """Take parts of a picture over; the first of a picture ends what is absent."""
        self._check_newest(connection, began)
        touched = touched_since(connection, began)
        transaction = self.begin(connection)
        observed, done = self._observed(connection, transaction.now), TakenOver()
        if first:
            keep_touched(picture, touched)
            sure = transaction.now - (_AGAIN if self.losses is None and not self.any_account else 0)
            done = end_absent(transaction, picture, observed, sure)
        for part in parts:
            part.leave_out(touched)
            done += take_over(transaction, part, observed)
        return done

    def _observed(self, connection: Connection, now: int) -> Observed:
        mirror: MirrorRow | None = mirror_of(connection)
        baseline = None if mirror is None else mirror.baseline_at
        landings = baseline is not None and connection.value(int, _CUSTOMER) is not None
        return Observed(picture_at(connection), now, baseline if landings else None)

    def _note_ages(self, picture: Picture, began: int) -> None:
        """Note that the picture is as it was, without a place in the writers' queue: the next sync notes it, else."""
        if self.dry_run:
            return
        try:
            with self.store.write(wait=0) as connection:
                self._note(connection, picture, began)
        except EipdeckError as problem:
            if problem.code is not Code.STORE_BUSY:
                raise

    def _note(self, connection: Connection, picture: Picture, began: int) -> None:
        for each in picture.kinds:
            values = {
                "kind": each.kind.value,
                "began": began,
                "read_at": began if each.read else None,
                "steady": each.steady,
                "rows": len(each.seen),
                "problem": each.problem,
            }
            connection.execute(_NOTE_KIND, values)
        if picture.of(RowKind.EIP) is not None:
            connection.execute(_BASELINE, {"at": began})

    def _synced(self, picture: Picture, began: int, done: TakenOver, events: list[Event]) -> Synced:
        return Synced(
            profile=self.profile,
            as_of=from_micros(began),
            dry_run=self.dry_run,
            calls=self.reader.calls,
            kinds=tuple(map(_kind_read, picture.kinds)),
            created=done.created,
            changed=done.changed,
            ended=done.ended,
            missing=done.missing,
            aside=len(done.aside),
            events=tuple(events),
        )


def _kind_read(each: KindPicture) -> KindRead:
    return KindRead(each.kind.value, len(each.seen), each.steady, each.problem)

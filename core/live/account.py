"""A live account as an inventory: its own database, what may be changed in it, and the sync."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from time import sleep
from typing import Final

from core.domain import requests
from core.domain.config import Config
from core.domain.errors import Code, EipdeckError, error
from core.domain.results import Synced
from core.live.budget import Budget
from core.live.fields import ACTIONS
from core.live.meanings import Failed, refusal_of
from core.live.mirror import Sync
from core.live.profiles import Profile, access_of, profile_named
from core.live.reading import Caller, Reader
from core.queries.mirror import mirror_of
from core.storage.history import EventData, record
from core.storage.sqlite import default_path
from core.storage.store import NEWEST, Store
from core.storage.transaction import Transaction

__all__ = ["SEEN", "Account", "account_of"]

_LANES: Final = 4
"""Reads that are under way at once."""
_HERE: Final = (
    requests.AcceptRequest,
    requests.AcceptClockRequest,
    requests.PoolSettingsRequest,
    requests.ReserveRequest,
    requests.UnreserveRequest,
    requests.DrainRequest,
    requests.AllocationRequest,
)
"""Changes of the inventory alone, which the account knows nothing of; of an allocation only its dry run."""


def account_of(config: Config, name: str) -> Account:
    """Return the account of a profile.

    Raises:
        EipdeckError: `usage`: there is no such profile, or it is wrong.

    """
    return Account(profile_named(config, name), replace(config, account=name))


class Account:
    """One account, by its profile."""

    def __init__(self, profile: Profile, config: Config) -> None:
        self.profile = profile
        self.config = config

    @property
    def database(self) -> str:
        """Return the database of the account: that of the profile, else a file of its own beside the embedded one."""
        return self.profile.database or str(default_path().with_name(f"{self.profile.name}.db"))

    @property
    def label(self) -> str:
        """Return the name of the account for a header."""
        return f"PRODUCTION {self.profile.name}" if self.profile.production else self.profile.name

    def found(self, store: Store, begin: Callable[..., Transaction], *, read_only: bool) -> None:
        """Make a new database the mirror of this account; refuse one that is another's.

        Raises:
            EipdeckError: `usage`; `store_unavailable` for a new database in a read-only session.

        """
        with store.read() as connection:
            mirror = mirror_of(connection)
            begun = (connection.value(int, NEWEST) or 0) > 0
        if mirror is None and begun:
            raise error(
                Code.USAGE,
                f"{store.url} holds an inventory of the embedded platform; an account has a database of its own.",
                hint="Name another database, or none, for this profile.",
            )
        if mirror is None and read_only:
            raise error(
                Code.STORE_UNAVAILABLE,
                f"{store.url} is no mirror of {self.profile.name} yet, and a read-only session makes none.",
                hint="Open it once in a session that may write.",
            )
        if mirror is None:
            self._found(store, begin)
        elif (mirror.profile, mirror.endpoint) != (self.profile.name, self.profile.endpoint):
            raise error(
                Code.USAGE,
                f"{store.url} mirrors the account of profile {mirror.profile} at {mirror.endpoint}.",
                hint="An account has a database of its own.",
            )

    def _found(self, store: Store, begin: Callable[..., Transaction]) -> None:
        with store.write() as connection:
            if mirror_of(connection) is not None:
                return
            transaction = begin(connection, reason=None)
            about = {"profile": self.profile.name, "endpoint": self.profile.endpoint}
            transaction.run(_FOUND, since=transaction.now, **about)
            transaction.run(_NO_SUPPLY)
            transaction.run(_NOTHING_FREE)
            record(transaction, EventData("mirror_account", after=about))

    def check(self, request: requests.Request[object]) -> None:
        """Refuse a change that would have to be made on the account.

        Raises:
            EipdeckError: `platform_refused`; nothing was sent.

        """
        if not isinstance(request, _HERE):
            raise error(
                Code.PLATFORM_REFUSED,
                f"eipdeck does not make this change on the account of {self.profile.name}; nothing was sent.",
                hint="Make the change in Zenlayer's console; the next sync shows it here.",
                details={"profile": self.profile.name, "request": type(request).__name__},
            )

    def refuse_transfer(self, what: str) -> EipdeckError:
        """Return the refusal to replace the mirror by files."""
        return error(
            Code.PLATFORM_REFUSED,
            f"{self.profile.name} is a live account: its database is filled by a sync alone; nothing was {what}.",
            hint="Open another database for it.",
        )

    def unreachable(self) -> EipdeckError | None:
        """Ask the account for one row; return why that failed, else None."""
        try:
            client = self.connect()
            client.call(ACTIONS["DescribePools"], {"pageSize": 1, "pageNum": 1})
        except Failed as failed:
            return refusal_of(failed)
        except EipdeckError as problem:
            return problem
        return None

    def connect(self, *, may_write: bool = False) -> Caller:
        """Return a client; one that only reads sends no change.

        Raises:
            EipdeckError: `usage`: a secret is not where the profile says, or the SDK is not installed.

        """
        access = access_of(self.profile)
        try:
            from core.live.client import Client  # noqa: PLC0415  # the SDK is imported for the first call
        except ImportError as problem:
            raise error(
                Code.USAGE,
                "A live account needs Zenlayer's SDK, which is not installed.",
                hint="Install eipdeck with its extra: pip install 'eipdeck[zenlayer]'.",
            ) from problem
        return Client(access, may_write=may_write)

    def reader(self, share: float = 1.0) -> Reader:
        """Return a reader of the account, with a share of the pace that the profile allows."""
        rate = share * self.profile.rate
        return Reader(
            self.connect(),
            Budget(rate, 2 * rate),
            sleep=sleep,
            stopped=lambda: False,
            region=self.profile.region,
            lanes=_LANES,
        )

    def reader_kept(self) -> Callable[[], Reader]:
        """Return what makes one reader, and gives it again and again: its connection is kept, and its pace."""
        kept: list[Reader] = []

        def reader() -> Reader:
            if not kept:
                kept.append(self.reader())
            return kept[0]

        return reader

    def sync(
        self,
        store: Store,
        begin: Callable[..., Transaction],
        now: Callable[[], int],
        *,
        told: Callable[[str, int], None] = lambda *_: None,
        dry_run: bool = False,
        losses: int | None = None,
        any_account: bool = False,
        share: float = 1.0,
    ) -> Synced:
        """Read the account and take the differences over, as `Sync.run` does."""
        done = Sync(
            store=store,
            profile=self.profile.name,
            begin=lambda connection: begin(connection, reason=SEEN),
            reader=self.reader(share),
            now=now,
            told=told,
            dry_run=dry_run,
            losses=losses,
            any_account=any_account,
        )
        return done.run()


SEEN: Final = "observed"
"""The reason of every event that a sync writes: nobody said another."""
_FOUND: Final = "INSERT INTO mirror (id, profile, endpoint, since) VALUES (1, :profile, :endpoint, :since)"
_NO_SUPPLY: Final = "UPDATE cidr SET state = 'retired', retired_at = created_at, version = version + 1"
"""A new database has a range for the default pool of one region; in the account's it was never one."""
_NOTHING_FREE: Final = "DELETE FROM free_range"

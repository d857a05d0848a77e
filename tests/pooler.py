"""A private pgbouncer before a server of the tests; reached through a socket in a folder of its own."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import time
from pathlib import Path
from tempfile import mkdtemp

import psycopg

__all__ = ["PROGRAM", "Pooler"]

PROGRAM = shutil.which("pgbouncer")
PORT = 6432
NOBODY = "nobody"
"""Who runs servers where the tests run as root, whom they refuse."""


class Pooler:
    """One pgbouncer."""

    def __init__(self, server: Path, mode: str, size: int) -> None:
        """Start it.

        Args:
            server: the folder of the server's socket.
            mode: `session` or `transaction`.
            size: the number of connections to the server, of each user to each database.

        """
        assert PROGRAM is not None
        self.folder = Path(mkdtemp(prefix="eipdeck-pgbouncer-"))
        (self.folder / "users.txt").write_text('"postgres" ""\n')
        (self.folder / "pgbouncer.ini").write_text(
            f"[databases]\n* = host={server}\n[pgbouncer]\nlisten_port = {PORT}\nunix_socket_dir = {self.folder}\n"
            f"auth_type = trust\nauth_file = {self.folder / 'users.txt'}\nauth_user = postgres\n"
            "auth_query = SELECT usename, coalesce(passwd, '') FROM pg_shadow WHERE usename = $1\n"
            f"pool_mode = {mode}\ndefault_pool_size = {size}\nmax_client_conn = 500\n"
            "ignore_startup_parameters = extra_float_digits\nserver_login_retry = 1\n"
        )
        self.folder.chmod(0o777)
        user = {"user": pwd.getpwnam(NOBODY).pw_uid} if os.getuid() == 0 else {}
        words = [PROGRAM, "-q", str(self.folder / "pgbouncer.ini")]
        self._running = subprocess.Popen(words, stderr=subprocess.DEVNULL, **user)  # type: ignore[call-overload]
        self._wait()

    def url(self, database: str, user: str = "postgres", **options: str) -> str:
        """The database as `--db` takes it."""
        more = "".join(f"&{name}={value}" for name, value in options.items())
        return f"postgresql+psycopg://{user}@/{database}?host={self.folder}&port={PORT}{more}"

    def remove(self) -> None:
        self._running.terminate()
        self._running.wait()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _wait(self) -> None:
        end = time.monotonic() + 20
        while True:
            try:
                psycopg.connect(self.url("postgres").replace("+psycopg", "")).close()
            except psycopg.OperationalError:
                assert time.monotonic() < end
                time.sleep(0.02)
            else:
                return

"""What only a server can do: roles, other hosts, lost connections, clients and servers that stand still."""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
import tracemalloc
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, closing, contextmanager, suppress
from pathlib import Path
from tempfile import mkdtemp
from urllib.parse import quote

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core import AllocationRequest, Config, EipdeckError, Inventory, OutcomeUnknown, open_inventory
from core.storage.connection import Connection
from core.storage.opening import open_store
from core.storage.postgres import TURN
from core.storage.postgres_connection import PostgresConnection
from core.storage.store import elapsed
from tests.core.kit import ROOT, UNDO_MIRROR, addresses, customer_cidr, many, one, release
from tests.pooler import NOBODY
from tests.server import Server, new_server, server

TURNS = "relation = CAST('alembic_version' AS regclass) AND mode = 'ShareUpdateExclusiveLock'"


MIRROR_FUNCTIONS = (
    "DO $$ DECLARE each regprocedure; BEGIN FOR each IN SELECT oid::regprocedure FROM pg_proc"
    " WHERE proname ~ '^mirror_' LOOP EXECUTE 'DROP FUNCTION ' || each; END LOOP; END $$"
)
"""Drops what the rules of the dropped tables called."""


@pytest.fixture(scope="session")
def fresh() -> str:
    """A database with the schema and the roles, to be copied."""
    name = server().create()
    open_inventory(server().url(name), operator="owner").close()
    server().make_roles(name)
    return name


@pytest.fixture
def database(fresh: str) -> Iterator[str]:
    name = server().create(fresh)
    yield name
    server().drop(name)


@pytest.fixture
def shared(database: str) -> Iterator[Inventory]:
    """A desk of an operator, on a database with an active /28."""
    with closing(open_inventory(server().url(database, "eipdeck_operator"), operator="alice")) as inventory:
        customer_cidr(inventory)
        yield inventory


@contextmanager
def unavailable() -> Iterator[pytest.ExceptionInfo[EipdeckError]]:
    with pytest.raises(EipdeckError) as caught:
        yield caught
    assert caught.value.code == "store_unavailable"


def database_of(inventory: Inventory) -> str:
    return inventory.url.partition("?")[0].rpartition("/")[2]


# roles


def test_an_operator_does_everything_an_operator_does(shared: Inventory) -> None:
    eips = many(shared, 3)
    release(shared, *(eip.address for eip in eips))
    landed = one(shared, None)
    assert landed.landed_in_default
    assert shared.verify().ok


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE event SET operator = 'mallory'",
        "DELETE FROM event",
        "TRUNCATE event",
        "DELETE FROM eip",
        "DROP TABLE event",
        "ALTER TABLE event DISABLE TRIGGER ALL",
        "DROP TRIGGER event_unchanged ON event",
        "SET session_replication_role = replica",
        "DELETE FROM request",
        "CREATE TABLE mine (a int)",
        "UPDATE alembic_version SET version_num = '9999'",
    ],
)
@pytest.mark.parametrize("role", ["eipdeck_operator", "eipdeck_reader"])
def test_no_role_alters_history(shared: Inventory, role: str, statement: str) -> None:
    one(shared)
    with (
        server().connect(database_of(shared), role) as connection,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        connection.execute(statement.encode())
    assert shared.verify().ok


def test_a_reader_looks_and_is_refused_every_change(shared: Inventory) -> None:
    one(shared)
    with closing(open_inventory(server().url(database_of(shared), "eipdeck_reader"), operator="eve")) as looking:
        assert looking.read_only
        assert len(list(looking.eips())) == 1
        assert looking.findings() == shared.findings()
        with pytest.raises(EipdeckError) as caught:
            one(looking)
        assert (caught.value.code, caught.value.exit_code) == ("read_only", 4)
        with pytest.raises(EipdeckError) as caught, looking._store.write() as connection:
            connection.execute("INSERT INTO service VALUES ('a', 'nic', NULL, 'x', '[]', '[]')")
        assert caught.value.code == "read_only"
        assert "permission denied" in caught.value.message
    assert len(list(shared.eips())) == 1


def test_a_role_that_could_write_before_the_step_of_epochs_still_can(shared: Inventory, tmp_path: Path) -> None:
    """The table is granted as the history is."""
    name = database_of(shared)
    with server().connect(name) as owner:
        owner.execute("; ".join((*UNDO_MIRROR, MIRROR_FUNCTIONS)).encode())
        owner.execute(
            b"DROP TABLE epoch; ALTER TABLE pool DROP COLUMN picks_from; ALTER TABLE event DROP COLUMN claimed"
        )
        owner.execute(b"UPDATE alembic_version SET version_num = '0004'")
    open_inventory(server().url(name), operator="owner").close()
    assert one(shared).address == "203.0.113.0"
    for role in ("eipdeck_reader", "eipdeck_operator"):
        with closing(open_inventory(server().url(name, role), operator="eve", read_only=True)) as reader:
            assert len(list(reader.eips())) == 1
            assert reader.lookup("203.0.113.0").verdict == "customer-unbound"
            assert reader.figures().eips
            assert '"eip-1"' in "".join(reader.export_text())
            reader.backup(tmp_path / f"{role}.db")
            assert reader.integrity()["integrity"] == "ok"
    with (
        server().connect(name, "eipdeck_reader") as reading,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        reading.execute(b"INSERT INTO epoch VALUES (1, 1, 1, 1, 1)")
    with server().connect(name) as owner:
        owner.execute(b"UPDATE epoch SET timeline = 0")
    assert one(shared).address == "203.0.113.8"


def test_a_session_of_this_version_goes_on_beside_a_newer_schema_and_a_new_one_is_refused(shared: Inventory) -> None:
    """As a later step would leave it: a table more, which nobody was granted, and a column more."""
    name = database_of(shared)
    with server().connect(name) as owner:
        owner.execute(b"CREATE TABLE later (a int); ALTER TABLE pool ADD COLUMN later text")
        owner.execute(b"UPDATE alembic_version SET version_num = '9999'")
    eip = one(shared)
    assert [each.id for each in shared.eips()] == [eip.id]
    assert "".join(shared.export_text())
    for read_only in (False, True):
        with pytest.raises(EipdeckError) as caught:
            open_inventory(server().url(name, "eipdeck_operator"), read_only=read_only)
        assert (caught.value.code, caught.value.details["found"]) == ("schema_newer", "9999")


@pytest.mark.usefixtures("database")
def test_who_may_not_make_tables_is_told_who_can() -> None:
    empty = server().create()
    with unavailable() as caught:
        open_inventory(server().url(empty, "eipdeck_operator"), operator="alice")
    assert "owner" in caught.value.message
    server().drop(empty)


# the connection


def test_a_password_is_in_no_url_label_or_error(database: str) -> None:
    url = server().url(database, "eipdeck_operator").replace("eipdeck_operator@", "eipdeck_operator:hunter2@")
    with closing(open_inventory(url, operator="alice")) as inventory:
        assert "hunter2" not in inventory.url + inventory.label + repr(inventory.integrity())
    for wrong in (url.replace(database, "no_such"), url.replace(str(server().folder), "/nowhere"), f"{url}&what=1"):
        with pytest.raises(EipdeckError) as caught:
            open_inventory(wrong, operator="alice")
        assert "hunter2" not in caught.value.message
        assert caught.value.code in ("store_unavailable", "usage")


@given(st.text(min_size=6).filter(lambda password: "\0" not in password))
@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_password_is_in_a_url_or_label(database: str, password: str) -> None:
    words = quote(f"S3cr3t{password}", safe="", errors="surrogatepass")
    url = server().url(database, f"eipdeck_operator:{words}")
    with closing(open_inventory(url, operator="alice")) as inventory:
        assert "S3cr3t" not in inventory.url + inventory.label + repr(inventory.integrity())


def test_options_of_the_url_reach_the_driver(database: str) -> None:
    """A socket has no TLS; a server without it is refused when it is asked for."""
    with plain_tcp() as (port, _):
        url = f"postgresql+psycopg://eipdeck_operator@127.0.0.1:{port}/{database}"
        open_inventory(url, operator="alice").close()
        with unavailable() as caught:
            open_inventory(f"{url}?sslmode=require", operator="alice")
    assert "SSL" in caught.value.message


@pytest.fixture(scope="module")
def certified() -> Iterator[tuple[str, Path]]:
    """A server with a certificate for 127.0.0.1, and whom to trust; the URL of a database on it."""
    if shutil.which("openssl") is None:
        pytest.skip("openssl is not installed")
    folder = Path(mkdtemp(prefix="eipdeck-tls-"))
    key, certificate = folder / "key.pem", folder / "certificate.pem"
    words = "openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=deck -addext subjectAltName=IP:127.0.0.1"
    subprocess.run([*words.split(), "-keyout", key, "-out", certificate], check=True, capture_output=True)
    if os.getuid() == 0:
        for path in (folder, key):
            shutil.chown(path, NOBODY)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    try:
        made = new_server(
            listen_addresses="127.0.0.1",
            port=str(port),
            ssl="on",
            ssl_cert_file=str(certificate),
            ssl_key_file=str(key),
        )
    except AssertionError as problem:
        assert "not supported by this build" in str(problem)  # noqa: PT017  # any other reason is a defect
        pytest.skip("this PostgreSQL was built without TLS")
    yield f"postgresql+psycopg://postgres@127.0.0.1:{port}/{made.create()}", certificate
    made.remove()
    shutil.rmtree(folder)


def test_a_server_that_proves_who_it_is_is_used_and_no_other(certified: tuple[str, Path], tmp_path: Path) -> None:
    url, certificate = certified
    with closing(open_inventory(f"{url}?sslmode=verify-full&sslrootcert={certificate}", operator="alice")) as inventory:
        customer_cidr(inventory)
        assert one(inventory).address == "203.0.113.0"
        with inventory._store.read() as connection:
            assert connection.value(int, "SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()") is True
    stranger = tmp_path / "stranger.pem"
    words = f"openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=x -keyout {tmp_path / 'key'} -out {stranger}"
    subprocess.run(words.split(), check=True, capture_output=True)
    for wrong in (
        f"{url}?sslmode=verify-full&sslrootcert={stranger}",
        f"{url.replace('127.0.0.1', 'localhost')}?sslmode=verify-full&sslrootcert={certificate}",
        f"{url}?sslmode=verify-full&sslrootcert={tmp_path / 'missing'}",
    ):
        with unavailable() as caught:
            open_inventory(wrong, operator="alice")
        assert "certificate" in caught.value.message


@contextmanager
def plain_tcp() -> Iterator[tuple[int, threading.Event]]:
    """A way to the server over TCP, and an event from which on no answer comes back, as in a partition."""
    cut = threading.Event()
    links: list[socket.socket] = []
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def pump(source: socket.socket, target: socket.socket) -> None:
            with suppress(OSError):
                while data := source.recv(1 << 16):
                    if cut.is_set() and source.family is socket.AF_UNIX:
                        return
                    target.sendall(data)
                target.shutdown(socket.SHUT_WR)

        def serve() -> None:
            with suppress(OSError):
                while True:
                    near = listening.accept()[0]
                    far = socket.socket(socket.AF_UNIX)
                    far.connect(str(server().folder / ".s.PGSQL.5432"))
                    links.extend((near, far))
                    for pair in ((near, far), (far, near)):
                        threading.Thread(target=pump, args=pair, daemon=True).start()

        threading.Thread(target=serve, daemon=True).start()
        yield listening.getsockname()[1], cut
    for link in links:
        link.close()


def test_a_partition_is_noticed_and_does_not_last(database: str) -> None:
    with plain_tcp() as (port, cut):
        url = f"postgresql://eipdeck_operator@127.0.0.1:{port}/{database}"
        store = open_store(url, wait=0.3)
        before = store.data_version()
        cut.set()
        with unavailable() as caught, store.write() as connection:
            connection.execute("INSERT INTO service VALUES ('a', 'nic', NULL, 'x', '[]', '[]')")
        assert "no answer" in caught.value.message or "timeout expired" in caught.value.message
        cut.clear()
        assert store.data_version() == before
        with store.read() as connection:
            assert connection.value(int, "SELECT count(*) FROM service") == 0
        store.close()


def test_a_commit_without_an_answer_is_in_doubt_and_its_key_tells(database: str) -> None:
    """The commit arrives, its answer does not: the same request id finds what happened."""
    with plain_tcp() as (port, cut):
        with closing(open_inventory(server().url(database, "eipdeck_operator"), operator="alice")) as other:
            customer_cidr(other)
        store = open_store(f"postgresql://eipdeck_operator@127.0.0.1:{port}/{database}", wait=0.3)
        inventory = Inventory(store, store.now, "alice", other.config, read_only=False)
        request = AllocationRequest(pool_id="edge", request_id="key")
        commit = store._commit  # type: ignore[attr-defined]

        def lost(connection: object) -> None:
            cut.set()
            commit(connection)

        store._commit = lost  # type: ignore[attr-defined]
        with pytest.raises(EipdeckError) as caught:
            inventory.execute(request)
        assert (caught.value.code, caught.value.exit_code) == ("outcome_unknown", 7)
        assert caught.value.details["request_id"] == "key"
        store._commit = commit  # type: ignore[attr-defined]
        cut.clear()
        assert addresses(inventory.execute(request).eips) == ["203.0.113.0"]
        assert len(list(inventory.eips())) == 1
        inventory.close()


@pytest.mark.parametrize("arrives", [True, False], ids=["the commit arrives", "the commit is lost"])
def test_a_commit_without_an_answer_settles_itself_once_the_server_answers(database: str, *, arrives: bool) -> None:
    """Never twice: what was made is answered, what was not is refused, and the sum is one change."""
    with closing(open_inventory(server().url(database, "eipdeck_operator"), operator="alice")) as inventory:
        customer_cidr(inventory)
        store = inventory._store
        commit = store._commit  # type: ignore[attr-defined]

        def cut_off(connection: PostgresConnection) -> None:
            store._commit = commit  # type: ignore[attr-defined]
            if arrives:
                connection.commit()
            connection.driver.close()
            commit(connection)

        store._commit = cut_off  # type: ignore[attr-defined]
        if arrives:
            done = inventory.carry_out(AllocationRequest(pool_id="edge"))
            assert done.receipt == inventory.settle(str(done.receipt.request_id))
        else:
            with unavailable() as caught:
                inventory.carry_out(AllocationRequest(pool_id="edge"))
            assert "was not made" in caught.value.message
            assert inventory.settle(caught.value.details["request_id"]) is None
        assert len(list(inventory.eips())) == arrives


def test_while_another_writes_an_unknown_request_is_not_known_yet(database: str) -> None:
    store = open_store(server().url(database, "eipdeck_operator"), wait=0.3)
    asking = Inventory(store, store.now, "alice", Config(), read_only=False)
    other = open_store(server().url(database, "eipdeck_operator"))
    with other.write() as turn:
        turn.flush()
        with pytest.raises(OutcomeUnknown):
            asking.settle("in-flight")
    assert asking.settle("in-flight") is None
    other.close()
    asking.close()


# a server of its own, which is stopped, killed and frozen


@pytest.fixture
def mortal() -> Iterator[Server]:
    made = new_server()
    yield made
    made.remove()


def ended(mortal: Server) -> None:
    mortal.stop_fast()
    mortal.start()


def crashed(mortal: Server) -> None:
    mortal.stop(kill=True)
    mortal.start()


@pytest.mark.parametrize("end", [ended, crashed])
def test_a_server_that_comes_back_finds_the_desk_still_there(mortal: Server, end: Callable[[Server], None]) -> None:
    mortal.settings |= {"fsync": "on", "full_page_writes": "on"}
    name = mortal.create()
    ended(mortal)
    with closing(open_inventory(mortal.url(name), operator="alice")) as inventory:
        assert inventory.integrity()["durable"] == "yes"
        customer_cidr(inventory)
        one(inventory)
        mortal.stop_fast()
        for act in (inventory.data_version, inventory.pools, lambda: one(inventory)):
            with unavailable():
                act()
        mortal.start()
        assert one(inventory).address == "203.0.113.1"
        end(mortal)
        assert one(inventory).address == "203.0.113.2"
        end(mortal)
        assert len(list(inventory.eips())) == 3
        assert inventory.verify().ok


def test_a_server_killed_while_it_writes_loses_nothing_it_acknowledged(mortal: Server) -> None:
    mortal.settings |= {"fsync": "on", "full_page_writes": "on"}
    name = mortal.create()
    ended(mortal)
    with closing(open_inventory(mortal.url(name), operator="alice")) as inventory:
        customer_cidr(inventory, "44.0.0.0/20")
        promised: list[str] = []
        for _ in range(5):
            enough = threading.Event()

            def write(promised: list[str] = promised, enough: threading.Event = enough) -> None:
                with suppress(EipdeckError):
                    while True:
                        promised.append(one(inventory).address)
                        if len(promised) % 20 == 0:
                            enough.set()

            writer = threading.Thread(target=write)
            writer.start()
            assert enough.wait(30)
            crashed(mortal)
            writer.join()
        kept = addresses(inventory.eips())
        assert len(kept) == len(set(kept))
        assert set(promised) <= set(kept)
        assert len(kept) - len(promised) <= 5
        assert inventory.verify().ok


# others who write


def test_a_client_that_stands_still_while_it_writes_is_thrown_out(
    shared: Inventory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("core.storage.postgres._IDLE_SECONDS", 1)
    frozen = open_store(shared.url)

    def stand_still() -> None:
        with frozen.write() as connection:
            connection.execute("INSERT INTO service VALUES ('a', 'nic', NULL, 'x', '[]', '[]')")
            assert one(shared).address == "203.0.113.0"

    with pytest.raises(EipdeckError):
        stand_still()
    assert shared.services() == []
    frozen.close()


@pytest.mark.parametrize(("long", "limit"), [(None, "5s"), ("import", "1min")])
def test_the_server_waits_longer_for_who_computes_for_long(shared: Inventory, long: str | None, limit: str) -> None:
    with closing(open_store(shared.url)) as store, store.write(long=long) as connection:
        assert connection.value(str, "SHOW idle_in_transaction_session_timeout") == limit
        assert connection.value(str, "SHOW client_connection_check_interval") in ("1s", "0")
        told = shared.integrity()["writing"]
        name = "eipdeck" if long is None else f"eipdeck {long}"
        assert re.fullmatch(rf"eipdeck_operator \({name}\) since .*Z; 0 waiting", told)
    assert shared.integrity()["writing"] == "nobody"


@pytest.fixture
def waiting() -> Iterator[tuple[Server, str]]:
    """A server that waits for a standby which is not there, and a database on it."""
    made = new_server()
    name = made.create()
    with closing(open_inventory(made.url(name), operator="owner")) as inventory:
        customer_cidr(inventory)
    made.execute("ALTER SYSTEM SET synchronous_standby_names = 'gone'")
    made.execute("SELECT pg_reload_conf()")
    yield made, name
    made.remove()


@pytest.mark.parametrize("how", ["cancel", "terminate"])
def test_a_commit_whose_wait_for_the_standby_is_ended_is_in_doubt(waiting: tuple[Server, str], how: str) -> None:
    made, name = waiting
    stuck = b"SELECT pid FROM pg_stat_activity WHERE wait_event = 'SyncRep'"
    with (
        closing(open_inventory(made.url(name), operator="alice")) as inventory,
        made.connect() as watching,
        ThreadPoolExecutor(1) as another,
    ):
        answer = another.submit(inventory.execute, AllocationRequest(pool_id="edge", request_id="k-1"))
        while (found := watching.execute(stuck).fetchone()) is None:
            pass
        watching.execute(f"SELECT pg_{how}_backend({found[0]})".encode())
        with pytest.raises(OutcomeUnknown) as caught:
            answer.result()
        assert caught.value.details == {"on_this_server": True, "request_id": "k-1"}
        assert "lost if this server is lost" in caught.value.message
        settled = inventory.settle("k-1")
        assert settled is not None


def stand_still(transaction: AbstractContextManager[Connection]) -> None:
    """A transaction in which nothing is done until the server has ended it; then it is asked something."""
    with server().connect() as watching, transaction as connection:
        pid = connection.value(int, "SELECT pg_backend_pid()")
        while watching.execute("SELECT 1 FROM pg_stat_activity WHERE pid = %s", (pid,)).fetchone():
            pass
        connection.value(int, "SELECT 1")


def test_a_list_is_read_as_slowly_as_its_reader_likes(shared: Inventory, monkeypatch: pytest.MonkeyPatch) -> None:
    """`eips --json | less` stands still for longer than a write may, and goes on."""
    monkeypatch.setattr("core.storage.postgres._IDLE_SECONDS", 1)
    given = addresses(many(shared, 3))
    with closing(open_inventory(shared.url, operator="bob")) as slow:
        listed, exported = slow.eips(), slow.export_text()
        got, parts = [next(listed).address], [next(exported)]
        hasty = open_store(shared.url)
        with unavailable():
            stand_still(hasty.write())
        hasty.close()
        assert got + addresses(listed) == given
        assert "".join([*parts, *exported]).count('"status"') == len(given)


def test_a_reader_that_went_away_keeps_no_old_rows_for_ever(shared: Inventory, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.storage.postgres._READING_SECONDS", 1)
    forgotten = open_store(shared.url)
    with unavailable():
        stand_still(forgotten.read())
    forgotten.close()


def test_whatever_isolation_is_the_default_who_waited_sees_what_was_committed(shared: Inventory) -> None:
    database = database_of(shared)
    server().execute(f"ALTER DATABASE {database} SET default_transaction_isolation TO 'repeatable read'")
    queueing = f"SELECT count(*) FROM pg_locks WHERE {TURNS} AND NOT granted"
    desks = [open_inventory(shared.url, operator=f"operator-{place}") for place in range(2)]
    with ThreadPoolExecutor() as several, closing(open_store(shared.url)) as store:
        with store.write() as connection:
            connection.flush()
            waiting = [several.submit(one, inventory) for inventory in desks]
            while (connection.value(int, queueing) or 0) < len(desks):
                pass
        assert sorted(each.result().address for each in waiting) == ["203.0.113.0", "203.0.113.1"]
    for inventory in desks:
        inventory.close()


def test_a_migration_waits_for_its_turn_no_longer_than_a_write() -> None:
    """The statements of whoever waits without end would be ended by the server, and be no `store_busy`."""
    name = server().create()
    with closing(server().connect(name)) as other:
        other.execute(f"SELECT pg_advisory_lock({TURN})".encode())
        with pytest.raises(EipdeckError) as caught:
            open_store(server().url(name, options="-cstatement_timeout%3D5s"), wait=0.1)
        assert caught.value.code == "store_busy"
        other.execute("SELECT pg_advisory_unlock_all()")
        open_store(server().url(name)).close()
    server().drop(name)


def test_who_writes_past_the_program_takes_a_turn_too(shared: Inventory) -> None:
    impatient = open_store(shared.url, wait=0.1)
    with closing(server().connect(database_of(shared), "eipdeck_operator")) as other:
        other.execute("BEGIN")
        other.execute("UPDATE cidr SET version = version")
        with pytest.raises(EipdeckError) as caught, impatient.write() as turn:
            turn.flush()
        assert (caught.value.code, caught.value.exit_code) == ("store_busy", 6)
        other.execute("ROLLBACK")
    with impatient.write() as connection:
        held = f"SELECT count(*) FROM pg_locks WHERE {TURNS}"
        assert connection.value(int, held) == 1
    impatient.close()


def test_the_time_is_the_servers(shared: Inventory) -> None:
    with server().connect() as connection:
        told = connection.execute("SELECT clock_timestamp()").fetchone()
    assert told is not None
    assert abs((shared.now() - told[0]).total_seconds()) < 5


def test_a_host_whose_clock_stood_still_is_put_right_by_its_next_write(
    shared: Inventory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As it would after the host was suspended, on a kernel that does not count that time."""
    before = shared.now()
    stopped = elapsed() - 3600
    monkeypatch.setattr("core.storage.postgres.elapsed", lambda: stopped)
    assert (before - shared.now()).total_seconds() > 3000
    assert one(shared).allocated_at >= before
    assert shared.now() >= before


WORKER = ROOT / "tests/core/worker.py"


def test_a_client_killed_while_it_writes_leaves_no_lock(shared: Inventory) -> None:
    customer_cidr(shared, "44.0.0.0/20", pool="many")
    promised: list[str] = []
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "HOME": mkdtemp()}
    for _ in range(10):
        worker = subprocess.Popen(
            [sys.executable, str(WORKER), shared.url, "many", "0"], stdout=subprocess.PIPE, text=True, env=environment
        )
        assert worker.stdout is not None
        promised += [worker.stdout.readline().strip() for _ in range(4)][1:]
        worker.send_signal(signal.SIGKILL)
        promised += worker.communicate()[0].split()
        promised.append(one(shared, "many").address)
    kept = addresses(shared.eips())
    assert len(promised) == len(set(promised))
    assert set(promised) <= set(kept)
    assert len(kept) - len(promised) <= 10
    assert shared.verify().ok


def test_a_backup_takes_no_more_memory_than_a_part_of_what_there_is(shared: Inventory, tmp_path: Path) -> None:
    shared.backup(tmp_path / "small.db")
    customer_cidr(shared, "44.0.0.0/19", pool="many")
    many(shared, 8192, "many")
    size = sum(len(part) for part in shared.export_text())
    tracemalloc.start()
    try:
        shared.backup(tmp_path / "backup.db")
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < size / 2
    with closing(open_inventory(str(tmp_path / "backup.db"), operator="bob")) as copy:
        assert "".join(copy.export_text()) == "".join(shared.export_text())
        assert copy.verify() == shared.verify()


def test_the_time_does_not_depend_on_how_numbers_are_shown(shared: Inventory) -> None:
    database = shared.url.partition("?")[0].rpartition("/")[2]
    server().execute(f'ALTER DATABASE "{database}" SET extra_float_digits TO -15')
    with closing(open_inventory(shared.url, operator="bob")) as theirs:
        assert abs((theirs.now() - shared.now()).total_seconds()) < 60
        eip = one(theirs)
    assert abs((eip.allocated_at - shared.now()).total_seconds()) < 60


def test_tables_in_a_schema_that_is_not_searched_are_named_and_nothing_is_made() -> None:
    fresh = server().create()
    with server().connect(fresh) as owner:
        owner.execute("CREATE SCHEMA eip")
    elsewhere = server().url(fresh, options="-csearch_path%3Deip")
    inventory = open_inventory(elsewhere, operator="alice")
    customer_cidr(inventory, "203.0.113.0/28")
    inventory.close()
    with unavailable() as refused:
        open_inventory(server().url(fresh), operator="bob")
    assert refused.value.details == {"schema": "eip", "search_path": '"$user", public'}
    assert "schema eip" in refused.value.message
    with server().connect(fresh) as owner:
        assert owner.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'").fetchone() == (0,)
    again = open_inventory(elsewhere, operator="bob")
    assert again.lookup("203.0.113.1").verdict == "customer-unallocated"
    again.close()
    server().drop(fresh)


@pytest.mark.parametrize("days", [-2, 2])
def test_nothing_is_written_while_the_clocks_of_server_and_host_differ_by_more_than_a_day(
    shared: Inventory, monkeypatch: pytest.MonkeyPatch, days: int
) -> None:
    right = time.time
    monkeypatch.setattr(time, "time", lambda: right() + days * 86_400)
    with pytest.raises(EipdeckError) as refused:
        one(shared)
    assert (refused.value.code, "the clock of this host" in refused.value.message) == ("clock_doubtful", True)
    assert "the clock of this host" in shared.integrity()["clock"]
    monkeypatch.setattr(time, "time", lambda: right() + days * 43_000)
    assert one(shared).address == "203.0.113.0"
    assert shared.integrity()["clock"] == "ok"

"""A URL with several hosts: who is taken, who is left, and what a refusal says."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

import pytest

from core import EipdeckError, open_inventory
from core.storage.opening import open_store
from core.storage.postgres_url import checked_parts, hosts_of, shown_url
from tests.core.kit import customer_cidr, one
from tests.server import Server, new_server


@pytest.fixture(scope="module")
def pair() -> Iterator[tuple[Server, Server]]:
    """A primary and its standby."""
    primary = new_server()
    standby = primary.standby()
    yield primary, standby
    standby.remove()
    primary.remove()


@pytest.fixture(scope="module")
def database(pair: tuple[Server, Server]) -> str:
    primary, standby = pair
    name = primary.create()
    with closing(open_inventory(primary.url(name), operator="alice")) as inventory:
        customer_cidr(inventory)
    standby.catch_up(primary)
    return name


def several(database: str, *servers: Server, **options: str) -> str:
    more = "".join(f"&{name}={value}" for name, value in options.items())
    folders = ",".join(str(server.folder) for server in servers)
    return f"postgresql+psycopg://postgres@/{database}?host={folders}{more}"


def is_standby(url: str, *, read_only: bool) -> bool:
    with closing(open_store(url, read_only=read_only)) as store, store.read() as connection:
        return bool(connection.value(int, "SELECT pg_is_in_recovery()"))


def test_who_writes_gets_the_primary_and_who_looks_a_standby(pair: tuple[Server, Server], database: str) -> None:
    primary, standby = pair
    for order in ((standby, primary), (primary, standby)):
        url = several(database, *order)
        assert not is_standby(url, read_only=False)
        assert is_standby(url, read_only=True)
        assert not is_standby(f"{url}&target_session_attrs=primary", read_only=True)
    with closing(open_inventory(several(database, standby, primary), operator="alice")) as inventory:
        assert one(inventory).pool_id == "edge"
        assert not inventory.read_only
        assert inventory.label.endswith("local+1")


def test_who_looks_takes_the_primary_when_there_is_no_standby(pair: tuple[Server, Server], database: str) -> None:
    primary, _ = pair
    assert not is_standby(several(database, primary, primary), read_only=True)


def test_a_refusal_names_every_host_with_its_reason(pair: tuple[Server, Server], database: str) -> None:
    _, standby = pair
    folders = f"{standby.folder},/nowhere,127.0.0.1"
    with pytest.raises(EipdeckError) as caught:
        open_store(f"postgresql://postgres@/{database}?host={folders}&port=5432,5432,1")
    assert (caught.value.code, caught.value.exit_code) == ("store_unavailable", 6)
    said = caught.value.message
    assert "none of 3 servers takes writes" in said
    assert f"{standby.folder}:5432 is a standby" in said
    assert "/nowhere:5432 said: No such file or directory" in said
    assert "127.0.0.1:1 refused the connection" in said


@pytest.mark.parametrize(
    "option",
    ["target_session_attrs=read-writ", "sslmode=foo", "service=nono", "keepalives_idle=abc", "connect_timeout=abc"],
)
def test_a_wrong_word_in_the_options_is_usage(database: str, option: str) -> None:
    for hosts in ("127.0.0.1:1", "127.0.0.1:1,127.0.0.1:2"):
        with pytest.raises(EipdeckError) as caught:
            open_store(f"postgresql://eve:hunter2@{hosts}/{database}?{option}")
        assert (caught.value.code, caught.value.exit_code) == ("usage", 2)
        assert "hunter2" not in caught.value.message


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://op@h1:5433,h2:5434/deck?target_session_attrs=primary",
        "postgresql://op@h1:5433,h2:5434/deck",
        "postgresql://op@[2001:db8::1]:5433/deck?sslmode=verify-full&sslrootcert=/etc/root.pem",
        "postgresql://op@/deck?host=/run/a,/run/b&port=1,2&options=-csearch_path%3Deip",
        "postgresql://o%40p@h1/de%2Fck",
        "postgresql://op@/deck?hostaddr=192.0.2.1,192.0.2.2",
    ],
)
def test_the_printed_url_opens_the_same_database(url: str) -> None:
    parts = checked_parts(url)
    printed = shown_url({**parts, "password": "hunter2", "sslpassword": "hunter2"})
    assert printed.startswith("postgresql+psycopg://")
    assert "hunter2" not in printed
    assert checked_parts(printed.replace("+psycopg", "", 1)) == parts


def test_a_port_for_all_hosts_is_one_for_each() -> None:
    assert hosts_of({"host": "a,b", "port": "1"}) == [("a", "1"), ("b", "1")]
    assert hosts_of({}) == [("", "")]


def test_a_primary_that_became_a_standby_is_left_for_the_other_one() -> None:
    """The connection of the writer stays, as behind a balancer that changes sides; it is not written to again."""
    primary = new_server()
    standby = primary.standby()
    try:
        name = primary.create()
        with closing(open_inventory(primary.url(name), operator="alice")) as inventory:
            customer_cidr(inventory)
        standby.catch_up(primary)
        store = open_store(several(name, primary, standby))
        only_standby = open_store(standby.url(name))
        (mine,), (other,) = store._idle, only_standby._idle  # type: ignore[attr-defined]
        mine.driver.close()
        mine.driver = other.driver
        with store.write() as connection:
            assert connection.value(int, "SELECT pg_is_in_recovery()") is False
        other.driver.close()
        other.driver = only_standby._connect()  # type: ignore[attr-defined]
        with pytest.raises(EipdeckError) as caught, only_standby.write() as connection:
            connection.flush()
        assert (caught.value.code, "is a standby" in caught.value.message) == ("store_unavailable", True)
        primary.kill()
        standby.promote()
        with store.write() as connection:
            assert connection.value(int, "SELECT pg_is_in_recovery()") is False
        only_standby.close()
        store.close()
    finally:
        standby.remove()
        primary.remove()

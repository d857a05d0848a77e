"""The tables read from Python, with SQLModel."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from ipaddress import IPv4Address
from pathlib import Path

import pytest
from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError, StatementError
from sqlmodel import Session, col, select

from core import EipdeckError, Inventory, reading
from core.storage.tables import CidrTable, EipTable, EventTable, PoolTable
from tests.core.kit import ON_POSTGRESQL, START, Clock, customer_cidr, dump, many, of_a_file, release


@pytest.fixture
def engine(inventory: Inventory) -> Iterator[Engine]:
    customer_cidr(inventory, "203.0.113.0/28")
    many(inventory, 3)
    made = reading(inventory.url)
    yield made
    made.dispose()


def test_addresses_and_times_are_read_as_such(engine: Engine) -> None:
    with Session(engine) as session:
        eips = session.exec(select(EipTable).order_by(col(EipTable.address))).all()
    assert [eip.address for eip in eips] == [IPv4Address(f"203.0.113.{number}") for number in range(3)]
    assert {eip.allocated_at for eip in eips} == {START}
    assert eips[0].allocated_at.tzinfo is UTC
    assert eips[0].released_at is None


def test_addresses_and_times_are_asked_for_as_such(inventory: Inventory, engine: Engine, clock: Clock) -> None:
    clock.advance(60)
    release(inventory, "203.0.113.1")
    inside = (CidrTable.first <= IPv4Address("203.0.113.7"), CidrTable.last >= IPv4Address("203.0.113.7"))
    with Session(engine) as session:
        assert session.exec(select(CidrTable.cidr).where(*inside)).all() == ["203.0.113.0/28"]
        later = session.exec(select(EventTable).where(EventTable.at > START)).all()
    assert [(event.action, event.address, event.at) for event in later] == [
        ("release", IPv4Address("203.0.113.1"), clock.now)
    ]


def test_a_time_without_a_zone_is_refused(engine: Engine) -> None:
    naive = datetime(2026, 11, 23)  # noqa: DTZ001  # refused
    with Session(engine) as session, pytest.raises(StatementError, match="offset-naive"):
        session.exec(select(EventTable).where(EventTable.at > naive)).all()


def test_a_write_is_refused(inventory: Inventory, engine: Engine) -> None:
    before = dump(inventory)
    with Session(engine) as session:
        session.exec(select(PoolTable)).all()[0].name = "mallory"
        with pytest.raises(DBAPIError, match=r"(?i)read-?only"):
            session.commit()
    assert dump(inventory) == before


def test_a_reader_sees_one_picture_in_a_transaction_and_the_next_one_after(
    inventory: Inventory, engine: Engine
) -> None:
    with Session(engine) as session:
        assert len(session.exec(select(EipTable.id)).all()) == 3
    release(inventory, "203.0.113.1")
    with Session(engine) as session:
        live = session.exec(select(EipTable.id).where(col(EipTable.released_at).is_(None))).all()
    assert len(live) == 2


@of_a_file
def test_a_file_that_is_not_there_is_not_made(tmp_path: Path) -> None:
    with pytest.raises(EipdeckError) as caught:
        reading(str(tmp_path / "none.db"))
    assert caught.value.code == "store_unavailable"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(not ON_POSTGRESQL, reason="about a server")
def test_on_a_server_every_transaction_is_read_only(engine: Engine) -> None:
    with engine.connect() as connection:
        assert connection.exec_driver_sql("SHOW transaction_read_only").scalar() == "on"

"""The schema's steps, run by Alembic inside one transaction, with the row that records them."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import TYPE_CHECKING

from alembic.config import Config
from alembic.runtime.environment import EnvironmentContext
from alembic.script import ScriptDirectory
from sqlalchemy import StaticPool, create_engine
from sqlalchemy.exc import DBAPIError

if TYPE_CHECKING:
    import psycopg  # SQLite starts without it

__all__ = ["upgrade"]


def upgrade(driver: sqlite3.Connection | psycopg.Connection, first: str) -> None:
    """Bring the database to the newest step, in one transaction.

    Args:
        driver: a connection of the driver, in no transaction.
        first: the transaction's first statement; it locks out other sessions that would migrate.

    Raises:
        Exception: as the driver has it; nothing has changed then.

    """
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    scripts = ScriptDirectory.from_config(config)
    environment = EnvironmentContext(
        config,
        scripts,
        fn=lambda revision, _: scripts._upgrade_revs("head", revision),  # noqa: SLF001  # as Alembic's own command does
    )
    url = "sqlite://" if isinstance(driver, sqlite3.Connection) else "postgresql+psycopg://"
    engine = create_engine(url, poolclass=StaticPool, creator=lambda: driver)
    try:
        with environment, engine.begin() as connection:  # connecting, SQLAlchemy tries the driver out, and rolls back
            connection.exec_driver_sql(first)
            environment.configure(connection=connection, transactional_ddl=True, render_as_batch=False)
            environment.run_migrations()
    except DBAPIError as problem:
        raise problem.orig or problem from problem

"""The schema's steps, run by Alembic inside one transaction, with the row that records them."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

from alembic.config import Config
from alembic.runtime.environment import EnvironmentContext
from alembic.script import ScriptDirectory
from sqlalchemy import StaticPool, create_engine, text

__all__ = ["upgrade"]


def upgrade(driver: Any, *, lock: str | None = None) -> None:
    """Bring the database to the newest step, in one transaction, and commit it.

    Args:
        driver: a connection of the driver; SQLite's has begun the transaction already.
        lock: a statement that makes others wait who would do the same.

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
    with environment, engine.begin() as connection:
        if lock is not None:
            connection.execute(text(lock))
        environment.configure(connection=connection, transactional_ddl=True, render_as_batch=False)
        environment.run_migrations()

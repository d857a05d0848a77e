"""The schema's steps, run by Alembic inside one transaction, with the row that records them."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from alembic.config import Config
from alembic.runtime.environment import EnvironmentContext
from alembic.script import ScriptDirectory
from sqlalchemy import StaticPool, create_engine

__all__ = ["upgrade"]


def upgrade(driver: sqlite3.Connection) -> None:
    """Bring the database to the newest step, and commit the transaction that the connection has begun."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    scripts = ScriptDirectory.from_config(config)
    environment = EnvironmentContext(
        config,
        scripts,
        fn=lambda revision, _: scripts._upgrade_revs("head", revision),  # noqa: SLF001  # as Alembic's own command does
    )
    engine = create_engine("sqlite://", poolclass=StaticPool, creator=lambda: driver)
    with environment, engine.begin() as connection:
        environment.configure(connection=connection, transactional_ddl=True, render_as_batch=False)
        environment.run_migrations()

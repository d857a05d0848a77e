"""Types of columns: addresses, times, and numbers of 64 bits."""

from __future__ import annotations

from datetime import datetime
from ipaddress import IPv4Address
from typing import Final

from sqlalchemy import BigInteger, CheckConstraint, Dialect, Integer, TypeDecorator
from sqlalchemy.types import TypeEngine

from core.domain.values import from_micros, to_micros

__all__ = ["BIG", "Address", "Moment", "words"]

BIG: Final = BigInteger().with_variant(Integer, "sqlite")
"""64 bits on either database; SQLite's rowid key has to be called INTEGER."""


class Address(TypeDecorator[IPv4Address]):
    """An IPv4 address, stored as a number."""

    impl = BigInteger
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[int]:
        return BIG.dialect_impl(dialect)

    def process_bind_param(self, value: IPv4Address | None, dialect: Dialect) -> int | None:  # noqa: ARG002  # SQLAlchemy's signature
        return None if value is None else int(value)

    def process_result_value(self, value: int | None, dialect: Dialect) -> IPv4Address | None:  # noqa: ARG002  # SQLAlchemy's signature
        return None if value is None else IPv4Address(value)


class Moment(TypeDecorator[datetime]):
    """A time, aware and in UTC, stored in microseconds since the epoch. A naive datetime is refused."""

    impl = BigInteger
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[int]:
        return BIG.dialect_impl(dialect)

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:  # noqa: ARG002  # SQLAlchemy's signature
        return None if value is None else to_micros(value)

    def process_result_value(self, value: int | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002  # SQLAlchemy's signature
        return None if value is None else from_micros(value)


def words(column: str, *known: str) -> CheckConstraint:
    """Declare that a column holds one of these words."""
    listed = ", ".join(f"'{word}'" for word in known)
    return CheckConstraint(f"{column} IN ({listed})", name=f"{column}_word")

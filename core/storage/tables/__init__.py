"""Every table, declared with SQLModel; the triggers beside them are in `migrations`.

A column keeps its name and its meaning: columns are added, never changed. Addresses are stored as integers (text sorts
wrong) and read as `IPv4Address`; times are stored as microseconds since the epoch and read as aware datetimes in UTC.
Enumerations are stored as the words of the interface. EIPs are never deleted.

`core.reading` reads these tables from Python. The product's own statements go to the driver, as SQL text with rows of
declared types (`storage/connection.py`). Measured, with plain SQL on the driver as 1.0: a durable allocation costs 2.15
with SQLAlchemy Core and 6.82 with its ORM, and importing SQLAlchemy takes 0.43 s, as long as a minimal Textual
application takes to start. Alembic builds the schema from these declarations' migrations, and tests compare both with
the rows that the statements read.
"""

from __future__ import annotations

from sqlmodel import SQLModel

from core.storage.tables.eips import BindingTable, EipTable, ServiceTable
from core.storage.tables.mirror import (
    MirrorAsideTable,
    MirrorKindTable,
    MirrorPlanTable,
    MirrorRowTable,
    MirrorStepTable,
    MirrorTable,
)
from core.storage.tables.records import (
    AcceptanceTable,
    ChainTable,
    EpochTable,
    EventTable,
    PresenceTable,
    RequestTable,
)
from core.storage.tables.space import (
    CidrTable,
    CoolingMinuteTable,
    CoolingTable,
    FreeRangeTable,
    PoolTable,
    ReservationTable,
    UsageDayTable,
)

__all__ = [
    "AcceptanceTable",
    "BindingTable",
    "ChainTable",
    "CidrTable",
    "CoolingMinuteTable",
    "CoolingTable",
    "EipTable",
    "EpochTable",
    "EventTable",
    "FreeRangeTable",
    "MirrorAsideTable",
    "MirrorKindTable",
    "MirrorPlanTable",
    "MirrorRowTable",
    "MirrorStepTable",
    "MirrorTable",
    "PoolTable",
    "PresenceTable",
    "RequestTable",
    "ReservationTable",
    "SQLModel",
    "ServiceTable",
    "UsageDayTable",
]

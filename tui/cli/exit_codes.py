"""The exit codes that the command line decides. Those of refusals (2, 4 to 7) belong to the codes in `core`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from core import Allocation, CidrSummary, FindingCode, Verdict

__all__ = ["DONE", "LANDED", "NO", "NOT_WRITTEN", "of_allocation", "of_verdicts"]

DONE: Final = 0
NO: Final = 1
"""The answer is "no"."""
LANDED: Final = 3
"""The allocation was made, but it landed in the default pool."""
NOT_WRITTEN: Final = 74
"""The answer could not be printed (a full disk under stdout)."""


def of_allocation(done: Allocation) -> int:
    """Return `LANDED` if a warning says so, else `DONE`."""
    return LANDED if any(warning.code == FindingCode.LANDED_IN_DEFAULT_POOL for warning in done.warnings) else DONE


def of_verdicts(found: Sequence[Verdict | CidrSummary]) -> int:
    """Return `DONE` if every address is customer-owned space. No answer is `NO`: "nothing found" is not "all well"."""
    return DONE if found and all(each.customer_owned for each in found) else NO

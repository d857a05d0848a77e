"""The answers about a live account of an inventory that has none."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.domain.errors import Code, EipdeckError, error

if TYPE_CHECKING:
    from core.domain.results import AccountPlan

__all__ = ["WithoutPlans"]


class WithoutPlans:
    """The embedded platform: each change is made at once, and every read is the present."""

    profile: str | None = None
    """The name of the live account in the configuration; None: the embedded platform."""
    production: bool = False
    """Whether it is a live account of production."""

    def plans(self, limit: int = 100) -> list[AccountPlan]:  # noqa: ARG002  # of an account
        """Return the changes of a live account; the embedded platform has none, for each is made at once."""
        return []

    def plan(self, request_id: str) -> AccountPlan:
        """Return a change of a live account.

        Raises:
            EipdeckError: `plan_not_found`.

        """
        raise error(
            Code.PLAN_NOT_FOUND,
            f"There is no plan {request_id!r}: the embedded platform makes each change at once.",
            details={"request_id": request_id},
        )

    def resume(self, request_id: str) -> AccountPlan:
        """Make the steps of a plan of a live account that are left; as `plan` here."""
        return self.plan(request_id)

    def undo(self, request_id: str) -> AccountPlan:
        """Take back what a plan of a live account has made; as `plan` here."""
        return self.plan(request_id)

    def look_again(self, *_keys: str) -> EipdeckError | None:
        """Look at EIPs on a live account again; here every read is the present."""
        return None

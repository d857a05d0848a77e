"""EIPs by id or address, for the verbs: as the operator saw them, or refused."""

from __future__ import annotations

from functools import partial
from typing import Final

from core.domain.errors import Code, EipdeckError, Fix, error
from core.domain.json_types import to_json
from core.domain.requests import EipRequest, ReleaseRequest
from core.domain.values import Eip
from core.queries.eips import eip_by_key
from core.storage.connection import Connection
from core.storage.history import foresee_chain
from core.storage.transaction import Transaction

__all__ = ["checked_unchanged", "foresee_eip", "foresee_eips", "load_unchanged_eip", "released_refusal"]


def foresee_eip(connection: Connection, request: EipRequest[object]) -> bool:
    """Tell ahead that the EIP of a change is asked for; return False, since its bindings are asked by its id."""
    connection.foresee(lambda ahead: eip_by_key(ahead, request.eip))
    return False


def foresee_eips(connection: Connection, request: ReleaseRequest) -> bool:
    """Tell ahead that the EIPs of a release are asked for, as `foresee_eip` does."""
    for key in request.eips[:_FORESEEN]:
        connection.foresee(partial(eip_by_key, key=key))
    return False


_FORESEEN: Final = 100


def load_unchanged_eip(transaction: Transaction, key: str, expected: Eip | None) -> Eip:
    """Return the EIP with this id or address. `expected` is the EIP as the operator saw it.

    Raises:
        EipdeckError: `eip_not_found`; `conflict` when it has changed since, with both versions.

    """
    eip = eip_by_key(transaction.connection, key)
    foresee_chain(transaction.connection, eip.pool_id)
    if expected is not None:
        checked_unchanged(eip, expected)
    return eip


def checked_unchanged(eip: Eip, expected: Eip) -> None:
    """Raise `conflict`, with both versions, when an EIP is not as the operator saw it."""
    seen, now = _compared(expected), _compared(eip)
    if seen == now:
        return
    raise error(
        Code.CONFLICT,
        f"{eip.address} has changed since you looked: it was {_state(expected)}, it is {_state(eip)}.",
        hint="Look at it again, then decide.",
        details={"seen": to_json(expected), "now": to_json(eip)},
    )


def _compared(eip: Eip) -> tuple[object, ...]:
    return eip.id, eip.status, eip.name, eip.bandwidth_mbps, [binding.id for binding in eip.bindings]


def _state(eip: Eip) -> str:
    cap = "without a cap" if eip.bandwidth_mbps is None else f"at {eip.bandwidth_mbps} Mbps"
    name = f', named "{eip.name}"' if eip.name else ""
    return f"{eip.status.value} with {len(eip.bindings)} bindings {cap}{name}"


def released_refusal(eip: Eip) -> EipdeckError:
    """Return the refusal to change a released EIP."""
    return error(
        Code.EIP_NOT_FOUND,
        f"EIP {eip.id} ({eip.address}) was released; a released EIP serves nothing.",
        hint="Recover the address while no other EIP has it.",
        fix=Fix("recover", (eip.address,)),
        details={"eip": eip.id},
    )

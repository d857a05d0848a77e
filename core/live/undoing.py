"""The steps that take back what a plan has made."""

from __future__ import annotations

from collections.abc import Sequence

from core.domain.errors import Code, EipdeckError, error
from core.domain.json_value import Json, JsonObject
from core.live.kinds import TARGETS
from core.live.plan_parts import Planned
from core.live.plan_reading import subject
from core.live.plan_rows import Plan, Step, StepState
from core.queries.eips import eips_by_id
from core.storage.connection import Connection

__all__ = ["undoing"]


def undoing(connection: Connection, plan: Plan, steps: Sequence[Step]) -> Planned:
    """Return the steps that take back those that were sent and are made, the last one first.

    Raises:
        EipdeckError: `conflict` when one of them cannot be taken back, or there is none: the others stay, too.

    """
    undo, created = Planned(), {each.nth: each.given.get("new") for each in steps}
    for step in reversed(steps):
        if step.state == StepState.DONE and (step.action is not None or step.kind == "delete"):
            about = {key: _resolved(value, created) for key, value in step.particulars.items()}
            taken_back = len(undo.steps)
            _take_back(connection, undo, step, about)
            if len(undo.steps) == taken_back:
                words = f"Step {step.nth} of plan {plan.request_id} ({step.kind} {subject(step.particulars)})"
                raise _for_good(plan, f"{words} cannot be taken back; nothing was sent.", step=step.nth, kind=step.kind)
    if not undo.steps:
        raise _for_good(plan, f"Nothing of plan {plan.request_id} can be taken back.")
    undo.holds.update(plan.held)
    ids = {each.removeprefix("eip:") for each in plan.held if each.startswith("eip:")}
    undo.eips.extend(eips_by_id(connection, sorted(ids)))
    return undo


def _for_good(plan: Plan, words: str, **details: Json) -> EipdeckError:
    hint = "A released address can be recovered; a name, a cap and a deleted CIDR are changed by hand."
    return error(Code.CONFLICT, words, hint=hint, details={"request_id": plan.request_id, **details})


def _resolved(value: Json, created: dict[int, Json]) -> Json:
    return created.get(int(value[1:])) if isinstance(value, str) and value[:1] == "@" and value[1:].isdigit() else value


def _take_back(connection: Connection, undo: Planned, step: Step, about: JsonObject) -> None:
    gateway = {key: about[key] for key in _ENTRY if key in about}
    match step.kind:
        case "create" if step.given.get("new") is not None:
            undo.add("delete", eipId=step.given["new"])
        case "associate":
            (key,) = (each for each in TARGETS if each in about)
            undo.add("unassociate", eipId=about["eipId"], ends=_bindings(connection, about), **{"from": about[key]})
        case "snat_in" | "dnat_in":
            undo.add(f"{step.kind[:4]}_out", eipId=about["eipId"], ends=_bindings(connection, about), **gateway)
        case "snat_out" | "dnat_out":
            undo.add(f"{step.kind[:4]}_in", eipId=about["eipId"], **gateway)
        case "unassociate" if isinstance(back := about.get("back"), dict):
            undo.add("associate", eipId=about["eipId"], **back)
        case "name" | "bandwidth" if "was" in about:
            undo.add(step.kind, **{"eipId": about["eipId"], step.kind: about["was"]})
        case "delete" if step.given.get("binned"):
            undo.add("renew", eipId=about["eipId"])


_ENTRY = ("natGatewayId", "sources", "privateIp", "protocol", "listenerPort", "internalPort", "binding")


def _bindings(connection: Connection, about: JsonObject) -> list[Json]:
    """Return the bindings that the EIP has on the service here."""
    service = about.get("natGatewayId") or next((about[key] for key in TARGETS if key in about), None)
    found = eips_by_id(connection, [str(about["eipId"])])
    wanted = about.get("binding")
    return [
        each.id
        for eip in found
        for each in eip.bindings
        if each.service_id == service
        and (not isinstance(wanted, dict) or "natGatewayId" not in about or list(each.sources) == wanted["sources"])
    ]

"""`verify` and `head`: the proof of a whole inventory, and the end of its history to keep elsewhere."""

from __future__ import annotations

from core import Inventory, Proof, to_json
from tui.cli import exit_codes
from tui.cli.result import Answer
from tui.session.heads import keep_head, kept_heads
from tui.wording.phrases import count_of
from tui.wording.reports import BROKEN
from tui.wording.verb import Format

__all__ = ["head", "verify"]


def verify(inventory: Inventory, how: Format, *, since: str | None) -> Answer:
    """Prove the inventory, also from the head that was kept here. The head of what agrees with itself is kept.

    So a history that was restored or rewritten is told once.
    """
    kept = kept_heads(inventory.url)
    proof = inventory.verify([*kept, *(() if since is None else (since,))])
    if proof.agrees:
        keep_head(inventory.url, proof.head)
    code = exit_codes.DONE if proof.ok else exit_codes.NO
    if how is Format.JSON:
        return Answer(to_json(proof), code=code)
    doubt = inventory.clock_doubt()
    warned = () if doubt is None else (f"! {doubt}; eipdeck clock accept goes on by the clock",)
    if proof.ok:
        lines = (f"sound: {_looked(proof)}", f"head {proof.head}", *_meaning(inventory))
        return Answer(tuple(f"{line}\n" for line in lines), said=warned)
    times = "once" if len(proof.broken) == 1 else f"{len(proof.broken)} times"
    advice = "keep the database as it is, and look at the last good backup"
    return Answer(proof, BROKEN, proof.broken, (f"broken {times} in {_looked(proof)}; {advice}", *warned), code)


def head(inventory: Inventory, how: Format) -> Answer:
    """Print the head of the history; it proves nothing by itself."""
    found = inventory.head()
    return Answer({"head": str(found), **to_json(found)} if how is Format.JSON else (f"{found}\n",))


def _looked(proof: Proof) -> str:
    eips, events, chains = (
        count_of(number, noun)
        for number, noun in ((proof.eips, "EIP"), (proof.events, "event"), (proof.chains, "chain"))
    )
    return f"{eips}, {events} in {chains}"


def _meaning(inventory: Inventory) -> tuple[str, ...]:
    """Return what a sound file does not prove."""
    if not inventory.embedded:
        return ()
    return ("in a file the operator is a claim: whoever may write it can rewrite it all; keep the head elsewhere",)

"""Which thing is in hand, when cursors move, rows vanish and addresses are looked up."""

from __future__ import annotations

from dataclasses import dataclass, replace

from tui.hand import Facts, Hand

__all__ = ["Keeper"]


@dataclass(slots=True)
class Keeper:
    """One thing in hand, whatever the lists do by themselves."""

    hand: Hand | None = None
    facts: Facts | None = None
    """What was read about the hand; None until it has been."""
    held: bool = False
    """Taken by lookup, or its row is gone: it stays in hand until the operator moves."""

    def move(self, hand: Hand | None, *, by_operator: bool) -> None:
        """The cursor stands on another row, by the operator's key or because the data changed."""
        if by_operator:
            self.held = False
            self._take(hand)
        elif self.held:
            if hand is not None and self.hand is not None and self.hand.at is None and hand.id == self.hand.id:
                self._take(hand)
        elif hand is None and self.hand is not None:
            self.hold(replace(self.hand, eip=None))
        else:
            self._take(hand)

    def hold(self, hand: Hand) -> None:
        """Keep something in hand that no cursor stands on."""
        self.held = True
        self._take(hand)

    def learn(self, facts: Facts) -> bool:
        """Take note of what was read; False when it is about something else by now."""
        hand = self.hand
        if hand is None or (hand.kind, hand.id, hand.at) != (facts.hand.kind, facts.hand.id, facts.hand.at):
            return False
        self.facts = facts
        if hand.at is None and facts.verdict is not None:
            self.hand = replace(hand, eip=facts.eip)
        return True

    def _take(self, hand: Hand | None) -> None:
        same = hand is not None and self.hand is not None and hand.id == self.hand.id and hand.at == self.hand.at
        self.hand = hand
        if not same:
            self.facts = None

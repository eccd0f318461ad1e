"""A seller's own rules, each with the general value."""

from dataclasses import dataclass

from mercarich_reasons.reason import Reason
from mercarich_reasons.refusal import Refusal

CHECKS = "CHECKS_A_DAY"
"""Checks a day of the seller's sources; the general value is what the plan allows."""


@dataclass(frozen=True, slots=True)
class CheckTrial:
    """The effect of another number of checks a day."""

    listings: int
    """Listings on sale."""
    hours_now: int
    """Hours between two looks at a source."""
    hours_then: int


@dataclass(frozen=True, slots=True)
class OwnRule:
    key: str
    value: str
    general: str
    own: bool
    """The seller has set it."""


class BadRule(Refusal):
    """The value cannot be used; the reason says what was expected."""

    def __init__(self, key: str, reason: Reason) -> None:
        super().__init__(reason)
        self.key = key


@dataclass(frozen=True, slots=True)
class RuleField:
    """A rule as its page has it: its words, and the kind of its field."""

    key: str
    label: str
    effect: str
    kind: str = "number"
    """switch, number, text, choice"""
    unit: str = ""
    step: str = "1"
    choices: tuple[tuple[str, str], ...] = ()

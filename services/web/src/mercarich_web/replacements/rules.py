"""A seller's own rules, each beside the general value."""

from dataclasses import dataclass

from mercarich_reasons.reason import Reason
from mercarich_reasons.refusal import Refusal

CHECKS = "CHECKS_A_DAY"
"""How often his sources are looked at; the general value is what his plan allows."""


@dataclass(frozen=True, slots=True)
class CheckTrial:
    """What another number of checks a day would mean."""

    listings: int
    """On sale."""
    hours_now: int
    """From one look at a source to the next."""
    hours_then: int


@dataclass(frozen=True, slots=True)
class OwnRule:
    key: str
    value: str
    general: str
    own: bool
    """The seller has set it."""


class BadRule(Refusal):
    """A value that cannot be used; the reason says what was expected."""

    def __init__(self, key: str, reason: Reason) -> None:
        super().__init__(reason)
        self.key = key

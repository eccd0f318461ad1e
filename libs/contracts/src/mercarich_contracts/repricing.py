"""Changes of an offer's price, as rows of `repricings` have them."""

from enum import StrEnum


class RepricingState(StrEnum):
    """How far a price has come."""

    WAITING = "waiting"
    """Nothing was sent, or what was sent never arrived."""
    SENT = "sent"
    """It was sent and may be at Amazon, which is read until it has the price."""
    SHOWN = "shown"
    """Amazon has it."""
    ENDED = "ended"
    """It was not made: refused, or overtaken by another change."""

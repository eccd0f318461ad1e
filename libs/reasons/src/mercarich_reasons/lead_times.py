"""Which days until an offer is sent go to Amazon."""

from dataclasses import dataclass

from mercarich_reasons.reason import Reason


@dataclass(frozen=True, slots=True)
class LeadTimeOfListing(Reason):
    """The listing's own handling days."""

    days: int
    source_days: int | None = None
    """Those of its source, which are not more."""


@dataclass(frozen=True, slots=True)
class LeadTimeOfSource(Reason):
    """The days until what the source sends can be sent on."""

    days: int
    handling_days: int | None = None
    """The listing's own, which are fewer."""


@dataclass(frozen=True, slots=True)
class LeadTimeOfAmazon(Reason):
    """None goes to Amazon: the offer keeps what it has there."""

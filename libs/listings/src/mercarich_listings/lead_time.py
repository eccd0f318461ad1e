"""How many days Amazon's buyers are told until an offer is sent to them, and why. No I/O."""

from mercarich_reasons.lead_times import LeadTimeOfAmazon, LeadTimeOfListing, LeadTimeOfSource


def lead_time(handling_days: int | None, source_days: int | None) -> int | None:
    """Return the days that go to Amazon with a quantity; None: none, and Amazon keeps those that it has.

    `handling_days`: the listing's own. `source_days`: until what a replacement's source sends can be sent on. A buyer
    is never told fewer than either.
    """
    return max((days for days in (handling_days, source_days) if days is not None), default=None)


def why_lead_time(
    handling_days: int | None, source_days: int | None
) -> LeadTimeOfListing | LeadTimeOfSource | LeadTimeOfAmazon:
    """Return the same with what decided it."""
    days = lead_time(handling_days, source_days)
    if days is None:
        return LeadTimeOfAmazon()
    if days == handling_days:
        return LeadTimeOfListing(days, source_days)
    return LeadTimeOfSource(days, handling_days)

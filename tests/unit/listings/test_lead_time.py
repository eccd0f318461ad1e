"""Which days until an offer is sent go to Amazon: the more of the listing's own and of those of its source."""

import pytest

from mercarich_listings.lead_time import lead_time, why_lead_time
from mercarich_reasons.lead_times import LeadTimeOfAmazon, LeadTimeOfListing, LeadTimeOfSource
from mercarich_reasons.reason import Reason


@pytest.mark.parametrize(
    ("own", "source", "days", "why"),
    [
        (None, None, None, LeadTimeOfAmazon()),
        (3, None, 3, LeadTimeOfListing(3)),
        (None, 5, 5, LeadTimeOfSource(5)),
        (3, 5, 5, LeadTimeOfSource(5, 3)),
        (7, 5, 7, LeadTimeOfListing(7, 5)),
        (5, 5, 5, LeadTimeOfListing(5, 5)),
        (None, 0, 0, LeadTimeOfSource(0)),
    ],
)
def test_a_buyer_is_never_told_fewer_days_than_it_takes(
    own: int | None, source: int | None, days: int | None, why: Reason
) -> None:
    assert (lead_time(own, source), why_lead_time(own, source)) == (days, why)

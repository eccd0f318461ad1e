"""An item of a response of the Listings Items API 2021-08-01: what Amazon shows of an offer."""

from collections.abc import Mapping
from typing import Any

from mercarich_feed.domain.answers import NOTHING, said
from mercarich_listings.read_back import Seen
from mercarich_reasons.push import NotForSale


def read(item: Mapping[str, Any]) -> Seen:
    """Return what an item of the Listings API shows, with the reason why it is not for sale.

    It is not when an issue has the severity ERROR, or when its status is given and is not BUYABLE. Issues and status
    come after acceptance (amzn/selling-partner-api-models#4764), so the response to the push does not tell.
    """
    quantity = None
    for availability in item.get("fulfillmentAvailability") or ():
        if availability.get("fulfillmentChannelCode") == "DEFAULT":
            shown = availability.get("quantity")
            quantity = shown if isinstance(shown, int) else None
    errors = said(issue for issue in item.get("issues") or () if issue.get("severity") == "ERROR")
    statuses = [summary.get("status") or () for summary in item.get("summaries") or ()]
    buyable = not statuses or any("BUYABLE" in status for status in statuses)
    given = None
    for entry in (item.get("attributes") or {}).get("fulfillment_availability") or ():
        if entry.get("fulfillment_channel_code") == "DEFAULT" and isinstance(entry.get("quantity"), int):
            given = entry["quantity"]
    return Seen(quantity, None if buyable and errors == NOTHING else NotForSale(errors.text, errors.issue), given)

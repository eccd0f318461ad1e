"""English: another source that a seller chooses."""

from collections.abc import Mapping

SOURCES: Mapping[str, str] = {
    "source_chosen": "{item_id} ({marketplace})[, {price_jpy}][ and {shipping_jpy} for postage] in place of"
    " {old_item_id} ({old_marketplace}), chosen by {person}[; the offer shows {pieces} at most from now on]",
    "other_item_looked_at": "at {item_id} ({marketplace}), by {person}",
    "chosen_not_on_sale": "{item_id} is not on sale: {state}; choose another item",
    "chosen_not_seen_now": "{item_id} was not seen on sale in the last {minutes} minutes[; it was last seen {at}]:"
    " have it looked at first",
    "chosen_dearer": "{item_id} costs {cost_jpy} with postage by now, and not {shown_jpy}: compare again, then decide",
    "chosen_already": "{item_id} is the source of {sku} already",
    "chosen_for_order": "{item_id} is for your open order {order_id}, and one item can be sold only once:"
    " choose another",
    "chosen_without_price": "{item_id} is on sale, but no look has told its price: choose another item",
    "listing_changed_since": "{sku} has changed since you opened the page; its source is {item_id} ({marketplace})."
    " Compare again, then decide",
    "no_look_now": "nothing is looked at by hand at {marketplace} now: no check has ended there yet, or it is held;"
    " try again in a few minutes",
    "look_waits_for_route": "looks by hand at {route} wait: what the marketplace shows there is wrong at present, and"
    " would not be believed; try again in a few minutes",
    "looks_need_account": "nothing is looked at for you yet: link your Amazon account first",
    "looks_used_up": "your {most} looks by hand of the last 24 hours are used up; try again later",
}

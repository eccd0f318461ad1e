"""English: changes of an offer's price."""

from collections.abc import Mapping

REACHED: Mapping[str, str] = {
    "profit": "the profit that you want",
    "least": "your lowest price",
    "most": "your highest price",
    "floor": "the lowest price that is no loss",
}
"""What a price goes by."""
REPRICING: Mapping[str, str] = {
    "price_follows": "from {from_jpy} to {to_jpy}, {reached}: source {price_jpy} + postage {postage_jpy},"
    " fee {fee_jpy}, costs {costs_jpy}; a sale earns {profit_jpy}",
    "price_taken_back": "from {from_jpy} back to {to_jpy}, by {person}",
    "price_at_amazon": "{to_jpy} in place of {from_jpy}",
    "price_changed_elsewhere": "Amazon has {shown_jpy}, and not {known_jpy}: the price was changed there, and stays",
    "price_not_read": "Amazon tells no price of this offer",
    "offer_on_sale_price": "the offer has a sale price at Amazon; end it there first",
    "price_refused": "Amazon refused the price {to_jpy}[: {text}][ (code {issue})]",
    "price_not_taken": "Amazon accepted the price {to_jpy}, but did not take it",
    "price_overtaken": "{to_jpy} is not sent: the offer is down, or has another source or price since",
    "price_differs": "{shown_jpy} was released, but by what its source costs now it would be {to_jpy}: look again",
    "price_waits": "on its way from {from_jpy} to {to_jpy}: it is about to be sent to Amazon",
    "price_sent": "on its way from {from_jpy} to {to_jpy}: sent {at}, and Amazon is read until it has it",
    "follows_no_more": "it follows its source no more since {at}, until it is resumed",
    "following_stopped_by_hand": "by {person}",
    "price_bounds_crossed": "the lowest price {least_jpy} is above the highest {most_jpy}; swap them",
    "no_price_to_take_back": "{sku} has no changed price to take back; load the page again",
    "price_on_its_way": "the price {to_jpy} of {sku} is on its way; take it back once Amazon has it",
    "price_changed_again": "the price of {sku} was changed again, from {from_jpy} to {to_jpy}; load the page again",
    "price_is_another": "{sku} has another price than {to_jpy} since[, {price_jpy}]: there is nothing to take back",
    "no_offer_for_price": "Amazon has no offer {sku} whose price could go back",
    "amazon_does_not_serve": "the price of {sku} cannot go back: Amazon does not accept your authorisation; link the"
    " account again first",
    "follows_already": "{sku} was not stopped; load the page again",
    "following_resumed": "by {person}[, from {price_jpy}]",
}

"""English: why an offer was created at Amazon, or was not."""

from collections.abc import Mapping

CREATIONS: Mapping[str, str] = {
    "creation_asked": "on ASIN {asin}, {sold_as}, for {price_jpy} ({person})",
    "take_over_asked": "asked by {person}",
    "given_up_by_hand": "given up by {person}",
    "sold_by_amazon": "Amazon sells the new offer[; handling days: {handling_days}]",
    "found_at_amazon": "Amazon has the offer",
    "not_at_amazon": "Amazon has no offer with this SKU: create it here, or list it in Seller Central first",
    "not_at_amazon_yet": "Amazon shows no offer with this SKU yet: what was just listed there may need 15 minutes",
    "sku_taken": "Amazon has an offer with this SKU already, and nothing was sent: take it over, or use another SKU",
    "asin_restricted": "Amazon does not let you sell ASIN {asin} as {sold_as}[: {text}][ (code {issue})]",
    "asin_missing": "no product of Amazon is chosen: search its ASIN on the page of the listing, or import it",
    "asin_malformed": "“{given}” is no ASIN and no address of a product at Amazon",
    "no_draft_any_more": "{sku} is no draft any more: it is an offer, or is being registered",
    "sold_as_nothing": "the condition of its source is not known or too poor: choose a condition",
    "no_price_by_formula": "the price cannot be calculated, because the cost of the source is not known: give a price",
    "price_below_cost": "the price of {price_jpy} would be a loss: {least_jpy} at least pays for the source",
    "excluded_word_in_offer": "the title or note has the excluded word “{word}”",
    "source_not_looked_at": "its source was not seen on sale just now",
    "creations_of_today": "{most} new offers were sent to Amazon within 24 hours; the next ones follow by themselves",
    "another_store_linked": "another store was linked before Amazon sold the new offer",
    "being_registered": "{sku} is being registered at Amazon: wait until it is on sale, or a draft again",
    "new_offer_not_shown": "Amazon accepted the new offer, but does not show it",
    "not_sold_yet": "Amazon has the new offer, but does not sell it and does not say why",
}

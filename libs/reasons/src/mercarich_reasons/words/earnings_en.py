"""English: what a sale earns."""

from collections.abc import Mapping

EARNINGS: Mapping[str, str] = {
    "offer_price_not_told": "your price at Amazon is not told: give it as price in the CSV",
    "order_price_not_told": "Amazon tells no price yet",
    "no_source_known": "no source is known to be on sale",
    "source_not_seen": "no look has told the source's price yet",
    "source_not_buyable": "the source cannot be bought now: {state}",
    "source_postage_not_known": "the source's postage is not known",
    "earns_too_little": "a sale for {offer_price_jpy} would earn {profit_jpy}, less than the limit of {limit_jpy}:"
    " source {price_jpy}[ + postage {postage_jpy}], fee {fee_jpy}, costs {costs_jpy}",
    "earns_enough_again": "a sale for {offer_price_jpy} earns {profit_jpy}, at a limit of {limit_jpy}:"
    " source {price_jpy}[ + postage {postage_jpy}], fee {fee_jpy}, costs {costs_jpy}",
    "loss_rule_ended": "a loss takes nothing down any more: it is only told",
    "profit_below_limit": "a sale would earn {profit_jpy} now, less than the {limit_jpy} that you agreed to;"
    " give {profit_jpy} as the limit, or wait until the source is cheaper",
    "limit_beyond_price": "a limit of {limit_jpy} is beyond the offer's price of {offer_price_jpy}: give {least_jpy} to"
    " {offer_price_jpy}; to lose more than the price is never cheaper than to give the buyer the money back",
    "listing_not_paused": "{sku} is not paused; load the page again",
    "price_no_longer_asks": "the hold was released, but the price last seen does not ask for this any more",
    "fee_estimated": "Amazon's estimate of {at} for a price of {of_price_jpy}",
    "fee_by_setting": "{percent}% by the seller's rules, without an estimate of Amazon",
    "fees_forbidden": "Amazon estimates no fees for this seller: a permission is missing[: {text}][ (code {issue})]",
    "fee_refused": "Amazon refused to estimate the fee[: {text}][ (code {issue})]",
    "fee_not_told": "Amazon has not estimated the fee yet[: {text}][ (code {issue})]",
}

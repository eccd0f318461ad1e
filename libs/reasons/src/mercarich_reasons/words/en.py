"""English."""

from collections.abc import Mapping

SEEN = "{word} ({because})"
YEN = "{:,} yen"
LISTED = ", "
MARKETPLACES: Mapping[str, str] = {"yahoo": "Yahoo! Auctions", "mercari": "Mercari"}
STATES: Mapping[str, str] = {
    "available": "on sale",
    "unbuyable": "not at a fixed price",
    "sold": "sold",
    "ended": "ended",
    "gone": "gone",
    "suspended": "suspended",
    "unknown": "unknown",
}
"""Of a source."""
STATE_REASONS: Mapping[str, str] = {
    "auction_only": "auction only",
    "no_price": "no price",
    "flea_market": "flea market",
    "in_transaction": "in a transaction",
    "sold_out": "sold out",
    "won": "won by a bidder",
    "closed_without_bids": "closed without bids",
    "closed": "closed",
    "cancelled": "cancelled",
    "not_found": "not found",
    "deleted_by_seller": "deleted by the seller",
    "deleted_by_marketplace": "deleted by the marketplace",
    "stopped_by_seller": "stopped by the seller",
    "stopped_by_marketplace": "stopped by the marketplace",
    "not_found_once": "not found once, a second look follows",
    "closing": "closing now",
    "blocked": "blocked",
    "rate_limited": "too many requests",
    "auth": "access refused",
    "bad_request": "request refused",
    "transient": "passing fault",
    "timed_out": "no answer in time",
    "unparsable": "page not understood",
    "empty": "empty answer",
    "unknown_status": "unknown status word",
    "breaker_open": "not asked at present",
    "malformed_id": "malformed id",
    "oversized": "answer too large",
    "set_aside": "set aside",
}
"""Why a source is in its state."""

CONDITIONS: Mapping[int, str] = {
    1: "new, unused",
    2: "nearly unused",
    3: "no visible flaws",
    4: "slightly used",
    5: "used",
    6: "poor",
}
"""Of an item, as both marketplaces order them."""
COLOURS: Mapping[str, str] = {
    "red": "red",
    "blue": "blue",
    "green": "green",
    "yellow": "yellow",
    "black": "black",
    "white": "white",
    "pink": "pink",
    "purple": "purple",
    "orange": "orange",
    "brown": "brown",
    "silver": "silver",
    "gold": "gold",
    "grey": "grey",
    "navy": "navy",
    "beige": "beige",
}

REASONS: Mapping[str, str] = {
    # a listing's life
    "source_seen": "{state}",
    "source_on_sale_again": "seen on sale at the second look",
    "source_not_gone": "released, but its source is not gone any more: {state}",
    "no_replacement_yet": "no replacement yet; its source: {state}",
    "replaced_by": "replaced by {item_id} ({marketplace})[, {price_jpy}]",
    "replacement_waits": "{item_id} ({marketplace}) waits for approval",
    "replacement_approved": "{item_id}, approved by {person}",
    "replacement_refused": "{item_id}, refused by {person}",
    "replacement_taken_back": "{item_id}, taken back by {person}",
    "replacement_undone": "{item_id}, refused or taken back by {person}",
    "approved_item_seen": "{item_id}: {state}",
    "approved_item_used": "{item_id} is used for another listing by now",
    "approved_item_gone": "{item_id} is gone by now",
    "by_hand": "by hand ({person})",
    "by_import": "by import {job_id}",
    "expired": "{sku}: down since {withdrawn_at}, expired",
    "deleted_by_hand": "{sku}: by hand ({person})",
    # pushes
    "amazon_refused": "Amazon refused it[: {text}][ (code {issue})]",
    "unknown_sku": "Amazon does not know this SKU[: {text}][ (code {issue})]",
    "amazon_unreachable": "no usable answer of Amazon[: {text}][ (code {issue})]",
    "not_shown": "accepted, but Amazon shows {shown|no quantity}",
    "newer_quantity": "a newer quantity goes out after this feed",
    "feed_not_sent": "the feed was not handed in[: {text}][ (code {issue})]",
    "feed_never_arrived": "the feed never reached Amazon",
    "feed_not_followed": "what became of the feed cannot be learnt[: {text}][ (code {issue})]",
    "feed_stuck": "the feed is stuck as {state}",
    "feed_forgotten": "Amazon no longer knows this feed",
    "feed_ended_as": "Amazon ended the feed as {state}",
    "feed_without_report": "the feed is done without a report",
    "feed_refused": "Amazon refused the whole feed[: {text}][ (code {issue})]",
    "feed_incomplete": "Amazon processed only {processed} of the feed's {sent} messages",
    # a person's word on a replacement
    "nothing_waits": "nothing waits for approval at {sku}",
    "nothing_to_take_back": "{sku} has no replacement that could be taken back",
    "other_replacement": "{sku} has another replacement by now: {item_id} ({marketplace})",
    "other_source": "{sku} has another source than {item_id} by now",
    # candidates
    "gone_source_itself": "it is the source that is gone",
    "taken_back_before": "a person has refused it for this listing or taken it back",
    "excluded_seller": "seller {seller_id} is excluded",
    "excluded_word": "the title has the excluded word “{word}”",
    "volumes_differ": "the volume differs: {ours|not named}, and {theirs|not named}",
    "piece_counts_differ": "the number of pieces differs: {ours|not named}, and {theirs|not named}",
    "models_differ": "the model differs: {ours|not named}, and {theirs|not named}",
    "colours_differ": "the colour in the title differs: {ours|not named}, and {theirs|not named}",
    "measures_differ": "the measure differs: {ours|not named}, and {theirs|not named}",
    "may_be_part": "it may be a part or broken: {words}",
    "not_buyable": "it is {state}",
    "ratings_unknown": "the seller's ratings are not known",
    "no_ratings": "the seller has no ratings yet",
    "rating_too_low": "{good_percent} % good ratings, less than {least_percent} %",
    "already_used": "another listing uses it already",
    "just_used": "another listing has just begun to use it",
    "just_gone": "it has gone since it was looked at",
    "condition_unknown": "its condition is not known",
    "old_condition_unknown": "the condition of the old source is not known",
    "condition_differs": "its condition is “{condition}”, the old source's “{wanted_condition}”",
    "condition_worse": "its condition, “{condition}”, is worse than “{wanted_condition}”, the old source's",
    "condition_beyond_limit": (
        "its condition, “{condition}”, is worse than “{worst_condition}”, the other marketplace's limit"
    ),
    "condition_not_taken": "nothing is taken from the other marketplace for the condition “{wanted_condition}”",
    "first_price_unknown": "the price at first purchase is not known",
    "price_missing": "it shows no price",
    "price_above_limit": "{cost_jpy}[ with {shipping_jpy} of shipping] is more than {limit_jpy}",
    "price_above_break_even": (
        "{cost_jpy}[ with {shipping_jpy} of shipping] is more than {limit_jpy}, the break-even price"
    ),
    "title_missing": "it has no title",
    "title_too_long": "its title has {length} characters, more than {most}",
    "ships_from": "it ships from {place}",
    "ships_too_late": "it ships within {days} days, not {most}",
    "picture_missing": "it has no picture",
    "old_picture_missing": "there is no picture of the old source",
    "picture_unavailable": "the picture {url} cannot be had[: {why}][: {error}]",
    "picture_not_now": "its picture cannot be had for now[: {why}][: {error}]",
    "picture_undecodable": "the picture {url} cannot be decoded",
    "picture_too_narrow": "the picture {url} is too narrow",
    "pictures_incomparable": "the picture {url} cannot be compared",
    "histograms_differ": "the pictures' brightness correlates by {correlation|nothing}, not above {least}",
    "few_features_match": "{share|nothing} of the pictures' features match, less than {least}",
    "few_features_agree": "{features} features agree on where the thing is, fewer than {least}",
    "picture_colours_differ": (
        "the colours in the pictures differ by {distance|more than can be said}, more than {most}"
    ),
    "part_in_other_colour": "{share|a part} of it has another colour, more than {most}",
    "spot_differs": "a spot of {share|unknown size} of it looks different, more than {most}",
    "page_told_nothing": "its page told nothing[: {why}]",
    "not_looked_at": "it was refused before that was looked at",
    # holds of the brake
    "too_many_falls": "{fallen} [of {checked} checked ]listings would fall at once",
    "canaries_differ": (
        "{wrong} of {asked} canaries not as expected: {item_id} should be {expected}, seen {state|no answer}"
    ),
    "too_many_unreadable": "too many pages cannot be read",
    # runs
    "newer_run_started": "a newer run has started",
    "run_paused": "{marketplace} is paused; the run goes on by itself after `mercarich resume`",
    "canaries_not_asked_yet": "the canaries were not looked at yet",
    "no_canaries_to_ask": "most answers are unknown, and there are no canaries to ask",
    "second_look_waits": "{held} withdrawals held; second look at {at}",
    "deadline_passed": "not done within its deadline; what was left is first in the next run",
    # of earlier and later releases
    "old_sentence": "{text}",
}

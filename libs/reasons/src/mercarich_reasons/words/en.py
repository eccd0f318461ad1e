"""English."""

from collections.abc import Mapping

from mercarich_contracts import sites
from mercarich_reasons.words.accounts_en import ACCOUNTS
from mercarich_reasons.words.approvals_en import APPROVALS
from mercarich_reasons.words.browsers_en import BROWSERS
from mercarich_reasons.words.chats_en import CHATS
from mercarich_reasons.words.creations_en import CREATIONS
from mercarich_reasons.words.earnings_en import EARNINGS
from mercarich_reasons.words.edits_en import EDITS
from mercarich_reasons.words.files_en import FILES
from mercarich_reasons.words.repricing_en import REACHED, REPRICING
from mercarich_reasons.words.sources_en import SOURCES
from mercarich_reasons.words.troubles_en import TROUBLES
from mercarich_reasons.words.values_en import (
    COLOURS,
    CONDITIONS,
    OFFER_CONDITIONS,
    ORDER_DECISIONS,
    STATE_REASONS,
    STATES,
)

__all__ = [
    "COLOURS",
    "CONDITIONS",
    "LISTED",
    "MARKETPLACES",
    "OFFER_CONDITIONS",
    "ORDER_DECISIONS",
    "REACHED",
    "REASONS",
    "ROUTES",
    "SEEN",
    "STATES",
    "STATE_REASONS",
    "YEN",
]

SEEN = "{word} ({because})"
YEN = "{:,} yen"
LISTED = ", "
_POSTAGE_NOT_KNOWN = "[ including {counted_jpy} counted for a postage that is not known]"
_COST = "{cost_jpy}[ including {shipping_jpy} for postage]" + _POSTAGE_NOT_KNOWN
_CAPACITY = (
    "{sources} sources of {marketplace} need {needed_per_second} calls a second, there are {available_per_second}:"
    " a pass takes {pass_hours} h; the plan says {planned_hours}"
)
_WITH_THE_FILE = "With the {new_sources} new sources of this file, "
MARKETPLACES = sites.words("en")
ROUTES = sites.route_words("en")
REASONS: Mapping[str, str] = {
    # a listing's life
    "source_seen": "{state}",
    "source_on_sale_again": "seen on sale at the second look",
    "source_not_gone": "released, but not withdrawn, because its source is not gone: {state}",
    "no_replacement_yet": "no replacement found; its source: {state}",
    "replaced_by": "replaced by {item_id} ({marketplace})[, {price_jpy}][ and {shipping_jpy} for postage]",
    "replacement_waits": "{item_id} ({marketplace}) waits for approval",
    "replacement_approved": "{item_id}, approved by {person}",
    "replacement_refused": "{item_id}, refused by {person}",
    "replacement_taken_back": "{item_id}, taken back by {person}",
    "replacement_undone": "{item_id}, refused or taken back by {person}",
    "approved_item_seen": "{item_id}: {state}",
    "approved_item_used": "{item_id} is now used for another listing or order",
    "approved_item_gone": "{item_id} is no longer available",
    "approved_item_dearer": "{item_id} no longer costs the approved {approved_jpy}[, but {cost_jpy} with postage]",
    "by_hand": "by hand ({person})",
    "put_back": "undone by {person}",
    "by_import": "by import {job_id}",
    "expired": "{sku}: down since {withdrawn_at}, expired",
    "deleted_by_hand": "{sku}: by hand ({person})",
    # offers at Amazon
    "offers_forbidden": "Amazon does not show the offers: a permission is missing[: {text}][ (code {issue})]",
    "report_header_unknown": "Amazon's report has no known column of SKUs or of quantities; its first line: {header}",
    "offers_not_separable": "Amazon makes no report, and a search gives too few of the offers created {created_at}",
    "offers_being_read": "the offers are being read; wait until that has ended",
    "offers_read_often": "the offers are read at most {most} times in {hours} hours; try again later",
    "no_source_address": "{given} is no address of an item's page; give one like https://jp.mercari.com/item/m12345678901",
    "no_such_offer": "Amazon's last report has no offer {sku}; read the offers again if it is new",
    "offer_watched": "{sku} is a listing already; its source does not change here",
    "nothing_to_take_over": "no offer has a source of its own; name sources first",
    "matching_columns": "the first line must name the columns sku and source; it has: {found}",
    "matching_cells": "the line has no SKU, or fewer cells than the first line",
    # pushes
    "amazon_refused": "Amazon refused it[: {text}][ (code {issue})]",
    "unknown_sku": "Amazon does not know this SKU[: {text}][ (code {issue})]",
    "amazon_unreachable": "no usable answer from Amazon[: {text}][ (code {issue})]",
    "changed_at_amazon": "Amazon shows {shown}: it was sold or changed there",
    "orders_forbidden": "Amazon does not show the orders: a permission is missing[: {text}][ (code {issue})]",
    "ordered_at_amazon": "order {order_id}, quantity {quantity}[, {left} left]",
    "not_for_sale": "Amazon has the quantity but does not sell the offer[: {text}][ (code {issue})]",
    "not_shown": "accepted, but Amazon shows {shown|no quantity}",
    "comes_back": "it comes back after its zero; Amazon shows {shown|no quantity}",
    "came_back": "deleted here, but Amazon shows {shown}: it is set to 0",
    "came_back_again": "deleted here and set to 0, but Amazon shows {shown} again: left so; "
    "end it in Seller Central if it has no source",
    "newer_quantity": "a newer quantity goes out after this feed",
    "feed_not_sent": "the feed was not submitted[: {text}][ (code {issue})]",
    "feed_never_arrived": "the feed never reached Amazon",
    "feed_not_followed": "the result of the feed is unknown[: {text}][ (code {issue})]",
    "feed_stuck": "the feed is stuck as {state}",
    "feed_forgotten": "Amazon no longer knows this feed",
    "feed_ended_as": "Amazon ended the feed as {state}",
    "feed_without_report": "the feed is done without a report",
    "feed_refused": "Amazon refused the whole feed[: {text}][ (code {issue})]",
    "feed_incomplete": "Amazon processed only {processed} of the feed's {sent} messages",
    # a person's word on a replacement
    "nothing_waits": "{sku} has no replacement that waits for approval",
    "approved_already": "{sku}: {by} approved {item_id} on {at}; it goes up after one more look",
    "refused_already": "{sku}: {by} refused {item_id} on {at}; the search goes on",
    "in_use_already": "{sku}: {by} approved {item_id} on {at}, and it is in use by now",
    "went_up_by_itself": "{sku}: {item_id} went up by itself on {at}; nothing waits any more",
    "other_replacement": "a newer replacement was found for {sku}: {item_id} ({marketplace})",
    "other_source": "the source of {sku} is no longer {item_id}",
    # searches for another source of an order
    "found_for_order": "{found} of {judged} items fit",
    "none_for_order": "none of {judged} items fits; {too_dear} were too expensive",
    "order_search_unsure": "none found so far; {unknown} of {judged} items could not be seen",
    "order_search_failed": "the marketplace could not be searched ({text})",
    # candidates
    "gone_source_itself": "it is the old source itself",
    "taken_back_before": "it was refused or taken back for this listing before",
    "excluded_seller": "seller {seller_id} is excluded",
    "excluded_word": "the title has the excluded word “{word}”",
    "volumes_differ": "the volume differs: {ours|not named} / {theirs|not named}",
    "piece_counts_differ": "the number of pieces differs: {ours|not named} / {theirs|not named}",
    "models_differ": "the model differs: {ours|not named} / {theirs|not named}",
    "colours_differ": "the colour in the title differs: {ours|not named} / {theirs|not named}",
    "measures_differ": "the size or capacity differs: {ours|not named} / {theirs|not named}",
    "may_be_part": "it may be a part or broken: {words}",
    "not_buyable": "it is {state}",
    "several_variants": "it is sold in {variants} variants, and it is not known which of them this would be",
    "pre_order": "it is a pre-order, which is shipped later",
    "ratings_unknown": "the seller's ratings are unknown",
    "no_ratings": "the seller has no ratings yet",
    "rating_too_low": "{good_percent} % good ratings, less than {least_percent} %",
    "already_used": "another listing or an open order already uses it",
    "just_used": "another listing or an order started to use it just now",
    "just_gone": "it became unavailable just after it was looked at",
    "condition_unknown": "its condition is unknown",
    "old_condition_unknown": "the condition of the old source is unknown",
    "condition_differs": "its condition is “{condition}”, the old source's “{wanted_condition}”",
    "condition_worse": "its condition “{condition}” is worse than the old source's, “{wanted_condition}”",
    "condition_beyond_limit": (
        "its condition “{condition}” is worse than the limit for other marketplaces, “{worst_condition}”"
    ),
    "condition_not_taken": (
        "your rules use nothing from other marketplaces if the old source's condition is “{wanted_condition}”"
    ),
    "first_price_unknown": "the first purchase price is unknown",
    "price_missing": "it has no price",
    "postage_unknown": "its postage is not known; its price of {price_jpy} alone is within the limit of {limit_jpy}",
    "price_above_limit": f"{_COST} is more than your limit of {{limit_jpy}}",
    "price_above_break_even": f"{_COST} is more than the break-even price of {{limit_jpy}}",
    "price_above_loss_limit": f"{_COST} is more than the {{limit_jpy}} that the loss rule leaves",
    "just_too_dear": "with what it costs, the loss rule would take the offer down",
    "title_missing": "it has no title",
    "title_too_long": "its title has {length} characters, more than {most}",
    "ships_from": "it ships from {place}",
    "ships_too_late": "it ships within {days} days, more than {most}",
    "picture_missing": "it has no picture",
    "old_picture_missing": "there is no picture of the old source",
    "picture_unavailable": "the picture {url} cannot be fetched[: {why}][: {error}]",
    "picture_not_now": "its picture cannot be fetched now[: {why}][: {error}]",
    "picture_undecodable": "the picture {url} cannot be decoded",
    "picture_too_narrow": "the picture {url} is too narrow",
    "pictures_incomparable": "the picture {url} cannot be compared",
    "histograms_differ": "the similarity of the pictures' brightness is {correlation|unknown}, not above {least}",
    "few_features_match": "a share of {share|unknown size} of the pictures' features matches, less than {least}",
    "few_features_agree": "only {features} features of the pictures fit together, fewer than {least}",
    "picture_colours_differ": ("the colours in the pictures differ by {distance|an unknown amount}, more than {most}"),
    "part_in_other_colour": "a share of {share|unknown size} of it has another colour, more than {most}",
    "spot_differs": "a share of {share|unknown size} of it has another pattern, more than {most}",
    "page_told_nothing": "its page could not be read[: {why}]",
    "not_looked_at": "not checked, because it was refused before",
    # holds of the brake
    "too_many_falls": "{fallen} [of {checked} checked ]listings would be withdrawn at once",
    "canaries_differ": (
        "[{route}: ]{wrong} of {asked} canaries are not as expected:"
        " {item_id} should be {expected}, but was: {state|no answer}"
    ),
    "no_canary_vouches": "no canary shows that the answers for {route} can be trusted",
    "too_many_losses": "{fallen} [of {checked} checked ]listings would be taken down by price at once",
    "too_many_recoveries": "{recovered} [of {checked} checked ]listings would be put up by price at once",
    "too_many_prices": "{changed} [of {checked} checked ]offers would get another price at once",
    "too_many_absent": "[{route}: ]{absent} [of {checked} checked ]sources would be missing at once",
    "too_many_unreadable": "too many pages cannot be read",
    # runs
    "newer_run_started": "a newer run has started",
    "database_restored": "the database was restored from a backup",
    "run_paused": "{marketplace} is paused; the run continues automatically after `mercarich resume`",
    "canaries_not_asked_yet": "the canaries have not been looked at yet",
    "no_canaries_to_ask": "most answers are unknown, and there are no canaries to ask",
    "second_look_waits": "{held} changes held; second look at {at}",
    "second_look_goes_on": "{held} changes held; the second look is under way",
    "items_set_aside": "items whose looks ended their workers are set aside: {items}; the next run tries them again",
    "left_to_watch": "what the watch has looked at in time was left to it",
    "deadline_passed": "not finished before its deadline; the next run begins with the rest",
    # looks at the source of an offer
    "look_not_wanted": "none, since the offer is not on sale",
    "seller_not_served": "none, since the seller is stopped or has linked no Amazon account",
    "looks_paused": "none while {marketplace} is paused",
    "look_goes_on": "run {run_id} is to look at it now",
    "look_waits": "[run {run_id}: ]again at {until}, since the last look told nothing[: {why}]",
    "look_after_end": "at {at}, when its auction has ended; by {by} at the latest",
    "look_for_order": "at {at}, since a buyer has ordered it and it is still to be bought",
    "second_look_due": "a second look at {at}; by {by} at the latest",
    "look_by_plan": "by {by} at the latest: the plan wants one every {hours} hours",
    "look_late": "late: the plan wanted it by {by}, one every {hours} hours",
    # jobs: searches, imports
    "file_empty": "The file is empty.",
    "file_without_rows": "The file has no rows below its header.",
    "rows_wrong": "No row was imported. Problems found: {problems}. Correct them and upload the file again.",
    "rows_imported": "{rows} rows were read[: {made} new, {changed} changed, {unchanged} unchanged]"
    "[; rows left out for their problems: {left_out}].",
    "import_stopped": "Stopped by {person}; no row was imported.",
    "import_not_accepted": "Nobody accepted the import within {days} days, so it was closed, and nothing was imported.",
    "import_closed": "The import made no progress for {minutes} minutes and was closed."
    " No row of the file was imported; upload it again.",
    "file_not_stored": "The file was not stored completely; upload it again.",
    "searches_failed": "{failed} of {searches} searches could not be read.",
    "search_stopped": "Stopped by {person}; the items found so far are kept as drafts.",
    "search_closed": "The search made no progress for {minutes} minutes and was closed."
    " The items found so far are kept as drafts; start it again for the rest.",
    "marketplace_paused": "{marketplace} is paused. The search continues automatically when it is resumed.",
    "marketplace_away": "{marketplace} does not answer at present ({text}). The search continues automatically.",
    "search_unusable": "the search on {marketplace} failed ({text})",
    "answer_unreadable": "{marketplace}: the answer of its proxy cannot be read",
    "no_file": "choose a file",
    "file_encoding": "the file is neither UTF-8, UTF-16 nor Shift_JIS, or mixes them; save it as CSV UTF-8 or .xlsx",
    "no_spreadsheet": "this is no list, whatever its name says, but a document or a page of a website; save"
    " it as CSV or .xlsx",
    "numbers_document": "this is a document of Numbers; there, use File, Export To, CSV or Excel",
    "workbook_sheets": "several sheets have listings; hide all but one, or import each as a file of its own",
    "workbook_locked": "the workbook has a password; save it without one",
    "workbook_too_large": "the workbook has too much in it; at most {megabytes} MB, or save the sheet as CSV",
    "workbook_unreadable": "the workbook is damaged or of a kind that cannot be read; save it as .xlsx or CSV",
    "workbooks_wait": "other workbooks are being read; try again in a minute, or save the sheet as CSV",
    "file_too_large": "the file is larger than {megabytes} MB; split it",
    "file_to_mend_gone": "No row was imported. Problems found: {problems}. The file to mend was deleted, because newer"
    " files needed its place: all files of a seller take at most {megabytes} MB."
    " Correct your file and upload it again.",
    "files_take_too_much": "your files that are being imported take {megabytes} MB; wait until one is imported,"
    " or stop one",
    "too_many_files": "{most} files were sent within an hour; send the next one in {minutes} minutes",
    "file_unreadable": "{file}: {text}",
    "too_many_jobs": "{username} has {most} open jobs; wait for one or stop one",
    "pages_out_of_range": "pages: expected a whole number from 1 to {most}, not {pages}",
    "prices_crossed": "the lowest price {lowest_jpy} is above the highest, {highest_jpy}",
    "not_searched": "{marketplace} cannot be searched: only sources already listed there are watched",
    "no_search": "give at least one keyword or address",
    "too_many_searches": "{searches} searches; a job has at most {most}",
    "search_too_long": "'{given}…' is longer than {most} characters",
    "no_address": "'{given}' is not an address",
    "no_result_page": "'{given}': expected a result page, one of {expected}",
    "no_keyword": "'{given}' contains no keyword",
    "keyword_too_long": "'{given}…': the keyword has {characters} characters; at most {most} are allowed",
    "no_price": "'{given}': '{price}' is not a price",
    **FILES,
    "database_not_empty": "this database has {sellers} sellers; the original can only be taken over into an empty one",
    "tables_missing": "these tables were not found in the original: {tables}",
    # settings and rules
    "unknown_setting": "there is no setting '{key}'; known: {known}",
    "no_worker_setting": "there is no worker setting '{key}'; known: {known}",
    "no_sellers_setting": "sellers cannot have their own {key}; known: {known}",
    "no_whole_number": "{key}: expected a whole number from {low} to {high}, not '{given}'",
    "no_number": "{key}: expected a number from {low} to {high}, not '{given}'",
    "no_choice": "{key}: expected one of {choices}, not '{given}'",
    "no_text": "{key}: expected a text of at most {most} visible characters",
    "no_condition_pair": "expected pairs such as 1=1 3=2, with numbers from 1 to 6, not '{given}'",
    "workers_crossed": "{key}_MIN ({low}) is more than {key} ({high})",
    "most_below_least": "{key}: {given} is less than {least_key} ({least}); lower that one first",
    "least_above_most": "{key}: {given} is more than {most_key} ({most}); raise that one first",
    "checks_not_in_plan": "expected one of {checks} checks a day with this plan, not '{given}'",
    "no_excluded_seller": "expected a source seller's id of 1 to {most} ASCII letters, digits and symbols,"
    " not '{given}'",
    "no_excluded_word": "expected a word of 1 to {most} visible characters, not '{given}'",
    **ACCOUNTS,
    **APPROVALS,
    **CHATS,
    **BROWSERS,
    **CREATIONS,
    **EARNINGS,
    **TROUBLES,
    **REPRICING,
    **SOURCES,
    **EDITS,
    # capacity of a marketplace
    "capacity_short": _CAPACITY,
    "capacity_enough": _CAPACITY,
    "capacity_unknown": "{sources} sources of {marketplace} need {needed_per_second} calls a second; what there is has"
    " not been heard from its proxy yet",
    "import_beyond_capacity": f"{_WITH_THE_FILE}{_CAPACITY}. Nothing is taken over before you accept that.",
    "import_within_capacity": f"{_WITH_THE_FILE}{_CAPACITY}.",
    # of earlier and later releases
    "old_sentence": "{text}",
}

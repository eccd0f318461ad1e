"""What each setting does, for operators, in groups. Pools and marketplaces have pages of their own."""

from collections.abc import Mapping

from mercarich_contracts.sites import SITES
from mercarich_web.sentences import Said
from mercarich_web.site.languages import N_

GROUPS: Mapping[str, Mapping[str, str | Said]] = {
    N_("Stock checks"): {
        "CHECK_BATCH_ITEMS": N_("Source items in one message"),
        "INV_QUEUE_ENOUGH_JOB_COUNT": N_("Batches of a run that may be unfinished at once"),
        "CHECK_REPUBLISH_SECONDS": N_("Seconds without progress after which a batch is published again"),
        "CHECK_ATTEMPTS": N_("Claims without a result after which an item is set aside"),
        "CHECK_UNKNOWNS": N_("Unknown results after which a run gives up an item"),
        "CHECK_RETRY_SECONDS": N_("First wait in seconds after an unknown answer; it doubles each time"),
        "WATCH_SHARE": N_("Share of the outbound budget for looks all day, beside the runs; 0 switches them off"),
    },
    N_("Canaries"): {
        **{
            site.canary_setting: Said(
                "Canaries of %(market)s: ids, each followed by =on_sale or =gone; kinds without one: of the last runs",
                {"market": site.marketplace},
            )
            for site in SITES.values()
        },
        "CANARY_EVERY_SECONDS": N_("Seconds between two looks at canaries while all is well"),
        "CANARY_RETRY_SECONDS": N_("Seconds between two looks at canaries while a run is held"),
    },
    N_("Brake"): {
        "BRAKE_LISTINGS": N_("Fallen listings of a seller below which nothing is held"),
        "BRAKE_SHARE": N_("Share of a seller's checked listings that may fall in a run"),
        "BRAKE_MARKETPLACE_LISTINGS": N_("Fallen listings of a marketplace below which nothing is held"),
        "BRAKE_MARKETPLACE_SHARE": N_("Share of a marketplace's checked listings that may fall in a run"),
        "BRAKE_ABSENT_SHARE": N_("Share of the checked listings whose source may be missing in a run"),
        "BRAKE_UNPARSABLE_SHARE": N_("Share of unreadable pages that holds a marketplace"),
        "BRAKE_CONFIRM_SECONDS": N_("Seconds until a held fall is looked at a second time"),
    },
    N_("Replacement searches"): {
        "REVIVAL_DAYS": N_("Days after a withdrawal in which a replacement is searched for"),
        "REVIVAL_CANDIDATES": N_("Search results that are judged for a listing"),
        "REVIVAL_MATCH": N_("How strictly pictures and titles are compared; seed: as the old system did"),
        "REVIVAL_TITLES_AGREE": N_("Titles must not name different goods, when the strict way is used"),
        "REVIVAL_LEAST_SHARE": N_("Least share of alike picture features, where the strict way is used"),
        "REVIVAL_LEAST_INLIERS": N_("Least number of features that agree on one place, where the strict way is used"),
        "REVIVAL_MOST_COLOUR": N_("Most that colours differ, in Lab units, where the strict way is used"),
        "REVIVAL_MOST_CHANGED": N_(
            "Most of the thing that has another colour, as a share, where the strict way is used"
        ),
        "REVIVAL_MOST_ODD": N_("Largest spot that looks different, as a share, where the strict way is used"),
        "REVIVAL_MOST_ODD_IN_VOLUMES": N_("The same for items in volumes, unless both titles name the same volume"),
        "REVIVAL_LEAST_QUICK": N_("Least likeness of the grey histograms, where the old system's judgement is used"),
        "REVIVAL_LEAST_SHARE_SEED": N_(
            "Least share of alike picture features, where the old system's judgement is used"
        ),
        "REVIVAL_LEAST_RATING": N_("Least good ratings of a source's seller, in per cent"),
        "REVIVAL_PRICE_FACTOR": N_("Highest price, as a multiple of what the first source cost"),
        "REVIVAL_PRICE_RULE": N_("What limits a replacement's price: the first purchase price, or the break-even"),
        "REVIVAL_FEE_PERCENT": N_("Amazon's fee in per cent of an offer's price, where Amazon has not estimated it"),
        "REVIVAL_COSTS": N_("Further costs of each sale in yen"),
        "REVIVAL_UNKNOWN_POSTAGE_JPY": N_(
            "Yen counted for a source's postage that is not known; 0 counts nothing, and refuses such a replacement"
        ),
        "REVIVAL_TITLE_LENGTH": N_("Longest title of a replacement"),
        "REVIVAL_IGNORED_ORIGINS": N_("Places, separated by spaces, from which no replacement is accepted"),
        "REVIVAL_SHIP_DAYS": N_("Longest time until a replacement is shipped, in days"),
        "REVIVAL_LEAD_DAYS": N_("Days added to the shipping days: from the source to us and out again"),
        "REVIVAL_QUANTITY_CAP": N_("Most that a restored offer shows: sources are single pieces"),
        "REVIVAL_OTHER_MARKETPLACE": N_("Search the other marketplaces, too"),
        "REVIVAL_OTHER_CONDITIONS": N_("Our condition = the worst one that is accepted from another marketplace"),
        "REVIVAL_ASK_FIRST": N_("The seller approves each replacement"),
        "REVIVAL_APPROVE": N_("A replacement that waits is approved by itself when it fulfils the next conditions"),
        "REVIVAL_APPROVE_ALIKE_PERCENT": N_("Least share of the pictures' alike features for that, in per cent"),
        "REVIVAL_APPROVE_COST_BY": N_("Whether what the first source cost limits it, or what a sale earns"),
        "REVIVAL_APPROVE_ABOVE_PERCENT": N_("Per cent above the first source's price that it may cost with postage"),
        "REVIVAL_APPROVE_ABOVE_JPY": N_("The same in yen; the higher of both counts"),
        "REVIVAL_APPROVE_PROFIT_JPY": N_("Yen that a sale must earn at least, where what it earns decides"),
        "REVIVAL_APPROVE_MARGIN_PERCENT": N_("The same, in per cent of the offer's price; the higher of both counts"),
        "REVIVAL_APPROVE_GOOD_PERCENT": N_("Least share of good ratings of a source seller for it, in per cent"),
        "REVIVAL_APPROVE_RATINGS": N_("Least number of ratings of a source seller for it"),
        "REVIVAL_APPROVE_A_DAY": N_("Replacements of a seller that are approved by themselves within 24 hours"),
        "REVIVAL_BATCH_ITEMS": N_("Listings in one message that need a replacement"),
        "REVIVAL_REPUBLISH_SECONDS": N_("Seconds without progress after which such a message is published again"),
    },
    N_("What a sale earns"): {
        "EARNINGS_LEAST_JPY": N_("Yen that a sale earns at least; offers that earn less are told to their seller"),
        "EARNINGS_LEAST_PERCENT": N_("The same, in per cent of the offer's price"),
        "LOSS_RULE": N_("An offer that would earn too little: tell its seller, or take it down until it earns enough"),
        "LOSS_LEAST_JPY": N_("Yen that a sale must earn; where the rule takes down, an offer that earns less is down"),
        "LOSS_LEAST_PERCENT": N_("The same, in per cent of the offer's price; the higher of both counts"),
        "LOSS_RECOVERY_PERCENT": N_("Per cent of the offer's price above the limit at which it is put up again"),
    },
    N_("Prices that follow their source"): {
        "REPRICING": N_("Whether prices of listings with bounds of their own follow what their source costs"),
        "REPRICING_STEP_JPY": N_("Yen of which prices that follow are a multiple"),
        "REPRICING_LEAST_CHANGE_PERCENT": N_("Smallest change of a price, in per cent of it"),
        "REPRICING_CHANGES_A_DAY": N_("Changes of an offer's price in 24 hours at most"),
    },
    N_("Pushes to Amazon"): {
        "FEED_STUCK_SECONDS": N_("Age in seconds at which an open feed is cancelled or bypassed"),
        "FEED_POLL_SECONDS": N_("Seconds between two looks at an open feed"),
        "PATCH_LANE_LISTINGS": N_("Withdrawals, or restores, of a seller above which a feed carries them"),
    },
    N_("New offers at Amazon"): {
        "CREATE_DAILY_LISTINGS": N_("New offers of a seller that are sent to Amazon within 24 hours"),
        "CREATE_PROFIT_JPY": N_("Yen that a sale of a new offer is to earn, by which its price is made"),
        "CREATE_PROFIT_PERCENT": N_("The same, in per cent of the price; the larger one counts"),
        "CREATE_HANDLING_DAYS": N_("Days until a new offer is handed to the carrier"),
        "CREATE_NOTE": N_("Condition note of new offers"),
    },
    N_("Sellers' jobs"): {
        "JOB_SLICE_SECONDS": N_("Seconds after which a seller's job gives way to the next seller's"),
        "JOB_LEASE_SECONDS": N_("Seconds that a job stays with a worker that makes no progress"),
        "JOB_FROZEN_SECONDS": N_("Seconds without progress after which a job is taken from its worker"),
        "JOB_CLOSE_SECONDS": N_("Seconds without progress after which a job is closed as failed"),
        "LISTING_PICTURES": N_("Pictures of a new listing that are saved; 0: none"),
    },
    N_("Schedule and housekeeping"): {
        "SCHEDULE_CATCH_UP": N_("Starts that were missed by more than a tenth are made up for"),
        "DELETE_DAILY_LISTINGS": N_("Expired listings of a seller that may be deleted in a day"),
        "KEEP_STARTS_DAYS": N_("Days that starts of the schedule, checks of tokens and sessions are kept"),
        "KEEP_JOBS_DAYS": N_("Days that sellers' jobs are kept after their end"),
        "KEEP_REVIVALS_DAYS": N_("Days that replacements and judged candidates are kept"),
        "KEEP_HISTORY_DAYS": N_("Days that events, evidence and feeds are kept on which no listing's state rests"),
        "KEEP_ORDERS_DAYS": N_("Days that orders and decisions on them are kept after their last change at Amazon"),
        "KEEP_RUNS_DAYS": N_("Days that runs and holds are kept after their end"),
        "KEEP_AUDIT_DAYS": N_("Days that the audit log, changes of settings and invitations are kept"),
    },
    N_("Expected cancellations"): {
        "DEMAND_EXPONENT": N_("How much more an offer is ordered the faster its source sells; 0: all offers alike"),
    },
}
SETTINGS: Mapping[str, Said] = {
    key: text if isinstance(text, Said) else Said(text) for words in GROUPS.values() for key, text in words.items()
}

"""The words of the schedule, in English for the catalogues."""

from collections.abc import Mapping

from mercarich_web.site.languages import N_

SCHEDULE: Mapping[str, str] = {
    "check-item-yahoo": N_("Stock check, Yahoo! Auctions, all plans"),
    "check-item-mercari": N_("Stock check, Mercari, all plans"),
    "check-item-yahoo-4": N_("Stock check, Yahoo! Auctions, four a day"),
    "check-item-mercari-4": N_("Stock check, Mercari, four a day"),
    "update-item-mercari": N_("Replacement search, Mercari"),
    "update-item-yahoo": N_("Replacement search, Yahoo! Auctions"),
    "update-feed-yahoo": N_("Pushes that wait, Yahoo! Auctions"),
    "update-feed-mercari": N_("Pushes that wait, Mercari"),
    "env-update": N_("Settings read again"),
    "delete-old-items": N_("Old listings deleted"),
    "check-background-jobs": N_("Sellers' jobs watched"),
    "validate-mws-tokens": N_("Amazon tokens checked"),
}

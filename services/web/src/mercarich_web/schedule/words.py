"""The words of the schedule, in English for the catalogues."""

from collections.abc import Iterator, Mapping

from mercarich_contracts.sites import SITES
from mercarich_web.sentences import Said


def _of_sites() -> Iterator[tuple[str, Said]]:
    for site in SITES.values():
        market = {"market": site.marketplace}
        yield f"check-item-{site}", Said("Stock check, %(market)s, all plans", market)
        yield f"check-item-{site}-4", Said("Stock check, %(market)s, four a day", market)
        yield f"update-item-{site}", Said("Replacement search, %(market)s", market)
        yield f"update-feed-{site}", Said("Pushes that wait, %(market)s", market)


SCHEDULE: Mapping[str, Said] = {
    **dict(_of_sites()),
    "env-update": Said("Settings read again"),
    "delete-old-items": Said("Old listings deleted"),
    "check-background-jobs": Said("Sellers' jobs watched"),
    "validate-mws-tokens": Said("Amazon tokens checked"),
}

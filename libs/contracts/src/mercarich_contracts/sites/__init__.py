"""The marketplaces, each a frozen `Site` in a module of its own: what a new one needs besides its proxy.

Topics, schedule, settings, pools, proxies' addresses, commands, item ids, SKUs and words follow from `SITES`.
"""

from collections.abc import Mapping
from typing import Literal

from mercarich_contracts.market import Marketplace
from mercarich_contracts.sites import mercari, yahoo
from mercarich_contracts.sites.site import ConditionRule, Items, Pool, SearchPage, Site, Words

__all__ = ["SEARCHED", "SITES", "ConditionRule", "Items", "Pool", "SearchPage", "Site", "Words", "route_words", "words"]

SITES: Mapping[Marketplace, Site] = {site.marketplace: site for site in (yahoo.SITE, mercari.SITE)}
"""In the order in which people see them."""

SEARCHED: tuple[Marketplace, ...] = tuple(name for name, site in SITES.items() if site.searches)
"""Those whose proxy searches."""


def words(language: Literal["en", "ja"]) -> Mapping[str, str]:
    """Each marketplace's name in a language."""
    return {name.value: getattr(site.words, language) for name, site in SITES.items()}


def route_words(language: Literal["en", "ja"]) -> Mapping[str, str]:
    """Return what each request looks at, in a language."""
    kinds = {kind.route: kind.words for site in SITES.values() for kind in site.items}
    lists = {site.list_route: site.list_words for site in SITES.values() if site.list_route is not None}
    return {route.value: getattr(words, language) for route, words in (kinds | lists).items()}

"""The marketplaces, each a frozen `Site` in a module of its own: what a new one needs besides its proxy.

Topics, schedule, settings, pools, proxies' addresses, commands, item ids, SKUs and words follow from `SITES`.
"""

import re
import unicodedata
from collections.abc import Mapping
from functools import cache
from typing import Literal

from mercarich_contracts.market import Marketplace
from mercarich_contracts.sites import mercari, yahoo
from mercarich_contracts.sites.site import ConditionRule, Items, Pool, SearchPage, Site, Words

__all__ = [
    "SEARCHED",
    "SITES",
    "ConditionRule",
    "Items",
    "Pool",
    "SearchPage",
    "Site",
    "Words",
    "called",
    "is_short_link",
    "item_of_address",
    "route_words",
    "words",
]

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


def item_of_address(text: str) -> tuple[Marketplace, str] | None:
    """Return the marketplace and the id of the item whose page an address is of, in any form that people copy.

    None where it is none, or where a text has the addresses of two items.
    """
    found = [(site.marketplace, site.item_id_of_address(text)) for site in SITES.values()]
    named = [(marketplace, item_id) for marketplace, item_id in found if item_id is not None]
    return named[0] if len(named) == 1 else None


def is_short_link(text: str) -> bool:
    """Return whether an address is a marketplace's short link, which tells nothing without a visit."""
    hosts = "|".join(re.escape(host) for site in SITES.values() for host in site.short_hosts)
    return re.search(f"(?:^|//)(?:{hosts})/", text, re.IGNORECASE) is not None


def called(text: str) -> Marketplace | None:
    """Return the marketplace that people call so, in either language, whatever its case, width, spaces and marks."""
    return _names().get(_plain(text))


@cache
def _names() -> Mapping[str, Marketplace]:
    return {
        _plain(name): site.marketplace
        for site in SITES.values()
        for name in (site.marketplace.value, site.words.en, site.words.ja, *site.called)
    }


def _plain(text: str) -> str:
    return re.sub(r"[\W_]+", "", unicodedata.normalize("NFKC", text).lower())

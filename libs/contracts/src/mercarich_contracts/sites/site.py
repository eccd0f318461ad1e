"""What a marketplace is to every process: its words, ids, addresses, pools, times, and what it can do."""

import re
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

from mercarich_contracts.market import Marketplace, RouteName
from mercarich_contracts.sites.addresses import LONGEST, bare, whole, within


@dataclass(frozen=True, slots=True)
class Words:
    """A name in each language."""

    en: str
    ja: str


@dataclass(frozen=True, slots=True)
class Items:
    """One kind of item: its name, the form of its ids and where a person looks at it."""

    words: Words
    ids: str
    """A regular expression of the whole id, without groups."""
    lengths: tuple[int, int]
    """The fewest and the most characters of its ids. Kinds of one marketplace have no length in common: SQL tells
    them apart by it."""
    page: str
    """Its page's address, with `{id}` in it."""
    example: str
    """An id of this form."""
    route: RouteName
    """The request that looks at one of them."""
    in_lists: bool = False
    """The site's `list_route` shows them, so that one call returns many of a seller."""
    also: tuple[str, ...] = ()
    """Other addresses of the same page, in the forms of `addresses`."""

    def is_id(self, text: str) -> bool:
        return re.fullmatch(self.ids, text) is not None

    @property
    def addresses(self) -> tuple[str, ...]:
        """The forms of the addresses of its page."""
        return (self.page, *self.also)


@dataclass(frozen=True, slots=True)
class SearchPage:
    """The marketplace's own page of results, whose address sellers paste: host, path, and its parameters' names."""

    host: str
    path: str
    keyword: tuple[str, ...]
    price_min: tuple[str, ...]
    price_max: tuple[str, ...]
    condition: str

    @property
    def address(self) -> str:
        return f"https://{self.host}{self.path}?{self.keyword[0]}=…"


@dataclass(frozen=True, slots=True)
class Pool:
    """A pool of workers."""

    first_workers: int
    """The setting's first value."""
    port: int
    """Of its metrics where all run on one machine."""


class ConditionRule(StrEnum):
    """Which condition of a replacement found here is taken for a source that was here, too."""

    SAME = "same"
    SAME_OR_BETTER = "same_or_better"


@dataclass(frozen=True)
class Site:
    """One marketplace. Whatever differs between marketplaces is a field here: nobody asks for one by its name."""

    marketplace: Marketplace
    words: Words
    items: tuple[Items, ...]
    search_page: SearchPage | None
    """None: no address of it can be pasted."""
    sku_prefix: str
    """Of the SKUs that we give to drafts; no two marketplaces have the same."""

    proxy_port: int
    checker: Pool
    updater: Pool
    watch_port: int
    """Of the watch's metrics where all run on one machine."""

    check_all_plans: str
    """When sources are checked, of the sellers of all plans; cron, in the schedule's zone, as the others."""
    check_four_a_day: str
    """When besides, of the sellers with four checks a day."""
    update: str
    """When replacements are searched."""

    condition_rule: ConditionRule
    searches: bool = True
    """Its proxy searches: bulk searches and replacements ask it."""
    search_filters_conditions: bool = False
    """Its search can be asked for the wanted condition or better alone."""
    list_route: RouteName | None = None
    """The request that returns many items of a seller at once; None: there is none."""
    list_words: Words = Words(en="sellers' lists", ja="出品者の商品一覧")
    """The name of what that request returns."""
    called: tuple[str, ...] = ()
    """What people call it in their files besides its names; compared without case, spaces and marks."""
    short_hosts: tuple[str, ...] = ()
    """Hosts of its short links, which name no item: only a visit tells where they lead."""

    def __str__(self) -> str:
        return self.marketplace.value

    @property
    def upper(self) -> str:
        """Its name in the keys of settings and in variables."""
        return self.marketplace.upper()

    @property
    def proxy(self) -> str:
        """The name of its proxy as a process."""
        return f"{self.marketplace}-proxy"

    @property
    def proxy_prefix(self) -> str:
        """What the variables of its proxy begin with: `YAHOO_PROXY_`."""
        return f"{self.upper}_PROXY_"

    @property
    def proxy_url(self) -> str:
        """Where its proxy is on one machine."""
        return f"http://127.0.0.1:{self.proxy_port}"

    @property
    def check_setting(self) -> str:
        """The key of the checkers' number."""
        return f"INVCHK_{self.upper}_WORKER"

    @property
    def update_setting(self) -> str:
        """The key of the updaters' number."""
        return f"INVRES_{self.upper}_WORKER"

    @property
    def canary_setting(self) -> str:
        return f"CANARY_ITEMS_{self.upper}"

    @property
    def lists_sellers(self) -> bool:
        """One call returns many items of a seller, so that the items of one seller are checked together."""
        return self.list_route is not None

    @cached_property
    def routes(self) -> tuple[RouteName, ...]:
        """All requests that look at sources."""
        own = tuple(kind.route for kind in self.items)
        return own if self.list_route is None else (*own, self.list_route)

    def kind_of(self, item_id: str) -> Items:
        """The kind by the form of the id; of an id of no form, the first."""
        return next((kind for kind in self.items if kind.is_id(item_id)), self.items[0])

    def is_item(self, item_id: str) -> bool:
        return any(kind.is_id(item_id) for kind in self.items)

    def page_url(self, item_id: str) -> str:
        """Where a person looks at the item; of an id of no form, where the first kind would be."""
        return self.kind_of(item_id).page.format(id=item_id)

    def item_id_in(self, text: str) -> str | None:
        """The id in what a person gave: an id, or the address of an item's page; None where it is neither."""
        given = bare(text)
        return given if self.is_item(given) else self.item_id_of_address(given)

    def item_id_of_address(self, text: str) -> str | None:
        """The id in the address of an item's page, in any form that people copy, also with a text around it.

        None where there is none, or where a text has the addresses of two items.
        """
        given = bare(text)
        for kind in self.items:
            for form in kind.addresses:
                found = whole(form, kind.ids).fullmatch(given)
                if found is not None:
                    return found[1]
        named = self.item_ids_within(given)
        return named.pop() if len(named) == 1 else None

    def item_ids_within(self, text: str) -> set[str]:
        """The ids of all addresses of items' pages within a text."""
        forms = ((form, kind.ids) for kind in self.items for form in kind.addresses)
        return {item_id for form, ids in forms for item_id in within(form, ids).findall(text[:LONGEST])}

"""The composition root of new offers and of prices: their lane, and what wakes it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from sqlalchemy import Engine

from mercarich_feed.adapters.catalog_searches_sql import SqlCatalogSearches
from mercarich_feed.adapters.creations_sql import SqlCreations
from mercarich_feed.adapters.lanes import AnyLane
from mercarich_feed.adapters.repricings_sql import SqlRepricings
from mercarich_feed.adapters.sp_api import SpApi
from mercarich_feed.adapters.sp_api_creating import SpApiCreating
from mercarich_feed.adapters.sp_api_prices import SpApiPrices
from mercarich_feed.dependencies import Dependencies
from mercarich_feed.handlers import CreationRounds
from mercarich_feed.ports import Listings, Numbers
from mercarich_feed.ports_creations import CreationMeter
from mercarich_feed.ports_prices import PriceMeter
from mercarich_feed.settings import FeedSettings
from mercarich_feed.use_cases.catalogue import SearchCatalogue
from mercarich_feed.use_cases.creations import CreateOffers
from mercarich_feed.use_cases.gate import Gate
from mercarich_feed.use_cases.prices import ChangePrices
from mercarich_feed.use_cases.restores import PushRestores
from mercarich_platform.worker import Tick

ROUND_SECONDS = 2.0


class Meter(CreationMeter, PriceMeter, Protocol):
    """Counts of both."""


@dataclass(frozen=True, slots=True)
class Shared:
    """What the lane shares with the others."""

    api: SpApi
    listings: Listings
    restore: PushRestores
    numbers: Numbers
    gate: Callable[[], Gate]
    meter: Meter


@dataclass(frozen=True, slots=True)
class Creating:
    lane: AnyLane[None]
    creations: SqlCreations
    prices: SqlRepricings
    tick: Tick


def build_creations(engine: Engine, own: FeedSettings, given: Dependencies, shared: Shared) -> Creating:
    creations = SqlCreations(engine, shared.numbers, own.token_retry_seconds, given.now)
    searches, amazon = SqlCatalogSearches(engine, own.token_retry_seconds, given.now), SpApiCreating(shared.api)

    def pushes_wait(user_id: int) -> bool:
        waiting = shared.listings.withdrawals_waiting(user_id, under_way=True) > 0
        return waiting or shared.restore.is_under_way(user_id)

    search, search_gate = SearchCatalogue(searches, amazon), shared.gate()
    create = CreateOffers(creations, amazon, pushes_wait, shared.meter, given.now)
    create_gate = shared.gate()
    repricings = SqlRepricings(engine, own.token_retry_seconds, given.now)
    change_prices = ChangePrices(repricings, SpApiPrices(shared.api, given.now), pushes_wait, shared.meter, given.now)
    price_gate = shared.gate()

    def search_then_create(user_id: int, _wishes: set[None]) -> float | None:
        times = (
            *(search_gate(user_id, search), create_gate(user_id, create)),
            price_gate(user_id, change_prices),
        )
        return min((seconds for seconds in times if seconds is not None), default=None)

    def due() -> list[int]:
        return [*searches.sellers(), *creations.sellers(), *repricings.sellers()]

    lane: AnyLane[None] = given.lane("creations", own.creators, search_then_create)
    return Creating(lane, creations, repricings, Tick("creations", ROUND_SECONDS, CreationRounds(lane, due)))

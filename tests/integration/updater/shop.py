"""A seller's withdrawn listings, a market to search, and the updater's worker and planner around them."""

import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Engine, insert, select, update
from tests.integration.checker.shop import LONG_AGO, Shop

from mercarich_contracts.market import Marketplace, Reason, State
from mercarich_contracts.messages import RevivalWanted
from mercarich_contracts.proxy_api import Evidence, Item, SearchRequest, SearchResult
from mercarich_db import engine as engines
from mercarich_db.tables import (
    holds,
    listing_events,
    listing_fees,
    listings,
    revival_candidates,
    revival_pictures,
    revivals,
    seller_settings,
    source_items,
)
from mercarich_platform.clock import monotonic, utc_now
from mercarich_reasons.holds import TooManyFalls
from mercarich_replacements.matching import Likeness
from mercarich_runs.adapters.runs_sql import SqlRuns
from mercarich_runs.ports import Operation, ProxyAway, Request, Run
from mercarich_runs.use_cases.publish import PublishSettings
from mercarich_updater.adapters.decisions_sql import SqlDecisions
from mercarich_updater.adapters.desk_sql import SqlDesk
from mercarich_updater.adapters.listings_sql import SqlListings
from mercarich_updater.adapters.meter import PrometheusMeter
from mercarich_updater.adapters.plan_sql import SqlPlan
from mercarich_updater.adapters.rules_sql import rules_cache
from mercarich_updater.ports import Batch, NotSearched, Picture, PictureLater
from mercarich_updater.use_cases.decide import KeepFresh, TakeApproved
from mercarich_updater.use_cases.desk import RevivalDesk
from mercarich_updater.use_cases.revive import BatchOutcome, ReviveListings
from mercarich_updater.use_cases.run_update import RunUpdate
from mercarich_updater.use_cases.search import FindReplacement

SAME = Likeness(share_forth=0.9, share_back=0.9, inliers=200, colour_distance=1.0, changed_share=0.0, odd_share=0.0)


def item(item_id: str, **more: Any) -> Item:
    """A good replacement of the listing that `RevivalShop.gone` made; keywords change it."""
    now = utc_now()
    values = {
        "marketplace": Marketplace.YAHOO,
        "item_id": item_id,
        "state": State.AVAILABLE,
        "title": "ソニー ヘッドホン MX-00001",
        "price_jpy": 900,
        "seller_id": "good-seller",
        "seller_rating_good": 100,
        "seller_rating_bad": 0,
        "images": (f"https://pictures/{item_id}",),
        "condition_code": 3,
        "shipping_payer": "seller",
        "ships_from": "東京都",
        "ship_days_max": 2,
        "evidence": Evidence(
            url=f"http://market/{item_id}",
            http_status=200,
            body_sha256="0" * 64,
            parser_version="test/1",
            extract="status=open",
            fetched_at=now,
        ),
        **more,
    }
    return Item(**values)


def no_longer(item_id: str, state: State = State.SOLD, reason: Reason = Reason.WON, **more: Any) -> Item:
    return item(item_id, state=state, reason=reason, **more)


@dataclass
class Market:
    """What a search returns, in order, and what a look at one item shows."""

    for_sale: list[Item] = field(default_factory=list)
    pages: dict[str, Item] = field(default_factory=dict)
    """The item's own page, where it differs from the search result."""
    asked: list[tuple[Marketplace, SearchRequest]] = field(default_factory=list)
    looks: list[str] = field(default_factory=list)
    compared: list[tuple[str, str]] = field(default_factory=list)
    ours: list[Picture] = field(default_factory=list)
    unsearchable: str = ""
    blocked_pictures: set[str] = field(default_factory=set)
    evicted: set[str] = field(default_factory=set)
    """Pictures that were compared, and are not at hand any more."""
    alike: Likeness = SAME
    likenesses: dict[str, Likeness] = field(default_factory=dict)
    """Of some of their pictures, by address: others than `alike`."""
    correlation: float = 0.95
    away: bool = False

    def search(self, marketplace: Marketplace, request: SearchRequest) -> SearchResult:
        self.asked.append((marketplace, request))
        if self.away:
            raise ProxyAway("the proxy is away")
        if self.unsearchable:
            raise NotSearched(self.unsearchable)
        found = tuple(one for one in self.for_sale if one.marketplace is marketplace)
        return SearchResult(items=found, complete=True, page=0)

    def look(self, marketplace: Marketplace, item_id: str) -> Item:
        self.looks.append(item_id)
        known = {one.item_id: one for one in self.for_sale} | self.pages
        return known.get(item_id) or no_longer(item_id)

    def quick(self, ours: Picture, theirs: Picture) -> float:
        self.compared.append((ours.url, theirs.url))
        self.ours.append(ours)
        for picture in (ours, theirs):
            if picture.url in self.blocked_pictures:
                raise PictureLater("breaker_open", picture)
        return self.correlation

    def likeness(self, ours: Picture, theirs: Picture) -> Likeness:
        if theirs.url in self.blocked_pictures:
            raise PictureLater("breaker_open", theirs)
        return self.likenesses.get(theirs.url, self.alike)

    def preview(self, picture: Picture) -> bytes | None:
        return None if picture.url in self.evicted else f"JPEG of {picture.url}".encode()


class RevivalShop(Shop):
    def __init__(self, engine: Engine, market: Market) -> None:
        super().__init__(engine)
        self.market = market
        self.rules = rules_cache(engine)
        self.listings_port = SqlListings(engine, self.rules)
        self.find = FindReplacement(market.search, market.look, market)
        self.decisions = SqlDecisions(engine)
        self.desk = RevivalDesk(SqlDesk(engine), self.listings_port, self.find, utc_now)

    def gone(self, user_id: int, item_id: str, **more: Any) -> int:
        """A withdrawn listing whose source is gone; Amazon has accepted its 0."""
        source = {
            "state": "sold",
            "title": "【美品】ソニー ヘッドホン MX-00001 箱付き",
            "price_jpy": 1000,
            "image_url": f"https://pictures/{item_id}",
            "condition_code": 3,
            **more.pop("source", {}),
        }
        values = {
            "quantity": 0,
            "revision": 2,
            "pushed_revision": 2,
            "pushed_quantity": 0,
            "searching": True,
            "withdrawn_at": utc_now(),
            "first_price_jpy": 1000,
            **more,
        }
        return self.listing(user_id, item_id, source=source, **values)

    def own(self, user_id: int, key: str, value: object) -> None:
        row = {"user_id": user_id, "key": key, "value": str(value), "updated_at": LONG_AGO, "updated_by": "test"}
        engines.run_tx(self.engine, lambda connection: connection.execute(insert(seller_settings).values(row)))

    def estimated(self, listing_id: int, **values: int) -> None:
        """Amazon has estimated its fee for the listing."""
        turn = {"estimated_at": LONG_AGO, "next_at": utc_now(), "failures": 0, "alone": False}
        row = {"listing_id": listing_id, **turn, **values}
        engines.run_tx(self.engine, lambda connection: connection.execute(insert(listing_fees).values(row)))

    def change(self, listing_id: int, **values: Any) -> None:
        mine = update(listings).where(listings.c.id == listing_id).values(**values)
        engines.run_tx(self.engine, lambda connection: connection.execute(mine))

    def hold(self, listing_id: int) -> None:
        """The brake keeps it up."""
        row = {"run_id": 1, "marketplace": "yahoo", "reason": TooManyFalls(20, 74), "opened_at": LONG_AGO}
        added = engines.run_tx(self.engine, lambda connection: connection.execute(insert(holds).values(row)))
        self.change(listing_id, hold_id=added.inserted_primary_key[0])

    def seen(self, item_id: str, **values: Any) -> None:
        """Write what another look found of a source."""
        mine = update(source_items).where(source_items.c.item_id == item_id).values(**values)
        engines.run_tx(self.engine, lambda connection: connection.execute(mine))

    def worker(self) -> ReviveListings:
        return ReviveListings(self.listings_port, self.find, PrometheusMeter(), utc_now, timedelta(seconds=30))

    def wake(self, *listing_ids: int) -> BatchOutcome:
        """Wake the updater as a withdrawal does."""
        message = RevivalWanted(marketplace=Marketplace.YAHOO, run_id=7, listing_ids=listing_ids)
        return self.worker()(Batch(message), threading.Event())

    def decide(self) -> None:
        TakeApproved(self.decisions, self.listings_port, self.market.look, utc_now)(Marketplace.YAHOO)

    def keep_fresh(self) -> None:
        KeepFresh(self.decisions, self.market.look, utc_now)(Marketplace.YAHOO)

    def candidates(self, listing_id: int) -> dict[str, str | None]:
        """By item: the filter that refused it, in the order of judging."""
        columns = (revival_candidates.c.item_id, revival_candidates.c.refused_by)
        rows = select(*columns).where(revival_candidates.c.listing_id == listing_id).order_by(revival_candidates.c.id)
        with engines.reading(self.engine) as connection:
            return {row.item_id: row.refused_by for row in connection.execute(rows)}

    def seen_of(self, listing_id: int) -> Sequence[Any]:
        """Rows of the candidates, in the order of judging."""
        mine = select(revival_candidates).where(revival_candidates.c.listing_id == listing_id)
        with engines.reading(self.engine) as connection:
            return connection.execute(mine.order_by(revival_candidates.c.id)).all()

    def reasons(self, listing_id: int) -> list[Any]:
        """Return the kinds of the listing's events, in order."""
        mine = select(listing_events.c.reason).where(listing_events.c.listing_id == listing_id)
        with engines.reading(self.engine) as connection:
            return list(connection.execute(mine.order_by(listing_events.c.id)).scalars())

    def states(self, listing_id: int) -> list[str]:
        rows = select(revivals.c.state).where(revivals.c.listing_id == listing_id).order_by(revivals.c.id)
        with engines.reading(self.engine) as connection:
            return list(connection.execute(rows).scalars())

    def found_picture(self, listing_id: int) -> tuple[int, bytes] | None:
        """Return the picture kept of the listing's replacement, with the replacement's id."""
        mine = select(revival_pictures).where(revival_pictures.c.listing_id == listing_id)
        with engines.reading(self.engine) as connection:
            row = connection.execute(mine).one_or_none()
        return None if row is None else (row.revival_id, row.jpeg)

    def source_of(self, listing_id: int) -> str:
        offer = self.offer(listing_id)
        with engines.reading(self.engine) as connection:
            row = select(source_items.c.item_id).where(source_items.c.id == offer.source_item_id)
            item_id: str = connection.execute(row).scalar_one()
            return item_id


@dataclass
class Inline:
    """`ports.Batches`: a published batch is worked on at once; `lose` of them are lost on the way."""

    shop: RevivalShop
    batches: list[RevivalWanted] = field(default_factory=list)
    lose: int = 0

    def publish(self, *batches: RevivalWanted) -> None:
        for batch in batches:
            self.one(batch)

    def one(self, batch: RevivalWanted) -> None:
        self.batches.append(batch)
        if self.lose:
            self.lose -= 1
            return
        try:
            self.shop.worker()(Batch(batch), threading.Event())
        except ProxyAway:
            return


def planner(shop: RevivalShop, batches: Inline, *, now: Any = utc_now, **more: Any) -> RunUpdate:
    publish = {"batch_items": 10, "unfinished_batches": 20, "republish_after": timedelta(seconds=30), "attempts": 3}
    return RunUpdate(
        runs=SqlRuns(shop.engine, Operation.UPDATE),
        plan=SqlPlan(shop.engine, shop.rules, now),
        batches=batches,
        publish=PublishSettings(**{**publish, **more}),
        deadline=timedelta(seconds=60),
        now=utc_now,
        monotonic=monotonic,
        report=lambda phase, counts: None,
    )


def run(shop: RevivalShop, plans: Sequence[int] = (2, 4), **more: Any) -> tuple[Run, Inline]:
    """Run one whole update run."""
    batches = Inline(shop)
    request = Request(marketplace=Marketplace.YAHOO, plans=tuple(plans), **more)
    return planner(shop, batches)(request, None, threading.Event()), batches


def days_ago(days: float) -> datetime:
    return utc_now() - timedelta(days=days)

"""Another source for a listing: the item that is looked at first, and the transaction that gives it to the listing."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, and_, false, or_, select, true, update

from mercarich_contracts.events import EventKind
from mercarich_contracts.market import Marketplace, RouteName, State
from mercarich_contracts.revivals import RevivalState
from mercarich_db import asked_looks, loss_rules, open_orders
from mercarich_db.bulk import insert_missing
from mercarich_db.engine import run_tx
from mercarich_db.replacement_rules import rules_of
from mercarich_db.routes import ROUTE_WAITED_FOR
from mercarich_db.tables import amazon_accounts, listings, revivals, source_items
from mercarich_listings import earnings, store
from mercarich_listings import listing as life
from mercarich_listings.details import why_fixed
from mercarich_listings.event import Told, Trigger
from mercarich_listings.listing import UP, Listing, Lived
from mercarich_listings.replacements import forget_pictures
from mercarich_listings.transition import Stage
from mercarich_reasons.imports import SourceTaken
from mercarich_reasons.sources import (
    ChosenAlready,
    ChosenDearer,
    ChosenForOrder,
    ChosenNotSeenNow,
    ListingChangedSince,
    LooksNeedAccount,
    LooksUsedUp,
    LookWaitsForRoute,
    NoLookNow,
    OtherItemLookedAt,
    SourceChosen,
)
from mercarich_reasons.stock import ByHand
from mercarich_replacements.earnings import Sale
from mercarich_replacements.earnings import earnings as earnings_of
from mercarich_replacements.loss_stop import decide
from mercarich_replacements.rules import excluded_word
from mercarich_web.database import reading
from mercarich_web.listings.choices import LOOKS_A_DAY, WantedItem, WantedLooks
from mercarich_web.listings.chosen import (
    LOOK_REST,
    MINUTES,
    Comparison,
    Effect,
    Item,
    Outcome,
    SeenItem,
    Shown,
    effect,
    fewer_pieces,
    too_little,
)
from mercarich_web.listings.sql.looks import is_free, is_only_planned, room
from mercarich_web.listings.sql.seen_items import COLUMNS, is_item, item_of, seen, seen_by_id
from mercarich_web.listings.sql.taken import taker
from mercarich_web.pictures.sql import want_pictures
from mercarich_web.refusals import NotFound, Refused

_source = source_items.c
_NEW = {"state": State.UNKNOWN, "check_rank": 0, "check_attempts": 0, "check_unknowns": 0}
_WAITING = (RevivalState.PROPOSED, RevivalState.APPROVED)
Mine = tuple[int, int]
"""Ids of a seller and of a listing, which must be the seller's."""


@dataclass(frozen=True, slots=True)
class Deed:
    """Who does it, and when."""

    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Used:
    sku: str
    old: SeenItem
    outcome: Outcome
    changed_at_amazon: bool
    """Whether Amazon is to show another quantity: 0 if it is paused, else a restore, or fewer pieces."""


class SqlSources:
    """Every method raises `NotFound` for a listing that is not the seller's."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def compare(self, user_id: int, listing_id: int, item: Item | None, now: datetime) -> Comparison:
        with reading(self._engine) as connection:
            return _compared(connection, user_id, listing_id, item, now)

    def look(self, user_id: int, listing_id: int, item: Item, by: str, now: datetime) -> WantedLooks | None:
        """Have the item looked at soon; return what a checker is to be told, if anything. Raises `Refused`."""
        mine, deed = (user_id, listing_id), Deed(by, now)
        return run_tx(self._engine, lambda connection: _look(connection, mine, item, deed))

    def use(self, user_id: int, listing_id: int, item: Item, shown: Shown, by: str, now: datetime) -> Used:
        """Give the listing the item as its source. Raises `Refused`."""
        mine, deed = (user_id, listing_id), Deed(by, now)
        return run_tx(self._engine, lambda connection: _use(connection, mine, item, shown, deed))


def _compared(connection: Connection, user_id: int, listing_id: int, item: Item | None, now: datetime) -> Comparison:
    listing = _mine(store.read(connection, [listing_id], listings.c.user_id == user_id), listing_id)
    row = connection.execute(_sale_of(listing_id)).one()
    terms, rule = loss_rules.of(connection, user_id)
    sale = earnings.sale_of(row)
    of_stage = effect(listing.stage, orphan=row.orphan)
    made = Comparison(
        listing_id=listing_id,
        sku=listing.sku,
        title=row.title,
        shown=Shown(listing.revision, listing.source_item_id, of_stage or Effect.NONE),
        present=seen_by_id(connection, listing.source_item_id),
        earned=earnings_of(sale, terms),
    )
    other = None if item is None else seen(connection, item)
    if item is None or other is None:
        return made
    with_other = _with(sale, other)
    why = decide(with_other, terms, rule, row.least_profit_jpy, paused=False)
    rules = rules_of(connection, user_id)
    return replace(
        made,
        shown=replace(made.shown, cost_jpy=other.cost_jpy),
        pieces=fewer_pieces(listing, rules.quantity_cap),
        other=other,
        earns=earnings_of(with_other, terms),
        too_little=too_little(why, made.shown.effect),
        seller_excluded=(item[0], other.seller_id) in rules.banned_sellers,
        word_excluded=excluded_word([other.title] if other.title else [], rules.banned_words),
        taken_by=taker(connection, user_id, listing_id, item),
        order_id=open_orders.order_with(connection, user_id, item),
    )


def _look(connection: Connection, mine: Mine, item: Item, deed: Deed) -> WantedLooks | None:
    (user_id, listing_id), now = mine, deed.at
    # Locked before anything is read, so that looks asked for at the same time count each other.
    account = select(amazon_accounts.c.user_id).where(amazon_accounts.c.user_id == user_id).with_for_update()
    has_account = connection.execute(account).first() is not None
    listing = _mine(store.read(connection, [listing_id], listings.c.user_id == user_id), listing_id)
    _refuse_stage(listing)
    _refuse_taken(connection, listing, item)
    if not has_account:
        raise Refused(LooksNeedAccount())
    known = seen(connection, item)
    if known is not None and known.is_fresh(now, LOOK_REST) and known.check_problem is None:
        return None
    run = next(iter(asked_looks.trusted(connection, [item[0]])), None)
    if run is None:
        raise Refused(NoLookNow(item[0]))
    if room(connection, user_id, now) < 1:
        raise Refused(LooksUsedUp(LOOKS_A_DAY))
    insert_missing(connection, source_items, [{"marketplace": item[0], "item_id": item[1], **_NEW}])
    number, route = connection.execute(select(_source.id, ROUTE_WAITED_FOR).where(is_item(item))).one()
    if route is not None:
        raise Refused(LookWaitsForRoute(RouteName(route)))
    has_ended = true() if run.phase == "ended" else false()
    free = or_(is_free(run.id, has_ended, now), is_only_planned(run.id, has_ended))
    found = asked_looks.add(connection, run, [number], free)
    if not found:
        return None
    told = Told(EventKind.LOOK_WANTED, now, OtherItemLookedAt(deed.by, *item))
    store.tell(connection, [life.tell(listing, told)])
    items = [WantedItem(row.id, row.item_id, row.seller_id) for row in found]
    return WantedLooks(run.marketplace, run.id, run.generation, items)


def _use(connection: Connection, mine: Mine, item: Item, shown: Shown, deed: Deed) -> Used:
    user_id, listing_id = mine
    # In the order of those that apply a replacement: its row, the source, the listing.
    waiting = and_(revivals.c.listing_id == listing_id, revivals.c.state.in_(_WAITING))
    found = connection.execute(select(revivals.c.id).where(waiting).with_for_update()).scalars().all()
    row = connection.execute(select(_source.id, *COLUMNS).where(is_item(item)).with_for_update()).one_or_none()
    listing = _mine(store.lock(connection, [listing_id], listings.c.user_id == user_id), listing_id)
    old = seen_by_id(connection, listing.source_item_id)
    orphan = connection.execute(select(listings.c.orphan).where(listings.c.id == listing_id)).scalar_one()
    _refuse_stage(listing)
    current = Shown(listing.revision, listing.source_item_id, effect(listing.stage, orphan=orphan) or Effect.NONE)
    if replace(shown, cost_jpy=None) != current:
        raise Refused(ListingChangedSince(listing.sku, Marketplace(old.marketplace), old.item_id))
    if row is None:
        raise Refused(ChosenNotSeenNow(item[1], MINUTES))
    new = item_of(row)
    _refuse_item(new, shown, deed.at)
    _refuse_taken(connection, listing, item)
    if found:
        connection.execute(update(revivals).where(revivals.c.id.in_(found)).values(state=RevivalState.LAPSED))
        forget_pictures(connection, [listing_id])
    pieces = fewer_pieces(listing, rules_of(connection, user_id).quantity_cap)
    change = _chosen(listing, row.id, pieces, old, new, deed)
    store.save(connection, [change])
    _keep_first_price(connection, listing, old, new)
    if listing.listed:
        store.look_soon(connection, [row.id])
        want_pictures(connection, user_id, [listing.sku])
    outcome = Outcome.NONE if current.effect is Effect.NONE else _follow(connection, change.after, new, deed)
    goes_down = outcome is Outcome.PAUSED and current.effect is Effect.STAYS_UP
    is_lower = change.after.quantity < listing.quantity
    return Used(listing.sku, old, outcome, outcome is Outcome.GOES_UP or goes_down or is_lower)


def _chosen(listing: Listing, source_id: int, pieces: int | None, old: SeenItem, new: SeenItem, deed: Deed) -> Lived:
    chosen = SourceChosen(
        person=deed.by,
        marketplace=Marketplace(new.marketplace),
        item_id=new.item_id,
        source_item_id=source_id,
        old_marketplace=Marketplace(old.marketplace),
        old_item_id=old.item_id,
        price_jpy=new.price_jpy,
        shipping_jpy=new.postage_jpy or None,
        pieces=pieces,
    )
    return life.choose_source(listing, deed.at, chosen, Trigger(evidence_id=new.evidence_id))


def _keep_first_price(connection: Connection, listing: Listing, old: SeenItem, new: SeenItem) -> None:
    """Keep the price that limits later replacements."""
    # The first price of a draft is its source's, as an import sets it; that of an offer is its first source's.
    first = new.price_jpy if listing.stage is Stage.DRAFT else listing.first_price_jpy or old.price_jpy
    if first != listing.first_price_jpy:
        connection.execute(store.noting(first_price_jpy=first).where(listings.c.id == listing.id))


def _follow(connection: Connection, listing: Listing, new: SeenItem, deed: Deed) -> Outcome:
    """Put up what is down, with a fresh look at its source, or pause it if a sale would earn too little."""
    now, by = deed.at, ByHand(deed.by)
    row = connection.execute(_sale_of(listing.id)).one()
    terms, rule = loss_rules.of(connection, listing.user_id)
    why = decide(earnings.sale_of(row), terms, rule, row.least_profit_jpy, paused=False)
    is_up = listing.stage in UP
    loss = too_little(why, Effect.STAYS_UP if is_up else Effect.GOES_UP)
    if loss is None and is_up:
        return Outcome.STAYS_UP
    if loss is None:
        store.save(connection, [life.put_up(listing, now, by)])
        return Outcome.GOES_UP
    if listing.stage is not Stage.PAUSED:
        trigger = Trigger(evidence_id=new.evidence_id)
        paused = life.pause(listing, now, loss, trigger) if is_up else life.pause_again(listing, now, by)
        store.save(connection, [paused])
    return Outcome.PAUSED


def _refuse_stage(listing: Listing) -> None:
    why = why_fixed(listing)
    if why is not None:
        raise Refused(why)


def _refuse_item(new: SeenItem, shown: Shown, now: datetime) -> None:
    why = new.why_not(now)
    if why is not None:
        raise Refused(why)
    if shown.cost_jpy is not None and new.cost_jpy is not None and new.cost_jpy > shown.cost_jpy:
        raise Refused(ChosenDearer(new.item_id, shown.cost_jpy, new.cost_jpy))


def _refuse_taken(connection: Connection, listing: Listing, item: Item) -> None:
    """Raises `Refused` where this listing, another one of the seller's, or an open order has the item."""
    own = select(_source.id).where(_source.id == listing.source_item_id, is_item(item))
    if connection.execute(own).first() is not None:
        raise Refused(ChosenAlready(listing.sku, item[1]))
    sku = taker(connection, listing.user_id, listing.id, item)
    if sku is not None:
        raise Refused(SourceTaken(sku))
    order_id = open_orders.order_with(connection, listing.user_id, item)
    if order_id is not None:
        raise Refused(ChosenForOrder(item[1], order_id))


def _mine(found: list[Listing], listing_id: int) -> Listing:
    if not found:
        raise NotFound(f"there is no listing {listing_id}")
    return found[0]


def _sale_of(listing_id: int) -> Any:
    columns = (listings.c.title, listings.c.orphan, listings.c.least_profit_jpy, *earnings.COLUMNS)
    return select(*columns).select_from(earnings.joined()).where(listings.c.id == listing_id)


def _with(sale: Sale, other: SeenItem) -> Sale:
    price_jpy, postage_jpy = other.price_jpy, other.postage_jpy
    return replace(sale, state=other.state, why=other.reason, price_jpy=price_jpy, postage_jpy=postage_jpy)

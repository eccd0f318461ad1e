"""Replacements that wait for a seller, and the seller's decision on them: as `mercarich revival approve` and `undo`."""

from collections.abc import Callable, Sequence

from sqlalchemy import ColumnElement, Connection, Engine, and_, exists, func, select

from mercarich_db.bulk import insert_missing
from mercarich_db.engine import run_tx
from mercarich_db.tables import (
    excluded_sellers,
    listing_pictures,
    listings,
    revival_candidates,
    revivals,
    source_items,
)
from mercarich_listings import replacements
from mercarich_listings.replacements import AWAITED, Undecidable
from mercarich_platform.clock import Clock
from mercarich_web.database import reading
from mercarich_web.identity.people import Account
from mercarich_web.refusals import NotFound, Refused
from mercarich_web.replacements.proposals import Decided, Proposal

SEEN = (
    *("rating_good", "rating_bad", "shipping_payer", "shipping_cost_jpy", "ships_from", "ship_days_max"),
    *("share_forth", "share_back", "inliers"),
)
"""What the search saw of a candidate; NULL when it is not known, or not kept any more."""
SHOWN = 20
Decide = Callable[[Connection, int], int]
"""Decides on a listing by its id, and returns the id of the replacement."""


class SqlProposals:
    """Decisions raise `NotFound` for a listing that is not the seller's, and `Refused`. A decision is also refused when
    `shown`, the marketplace and item that the seller saw, is not what would be decided on."""

    def __init__(self, engine: Engine, now: Clock) -> None:
        self._engine = engine
        self._now = now

    def waiting(self, seller: Account) -> Sequence[Proposal]:
        """Return the first twenty, oldest first."""
        old, new = source_items.alias("old"), source_items.alias("new")
        found, offer, seen = revivals.c, listings.c, revival_candidates.c
        query = (
            select(found.id, found.listing_id, offer.sku, offer.title.label("listing_title"), offer.withdrawn_at)
            .add_columns(offer.first_price_jpy, old.c.marketplace.label("old_marketplace"))
            .add_columns(old.c.item_id.label("old_item_id"), old.c.price_jpy.label("old_price_jpy"))
            .add_columns(old.c.seller_id.label("old_seller_id"), found.marketplace, found.item_id, found.url)
            .add_columns(found.title, found.price_jpy, found.at, old.c.condition_code.label("old_condition_code"))
            .add_columns(func.coalesce(seen.seller_id, new.c.seller_id).label("seller_id"))
            .add_columns(func.coalesce(seen.condition_code, new.c.condition_code).label("condition_code"))
            .add_columns(*(seen[name] for name in SEEN), _pictured().label("pictured"))
            .join(listings, AWAITED)
            .join(old, old.c.id == found.old_source_item_id)
            .outerjoin(revival_candidates, _its_candidate())
            .outerjoin(new, and_(new.c.marketplace == found.marketplace, new.c.item_id == found.item_id))
            .where(found.user_id == seller.user_id)
            .order_by(found.id)
            .limit(SHOWN)
        )
        with reading(self._engine) as connection:
            return [Proposal(**row._mapping) for row in connection.execute(query)]

    def approve(self, seller: Account, listing_id: int, shown: str | None = None) -> Decided:
        """Approve the replacement. A worker applies it within seconds, after one more look."""
        by, now = seller.username, self._now()
        return self._decide(seller, listing_id, lambda c, id: replacements.approve(c, id, by, now, shown=shown))

    def refuse(self, seller: Account, listing_id: int, shown: str | None = None) -> Decided:
        """Refuse the replacement, or undo one that is already in use. The item is not used for this listing again."""
        by, now = seller.username, self._now()
        return self._decide(seller, listing_id, lambda c, id: replacements.undo(c, id, by, now, shown=shown))

    def refuse_seller(self, seller: Account, listing_id: int, shown: str | None = None) -> Decided:
        """Refuse the replacement, and exclude its seller."""
        by, now = seller.username, self._now()

        def refuse(connection: Connection, id: int) -> int:
            number = replacements.undo(connection, id, by, now, shown=shown)
            _exclude(connection, seller.user_id, number)
            return number

        return self._decide(seller, listing_id, refuse)

    def _decide(self, seller: Account, listing_id: int, decide: Decide) -> Decided:
        mine = select(listings.c.sku).where(listings.c.id == listing_id, listings.c.user_id == seller.user_id)

        def decided(connection: Connection) -> Decided:
            sku = connection.execute(mine).scalar()
            if sku is None:
                raise NotFound(f"there is no listing {listing_id}")
            return Decided(sku, decide(connection, listing_id))

        try:
            return run_tx(self._engine, decided)
        except Undecidable as error:
            raise Refused(error.reason) from error


def _its_candidate() -> ColumnElement[bool]:
    """Return the search's row on the item that it found."""
    seen = revival_candidates.c
    same = and_(seen.marketplace == revivals.c.marketplace, seen.item_id == revivals.c.item_id)
    return and_(seen.listing_id == revivals.c.listing_id, same, seen.refused_by.is_(None))


def _pictured() -> ColumnElement[bool]:
    saved = listing_pictures.c
    return exists().where(saved.listing_id == revivals.c.listing_id, saved.slot == 0)


def _exclude(connection: Connection, user_id: int, revival_id: int) -> None:
    """Exclude the seller of the item. When the item's page did not name the seller, nobody is excluded."""
    same = and_(source_items.c.marketplace == revivals.c.marketplace, source_items.c.item_id == revivals.c.item_id)
    who = (
        select(revivals.c.marketplace, func.coalesce(revival_candidates.c.seller_id, source_items.c.seller_id))
        .outerjoin(revival_candidates, _its_candidate())
        .outerjoin(source_items, same)
    )
    marketplace, seller_id = connection.execute(who.where(revivals.c.id == revival_id)).one()
    if seller_id is not None:
        row = {"user_id": user_id, "marketplace": marketplace, "seller_id": seller_id}
        insert_missing(connection, excluded_sellers, [row])

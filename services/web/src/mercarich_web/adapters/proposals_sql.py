"""`ports_proposals.Proposals` over the tables."""

from collections.abc import Callable, Sequence
from datetime import datetime

from sqlalchemy import Connection, Engine, and_, select

from mercarich_db import replacements
from mercarich_db.bulk import insert_missing
from mercarich_db.replacements import PROPOSED, Undecidable
from mercarich_db.tables import excluded_sellers, listings, revivals, source_items
from mercarich_db.types import AnyRow
from mercarich_web.adapters.database import reading, writing
from mercarich_web.domain.proposals import Decided, Proposal
from mercarich_web.domain.refusals import NotFound
from mercarich_web.ports import Refused

Decide = Callable[[Connection, AnyRow], int]


class SqlProposals:
    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def waiting(self, user_id: int, limit: int) -> Sequence[Proposal]:
        old, new, found, offer = source_items.alias("old"), source_items.alias("new"), revivals.c, listings.c
        query = (
            select(found.id, found.listing_id, offer.sku, offer.title.label("listing_title"), offer.withdrawn_at)
            .add_columns(offer.first_price_jpy, old.c.marketplace.label("old_marketplace"))
            .add_columns(old.c.item_id.label("old_item_id"), old.c.price_jpy.label("old_price_jpy"))
            .add_columns(old.c.seller_id.label("old_seller_id"), found.marketplace, found.item_id, found.url)
            .add_columns(found.title, found.price_jpy, new.c.seller_id, new.c.condition_code, found.at)
            .join(listings, and_(offer.id == found.listing_id, offer.source_item_id == found.old_source_item_id))
            .join(old, old.c.id == found.old_source_item_id)
            .outerjoin(new, and_(new.c.marketplace == found.marketplace, new.c.item_id == found.item_id))
            .where(found.state == PROPOSED, found.user_id == user_id)
            .order_by(found.id)
            .limit(limit)
        )
        with reading(self._engine) as connection:
            return [Proposal(**row._mapping) for row in connection.execute(query)]

    def approve(self, user_id: int, listing_id: int, by: str, now: datetime) -> Decided:
        return self._decide(user_id, listing_id, lambda c, row: replacements.approve(c, row, by, now))

    def undo(self, user_id: int, listing_id: int, by: str, now: datetime) -> Decided:
        return self._decide(user_id, listing_id, lambda c, row: replacements.undo(c, row, by, now))

    def never_again(self, user_id: int, listing_id: int, by: str, now: datetime) -> Decided:
        def refuse(connection: Connection, row: AnyRow) -> int:
            number = replacements.undo(connection, row, by, now)
            _exclude(connection, user_id, number)
            return number

        return self._decide(user_id, listing_id, refuse)

    def _decide(self, user_id: int, listing_id: int, decide: Decide) -> Decided:
        mine = select(listings).where(listings.c.id == listing_id, listings.c.user_id == user_id)

        def decided(connection: Connection) -> Decided:
            row = connection.execute(mine).one_or_none()
            if row is None:
                raise NotFound(f"there is no listing {listing_id}")
            return Decided(row.sku, decide(connection, row))

        try:
            return writing(self._engine, decided)
        except Undecidable as error:
            raise Refused(str(error)) from error


def _exclude(connection: Connection, user_id: int, revival_id: int) -> None:
    """The seller of what was found; where the page did not tell who sells, nobody is excluded."""
    same = and_(source_items.c.marketplace == revivals.c.marketplace, source_items.c.item_id == revivals.c.item_id)
    who = select(source_items.c.marketplace, source_items.c.seller_id).join(revivals, same)
    found = connection.execute(who.where(revivals.c.id == revival_id)).one_or_none()
    if found is not None and found.seller_id is not None:
        row = {"user_id": user_id, "marketplace": found.marketplace, "seller_id": found.seller_id}
        insert_missing(connection, excluded_sellers, [row])

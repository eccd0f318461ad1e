"""A seller's decisions on replacements that wait, on one or on many: as `mercarich revival approve` and `undo`."""

from collections.abc import Callable, Mapping, Sequence

from sqlalchemy import Connection, Engine, and_, func, select

from mercarich_contracts.audit import Actor, AuditAction
from mercarich_db.audit import Deed, note_down
from mercarich_db.bulk import insert_missing
from mercarich_db.engine import run_tx
from mercarich_db.tables import excluded_sellers, listings, revival_candidates, revivals, source_items
from mercarich_listings import replacements
from mercarich_listings.replacements import Undecidable
from mercarich_platform.clock import Clock
from mercarich_web.identity.people import Account
from mercarich_web.refusals import NotFound, Refused
from mercarich_web.replacements.proposals import Decided
from mercarich_web.replacements.sql.waiting import its_candidate, still_matching
from mercarich_web.replacements.views import Decision, Wish

AUDITED: Mapping[Decision, AuditAction] = {
    Decision.APPROVE: AuditAction.REPLACEMENTS_APPROVED,
    Decision.REFUSE: AuditAction.REPLACEMENTS_REFUSED,
}
Decide = Callable[[Connection, int], int]
"""Decides on a listing by its id, and returns the id of the replacement."""


class SqlProposals:
    """Decisions raise `NotFound` for a listing that is not the seller's, and `Refused`. A decision is also refused when
    `shown`, the marketplace and item that the seller saw, is not what would be decided on."""

    def __init__(self, engine: Engine, now: Clock) -> None:
        self._engine = engine
        self._now = now

    def approve(self, seller: Account, listing_id: int, shown: str | None = None) -> Decided:
        """Approve the replacement. A worker applies it within seconds, after one more look."""
        by, now = seller.username, self._now()
        return self._decide(seller, listing_id, lambda c, id: replacements.approve(c, id, by, now, shown=shown))

    def refuse(self, seller: Account, listing_id: int, shown: str | None = None, *, waiting: bool = False) -> Decided:
        """Refuse the replacement, or undo one that is already in use. The item is not used for this listing again.

        `waiting`: only one that still waits is refused.
        """
        by, now = seller.username, self._now()
        refuse = replacements.refuse if waiting else replacements.undo
        return self._decide(seller, listing_id, lambda c, id: refuse(c, id, by, now, shown=shown))

    def refuse_seller(self, seller: Account, listing_id: int, shown: str | None = None) -> Decided:
        """Refuse the replacement if it still waits, and exclude its seller."""
        by, now = seller.username, self._now()

        def refuse(connection: Connection, id: int) -> int:
            number = replacements.refuse(connection, id, by, now, shown=shown)
            _exclude(connection, seller.user_id, number)
            return number

        return self._decide(seller, listing_id, refuse)

    def decide_many(self, seller: Account, decision: Decision, wish: Wish, ids: Sequence[int], by: Actor) -> int:
        """Decide on those of the previewed replacements that still wait and match; return their number.

        They and their entry in the audit log are one transaction. Raises `DatabaseAway`.
        """
        now = self._now()
        decide = replacements.approve_many if decision is Decision.APPROVE else replacements.refuse_many

        def decided(connection: Connection) -> int:
            some = still_matching(connection, seller.user_id, wish, ids)
            number = len(decide(connection, some, seller.username, now))
            if number:
                note_down(connection, Deed(AUDITED[decision], by, f"{number} replacements", now, of=by.user_id))
            return number

        return run_tx(self._engine, decided)

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


def _exclude(connection: Connection, user_id: int, revival_id: int) -> None:
    """Exclude the seller of the item. When the item's page did not name the seller, nobody is excluded."""
    same = and_(source_items.c.marketplace == revivals.c.marketplace, source_items.c.item_id == revivals.c.item_id)
    who = (
        select(revivals.c.marketplace, func.coalesce(revival_candidates.c.seller_id, source_items.c.seller_id))
        .outerjoin(revival_candidates, its_candidate())
        .outerjoin(source_items, same)
    )
    marketplace, seller_id = connection.execute(who.where(revivals.c.id == revival_id)).one()
    if seller_id is not None:
        row = {"user_id": user_id, "marketplace": marketplace, "seller_id": seller_id}
        insert_missing(connection, excluded_sellers, [row])

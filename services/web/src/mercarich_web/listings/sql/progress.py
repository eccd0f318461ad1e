"""Count how far the changes of a seller's action have come, by the events that it has written."""

from datetime import datetime

from sqlalchemy import Engine, and_, case, func, or_, select

from mercarich_contracts.events import EventKind
from mercarich_db.tables import listing_events, listings
from mercarich_db.types import has_code
from mercarich_listings.waiting import pending, source_is_fresh
from mercarich_reasons.stock import ByHand, PutBack
from mercarich_web.database import reading
from mercarich_web.listings.actions import ACTIONS
from mercarich_web.listings.progress import Progress

_KINDS: frozenset[EventKind] = frozenset[EventKind]().union(*(its.tells for its in ACTIONS.values() if its.make))


class SqlProgress:
    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def of(self, user_id: int, at: datetime, now: datetime) -> Progress:
        """Return the progress of what the seller changed at that time: of nothing, where there was no action."""
        event, offer = listing_events.c, listings.c
        arrived = and_(offer.pushed_revision == event.revision, offer.revision == event.revision)
        is_newest = and_(offer.revision == event.revision, pending())
        refused = and_(offer.push_failed_revision == offer.revision, offer.push_problem.is_not(None))
        unseen = and_(offer.quantity > 0, ~source_is_fresh(now))
        place = case(
            (arrived, "arrived"),
            (and_(is_newest, refused), "refused"),
            (and_(is_newest, unseen), "unseen"),
            (is_newest, "waiting"),
            else_="overtaken",
        )
        by_hand = or_(has_code(event.reason, ByHand), has_code(event.reason, PutBack))
        mine = (event.user_id == user_id, event.at == at, event.kind.in_(sorted(_KINDS)), by_hand)
        counted = (
            select(place, func.count())
            .select_from(listing_events)
            .outerjoin(listings, offer.id == event.listing_id)
            .where(*mine, event.quantity_before != event.quantity_after)
            .group_by(place)
        )
        with reading(self._engine) as connection:
            count = {where: number for where, number in connection.execute(counted)}  # noqa: C416 (rows are no pairs)
        places = ("arrived", "waiting", "unseen", "refused", "overtaken")
        return Progress(at, *(count.get(name, 0) for name in places))

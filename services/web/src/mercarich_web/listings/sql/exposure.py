"""How long offers were at Amazon without a source, from the history of listings."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Engine, Select, and_, false, func, not_, or_, select

from mercarich_contracts.events import EventKind
from mercarich_contracts.market import Marketplace
from mercarich_db.tables import holds, listing_events, run_sellers, runs
from mercarich_db.types import has_code
from mercarich_listings.mean_on_sale import mean_on_sale
from mercarich_reasons.earnings import BY_PRICE
from mercarich_reasons.stock import ByHand
from mercarich_web.database import reading
from mercarich_web.listings.exposure import Effect, Looks, Span, kinds
from mercarich_web.runs.holds import KINDS_BY_PRICE

BEFORE = timedelta(days=7)
"""How long before the period an exposure that has ended may have begun. For longer ones, no end is searched for."""
_event = listing_events.c
_begins = kinds(Effect.BEGINS)


class SqlExposures:
    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def spans(
        self, user_id: int, since: datetime, now: datetime, exposed: Mapping[int, datetime | None]
    ) -> Sequence[Span]:
        """Return the exposures that had not ended before `since`; those that continue end now. `exposed` is as of
        `views.Shop`."""
        still = dict(exposed)
        with reading(self._engine) as connection:
            found = []
            for row in connection.execute(_changes(user_id, since - BEFORE)):
                if row.until is not None:
                    found.append(Span(row.at, row.until))
                    begins = still.get(row.listing_id)
                    # The exposure has ended since the listings were read.
                    if begins is not None and begins <= row.until:
                        still.pop(row.listing_id)
                elif row.listing_id in still:
                    still.pop(row.listing_id)
                    found.append(Span(row.at, now))
        return [*found, *(Span(begins, now) for begins in still.values() if begins is not None)]

    def looks(self, user_id: int, since: datetime) -> Sequence[Looks]:
        """Return the check runs and windows of the watch that looked at offers of the seller."""
        own = run_sellers.c
        query = (
            select(runs.c.id, runs.c.started_at, runs.c.marketplace, own.fallen, own.unseen_seconds)
            .join(run_sellers, and_(own.run_id == runs.c.id, own.user_id == user_id))
            .where(runs.c.operation.in_(("check", "watch")), runs.c.started_at >= since, own.checked > 0)
        )
        with reading(self._engine) as connection:
            cleared = self._cleared(connection, user_id, since)
            return [
                Looks(
                    row.started_at,
                    Marketplace(row.marketplace),
                    row.fallen,
                    min(row.fallen, cleared.get(row.id, 0)),
                    None if row.unseen_seconds is None else timedelta(seconds=row.unseen_seconds),
                )
                for row in connection.execute(query)
            ]

    def mean_on_sale(self, user_id: int, since: datetime, now: datetime) -> Mapping[Marketplace, float]:
        """Return how many offers the seller has had on sale, on average, by marketplace of the source."""
        with reading(self._engine) as connection:
            return mean_on_sale(connection, {user_id: since}, now)[user_id]

    def _cleared(self, connection: Connection, user_id: int, since: datetime) -> dict[int, int]:
        """Return, by run, the number of offers that its holds kept up and that turned out to be on sale."""
        cleared = (
            select(holds.c.run_id, func.count())
            .join(listing_events, _event.hold_id == holds.c.id)
            .where(_event.user_id == user_id, _event.at >= since, _event.kind == EventKind.HOLD_CLEARED)
            .where(func.coalesce(holds.c.kind, "").not_in(KINDS_BY_PRICE))
            .group_by(holds.c.run_id)
        )
        return {row[0]: row[1] for row in connection.execute(cleared)}


def _changes(user_id: int, since: datetime) -> Select[Any]:
    """Select the beginnings of exposures, with the time of the next change, which ended them; None after a listing's
    last one."""
    not_gone = func.coalesce(or_(*(has_code(_event.reason, reason) for reason in (ByHand, *BY_PRICE))), false())
    was_down = and_(_event.kind == EventKind.WITHDRAWN, _event.quantity_before == 0)
    gone = and_(_event.kind.in_(_begins), not_(not_gone), not_(func.coalesce(was_down, false())))
    down = and_(_event.kind.in_(kinds(Effect.ENDS_AT_0)), _event.quantity_after == 0)
    up = and_(_event.kind.in_(kinds(Effect.ENDS_ABOVE_0)), _event.quantity_after > 0)
    then = func.lead(_event.kind).over(partition_by=_event.listing_id, order_by=_event.id).label("then")
    until = (
        func.lead(_event.at, type_=_event.at.type)
        .over(partition_by=_event.listing_id, order_by=_event.id)
        .label("until")
    )
    changes = (
        select(_event.listing_id, _event.at, _event.kind, until, then)
        .where(_event.user_id == user_id, _event.at >= since, or_(gone, down, up, _event.kind.in_(kinds(Effect.ENDS))))
        .subquery()
    )
    false_alarm = and_(changes.c.kind == EventKind.HELD, func.coalesce(changes.c.then, "") == EventKind.HOLD_CLEARED)
    begun = select(changes.c.listing_id, changes.c.at, changes.c.until).where(changes.c.kind.in_(_begins))
    return begun.where(not_(false_alarm))

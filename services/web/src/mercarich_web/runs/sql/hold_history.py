"""`ports_operating.HoldHistory` over the tables."""

from collections.abc import Sequence

from sqlalchemy import Engine, Select, select

from mercarich_db.tables import holds, listings, source_items, users
from mercarich_web.database import reading
from mercarich_web.paging import Paged
from mercarich_web.runs.holds import HeldListing, Hold
from mercarich_web.runs.sql.holds import hold_of, select_holds


class SqlHoldHistory:
    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def open(self, limit: int) -> Paged[Hold]:
        """Those that are not applied yet, newest first."""
        return self._page(select_holds().where(holds.c.applied_at.is_(None)), limit)

    def closed(self, below: int | None, limit: int) -> Paged[Hold]:
        """Those that are applied, newest first."""
        query = select_holds().where(holds.c.applied_at.is_not(None))
        return self._page(query if below is None else query.where(holds.c.id < below), limit)

    def _page(self, query: Select[*tuple[object, ...]], limit: int) -> Paged[Hold]:
        query = query.limit(limit + 1)
        with reading(self._engine) as connection:
            found = [hold_of(row) for row in connection.execute(query)]
        return Paged(found[:limit], found[limit - 1].id if len(found) > limit else None)

    def listings(self, hold_id: int, limit: int) -> Sequence[HeldListing]:
        """Some of those that wait for it."""
        source = source_items.c
        query = (
            select(
                listings.c.id,
                listings.c.sku,
                listings.c.title,
                users.c.username,
                source.item_id,
                source.state,
                source.reason,
                source.observed_at,
            )
            .join(source_items, source.id == listings.c.source_item_id)
            .join(users, users.c.id == listings.c.user_id)
            .where(listings.c.hold_id == hold_id)
            .order_by(listings.c.id)
            .limit(limit)
        )
        with reading(self._engine) as connection:
            return [HeldListing(*row) for row in connection.execute(query)]

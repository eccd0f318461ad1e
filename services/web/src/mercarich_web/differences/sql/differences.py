"""Queries on what differs at Amazon, for one seller or (None) for all. For all, they read what differs alone."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, Engine, and_, case, func, select, true, tuple_

from mercarich_contracts.events import EventKind
from mercarich_db.tables import amazon_accounts, listing_events, listings, users
from mercarich_listings import removed_store
from mercarich_listings.differences import DIFFERS, KIND, Difference, Standing, standing
from mercarich_listings.reads import READABLE, due_since
from mercarich_web.database import reading
from mercarich_web.differences.differences import (
    ROWS,
    CameBack,
    Differing,
    Followed,
    Page,
    Place,
    Reads,
    ReturnedPage,
    Standings,
)
from mercarich_web.listings.sql.offers import ITS_EVENTS
from mercarich_web.paging import Paged
from mercarich_web.refusals import NotFound

_offer, _event = listings.c, listing_events.c
_RANK: ColumnElement[int] = case({kind.value: rank for rank, kind in enumerate(Difference)}, value=KIND, else_=99)
"""The most dangerous kind first."""
_ROW = (
    *(KIND.label("kind"), _offer.differs_since, _offer.id, _offer.user_id, users.c.username, _offer.sku, _offer.title),
    *(_offer.quantity, _offer.pushed_quantity, _offer.push_pending, _offer.push_not_before, _offer.push_problem),
)


class SqlDifferences:
    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def username(self, user_id: int) -> str:
        """Return the seller's name. Raises `NotFound`."""
        with reading(self._engine) as connection:
            name = connection.execute(select(users.c.username).where(users.c.id == user_id)).scalar_one_or_none()
        if name is None:
            raise NotFound(f"there is no seller {user_id}")
        return str(name)

    def standings(self, user_id: int | None) -> Standings:
        with reading(self._engine) as connection:
            return standing(connection, _of(user_id))

    def page(self, user_id: int | None, kind: Difference | None, after: Place | None) -> Page:
        """Return a page: the most dangerous kind first, and of a kind what has stood longest."""
        by = (_RANK, _offer.differs_since, _offer.id)
        query = select(*_ROW, _RANK.label("rank")).join(users, users.c.id == _offer.user_id)
        query = query.where(DIFFERS, _of(user_id))
        if kind is not None:
            query = query.where(KIND.in_([kind.value]))
        if after is not None:
            query = query.where(tuple_(*by) > (after.rank, after.since, after.listing_id))
        with reading(self._engine) as connection:
            found = connection.execute(query.order_by(*by).limit(ROWS + 1)).all()
        rows = [Differing(Difference(row.kind), *row[1 : len(_ROW)]) for row in found[:ROWS]]
        if len(found) <= ROWS:
            return Page(rows, None)
        return Page(rows, Place(found[ROWS - 1].rank, rows[-1].since, rows[-1].listing_id))

    def followed(self, user_id: int, since: datetime, below: int | None) -> Paged[Followed]:
        """Return what the books took over from Amazon since then, newest first."""
        columns = (_event.id, _event.at, _offer.id, _offer.sku, _offer.title)
        query = select(*columns, _event.quantity_before, _event.quantity_after).join(
            listings, and_(ITS_EVENTS, _offer.user_id == _event.user_id)
        )
        query = query.where(*_followed(user_id, since))
        if below is not None:
            query = query.where(_event.id < below)
        with reading(self._engine) as connection:
            rows = [Followed(*row) for row in connection.execute(query.order_by(_event.id.desc()).limit(ROWS + 1))]
        return Paged(rows[:ROWS], rows[ROWS - 1].event_id if len(rows) > ROWS else None)

    def followed_count(self, user_id: int, since: datetime) -> int:
        count = select(func.count()).select_from(listing_events).where(*_followed(user_id, since))
        with reading(self._engine) as connection:
            return connection.execute(count).scalar_one()

    def came_back(self, user_id: int | None) -> Standing:
        """Count the deleted offers that Amazon shows."""
        with reading(self._engine) as connection:
            return removed_store.standing(connection, user_id)

    def returned(self, user_id: int | None, after: tuple[int, str] | None) -> ReturnedPage:
        """Return a page of them, by seller and SKU."""
        with reading(self._engine) as connection:
            found = removed_store.page(connection, user_id, after, ROWS + 1)
            sellers = select(users.c.id, users.c.username).where(users.c.id.in_({one.user_id for one in found}))
            names: dict[int, str] = {row.id: row.username for row in connection.execute(sellers)}
        rows = [CameBack(names.get(one.user_id, ""), one) for one in found[:ROWS]]
        return ReturnedPage(rows, (rows[-1].offer.user_id, rows[-1].offer.sku) if len(found) > ROWS else None)

    def reads(self, user_id: int | None, now: datetime, *, whole: bool) -> Reads:
        """Return how old what is known of Amazon is. `whole`: also of the oldest read of a seller, which reads all of
        the seller's listings."""
        account = amazon_accounts.c
        mine = [account.token_verdict != "invalid"]
        mine += [] if user_id is None else [account.user_id == user_id]
        with reading(self._engine) as connection:
            served = connection.execute(select(account.user_id).where(*mine).limit(1)).first() is not None
            due = due_since(connection, now, *mine)
            if not whole or user_id is None:
                return Reads(due, is_served=served)
            at_rest = and_(_offer.user_id == user_id, _offer.listed == true(), READABLE)
            told = select(func.min(_offer.verified_at), func.count(case((_offer.verified_at.is_(None), 1))))
            oldest, never = connection.execute(told.where(at_rest)).one()
        return Reads(due, oldest, never, served)


def _of(user_id: int | None) -> ColumnElement[bool]:
    return true() if user_id is None else _offer.user_id == user_id


def _followed(user_id: int, since: datetime) -> Sequence[ColumnElement[bool]]:
    return _event.user_id == user_id, _event.at > since, _event.kind == EventKind.CHANGED_AT_AMAZON

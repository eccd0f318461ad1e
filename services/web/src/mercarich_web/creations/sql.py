"""New offers of a seller: what each is created with, how far they have come, and searches of Amazon's catalogue."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import orjson
from sqlalchemy import Connection, Engine, and_, delete, func, insert, or_, select

from mercarich_contracts.audit import Actor, AuditAction
from mercarich_contracts.creations import CreationState
from mercarich_db.audit import Deed, note_down
from mercarich_db.engine import run_tx
from mercarich_db.tables import amazon_accounts, catalog_searches, listing_creations, listings, users
from mercarich_listings import store
from mercarich_listings.stages import is_in
from mercarich_listings.transition import Stage
from mercarich_platform.clock import Clock
from mercarich_reasons.creations import NoDraftAnyMore
from mercarich_reasons.reason import Reason
from mercarich_web.creations.progress import LATELY, SHOWN, Product, Progress, Row, Search
from mercarich_web.database import reading
from mercarich_web.listings.creating import Draft, Given, Rules
from mercarich_web.listings.sql import creating
from mercarich_web.refusals import NotFound, Refused

KEPT = timedelta(hours=1)
"""How long what was found in the catalogue is kept."""
LATE = timedelta(seconds=30)
_row, _search, _offer = listing_creations.c, catalog_searches.c, listings.c
_ITS_LISTING = and_(_offer.id == _row.listing_id, _row.asked_at >= _offer.created_at)
"""SQLite reuses the id of a deleted listing."""
_ROW = (
    *(_row.listing_id, _offer.sku, _offer.title, _row.way, _row.state, _row.asin, _row.price_jpy, _row.attempts),
    *(_row.problem, _row.asked_at, _row.sent_at, _row.ended_at),
)


@dataclass(frozen=True, slots=True)
class ToCreate:
    """A draft, with its seller's rules."""

    listing_id: int
    sku: str
    draft: Draft
    rules: Rules
    is_linked: bool
    """An Amazon account is linked, so that something can come of it."""


class SqlCreations:
    def __init__(self, engine: Engine, now: Clock) -> None:
        self._engine = engine
        self._now = now

    def sellers(self, username: str | None) -> Sequence[tuple[int, str]]:
        """Return sellers with new offers, or the named one. Raises `NotFound`."""
        query = select(users.c.id, users.c.username).where(~users.c.is_staff).order_by(users.c.username)
        if username is None:
            query = query.where(users.c.id.in_(select(_row.user_id)))
        else:
            query = query.where(users.c.username == username)
        with reading(self._engine) as connection:
            found = [(row.id, row.username) for row in connection.execute(query)]
        if username is not None and not found:
            raise NotFound(f"there is no seller {username!r}")
        return found

    def progress(self, user_id: int) -> Progress:
        mine = and_(_row.user_id == user_id, or_(_row.ended_at.is_(None), _row.ended_at > self._now() - LATELY))
        counted = select(_row.state, func.count().label("listings")).join(listings, _ITS_LISTING)
        shown = select(*_ROW).join(listings, _ITS_LISTING).where(mine, _row.state != CreationState.CREATED)
        shown = shown.order_by(_row.asked_at.desc(), _row.listing_id.desc()).limit(SHOWN)
        with reading(self._engine) as connection:
            counts = connection.execute(counted.where(mine).group_by(_row.state))
            return Progress(
                {row.state: row.listings for row in counts},
                [Row(**row._mapping) for row in connection.execute(shown)],
            )

    def to_create(self, user_id: int, listing_id: int) -> ToCreate:
        """Return a draft of the seller. Raises `NotFound` for a listing that is none, or somebody else's."""
        mine = select(_offer.sku).where(_offer.id == listing_id, _offer.user_id == user_id, is_in({Stage.DRAFT}))
        account = select(amazon_accounts.c.user_id).where(amazon_accounts.c.user_id == user_id)
        with reading(self._engine) as connection:
            sku = connection.execute(mine).scalar()
            if sku is None:
                raise NotFound(f"there is no draft {listing_id}")
            draft = creating.drafts_of(connection, [listing_id])[listing_id]
            is_linked = connection.execute(account).first() is not None
            return ToCreate(listing_id, sku, draft, creating.rules_of(connection, user_id), is_linked)

    def create(self, user_id: int, listing_id: int, given: Given, by: Actor) -> Reason | None:
        """Have the offer of a draft created; return why it cannot be, which is noted, too.

        Raises `NotFound` for a listing that there is not, and `Refused` for one that is no draft any more.
        """

        def create(connection: Connection) -> Reason | None:
            now = self._now()
            rows = store.lock(connection, [listing_id], _offer.user_id == user_id)
            if not rows:
                raise NotFound(f"there is no listing {listing_id}")
            if rows[0].stage is not Stage.DRAFT:
                raise Refused(NoDraftAnyMore(rows[0].sku))
            refused = creating.create(connection, rows, by.name, now, given=given)
            deed = Deed(AuditAction.LISTINGS_CREATE, by, rows[0].sku, now, None, user_id)
            note_down(connection, deed)
            return refused.get(listing_id)

        return run_tx(self._engine, create)

    def ask(self, user_id: int, query: str, *, is_code: bool) -> int:
        """Have feed search the catalogue; return the search's id. What was found an hour ago is deleted."""

        def ask(connection: Connection) -> int:
            now = self._now()
            old = and_(_search.user_id == user_id, _search.asked_at < now - KEPT)
            connection.execute(delete(catalog_searches).where(old))
            row = {"user_id": user_id, "query": query, "is_code": is_code, "asked_at": now, "not_before": now}
            made = connection.execute(insert(catalog_searches).values(**row, attempts=0).returning(_search.id))
            return int(made.scalar_one())

        return run_tx(self._engine, ask)

    def search(self, user_id: int, search_id: int) -> Search:
        """Raises `NotFound` for a search that is somebody else's, or too old."""
        mine = select(catalog_searches).where(_search.id == search_id, _search.user_id == user_id)
        with reading(self._engine) as connection:
            row: Any = connection.execute(mine).one_or_none()
        if row is None:
            raise NotFound(f"there is no search {search_id}")
        products = [Product(**one) for one in orjson.loads(row.found or "[]")]
        late = row.done_at is None and self._is_late(row.asked_at)
        return Search(row.id, row.query, row.asked_at, row.done_at, row.problem, products, late)

    def _is_late(self, asked_at: datetime) -> bool:
        return self._now() - asked_at > LATE

"""Queries on holds, and the release of one."""

import secrets
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Engine, Select, and_, exists, func, or_, select

from mercarich_contracts.market import Marketplace
from mercarich_contracts.sites import SITES
from mercarich_db.bulk import CHUNK
from mercarich_db.tables import evidence, hold_releases, holds, listings, run_sellers, runs, source_items, users
from mercarich_db.types import AnyRow
from mercarich_web.database import reading
from mercarich_web.paging import Paged
from mercarich_web.refusals import NotFound
from mercarich_web.runs.holds import HeldEvidence, HeldListing, Hold, HoldNow

OF_RUN_SHOWN = 200
_NAMED = and_(hold_releases.c.hold_id == listings.c.hold_id, hold_releases.c.listing_id == listings.c.id)
"""The release of a listing alone, or of the price that its whole hold had for it."""

_HELD = (
    select(
        listings.c.id,
        listings.c.sku,
        listings.c.title,
        listings.c.user_id,
        users.c.username,
        source_items.c.item_id,
        source_items.c.state,
        source_items.c.reason,
        source_items.c.observed_at,
        source_items.c.marketplace,
        listings.c.offer_price_jpy,
        and_(hold_releases.c.listing_id.is_not(None), hold_releases.c.differs_at.is_(None)).label("released"),
        hold_releases.c.shown_jpy,
        hold_releases.c.differs_at,
    )
    .outerjoin(hold_releases, _NAMED)
    .join(source_items, source_items.c.id == listings.c.source_item_id)
    .join(users, users.c.id == listings.c.user_id)
)


class SqlHolds:
    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def open(self) -> Sequence[Hold]:
        """Return the holds that are not applied yet, newest first."""
        return self._read(select_holds().where(holds.c.applied_at.is_(None)))

    def latest(self, limit: int) -> Sequence[Hold]:
        return self._read(select_holds().limit(limit))

    def of_run(self, run_id: int) -> Sequence[Hold]:
        return self._read(select_holds().where(holds.c.run_id == run_id).limit(OF_RUN_SHOWN))

    def get(self, hold_id: int) -> Hold | None:
        found = self._read(select_holds().where(holds.c.id == hold_id))
        return found[0] if found else None

    def one(self, hold_id: int) -> Hold:
        """Return a hold. Raises `NotFound`."""
        hold = self.get(hold_id)
        if hold is None:
            raise NotFound(f"there is no hold {hold_id}; `mercarich hold list` shows the open ones")
        return hold

    def waiting(self, limit: int) -> Sequence[Hold]:
        """Return the newest holds that nobody has released and for which listings wait."""
        kept = exists().where(listings.c.hold_id == holds.c.id)
        return self._read(
            select_holds().where(holds.c.applied_at.is_(None), holds.c.released_at.is_(None), kept).limit(limit)
        )

    def open_page(self, limit: int) -> Paged[Hold]:
        """Return holds that are not applied yet, newest first."""
        return self._page(select_holds().where(holds.c.applied_at.is_(None)), limit)

    def closed_page(self, below: int | None, limit: int) -> Paged[Hold]:
        """Return holds that are applied, newest first."""
        query = select_holds().where(holds.c.applied_at.is_not(None))
        return self._page(query if below is None else query.where(holds.c.id < below), limit)

    def _page(self, query: Select[*tuple[object, ...]], limit: int) -> Paged[Hold]:
        found = self._read(query.limit(limit + 1))
        return Paged(found[:limit], found[limit - 1].id if len(found) > limit else None)

    def now(self, hold_id: int) -> HoldNow | None:
        """Return how the hold's run stands now; None: its run is not kept any more."""
        own = run_sellers.c
        its_own = (own.run_id == holds.c.run_id, or_(holds.c.user_id.is_(None), own.user_id == holds.c.user_id))
        sums = [
            select(func.coalesce(func.sum(column), 0)).where(*its_own).correlate(holds).scalar_subquery()
            for column in (own.checked, own.fallen)
        ]
        query = select(runs.c.phase, runs.c.note, *sums).select_from(holds).join(runs, runs.c.id == holds.c.run_id)
        with reading(self._engine) as connection:
            row = connection.execute(query.where(holds.c.id == hold_id)).one_or_none()
        return None if row is None else HoldNow(row[0], row[1], int(row[2]), int(row[3]))

    def listings(self, hold_id: int, above: int, limit: int) -> Paged[HeldListing]:
        """Return a page of the listings that wait for the hold, by their ids above `above`."""
        query = _HELD.where(listings.c.hold_id == hold_id, listings.c.id > above).order_by(listings.c.id)
        with reading(self._engine) as connection:
            found = [_held(row) for row in connection.execute(query.limit(limit + 1))]
        return Paged(found[:limit], found[limit - 1].id if len(found) > limit else None)

    def named(self, hold_id: int, skus: Sequence[str]) -> Sequence[HeldListing]:
        """Return the listings with these SKUs that wait for the hold."""
        query, given = _HELD.where(listings.c.hold_id == hold_id).order_by(listings.c.id), sorted(set(skus))
        found: list[HeldListing] = []
        with reading(self._engine) as connection:
            for start in range(0, len(given), CHUNK):
                some = query.where(listings.c.sku.in_(given[start : start + CHUNK]))
                found += [_held(row) for row in connection.execute(some)]
        return found

    def newest(self, hold: Hold) -> datetime:
        """Return when the newest of its listings has joined the hold."""
        joined = select(func.max(listings.c.held_at)).where(listings.c.hold_id == hold.id)
        with reading(self._engine) as connection:
            return connection.execute(joined).scalar() or hold.opened_at

    def some_evidence(self, hold_id: int, number: int) -> Sequence[HeldEvidence]:
        """Return the evidence of a few of the waiting listings, others at each call."""
        waiting = select(listings.c.id).where(listings.c.hold_id == hold_id)
        with reading(self._engine) as connection:
            ids = connection.execute(waiting).scalars().all()
            query = (
                select(listings.c.id, listings.c.user_id, listings.c.sku)
                .add_columns(source_items.c.marketplace, source_items.c.item_id)
                .add_columns(evidence.c.url, evidence.c.http_status, evidence.c.extract, evidence.c.fetched_at)
                .join(source_items, source_items.c.id == listings.c.source_item_id)
                .join(evidence, evidence.c.id == source_items.c.evidence_id)
                .where(listings.c.id.in_(secrets.SystemRandom().sample(ids, min(number, len(ids)))))
            )
            return [
                HeldEvidence(id, user_id, sku, SITES[Marketplace(name)].page_url(item_id), *seen)
                for id, user_id, sku, name, item_id, *seen in connection.execute(query)
            ]

    def _read(self, query: Select[*tuple[object, ...]]) -> list[Hold]:
        with reading(self._engine) as connection:
            return [hold_of(row) for row in connection.execute(query)]


def _held(row: AnyRow) -> HeldListing:
    url = SITES[Marketplace(row.marketplace)].page_url(row.item_id)
    seen = (row.item_id, row.state, row.reason, row.observed_at)
    its = (row.id, row.sku, row.title, row.user_id, row.username)
    return HeldListing(*its, *seen, url, row.offer_price_jpy, bool(row.released), row.shown_jpy, row.differs_at)


def hold_of(row: AnyRow) -> Hold:
    """Parse a row of `select_holds`."""
    return Hold(**row._mapping)


def select_holds() -> Select[*tuple[object, ...]]:
    """Select holds, newest first, each with the seller or marketplace it concerns and the number of waiting
    listings."""
    held = (
        select(func.count())
        .select_from(listings)
        .where(listings.c.hold_id == holds.c.id)
        .correlate(holds)
        .scalar_subquery()
    )
    columns = [column for column in holds.c if column is not holds.c.user_id]
    return (
        select(*columns, users.c.username, held.label("listings"))
        .outerjoin(users, users.c.id == holds.c.user_id)
        .order_by(holds.c.id.desc())
    )

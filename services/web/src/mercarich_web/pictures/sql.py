"""The queue of listings whose pictures are wanted."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, Select, and_, delete, insert, or_, select, true, update

from mercarich_contracts.market import Marketplace
from mercarich_db import settings_store
from mercarich_db.bulk import insert_missing
from mercarich_db.conditions import Filter
from mercarich_db.engine import run_tx
from mercarich_db.tables import listing_pictures, listings, pictures_wanted, source_items
from mercarich_db.types import AnyRow
from mercarich_web.database import reading
from mercarich_web.pictures.pictures import ATTEMPTS, WantedPictures

SLOTS = "LISTING_PICTURES"
_line = pictures_wanted.c


def want_pictures(
    connection: Connection, user_id: int, skus: Sequence[str], *, after: int = 0, drafts: bool = False
) -> None:
    """Queue those of the listed listings that have no pictures yet, in the transaction that creates or edits them.

    `drafts`: they are to be listed, and their source may be gone once they are.
    `after` is the number of the seller's listings queued before these; one call takes at most a thousand. The number of
    a listing is its place in the queue, so that sellers take turns.
    """
    named = and_(listings.c.user_id == user_id, listings.c.sku.in_(skus))
    some = select(listings.c.id).where(named, true() if drafts else Filter(listings.c.listed))
    bare = some.outerjoin(listing_pictures, listing_pictures.c.listing_id == listings.c.id)
    ids = connection.execute(bare.where(listing_pictures.c.listing_id.is_(None)).order_by(listings.c.id)).scalars()
    rows = [{"listing_id": id, "place": place, "attempts": 0} for place, id in enumerate(ids, start=after + 1)]
    insert_missing(connection, pictures_wanted, rows)


class SqlPictureLine:
    """The listings whose pictures are wanted. Every method raises `DatabaseAway`."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def next(self, without: Collection[Marketplace], now: datetime, until: datetime) -> WantedPictures | None:
        """Return the first listing in the queue whose marketplace is neither paused nor in `without`; it is ours until
        `until`."""
        with reading(self._engine) as connection:
            paused = {name for name in Marketplace if settings_store.is_paused(connection, name)}
            slots = settings_store.read(connection).integer(SLOTS)
            row = connection.execute(_first(paused.union(without), now)).one_or_none() if slots else None
        return None if row is None else self._take(row, slots, until)

    def _take(self, row: AnyRow, slots: int, until: datetime) -> WantedPictures | None:
        """Count the attempt before it begins, so that a listing that kills the process is tried only a few times."""
        ours = and_(_line.listing_id == row.listing_id, _line.attempts == row.attempts)
        take = update(pictures_wanted).where(ours).values(attempts=row.attempts + 1, not_before=until)
        if run_tx(self._engine, lambda connection: connection.execute(take).rowcount) != 1:
            return None  # Another worker was faster.
        return WantedPictures(
            listing_id=row.listing_id,
            user_id=row.user_id,
            marketplace=Marketplace(row.marketplace),
            item_id=row.item_id,
            known_url=row.image_url,
            slots=slots,
            attempt=row.attempts + 1,
        )

    def keep(self, wanted: WantedPictures, paths: Mapping[int, str]) -> bool:
        """Store the listing's pictures by slot and remove it from the queue. Return False when the listing no longer
        exists."""
        mine = listings.c.id == wanted.listing_id

        def keep(connection: Connection) -> bool:
            # Lock the listing: a deletion is either before this, and seen here, or after it, and takes the pictures
            # along.
            there = connection.execute(select(listings.c.id).where(mine).with_for_update()).first()
            connection.execute(delete(pictures_wanted).where(_line.listing_id == wanted.listing_id))
            if there is None:
                return False
            had = listing_pictures.c.listing_id == wanted.listing_id
            connection.execute(delete(listing_pictures).where(had))
            rows = [{"listing_id": wanted.listing_id, "slot": slot, "path": path} for slot, path in paths.items()]
            if rows:
                connection.execute(insert(listing_pictures), rows)
            return True

        return run_tx(self._engine, keep)

    def put_off(self, wanted: WantedPictures, until: datetime, why: str, *, counted: bool) -> None:
        attempts = wanted.attempt if counted else wanted.attempt - 1
        values = {"not_before": until, "problem": why[:255], "attempts": attempts}
        later = update(pictures_wanted).where(_line.listing_id == wanted.listing_id).values(values)
        run_tx(self._engine, lambda connection: connection.execute(later))


def _first(without: Collection[Marketplace], now: datetime) -> Select[Any]:
    due = and_(or_(_line.not_before.is_(None), _line.not_before <= now), _line.attempts < ATTEMPTS)
    return (
        select(_line.listing_id, _line.attempts, listings.c.user_id)
        .add_columns(source_items.c.marketplace, source_items.c.item_id, source_items.c.image_url)
        .join(listings, listings.c.id == _line.listing_id)
        .join(source_items, source_items.c.id == listings.c.source_item_id)
        .where(due, source_items.c.marketplace.not_in(sorted(without)))
        .order_by(_line.place, _line.listing_id)
        .limit(1)
    )

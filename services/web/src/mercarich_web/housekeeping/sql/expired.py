"""Offers withdrawn long ago: find them, delete them, or have them deleted at Amazon."""

from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
    Select,
    and_,
    delete,
    exists,
    func,
    insert,
    not_,
    or_,
    select,
    true,
)

from mercarich_contracts.revivals import RevivalState
from mercarich_db import settings_store
from mercarich_db.bulk import insert_or_add
from mercarich_db.engine import run_tx
from mercarich_db.silent_runs import is_silent
from mercarich_db.tables import (
    decision_links,
    deletions,
    listing_fees,
    listing_pictures,
    listing_removals,
    listings,
    pictures_wanted,
    revival_candidates,
    revival_pictures,
    revivals,
    runs,
    submission_items,
    submissions,
    users,
)
from mercarich_db.types import AnyRow
from mercarich_listings import creation_store, repricing_store, store
from mercarich_listings import listing as life
from mercarich_listings.listing import Listing
from mercarich_listings.replacements import AWAITED, forget_pictures
from mercarich_reasons import stock
from mercarich_web.database import reading
from mercarich_web.housekeeping.expiry import Choice, Expired
from mercarich_web.pictures.pictures import Removed

CAP = "DELETE_DAILY_LISTINGS"
Why = stock.DeletedByHand | stock.Expired
_ROW = (listings.c.id, listings.c.user_id, users.c.username, listings.c.sku, listings.c.withdrawn_at)


class SqlExpiredOffers:
    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def sellers(self, choice: Choice) -> Sequence[int]:
        """Return the ids of sellers who have expired offers."""
        query = select(listings.c.user_id).distinct().where(expired(choice)).order_by(listings.c.user_id)
        with reading(self._engine) as connection:
            return list(connection.execute(query).scalars())

    def find(self, choice: Choice, user_id: int, after: int, limit: int) -> list[Expired]:
        """Return expired offers of the seller by listing id, starting after `after`."""
        with reading(self._engine) as connection:
            return _found(connection, choice, user_id, after, limit)

    def delete(self, choice: Choice, user_id: int, limit: int, day: date, at: datetime) -> list[Expired]:
        """Delete some rows in one transaction, within the rest of the seller's cap for the day. Return them."""

        def write(connection: Connection) -> list[Expired]:
            left = min(limit, allowance(connection, user_id, day))
            rows = _found(connection, choice, user_id, 0, left, lock=True) if left > 0 else []
            if rows:
                delete_listings(connection, _of_age(connection, rows), at)
                count_deleted(connection, user_id, day, len(rows))
            return rows

        return run_tx(self._engine, write)

    def want_removal(self, choice: Choice, user_id: int, limit: int, day: date, at: datetime) -> int:
        """Have feed delete some listings at Amazon, within the same cap, and return their number. They leave the
        catalogue: nothing pushes, checks or replaces them any more."""

        def write(connection: Connection) -> int:
            left = min(limit, allowance(connection, user_id, day))
            rows = _found(connection, choice, user_id, 0, left, lock=True) if left > 0 else []
            if rows:
                leave_amazon(connection, _of_age(connection, rows), at)
                count_deleted(connection, user_id, day, len(rows))
            return len(rows)

        return run_tx(self._engine, write)

    def delete_removed(self, limit: int, at: datetime) -> list[Expired]:
        """Take some out of the database whose deletion Amazon has accepted."""
        removed = and_(listing_removals.c.listing_id == listings.c.id, listing_removals.c.accepted_at.is_not(None))
        query = _rows().join(listing_removals, removed).where(~listings.c.listed).order_by(listings.c.id).limit(limit)

        def write(connection: Connection) -> list[Expired]:
            rows = _with_pictures(connection, connection.execute(query.with_for_update()).all())
            if rows:
                delete_listings(connection, _of_age(connection, rows), at)
            return rows

        return run_tx(self._engine, write)

    def leaving(self) -> int:
        """Return the number of listings whose deletion Amazon has not accepted yet."""
        waiting = select(func.count()).where(listing_removals.c.accepted_at.is_(None))
        with reading(self._engine) as connection:
            return connection.execute(waiting).scalar_one()

    def allowance(self, user_id: int, day: date) -> int:
        """Return how many more listings of the seller may be deleted on that day."""
        with reading(self._engine) as connection:
            return allowance(connection, user_id, day)

    def capped(self, choice: Choice, day: date) -> Sequence[str]:
        """Return the names of sellers who have expired offers and have used up the day's cap."""
        with reading(self._engine) as connection:
            done = (deletions.c.user_id == users.c.id, deletions.c.day == day.isoformat())
            used_up = exists().where(*done, deletions.c.listings >= _cap(connection))
            left = exists().where(listings.c.user_id == users.c.id, expired(choice))
            query = select(users.c.username).where(used_up, left).order_by(users.c.username)
            return list(connection.execute(query).scalars())

    def shown_elsewhere(self, paths: Sequence[str], without: Collection[int]) -> frozenset[str]:
        """Return those paths that a listing outside `without` shows."""
        if not paths:
            return frozenset()
        shown = select(listing_pictures.c.path, listing_pictures.c.listing_id).where(listing_pictures.c.path.in_(paths))
        with reading(self._engine) as connection:
            return frozenset(row.path for row in connection.execute(shown) if row.listing_id not in without)

    def dropped_pictures(self) -> Removed:
        """Count the pictures of replacements for which nobody is asked any more: the listing's own source is back, say.
        Whoever decides on a replacement deletes its picture."""
        size = func.coalesce(func.sum(func.length(revival_pictures.c.jpeg)), 0)
        with reading(self._engine) as connection:
            count, size_of_all = connection.execute(select(func.count(), size).where(_dropped())).one()
        return Removed(files=count, bytes=int(size_of_all))

    def forget_dropped_pictures(self, limit: int) -> Removed:
        """Delete some of them in one transaction."""
        picture = revival_pictures.c
        some = select(picture.listing_id, func.length(picture.jpeg).label("size")).where(_dropped()).limit(limit)

        def write(connection: Connection) -> Removed:
            sizes = {row.listing_id: row.size for row in connection.execute(some.with_for_update())}
            # Asked again of the newest rows: MariaDB's SELECT reads those of `revivals` as they were before the locks.
            forget_pictures(connection, sorted(sizes), _dropped())
            kept = select(picture.listing_id).where(picture.listing_id.in_(sizes))
            for listing_id in connection.execute(kept).scalars():
                del sizes[listing_id]
            return Removed(files=len(sizes), bytes=sum(sizes.values()))

        return run_tx(self._engine, write)


def _dropped() -> ColumnElement[bool]:
    its, picture = revivals.c, revival_pictures.c
    same = and_(its.id == picture.revival_id, its.listing_id == picture.listing_id)
    return ~exists().where(same, or_(its.state == RevivalState.APPROVED, exists().where(AWAITED)))


def expired(choice: Choice) -> ColumnElement[bool]:
    """Nothing can be under way for these: no push, no claim, no hold, no search, no approved replacement, no
    feed whose end is looked for."""
    in_feed = exists().where(
        submission_items.c.listing_id == listings.c.id,
        submissions.c.id == submission_items.c.submission_id,
        submissions.c.ended_at.is_(None),
    )
    approved = exists().where(revivals.c.listing_id == listings.c.id, revivals.c.state == RevivalState.APPROVED)
    # A withdrawal wakes a search that belongs to no run.
    not_claimed = or_(
        listings.c.update_attempts == 0,
        listings.c.update_not_before.is_(None),
        listings.c.update_not_before <= choice.now,
    )
    # A run that has ended, was superseded or lost its planner leaves its marks behind.
    going_on = and_(runs.c.outcome == "running", not_(is_silent(choice.now)))
    searched_for = exists().where(runs.c.id == listings.c.update_run, going_on)
    # A zero counts as pushed when it was read back: else the offer may be on sale, and nobody would know it any more.
    pushed: ColumnElement[bool] = and_(listings.c.push_pending == 0, listings.c.verified_at.is_not(None))
    if choice.unknown_to_amazon:
        pushed = or_(pushed, listings.c.orphan == true())
    # Who has stopped watching a listing means to have it back.
    forgotten = true() if choice.by_hand else and_(listings.c.stopped_at.is_(None), listings.c.paused_at.is_(None))
    return and_(
        listings.c.listed == true(),
        listings.c.quantity == 0,
        listings.c.withdrawn_at <= choice.withdrawn_until,
        forgotten,
        listings.c.hold_id.is_(None),
        listings.c.push_claim.is_(None),
        ~searched_for,
        not_claimed,
        ~approved,
        pushed,
        ~in_feed,
    )


def _found(
    connection: Connection, choice: Choice, user_id: int, after: int, limit: int, *, lock: bool = False
) -> list[Expired]:
    theirs = (listings.c.user_id == user_id, listings.c.id > after, expired(choice))
    query = _rows().where(*theirs).order_by(listings.c.id).limit(limit)
    return _with_pictures(connection, connection.execute(query.with_for_update() if lock else query).all())


def _rows() -> Select[Any]:
    return select(*_ROW).join(users, users.c.id == listings.c.user_id)


def _with_pictures(connection: Connection, rows: Sequence[AnyRow]) -> list[Expired]:
    paths = _paths(connection, [row.id for row in rows])
    return [
        Expired(row.id, row.user_id, row.username, row.sku, row.withdrawn_at, paths.get(row.id, ())) for row in rows
    ]


def delete_listings(connection: Connection, given: Sequence[tuple[Listing, Why]], at: datetime) -> None:
    """Rows that are locked and that nothing can be under way for, each with its reason, and all that hangs on them;
    their pictures' files are swept."""
    if not given:
        return
    ids = [listing.id for listing, _ in given]
    replacing = (decision_links, revival_pictures, revival_candidates, revivals)
    for table in (listing_fees, listing_pictures, pictures_wanted, listing_removals, *replacing):
        connection.execute(delete(table).where(table.c.listing_id.in_(ids)))
    creation_store.forget(connection, ids)
    repricing_store.forget(connection, ids)
    events = [life.delete(listing, at, why) for listing, why in given]
    store.remove(connection, ids, at)
    store.tell(connection, events)


def leave_amazon(connection: Connection, given: Sequence[tuple[Listing, Why]], at: datetime) -> None:
    """Feed deletes these there; `delete_removed` then takes their rows. Locked, each with its reason."""
    if not given:
        return
    store.save(connection, [life.leave(listing, at, why) for listing, why in given])
    ids = [listing.id for listing, _ in given]
    connection.execute(delete(pictures_wanted).where(pictures_wanted.c.listing_id.in_(ids)))
    wanted = {"wanted_at": at, "attempts": 0, "accepted_at": None}
    rows = [{"listing_id": listing.id, "user_id": listing.user_id, **wanted} for listing, _ in given]
    connection.execute(insert(listing_removals), rows)


def allowance(connection: Connection, user_id: int, day: date) -> int:
    """Return how many listings of the seller may still be deleted on this day."""
    used = select(func.coalesce(func.sum(deletions.c.listings), 0)).where(
        deletions.c.user_id == user_id, deletions.c.day == day.isoformat()
    )
    return _cap(connection) - int(connection.execute(used).scalar_one())


def count_deleted(connection: Connection, user_id: int, day: date, listings_gone: int) -> None:
    row = {"user_id": user_id, "day": day.isoformat(), "listings": listings_gone}
    insert_or_add(connection, deletions, [row], adding=("listings",))


def _of_age(connection: Connection, rows: Sequence[Expired]) -> Sequence[tuple[Listing, Why]]:
    """Rows that are locked, each with the reason that stays of it."""
    why = {row.listing_id: stock.Expired(row.sku, row.withdrawn_at) for row in rows}
    return [(listing, why[listing.id]) for listing in store.lock(connection, why)]


def _paths(connection: Connection, ids: Iterable[int]) -> dict[int, list[str]]:
    query = (
        select(listing_pictures.c.listing_id, listing_pictures.c.path)
        .where(listing_pictures.c.listing_id.in_(list(ids)))
        .order_by(listing_pictures.c.listing_id, listing_pictures.c.slot)
    )
    found: dict[int, list[str]] = {}
    for row in connection.execute(query):
        found.setdefault(row.listing_id, []).append(row.path)
    return found


def _cap(connection: Connection) -> int:
    return settings_store.read(connection).integer(CAP)

"""Queries of the overview: backlog, pending pushes, exposed offers, open feeds."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, Engine, and_, case, delete, func, or_, select, true

from mercarich_contracts.capacity import Capacity
from mercarich_contracts.coverage import Coverage
from mercarich_contracts.market import OUT_OF_STOCK
from mercarich_db.bulk import insert_missing
from mercarich_db.capacity import capacities_of
from mercarich_db.coverage import ALL_SELLERS, coverages_of
from mercarich_db.engine import run_tx
from mercarich_db.tables import coverages, listings, runs, source_items, submissions, system_samples, users
from mercarich_listings import unverified
from mercarich_listings.differences import Difference, Standing, standing
from mercarich_listings.restored import Unverified
from mercarich_web.database import reading
from mercarich_web.overview.day import Sample
from mercarich_web.overview.stock import Backlog, OpenFeed, Pushes


class SqlStock:
    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def backlog(self, marketplace: str, run_id: int | None, now: datetime) -> Backlog:
        """Return the backlog of the open check runs and of `run_id`, whose workers look at single sources after its
        end, too."""
        item = source_items.c
        may_now = or_(item.check_not_before.is_(None), item.check_not_before <= now)
        going_on = and_(runs.c.operation == "check", runs.c.marketplace == marketplace, runs.c.outcome == "running")
        wanted_by = select(runs.c.id).where(going_on if run_id is None else or_(going_on, runs.c.id == run_id))
        pending = select(func.count(), _count(may_now)).select_from(source_items).where(item.check_run.in_(wanted_by))
        query = select(
            _count(item.checked_at.is_(None)),
            func.min(item.checked_at),
            _count(item.check_problem != "set_aside"),
            _count(item.check_problem == "set_aside"),
        ).where(item.marketplace == marketplace)
        with reading(self._engine) as connection:
            wanted, due = connection.execute(pending).one()
            return Backlog(wanted, due, *connection.execute(query).one())

    def pushes(self, marketplace: str) -> Pushes:
        listing = listings.c
        offered = and_(listing.listed.is_(true()), listing.orphan.is_not(true()), listing.marketplace == marketplace)
        down = listing.quantity == 0
        waiting = select(
            _count(down),
            func.min(case((down, listing.changed_at))),
            _count(~down),
            func.min(case((~down, listing.changed_at))),
        ).where(listing.push_pending == 1, offered)
        exposed = (
            select(func.count())
            .select_from(listings.join(source_items, source_items.c.id == listing.source_item_id))
            .where(
                offered,
                func.coalesce(listing.pushed_quantity, listing.listing_quantity) > 0,
                or_(down, source_items.c.state.in_(sorted(OUT_OF_STOCK))),
            )
        )
        orphans = (
            select(func.count())
            .select_from(listings)
            .where(listing.listed.is_(true()), listing.orphan.is_(true()), listing.marketplace == marketplace)
        )
        with reading(self._engine) as connection:
            withdrawals, oldest_withdrawal, restores, oldest_restore = connection.execute(waiting).one()
            count = connection.execute(exposed).scalar_one()
            unknown = connection.execute(orphans).scalar_one()
        return Pushes(withdrawals, oldest_withdrawal, restores, oldest_restore, count, unknown)

    def above_books(self) -> Standing:
        """Return the offers that Amazon sells and that are down by the books."""
        with reading(self._engine) as connection:
            return standing(connection)[Difference.ABOVE]

    def capacities(self) -> Mapping[str, Capacity]:
        """Return the capacity of each marketplace whose sources were counted."""
        with reading(self._engine) as connection:
            return capacities_of(connection)

    def coverages(self) -> Mapping[str, Coverage]:
        """Return the coverage of each marketplace whose sources were counted."""
        with reading(self._engine) as connection:
            return coverages_of(connection)

    def unverified(self) -> Unverified | None:
        with reading(self._engine) as connection:
            return unverified.left(connection)

    def open_feeds(self) -> Sequence[OpenFeed]:
        feed = submissions.c
        query = (
            select(feed.id, users.c.username, feed.state, feed.feed_id, feed.created_at, feed["items"], feed.problem)
            .join(users, users.c.id == feed.user_id)
            .where(feed.lane == "feed", feed.ended_at.is_(None))
            .order_by(feed.id)
        )
        with reading(self._engine) as connection:
            return [OpenFeed(*row) for row in connection.execute(query)]


class SqlDay:
    """Samples of the last days."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def looks(self, marketplace: str, begins: datetime, ends: datetime) -> tuple[int, datetime | None]:
        """Return on how many sources the last look with a known state was after `begins` and until `ends`, and when
        the oldest look at a source on sale was, as last counted."""
        item, counted = source_items.c, coverages.c
        looks = select(func.count()).where(
            item.marketplace == marketplace, item.checked_at > begins, item.checked_at <= ends
        )
        oldest = select(counted.oldest_at).where(counted.marketplace == marketplace, counted.user_id == ALL_SELLERS)
        with reading(self._engine) as connection:
            return connection.execute(looks).scalar_one(), connection.execute(oldest).scalar()

    def keep(self, samples: Sequence[Sample], until: datetime) -> None:
        """Store the samples of a step, unless another replica did, and delete those before `until`."""

        def write(connection: Connection) -> None:
            insert_missing(connection, system_samples, [asdict(one) for one in samples])
            connection.execute(delete(system_samples).where(system_samples.c.at < until))

        run_tx(self._engine, write)

    def since(self, begins: datetime) -> Sequence[Sample]:
        """Return the samples after `begins`, oldest first."""
        columns = [system_samples.c[name] for name in Sample.__slots__]
        query = select(*columns).where(system_samples.c.at > begins).order_by(system_samples.c.at)
        with reading(self._engine) as connection:
            return [Sample(*row) for row in connection.execute(query)]


def _count(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.count(case((condition, 1)))

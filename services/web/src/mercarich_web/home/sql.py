"""Queries of a seller's home page."""

from collections.abc import Sequence
from dataclasses import fields
from datetime import datetime
from functools import cache
from itertools import pairwise
from typing import Any

from sqlalchemy import Engine, Select, and_, bindparam, case, func, or_, select

from mercarich_contracts.coverage import Coverage
from mercarich_contracts.events import EventKind
from mercarich_db.conditions import Filter, walking
from mercarich_db.coverage import coverages_of_seller
from mercarich_db.tables import (
    amazon_accounts,
    jobs,
    listing_events,
    listings,
    revivals,
    run_sellers,
    runs,
)
from mercarich_listings.replacements import AWAITED
from mercarich_web.database import reading
from mercarich_web.home.home import Day, Happened, OwnRun
from mercarich_web.listings.offers import Account, Event
from mercarich_web.listings.sql.offers import ITS_EVENTS
from mercarich_web.taking_over.sql.offers import unmatched

RESTORED = (EventKind.RESTORED, EventKind.SWAPPED)


class SqlSellersDesk:
    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def account(self, user_id: int) -> Account | None:
        """Return the seller's account at Amazon."""
        of_seller = amazon_accounts.c
        query = select(of_seller.token_verdict, of_seller.token_reason, of_seller.token_checked_at)
        with reading(self._engine) as connection:
            row = connection.execute(query.where(of_seller.user_id == user_id)).one_or_none()
        return None if row is None else Account(row.token_verdict, row.token_reason, row.token_checked_at)

    def decisions(self, user_id: int, most_to_match: int) -> tuple[int, int]:
        """Return how many replacements wait for the seller's approval, and how many offers at Amazon have no known
        source, up to `most_to_match`."""
        waiting = select(func.count()).select_from(revivals).join(listings, AWAITED)
        proposed = waiting.where(revivals.c.user_id == user_id).scalar_subquery()
        to_match = unmatched(user_id, most_to_match).scalar_subquery()
        with reading(self._engine) as connection:
            row = connection.execute(select(proposed, to_match)).one()
        return row[0], row[1]

    def failed_imports(self, user_id: int, since: datetime) -> int:
        failed = (jobs.c.user_id == user_id, jobs.c.kind == "import", jobs.c.state == "failed", jobs.c.ended_at > since)
        with reading(self._engine) as connection:
            return connection.execute(select(func.count()).select_from(jobs).where(*failed)).scalar_one()

    def runs(self, user_id: int) -> Sequence[OwnRun]:
        """Return the newest run of each kind that had anything of this seller's, unfinished ones first."""
        own = run_sellers.c
        mine = and_(own.run_id == runs.c.id, own.user_id == user_id)
        newest = (
            select(func.max(runs.c.id))
            .join(run_sellers, mine)
            .where(runs.c.operation != "watch", or_(own.planned > 0, own.seen > 0))
            .group_by(runs.c.operation, runs.c.marketplace)
            .correlate(None)
        )
        parts = [own[name].label(f"own_{name}") for name in ("planned", "seen", "fallen", "revived")]
        left = select(func.count()).where(listings.c.update_run == runs.c.id, Filter(listings.c.user_id == user_id))
        # MariaDB would read all listings of the seller for each run.
        left = walking(left, listings.c.update_run, listings.c.update_rank).correlate(runs)
        of_updates = case((runs.c.operation == "update", left.scalar_subquery())).label("own_left")
        query = select(runs, *parts, of_updates).join(run_sellers, mine).where(runs.c.id.in_(newest))
        with reading(self._engine) as connection:
            found = [_run(row._mapping) for row in connection.execute(query)]
        return sorted(found, key=lambda run: (run.ended_at is not None, -run.started_at.timestamp()))

    def coverages(self, user_id: int) -> Sequence[Coverage]:
        """Return how fresh the looks at the seller's sources on sale are, by marketplace."""
        with reading(self._engine) as connection:
            return coverages_of_seller(connection, user_id)

    def happened(self, user_id: int, limit: int) -> Sequence[Happened]:
        """Return events, newest first."""
        event, names = listing_events.c, [one.name for one in fields(Event)]
        query = (
            select(*[event[name] for name in names], listings.c.id.label("of"), listings.c.sku, listings.c.title)
            .join(listings, and_(ITS_EVENTS, listings.c.user_id == event.user_id))
            .where(event.user_id == user_id)
            # Ordered as the index is: with the id directly after the time, the database would sort all events of a
            # seller.
            .order_by(event.at.desc(), event.kind.desc(), event.id.desc())
            .limit(limit)
        )
        with reading(self._engine) as connection:
            return [
                Happened(row.of, row.sku, row.title, Event(**{name: row._mapping[name] for name in names}))
                for row in connection.execute(query)
            ]

    def days(self, user_id: int, midnights: Sequence[datetime]) -> Sequence[Day]:
        """Return one `Day` for each midnight except the last, which ends the last day."""
        spans = list(pairwise(midnights))
        bounds = {f"at_{place}": at for place, at in enumerate(midnights)}
        counted = _counted(len(spans))
        with reading(self._engine) as connection:
            found = list(connection.execute(counted, {**bounds, "seller": user_id}).one())
            checked = self._checked(connection, user_id, midnights[0])
        return [
            Day(
                begins=begin,
                checked=sum(count for at, count in checked if begin <= at < end),
                withdrawn=found[2 * place],
                restored=found[2 * place + 1],
            )
            for place, (begin, end) in enumerate(spans)
        ]

    def _checked(self, connection: Any, user_id: int, since: datetime) -> list[tuple[datetime, int]]:
        query = (
            select(runs.c.started_at, run_sellers.c.checked)
            .join(run_sellers, and_(run_sellers.c.run_id == runs.c.id, run_sellers.c.user_id == user_id))
            .where(runs.c.operation == "check", runs.c.started_at >= since)
        )
        return [(row.started_at, row.checked) for row in connection.execute(query)]


@cache
def _counted(days: int) -> Select[*tuple[Any, ...]]:
    """The statement that counts a seller's withdrawals and restored offers by day. It is cached, because building it
    takes longer than running it."""
    event = listing_events.c
    midnights = [bindparam(f"at_{place}", type_=event.at.type) for place in range(days + 1)]
    counts = [
        func.count(case((and_(event.at >= begin, event.at < end, event.kind.in_(kinds)), 1)))
        for begin, end in pairwise(midnights)
        for kinds in ((EventKind.WITHDRAWN,), RESTORED)
    ]
    return select(*counts).where(event.user_id == bindparam("seller"), event.at >= midnights[0])


def _run(row: Any) -> OwnRun:
    ended = row["outcome"] != "running"
    done, planned = row["own_seen"], row["own_planned"]
    return OwnRun(
        run_id=row["id"],
        operation=row["operation"],
        marketplace=row["marketplace"],
        outcome=row["outcome"],
        phase=row["phase"],
        started_at=row["started_at"],
        ended_at=row["ended_at"] if ended else None,
        planned=planned,
        checked=done,
        fallen=row["own_fallen"],
        share=100 * done // planned if planned else None,
        revived=row["own_revived"],
        left=row["own_left"],
    )

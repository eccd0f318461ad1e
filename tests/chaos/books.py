"""What the product's database says about runs and listings while a scenario goes on."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Engine, Table, func, select
from tests.services.locks import locked

from mercarich_db.engine import reading
from mercarich_db.tables import listing_events, listings, run_heads, runs, source_items, submissions


@dataclass(frozen=True, slots=True)
class RunRow:
    id: int
    outcome: str
    phase: str
    planned: int
    checked: int
    set_aside: int
    unfinished: int
    withdrawn: int
    started_at: datetime
    heartbeat_at: datetime

    @property
    def complete(self) -> bool:
        done = self.planned > 0 and self.planned == self.checked + self.set_aside
        return self.outcome == "finished" and done and self.unfinished == 0


class Books:
    """Reads only."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def run(self, key: str) -> RunRow | None:
        columns = [runs.c[name] for name in RunRow.__dataclass_fields__]
        with reading(self._engine) as connection:
            row = connection.execute(select(*columns).where(runs.c.request_key.endswith(f"/{key}"))).one_or_none()
        return None if row is None else RunRow(*row)

    def checked(self, key: str) -> int:
        run = self.run(key)
        return run.checked if run else 0

    def left(self, run_id: int) -> int:
        """Items that this run still wants."""
        return self._count(source_items, source_items.c.check_run == run_id)

    def leased(self, run_id: int) -> int:
        """Items of this run that are with a worker."""
        claimed = (source_items.c.check_run == run_id) & (source_items.c.check_attempts > 0)
        return self._count(source_items, claimed)

    def written_by(self, run_id: int) -> Mapping[str, int]:
        """How much there is of what a run writes."""
        return {
            "observations": self._count(source_items, source_items.c.checked_run == run_id),
            "events": self._count(listing_events, listing_events.c.run_id == run_id),
            "counters": self._sum(run_id),
        }

    def withdrawals_waiting(self) -> int:
        """Zeros that Amazon has not accepted."""
        return self._count(listings, (listings.c.push_pending == 1) & (listings.c.quantity == 0))

    def pushes_waiting(self) -> int:
        return self._count(listings, listings.c.push_pending == 1)

    def open_feeds(self) -> int:
        return self._count(submissions, submissions.c.ended_at.is_(None))

    def feeds_being_created(self) -> int:
        """Whether Amazon has them, nobody knows yet."""
        return self._count(submissions, submissions.c.ended_at.is_(None) & submissions.c.feed_id.is_(None))

    def locked(self) -> bool:
        """Somebody is in the middle of a transaction that keeps others from writing."""
        return locked(self._engine, select(run_heads))

    def claimed_pushes(self) -> int:
        """Listings that a thread of the feed worker is pushing."""
        return self._count(listings, listings.c.push_claim.is_not(None))

    def newest_withdrawals(self, run_id: int) -> Mapping[str, datetime]:
        """SKU -> the time its withdrawal by this run was written."""
        query = select(listings.c.sku, listing_events.c.at).join(listings, listings.c.id == listing_events.c.listing_id)
        query = query.where(listing_events.c.run_id == run_id, listing_events.c.quantity_after == 0)
        with reading(self._engine) as connection:
            return {row.sku: row.at for row in connection.execute(query)}

    def _sum(self, run_id: int) -> int:
        total = runs.c.planned + runs.c.checked + runs.c.unknown + runs.c.withdrawn + runs.c.fallen
        with reading(self._engine) as connection:
            return int(connection.execute(select(total).where(runs.c.id == run_id)).scalar_one())

    def _count(self, table: Table, condition: ColumnElement[bool]) -> int:
        with reading(self._engine) as connection:
            query = select(func.count()).select_from(table).where(condition)
            return int(connection.execute(query).scalar_one())

"""What the product's database contains about runs and listings during a scenario."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Engine, Table, and_, func, select
from tests.services.locks import locked

from mercarich_contracts.events import EventKind
from mercarich_db.engine import reading
from mercarich_db.tables import listing_events, listings, run_heads, runs, source_items, submissions, users


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
    """Read-only queries."""

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
        """Return how many items this run still wants."""
        return self._count(source_items, source_items.c.check_run == run_id)

    def leased(self, run_id: int) -> int:
        """Return how many items of this run a worker has."""
        claimed = (source_items.c.check_run == run_id) & (source_items.c.check_attempts > 0)
        return self._count(source_items, claimed)

    def written_by(self, run_id: int) -> Mapping[str, int]:
        """Return how many rows a run has written."""
        return {
            "observations": self._count(source_items, source_items.c.checked_run == run_id),
            "events": self._count(listing_events, listing_events.c.run_id == run_id),
            "counters": self._sum(run_id),
        }

    def withdrawals_waiting(self) -> int:
        """Return the zeros that Amazon has not accepted."""
        return self._count(listings, (listings.c.push_pending == 1) & (listings.c.quantity == 0))

    def pushes_waiting(self) -> int:
        return self._count(listings, listings.c.push_pending == 1)

    def open_feeds(self) -> int:
        return self._count(submissions, submissions.c.ended_at.is_(None))

    def feeds_being_created(self) -> int:
        """Return the pushes of which it is not known whether Amazon accepted them."""
        return self._count(submissions, submissions.c.ended_at.is_(None) & submissions.c.feed_id.is_(None))

    def locked(self) -> bool:
        """A transaction is open that prevents others from writing."""
        return locked(self._engine, select(run_heads))

    def claimed_pushes(self) -> int:
        """Return the listings that a thread of the feed worker is pushing."""
        return self._count(listings, listings.c.push_claim.is_not(None))

    def accepted_withdrawals(self, run_id: int) -> Sequence[tuple[str, datetime, datetime]]:
        """Return (username, written by this run, first accepted by Amazon after that) for each accepted withdrawal."""
        told = listing_events.alias()
        zero = and_(
            told.c.listing_id == listing_events.c.listing_id,
            told.c.kind == EventKind.PUSH_ACCEPTED,
            told.c.quantity_after == 0,
            told.c.revision >= listing_events.c.revision,
        )
        query = (
            select(users.c.username, listing_events.c.at, func.min(told.c.at).label("accepted_at"))
            .select_from(listing_events)
            .join(users, users.c.id == listing_events.c.user_id)
            .join(told, zero)
            .where(listing_events.c.run_id == run_id, listing_events.c.quantity_after == 0)
            .group_by(users.c.username, listing_events.c.id, listing_events.c.at)
        )
        with reading(self._engine) as connection:
            return [(row.username, row.at, row.accepted_at) for row in connection.execute(query)]

    def _sum(self, run_id: int) -> int:
        total = runs.c.planned + runs.c.checked + runs.c.unknown + runs.c.withdrawn + runs.c.fallen
        with reading(self._engine) as connection:
            return int(connection.execute(select(total).where(runs.c.id == run_id)).scalar_one())

    def _count(self, table: Table, condition: ColumnElement[bool]) -> int:
        with reading(self._engine) as connection:
            query = select(func.count()).select_from(table).where(condition)
            return int(connection.execute(query).scalar_one())

"""`ports.Plan` over listings: those that need a replacement and were withdrawn within REVIVAL_DAYS."""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Engine, Select, or_, select

from mercarich_db.conditions import among, walking
from mercarich_db.engine import reading, run_tx
from mercarich_db.tables import listings
from mercarich_platform.clock import Clock
from mercarich_replacements.rules import Rules
from mercarich_runs.adapters.cover_sql import require_cover
from mercarich_runs.adapters.fence import guard
from mercarich_runs.adapters.marking_sql import PAGE, Marker, Page, sellers_of
from mercarich_runs.adapters.pending_sql import PendingRows
from mercarich_runs.ports import Operation, Request, Run, Sellers
from mercarich_updater.adapters import withdrawals_sql
from mercarich_updater.adapters.updates import UPDATES, wants_replacement
from mercarich_updater.ports import ListingRow

Place = tuple[datetime | None, int]
"""The end of a page: when its last listing was last searched, and its id."""
_offer = listings.c


class SqlPlan(PendingRows[ListingRow]):
    def __init__(self, engine: Engine, rules: Callable[[int], Rules], now: Clock) -> None:
        super().__init__(engine, UPDATES, (listings.c.id,), ListingRow)
        self._rules = rules
        self._now = now

    def require_cover(self, request: Request) -> None:
        require_cover(self._engine, request)

    def sellers(self, request: Request) -> Sellers:
        return sellers_of(self._engine, request)

    def mark(self, run: Run, request: Request, sellers: Sellers) -> Iterator[int]:
        marker = Marker(self._engine, UPDATES, run, {"update_unknowns": 0})
        return marker.mark(self._pages(run, request, sellers), sellers, request.begin_with)

    def set_aside(self, run: Run, ids: Sequence[int], now: datetime) -> int:
        """Give up listings on which workers failed too often; those that were only marked are withdrawn before.

        If the process ends in between, the next call repeats it.
        """
        killers = among(listings.c.id, ids, UPDATES.is_abandoned(run, now))

        def lower(connection: Connection) -> None:
            guard(connection, Operation.UPDATE, run)
            withdrawals_sql.lower(connection, killers, run.id, now)

        run_tx(self._engine, lower)
        return super().set_aside(run, ids, now)

    def _pages(self, run: Run, request: Request, sellers: Sellers) -> Iterator[Page]:
        """Yield pages: listings never searched, then by the oldest search. Each is read after the last was marked."""
        since = {user_id: self._now() - timedelta(days=self._rules(user_id).days) for user_id in sellers.user_ids}
        for never_searched in (True, False):
            place: Place | None = None
            while True:
                with reading(self._engine) as connection:
                    found = connection.execute(wanted_page(run, request, place, never_searched=never_searched)).all()
                page = [
                    (row.id, (row.user_id,))
                    for row in found
                    if row.user_id in since and in_time(row.withdrawn_at, since[row.user_id])
                ]
                if page:
                    yield page
                if len(found) < PAGE:
                    break
                place = (found[-1].searched_at, found[-1].id)


def wanted_page(run: Run, request: Request, place: Place | None, *, never_searched: bool) -> Select[Any]:
    """Select the page of listings behind `place` that need a replacement."""
    wanted = (
        select(_offer.id, _offer.user_id, _offer.withdrawn_at, _offer.searched_at)
        .where(_offer.marketplace == run.marketplace, wants_replacement(), UPDATES.is_new_to(run))
        .where(_offer.searched_at.is_(None) if never_searched else _offer.searched_at.is_not(None))
        .order_by(*((_offer.id,) if never_searched else (_offer.searched_at, _offer.id)))
        .limit(PAGE)
    )
    if request.skus:
        wanted = wanted.where(_offer.sku.in_(request.skus))
    page: Select[Any] = walking(wanted, _offer.searching, _offer.marketplace, _offer.searched_at)
    if place is None:
        return page
    at, last = place
    if never_searched:
        return page.where(_offer.id > last)
    # Written out, since neither database uses an index for (a, b) > (x, y).
    return page.where(_offer.searched_at >= at, or_(_offer.searched_at > at, _offer.id > last))


def in_time(withdrawn_at: datetime | None, since: datetime) -> bool:
    """Return whether the listing is within its days. One only marked, not withdrawn, is still on sale and always is."""
    return withdrawn_at is None or withdrawn_at >= since

"""`ports.Plan` over `source_items`."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Engine, Select, and_, bindparam, func, not_, or_, select, update

from mercarich_checker.adapters import canaries_sql, doubts_sql, watch_sql
from mercarich_checker.adapters.checks import CHECKS, guard
from mercarich_checker.adapters.marking_sql import mark_due
from mercarich_checker.domain.canaries import Canary
from mercarich_checker.domain.freshness import Standing
from mercarich_contracts.market import Marketplace, RouteName
from mercarich_contracts.market import Reason as StateReason
from mercarich_contracts.messages import BatchItem
from mercarich_contracts.sites import SITES
from mercarich_db import own_rows
from mercarich_db.bulk import Rows
from mercarich_db.conditions import Filter
from mercarich_db.engine import reading, run_tx
from mercarich_db.tables import holds, listings, run_sellers, runs, source_items
from mercarich_reasons.reason import Reason
from mercarich_runs.adapters import holds_sql
from mercarich_runs.adapters.cover_sql import require_cover
from mercarich_runs.adapters.marking_sql import sellers_of
from mercarich_runs.adapters.pending_sql import PendingRows
from mercarich_runs.domain.brake import BY_PRICE, FOR_A_PERSON, Doubt, HoldKind, NewHold
from mercarich_runs.ports import Operation, Outcome, Place, Request, Run, Sellers

OF_SELLERS = 1000
"""Maximum number of further items that are looked up for a group of sellers."""

_items = source_items.c


_SOURCE_ID = listings.c.source_item_id.label("id")
_TAKEN = (_items.id, _items.item_id, _items.seller_id)


class SqlPlan(PendingRows[BatchItem]):
    def __init__(self, engine: Engine) -> None:
        super().__init__(engine, CHECKS, _TAKEN, BatchItem)
        self._same_sellers = Rows(engine, _of_sellers())
        self._doubts: Mapping[RouteName, Doubt] = {}

    def require_cover(self, request: Request) -> None:
        require_cover(self._engine, request)

    def sellers(self, request: Request) -> Sellers:
        return sellers_of(self._engine, request)

    def mark(self, run: Run, request: Request, sellers: Sellers) -> Iterator[int]:
        return mark_due(self._engine, run, request, sellers)

    def watch(self, marketplace: Marketplace) -> Standing:
        with reading(self._engine) as connection:
            return watch_sql.standing(connection, marketplace)

    def doubt(self, run: Run, doubts: Mapping[RouteName, Doubt], new: Sequence[NewHold], now: datetime) -> None:
        def note(connection: Connection) -> None:
            guard(connection, run)
            for hold in new:
                holds_sql.open_of_route(connection, run.id, run.marketplace, hold, now)
            over = and_(holds.c.marketplace == run.marketplace, holds.c.route.not_in(sorted(doubts)))
            holds_sql.close_empty(connection, and_(over, holds.c.kind.in_(holds_sql.OF_DOUBT)), now)
            doubts_sql.write(connection, run.id, doubts)  # last, as workers write the run's row

        run_tx(self._engine, note)
        self._doubts = doubts
        wrong = [route for route, doubt in doubts.items() if doubt is Doubt.WRONG]
        self.want_only(not_(canaries_sql.shown_by(SITES[run.marketplace], wrong)))

    def due(self, run: Run, after: Place, limit: int, now: datetime) -> Sequence[tuple[Place, BatchItem]]:
        found = super().due(run, after, limit, now)
        list_route = SITES[run.marketplace].list_route
        if list_route is not None and self._doubts.get(list_route) is Doubt.WRONG:
            for _, row in found:
                row.seller_id = None  # so that the proxy looks at each item's own page
        return found

    def left_out(self, run: Run) -> bool:
        unwanted = select(_items.id).where(_items.check_run == run.id, not_(self._wanted)).limit(1)
        with reading(self._engine) as connection:
            return connection.execute(unwanted).first() is not None

    def together(self, run: Run, rows: Sequence[BatchItem], now: datetime) -> Mapping[int, Sequence[BatchItem]]:
        """Return, by row id, further due items of the same source seller, if one call can return all of them."""
        sellers = sorted({row.seller_id for row in rows if row.seller_id})
        if not SITES[run.marketplace].lists_sellers or not sellers:
            return {}
        groups: dict[str | None, list[BatchItem]] = defaultdict(list)
        with reading(self._engine) as connection:
            found = self._same_sellers.read(
                connection, marketplace=run.marketplace, sellers=sellers, run_id=run.id, now=now
            )
        for _, *taken in sorted(found):
            other = BatchItem(*taken)
            groups[other.seller_id].append(other)
        return {row.id: groups[row.seller_id] for row in rows if row.seller_id in groups}

    def recall(self, run: Run) -> int:
        def recall(connection: Connection) -> int:
            guard(connection, run)
            # A not-found needs a second look a minute after the first. Asking sooner would show nothing new.
            put_off = and_(_items.check_attempts == 0, _items.check_problem != StateReason.NOT_FOUND_ONCE)
            mine = update(source_items).where(_items.check_run == run.id, put_off)
            return connection.execute(mine.values(check_not_before=None)).rowcount

        return run_tx(self._engine, recall)

    def want_second_look(self, run: Run, now: datetime) -> int:
        def mark(connection: Connection) -> int:
            guard(connection, run)
            held = self._held_sources(run)
            ended = select(runs.c.id).where(runs.c.operation == Operation.CHECK, runs.c.outcome != Outcome.RUNNING)
            free = or_(_items.check_run.is_(None), _items.check_run.in_(ended))
            new_to_run = or_(_items.checked_run.is_(None), _items.checked_run != run.id)
            new = select(_items.id).where(_items.id.in_(held), free, new_to_run)
            added = connection.execute(new).scalars().all()
            again = update(source_items).where(_items.id.in_(held), free)
            fresh = {"check_attempts": 0, "check_unknowns": 0, "check_not_before": None}
            marked = connection.execute(again.values(check_run=run.id, **fresh)).rowcount
            own_rows.plan(connection, run.id, added)
            connection.execute(update(runs).where(runs.c.id == run.id).values(planned=runs.c.planned + len(added)))
            return marked

        return run_tx(self._engine, mark)

    def held_since(self, run: Run) -> datetime | None:
        gone = select(func.max(_items.suspected_at)).where(_items.id.in_(self._held_sources(run)))
        dear = self._held_sources(run, func.max(listings.c.held_at))
        with reading(self._engine) as connection:
            times = [connection.execute(youngest).scalar() for youngest in (gone, dear)]
        return max((at for at in times if at is not None), default=None)

    def _held_sources(self, run: Run, column: ColumnElement[Any] = _SOURCE_ID) -> Select[Any]:
        """Select the sources of held listings of the run's sellers that a second look may confirm: by a route that is
        not in doubt.

        What a list has shown is looked at by the item's own page.
        """
        confirmable = or_(holds.c.kind.is_(None), holds.c.kind.not_in(sorted([HoldKind.UNREADABLE, *FOR_A_PERSON])))
        doubted = {kind.route for kind in SITES[run.marketplace].items} & self._doubts.keys()
        believed = or_(holds.c.route.is_(None), holds.c.route.not_in(sorted(doubted)))
        held = select(column).select_from(listings).join(holds, holds.c.id == listings.c.hold_id)
        its_sellers = select(run_sellers.c.user_id).where(run_sellers.c.run_id == run.id)
        own = and_(listings.c.marketplace == run.marketplace, listings.c.user_id.in_(its_sellers))
        return held.where(confirmable, believed, own)

    def known_items(self, marketplace: Marketplace, named: Collection[RouteName] = ()) -> Sequence[Canary]:
        with reading(self._engine) as connection:
            return canaries_sql.known_items(connection, SITES[marketplace], named)

    def open_hold(self, run: Run, kind: HoldKind, reason: Reason, now: datetime) -> None:
        def open_once(connection: Connection) -> None:
            guard(connection, run)
            some = sorted([HoldKind.ABSENCES, *BY_PRICE])
            keeps_all = or_(holds.c.kind.is_(None), holds.c.kind.not_in(some))
            same = select(holds.c.id).where(
                holds.c.run_id == run.id, holds.c.user_id.is_(None), keeps_all, holds.c.route.is_(None)
            )
            if connection.execute(same).first() is None:
                holds_sql.open_one(connection, run.id, run.marketplace, NewHold(kind, reason), now)

        run_tx(self._engine, open_once)


def _of_sellers() -> Select[Any]:
    """Select the first due items of some source `sellers` at `now`, in the run's order, each with its rank."""
    return (
        select(_items.check_rank, *_TAKEN)
        .where(
            _items.marketplace == bindparam("marketplace"),
            _items.seller_id.in_(bindparam("sellers", expanding=True)),
            Filter(_items.check_run == bindparam("run_id")),
            CHECKS.is_due(bindparam("now")),
        )
        .order_by(_items.check_rank, _items.id)
        .limit(OF_SELLERS)
    )

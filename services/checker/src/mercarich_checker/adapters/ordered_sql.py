"""`ports.Ordered` over `source_items` and `order_items`, and which orders the watch looks at again."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import partial

from sqlalchemy import ColumnElement, Connection, Engine, and_, case, exists, func, not_, or_, select, update

from mercarich_checker.adapters.checks import NOT_SET_ASIDE
from mercarich_checker.adapters.marking_sql import SERVED
from mercarich_checker.ports import URGENT_CLAIM, Wanted
from mercarich_contracts.market import Marketplace
from mercarich_contracts.messages import BatchItem, CheckBatch
from mercarich_contracts.orders import BUYS, ORDERED
from mercarich_db import asked_looks
from mercarich_db.conditions import among
from mercarich_db.engine import reading, run_tx
from mercarich_db.open_orders import ITS_DECISION, UNDECIDED, UNSEEN
from mercarich_db.routes import WAITS_FOR_ITS_ROUTE
from mercarich_db.tables import order_decisions, order_items, runs, source_items

MOST = 50
"""Sources of one batch, the same number as a planner's (`CHECK_BATCH_ITEMS`)."""
ATTEMPTS = 2
"""Claims without a result after which a run's planner finds out whether the source ends workers."""
_items = source_items.c
_IS_WANTED = exists().where(UNSEEN)
_IS_BOUGHT = exists().where(
    order_items.c.source_item_id == _items.id, ITS_DECISION, order_decisions.c.decision.in_(sorted(BUYS))
)
WAITS = and_(UNDECIDED, order_items.c.user_id.in_(SERVED))
"""SQL condition on `order_items`: the order's source is still to be bought, as far as is known."""
_IN_LINE = and_(
    _items.check_attempts.between(1, ATTEMPTS - 1),
    not_(func.coalesce(_items.check_claim, "").startswith(URGENT_CLAIM, autoescape=True)),
)
"""Condition: a worker has the source in the line of a run or of the watch, where it may wait for many minutes."""


class SqlOrdered:
    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def take(self, marketplace: Marketplace, now: datetime) -> Wanted | None:
        marked = (_items.marketplace == marketplace, _items.due_at == ORDERED)
        columns = (_items.id, _IS_WANTED.label("is_wanted"), or_(_is_free(now), _IN_LINE).label("is_free"))
        with reading(self._engine) as connection:
            rows = connection.execute(select(*columns).where(*marked).order_by(_items.id)).all()
        settled = [row.id for row in rows if not row.is_wanted]
        if settled:
            run_tx(self._engine, partial(_unmark, settled, now))
        ids = [row.id for row in rows if row.is_wanted and row.is_free][:MOST]
        return run_tx(self._engine, lambda connection: _taken(connection, marketplace, ids, now)) if ids else None

    def looked_at(self, ids: Sequence[int]) -> Mapping[int, datetime]:
        seen = select(_items.id, _items.checked_at).where(among(_items.id, ids), _items.checked_at.is_not(None))
        with reading(self._engine) as connection:
            return {row.id: row.checked_at for row in connection.execute(seen)}


def read_at(connection: Connection, source_ids: Sequence[int]) -> Mapping[int, datetime]:
    """Return when the newest order was read of each of these sources that is still to be bought."""
    newest = select(order_items.c.source_item_id, func.max(order_items.c.seen_at).label("read_at"))
    mine = newest.where(among(order_items.c.source_item_id, source_ids), WAITS).group_by(order_items.c.source_item_id)
    return {row.source_item_id: row.read_at for row in connection.execute(mine)} if source_ids else {}


def _taken(connection: Connection, marketplace: Marketplace, ids: Sequence[int], now: datetime) -> Wanted | None:
    """Add the sources to the newest run that is trusted. What waits for its route is taken from no worker meanwhile."""
    run = next(iter(asked_looks.trusted(connection, [marketplace])), None)
    if run is None:
        return None
    first = select(_items.id, func.min(order_items.c.seen_at).label("read_at"))
    first = first.join_from(source_items, order_items, UNSEEN).where(not_(WAITS_FOR_ITS_ROUTE))
    rows = connection.execute(first.where(among(_items.id, ids)).group_by(_items.id))
    read_at = {row.id: row.read_at for row in rows}
    _overtake(connection, sorted(read_at), now)
    found = asked_looks.add(connection, run, sorted(read_at), _is_free(now), anew=False)
    if not found:
        return None
    items = tuple(BatchItem(id=row.id, item_id=row.item_id, seller_id=row.seller_id) for row in found)
    batch = CheckBatch(
        marketplace=marketplace,
        run_id=run.id,
        generation=run.generation,
        items=items,
        max_workers=len(items),
        fresh=True,
        urgent=True,
    )
    return Wanted(batch, {item.id: read_at[item.id] for item in items})


def _overtake(connection: Connection, ids: Sequence[int], now: datetime) -> None:
    """Take sources from workers that have them in a line. What these see later is stored only where it tells something,
    and no look of an order is under way (`states_sql.pending`). They live, so their claims are no attempts that failed.
    """
    theirs = among(_items.id, ids, _IN_LINE, _items.check_not_before > now)
    free = {"check_attempts": 0, "check_claim": None, "check_not_before": None}
    connection.execute(update(source_items).where(theirs).values(free))


def _is_free(now: datetime) -> ColumnElement[bool]:
    """Condition: no worker has the source now, it does not wait after a look that told nothing, and it has not ended
    workers."""
    come = or_(_items.check_not_before.is_(None), _items.check_not_before <= now)
    return and_(come, _items.check_attempts < ATTEMPTS, NOT_SET_ASIDE)


def _unmark(ids: Sequence[int], now: datetime, connection: Connection) -> None:
    """Take the mark from sources whose orders ask for no look any more, unless another was read meanwhile. What its
    seller has bought is left to the watch: other offers may stand on it.

    A look that told nothing leaves the source with its run. Where that has ended, it has given the source up, unless it
    has seen it before, and the watch may take the source again.
    """
    still = among(_items.id, ids, _items.due_at == ORDERED, not_(_IS_WANTED))
    has_ended = exists().where(runs.c.id == _items.check_run, runs.c.outcome != "running")
    left = and_(still, _items.check_attempts == 0, has_ended)
    columns = select(_items.id, _items.check_run, _items.checked_run).where(left).order_by(_items.id)
    rows = connection.execute(columns.with_for_update()).all()
    for run in sorted({row.check_run for row in rows}):
        its = among(_items.id, [row.id for row in rows if row.check_run == run])
        ended = {"check_run": None, "checked_run": run, "check_not_before": None}
        connection.execute(update(source_items).where(its).values(ended))
    connection.execute(update(source_items).where(still).values(due_at=case((_IS_BOUGHT, now))))
    given_up = Counter(row.check_run for row in rows if row.checked_run != row.check_run)
    for run, count in sorted(given_up.items()):
        connection.execute(update(runs).where(runs.c.id == run).values(unfinished=runs.c.unfinished + count))

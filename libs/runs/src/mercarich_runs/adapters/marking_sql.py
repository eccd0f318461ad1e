"""Mark the rows of a run, in an order that is fair to its sellers.

The rank of a row is its number among its seller's rows, so that the order (rank, id) alternates between sellers.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any

import orjson
from sqlalchemy import Connection, Engine, select, update

from mercarich_db import own_rows
from mercarich_db.bulk import LockedRows, insert_missing
from mercarich_db.cadence import checks_a_day
from mercarich_db.conditions import GIVEN_IDS, among
from mercarich_db.engine import reading, run_tx
from mercarich_db.tables import amazon_accounts, run_sellers, runs, users
from mercarich_runs.adapters.columns import PendingColumns
from mercarich_runs.adapters.fence import guard
from mercarich_runs.ports import Outcome, Request, Run, Sellers

PAGE = 2000
"""Rows marked per transaction."""

Page = Sequence[tuple[int, Sequence[int]]]
"""(row id, ids of its sellers). A row of several sellers is ranked for the one with the fewest rows so far."""


def sellers_of(engine: Engine, request: Request) -> Sellers:
    """Return the sellers with the requested checks a day who can be served; count the others by reason."""
    columns = select(users.c.id, users.c.active, users.c.is_staff, amazon_accounts.c.user_id.label("account"))
    rows = columns.outerjoin_from(users, amazon_accounts).where(checks_a_day().in_(request.plans))
    if request.usernames:
        rows = rows.where(users.c.username.in_(request.usernames))
    taken: set[int] = set()
    skipped: Counter[str] = Counter()
    with reading(engine) as connection:
        for row in connection.execute(rows):
            if not row.active:
                skipped["inactive"] += 1
            elif row.is_staff:
                skipped["staff"] += 1
            elif row.account is None:
                skipped["no_amazon_account"] += 1
            else:
                taken.add(row.id)
    return Sellers(frozenset(taken), skipped)


class Marker:
    """Marks the rows of one run. `fresh` are further columns that marking resets, with their values."""

    def __init__(self, engine: Engine, columns: PendingColumns, run: Run, fresh: Mapping[str, Any]) -> None:
        self._engine = engine
        self._columns = columns
        self._run = run
        self._fresh = {**columns.values(run=run.id, attempts=0, not_before=None, problem=None), **fresh}
        self._below = columns.values(run=run.id, done_run=run.id)
        self._new = LockedRows([columns.id, columns.run], among(columns.id, GIVEN_IDS, columns.is_new_to(run)))
        self._older: Sequence[int] = ()

    def mark(self, pages: Iterable[Page], sellers: Sellers, begin_with: int) -> Iterator[int]:
        """Mark page by page; yield the number marked so far after each page. Raises `Superseded`."""
        ranks: Counter[int] = Counter()
        marked = 0
        run_tx(self._engine, lambda connection: self._take_in(connection, sellers))
        for page in pages:
            ranked = list(_rank(page, ranks, begin_with))
            marked += run_tx(self._engine, partial(self._mark, ranked))
            yield marked

    def _take_in(self, connection: Connection, sellers: Sellers) -> None:
        """Insert a tally for each seller before the first row is marked: a seller without falls counts, too."""
        self._guard(connection)
        self._older = self._going_on(connection)
        skipped = orjson.dumps(dict(sellers.skipped)).decode()
        tallies = [fresh_tally(self._run.id, user_id) for user_id in sorted(sellers.user_ids)]
        insert_missing(connection, run_sellers, tallies)
        connection.execute(update(runs).where(runs.c.id == self._run.id).values(skipped=skipped))

    def _mark(self, ranked: Sequence[tuple[int, int]], connection: Connection) -> int:
        self._guard(connection)
        if not ranked:
            return 0
        rank_of = self._columns.rank.name
        rows = [{"id": id, rank_of: rank} for id, rank in ranked]
        taken = self._free(connection, [id for id, _ in ranked])
        marked = self._columns.writer.note_rows(connection, rows, self._fresh, self._below)
        self._plan(connection, self._run.id, [id for ids in taken.values() for id in ids], 1)
        for run_id in self._older:
            self._plan(connection, run_id, taken[run_id], -1)
        for run_id, planned in sorted([*((id, -len(taken[id])) for id in self._older), (self._run.id, marked)]):
            connection.execute(update(runs).where(runs.c.id == run_id).values(planned=runs.c.planned + planned))
        return marked

    def _free(self, connection: Connection, ids: Sequence[int]) -> Mapping[int, Sequence[int]]:
        """Return those of the rows that this run may mark, by the run that has them now; 0: none.

        Lock them all: an older run may mark some now.
        """
        found: dict[int, list[int]] = defaultdict(list)
        for row_id, run_id in self._new.read(connection, ids=ids):
            found[run_id or 0].append(row_id)
        return found

    def _plan(self, connection: Connection, run_id: int, ids: Sequence[int], times: int) -> None:
        own_rows.plan(connection, run_id, ids, self._columns.table, times)

    def _going_on(self, connection: Connection) -> Sequence[int]:
        """Return the older runs that go on beside this one. None joins them: a start has a higher id."""
        beside = select(runs.c.id).where(
            runs.c.operation == self._columns.operation,
            runs.c.marketplace == self._run.marketplace,
            runs.c.outcome == Outcome.RUNNING,
            runs.c.id < self._run.id,
        )
        return connection.execute(beside).scalars().all()

    def _guard(self, connection: Connection) -> None:
        guard(connection, self._columns.operation, self._run)


def fresh_tally(run_id: int, user_id: int) -> dict[str, Any]:
    return {"run_id": run_id, "user_id": user_id, "planned": 0, "checked": 0, "fallen": 0, "unseen_seconds": 0}


def _rank(page: Page, ranks: Counter[int], begin_with: int) -> Iterator[tuple[int, int]]:
    for row_id, user_ids in page:
        user_id = user_ids[0] if len(user_ids) == 1 else min(user_ids, key=lambda user_id: ranks[user_id])
        rank = ranks[user_id]
        ranks[user_id] += 1
        if rank >= begin_with:
            yield row_id, rank

"""Listings checked and fallen in a run, by seller: the numbers that the brake goes by."""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Connection, and_, bindparam, func, or_, select

from mercarich_checker.domain.brake import Tally, Weighed
from mercarich_contracts.events import EventKind
from mercarich_db.bulk import GIVEN_IDS, among, insert_or_add
from mercarich_db.tables import listing_events, run_sellers, runs
from mercarich_runs.adapters.marking_sql import fresh_tally

_MINE = run_sellers.c.run_id == bindparam("run_id")
_ENDED = select(runs.c.ended_at).where(runs.c.id == bindparam("run_id"))
_SELLERS = select(run_sellers.c.user_id, run_sellers.c.checked, run_sellers.c.fallen).where(
    _MINE, among(run_sellers.c.user_id, GIVEN_IDS)
)
_WHOLE = select(func.sum(run_sellers.c.checked), func.sum(run_sellers.c.fallen)).where(_MINE)
_DOWN = (EventKind.WITHDRAWN, EventKind.SEARCHING)


def add(connection: Connection, run_id: int, checked: Iterable[int], fallen: Iterable[int]) -> None:
    """Add to the run's tallies. `checked` and `fallen` repeat a seller's id once for each listing.

    A source may serve sellers whom the run did not include; they are counted like the others.
    """
    looked, fell = Counter(checked), Counter(fallen)
    rows = [
        {**fresh_tally(run_id, user_id), "checked": looked[user_id], "fallen": fell[user_id]}
        for user_id in sorted(looked)
    ]
    insert_or_add(connection, run_sellers, rows, adding=("checked", "fallen"))


def weighed(connection: Connection, run_id: int, falling: Iterable[int]) -> Weighed:
    """Return the numbers for the brake. `falling` repeats a seller's id once for each listing that falls.

    Looks by hand after a run's end are counted separately: the run's own tallies say nothing about them.
    """
    falls = Counter(falling)
    of = {"run_id": run_id}
    ended_at = connection.execute(_ENDED, of).scalar()
    if ended_at is not None:
        return _since(connection, run_id, ended_at, falls)
    found = connection.execute(_SELLERS, {**of, "ids": sorted(falls)})
    checked, fallen = connection.execute(_WHOLE, of).one()
    whole = Tally(int(checked or 0), int(fallen or 0))
    return Weighed({row.user_id: Tally(row.checked, row.fallen) for row in found}, whole, None)


def _since(connection: Connection, run_id: int, ended_at: datetime, falls: Counter[int]) -> Weighed:
    """Count falls after the run's end, from the listings' history plus `falls`, which it does not contain yet.

    A withdrawal that confirms a hold is not counted, since it was counted when it was held. Its event names that hold.
    """
    event = listing_events.c
    sellers = select(run_sellers.c.user_id).where(run_sellers.c.run_id == run_id)
    fell = or_(event.kind == EventKind.HELD, and_(event.kind.in_(_DOWN), event.hold_id.is_(None)))
    later = (event.user_id.in_(sellers), event.at > ended_at, event.run_id == run_id, fell)
    number = func.count(event.listing_id.distinct()).label("fallen")
    counted = connection.execute(select(event.user_id, number).where(*later).group_by(event.user_id))
    before = Counter({row.user_id: row.fallen for row in counted})
    since = before + falls
    return Weighed({user_id: Tally(0, since[user_id]) for user_id in falls}, Tally(0, since.total()), ended_at)

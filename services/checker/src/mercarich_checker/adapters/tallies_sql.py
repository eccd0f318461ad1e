"""Listings checked and fallen in a run, by seller: the numbers that the brake goes by."""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Connection, and_, bindparam, func, or_, select

from mercarich_checker.domain.brake import Fall, Tally, Weighed
from mercarich_contracts.events import EventKind
from mercarich_db.bulk import GIVEN_IDS, among, insert_or_add
from mercarich_db.tables import listing_events, run_sellers, runs
from mercarich_runs.adapters.marking_sql import fresh_tally

_MINE = run_sellers.c.run_id == bindparam("run_id")
_ENDED = select(runs.c.ended_at).where(runs.c.id == bindparam("run_id"))
_COUNTS = (run_sellers.c.checked, run_sellers.c.fallen, run_sellers.c.absent)
_SELLERS = select(run_sellers.c.user_id, *_COUNTS).where(_MINE, among(run_sellers.c.user_id, GIVEN_IDS))
_WHOLE = select(*map(func.sum, _COUNTS)).where(_MINE)
_DOWN = (EventKind.WITHDRAWN, EventKind.SEARCHING)


def add(connection: Connection, run_id: int, checked: Iterable[int], falling: Counter[Fall]) -> None:
    """Add to the run's tallies. `checked` repeats a seller's id once for each listing.

    A source may serve sellers whom the run did not include; they are counted like the others.
    """
    looked, (fell, missed) = Counter(checked), _by_seller(falling)
    rows = [
        fresh_tally(run_id, user_id) | {"checked": looked[user_id], "fallen": fell[user_id], "absent": missed[user_id]}
        for user_id in sorted(looked)
    ]
    insert_or_add(connection, run_sellers, rows, adding=("checked", "fallen", "absent"))


def _by_seller(falling: Counter[Fall]) -> tuple[Counter[int], Counter[int]]:
    """Return the falls of each seller, and those of them by absence."""
    fell, missed = Counter[int](), Counter[int]()
    for fall, number in falling.items():
        fell[fall.user_id] += number
        missed[fall.user_id] += number * fall.absent
    return fell, missed


def weighed(connection: Connection, run_id: int, falling: Counter[Fall]) -> Weighed:
    """Return the numbers for the brake.

    Looks by hand after a run's end are counted separately: the run's own tallies say nothing about them.
    """
    falls, absent = _by_seller(falling)
    of = {"run_id": run_id}
    ended_at = connection.execute(_ENDED, of).scalar()
    if ended_at is not None:
        return _since(connection, run_id, ended_at, falls, absent)
    found = connection.execute(_SELLERS, {**of, "ids": sorted(falls)})
    whole = Tally(*(int(number or 0) for number in connection.execute(_WHOLE, of).one()))
    return Weighed({row.user_id: Tally(row.checked, row.fallen, row.absent) for row in found}, whole, None)


def _since(
    connection: Connection, run_id: int, ended_at: datetime, falls: Counter[int], absent: Counter[int]
) -> Weighed:
    """Count falls after the run's end, from the listings' history plus `falls`, which it does not contain yet.

    Where a seller's item is absent now, the falls before it count as absences, too: their reasons are not read again.
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
    tallies = {user_id: Tally(0, since[user_id], since[user_id] if absent[user_id] else 0) for user_id in falls}
    whole = Tally(0, since.total(), sum(tally.absent for tally in tallies.values()))
    return Weighed(tallies, whole, ended_at)

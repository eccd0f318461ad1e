"""Listings checked and fallen in a run, by seller: the numbers that the brake goes by."""

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from sqlalchemy import Connection, and_, bindparam, func, or_, select

from mercarich_contracts.events import EventKind
from mercarich_contracts.market import RouteName
from mercarich_db.bulk import insert_or_add
from mercarich_db.conditions import GIVEN_IDS, among
from mercarich_db.tables import holds, listing_events, run_absences, run_sellers, runs
from mercarich_runs.adapters.marking_sql import fresh_tally
from mercarich_runs.domain.brake import BY_PRICE, Fall, HoldKind, Tally, Weighed
from mercarich_runs.ports import Operation

_MINE = run_sellers.c.run_id.in_(bindparam("run_ids", expanding=True))
_ENDED = select(runs.c.ended_at).where(runs.c.id == bindparam("run_id"))
_COUNTS = (run_sellers.c.checked, run_sellers.c.fallen)
_SELLERS = select(run_sellers.c.user_id, *_COUNTS).where(_MINE, among(run_sellers.c.user_id, GIVEN_IDS))
_WHOLE = (
    select(*(func.sum(column).label(column.name) for column in _COUNTS)).where(_MINE).group_by(run_sellers.c.run_id)
)
_ABSENT = select(run_absences.c.user_id, run_absences.c.route, run_absences.c.absent).where(
    run_absences.c.run_id.in_(bindparam("run_ids", expanding=True))
)
_WINDOW = select(runs.c.marketplace, runs.c.started_at).where(
    runs.c.id == bindparam("run_id"), runs.c.operation == Operation.WATCH
)
WEIGHED_WITHIN = timedelta(hours=1)
"""The window before this one is weighed with it if it began within this time: falls of an hour count."""
_DOWN = (EventKind.WITHDRAWN, EventKind.SEARCHING)
_BY_PRICE = {HoldKind.LOSSES: "dearer", HoldKind.RECOVERIES: "cheaper", HoldKind.PRICES: "repriced"}
"""The columns with what prices ask for."""
_MADE = {
    HoldKind.LOSSES: EventKind.PAUSED,
    HoldKind.RECOVERIES: EventKind.RECOVERED,
    HoldKind.PRICES: EventKind.PRICE_ASKED,
}
_ADDED = ("checked", "fallen", "seen", "unseen_seconds", *_BY_PRICE.values())
_HOLDS_BY_PRICE = select(holds.c.id).where(holds.c.kind.in_(sorted(BY_PRICE)))
"""Of all runs: a hold that waits for a person keeps what later ones would change, too."""


class Offer(Protocol):
    """A listing whose source was looked at."""

    @property
    def user_id(self) -> int: ...
    @property
    def source_item_id(self) -> int: ...


@dataclass(frozen=True, slots=True)
class Changing:
    """The listings that a look changes."""

    falling: Counter[Fall]
    unseen: Mapping[int, timedelta]
    """By seller: how long the sources of the falls had been gone before it was seen."""
    moving: Mapping[HoldKind, Counter[int]]
    """Numbers by seller of what prices ask for, by the kind of the hold that would keep it."""


def add(
    connection: Connection, run_id: int, offers: Sequence[Offer], first_seen: Collection[int], changing: Changing
) -> None:
    """Add to the run's tallies. `first_seen` are ids of sources that the run has not seen before.

    A source that is looked at again and again does not make the brake's limit larger. A source may serve sellers whom
    the run did not include; they are counted like the others.
    """
    falling, unseen, moving = changing.falling, changing.unseen, changing.moving
    fell, users = _by_seller(falling), {offer.user_id for offer in offers}
    new = [(offer.user_id, offer.source_item_id) for offer in offers if offer.source_item_id in first_seen]
    looked, seen = (Counter(user_id for user_id, _ in pairs) for pairs in (new, set(new)))
    rows = [
        fresh_tally(run_id, user_id)
        | {"checked": looked[user_id], "fallen": fell[user_id], "seen": seen[user_id]}
        | {"unseen_seconds": round(unseen.get(user_id, timedelta()).total_seconds())}
        | {name: moving[kind][user_id] for kind, name in _BY_PRICE.items()}
        for user_id in sorted(users)
    ]
    insert_or_add(connection, run_sellers, rows, adding=_ADDED)
    absent = [
        {"run_id": run_id, "user_id": fall.user_id, "route": fall.route, "absent": number}
        for fall, number in sorted(falling.items())
        if fall.absent
    ]
    insert_or_add(connection, run_absences, absent, adding=("absent",))


def add_moving(connection: Connection, run_id: int, kind: HoldKind, moving: Counter[int]) -> None:
    """As `add`, for what prices ask for by looks that are none of the run's: numbers by seller."""
    name = _BY_PRICE[kind]
    rows = [fresh_tally(run_id, user_id) | {name: number} for user_id, number in sorted(moving.items())]
    insert_or_add(connection, run_sellers, rows, adding=(name,))


def _by_seller(falling: Counter[Fall]) -> Counter[int]:
    fell = Counter[int]()
    for fall, number in falling.items():
        fell[fall.user_id] += number
    return fell


def weighed(connection: Connection, run_id: int, windows: Sequence[int], falling: Counter[Fall]) -> Weighed:
    """Return the numbers for the brake. `windows` are those that are weighed together; empty for a run.

    The falls of two windows are added up. Their looks are not, since most of them are at the same sources. Looks by
    hand after a run's end are counted separately: the run's own tallies say nothing about them.
    """
    ended_at = connection.execute(_ENDED, {"run_id": run_id}).scalar()
    if ended_at is not None:
        return _since(connection, run_id, ended_at, falling)
    of = {"run_ids": windows or [run_id]}
    absent: defaultdict[int, Counter[RouteName]] = defaultdict(Counter)
    for row in connection.execute(_ABSENT, of):
        absent[row.user_id][RouteName(row.route)] += row.absent
    looked, fell = Counter[int](), Counter[int]()
    for row in connection.execute(_SELLERS, {**of, "ids": sorted({fall.user_id for fall in falling})}):
        looked[row.user_id] = max(looked[row.user_id], row.checked)
        fell[row.user_id] += row.fallen
    sellers = {user_id: Tally(looked[user_id], fell[user_id], absent[user_id]) for user_id in looked}
    whole = connection.execute(_WHOLE, of).all()
    checked, fallen = max(int(row.checked) for row in whole), sum(int(row.fallen) for row in whole)
    return Weighed(sellers, Tally(checked, fallen, _together(absent)), None)


def weighed_by_price(
    connection: Connection, run_id: int, windows: Sequence[int], kind: HoldKind, moving: Counter[int]
) -> Weighed:
    """As `weighed`, for what prices ask for by the hold's kind. `moving` are the new ones, by seller."""
    ended_at = connection.execute(_ENDED, {"run_id": run_id}).scalar()
    if ended_at is not None:
        since = _moved_since(connection, run_id, ended_at, kind) + moving
        return Weighed({id: Tally(0, since[id]) for id in moving}, Tally(0, since.total()), ended_at)
    name = _BY_PRICE[kind]
    columns = (run_sellers.c.user_id, run_sellers.c.run_id, run_sellers.c.checked, run_sellers.c[name].label("moved"))
    looked, moved, checked = Counter[int](), Counter[int](), Counter[int]()
    for row in connection.execute(select(*columns).where(_MINE), {"run_ids": windows or [run_id]}):
        looked[row.user_id] = max(looked[row.user_id], row.checked)
        moved[row.user_id] += row.moved
        checked[row.run_id] += row.checked
    sellers = {user_id: Tally(looked[user_id], moved[user_id]) for user_id in moving}
    return Weighed(sellers, Tally(max(checked.values()), moved.total()), None)


def _moved_since(connection: Connection, run_id: int, ended_at: datetime, kind: HoldKind) -> Counter[int]:
    """Count by seller what prices asked for after the run's end, from the listings' history."""
    event = listing_events.c
    sellers = select(run_sellers.c.user_id).where(run_sellers.c.run_id == run_id)
    its_holds = select(holds.c.id).where(holds.c.kind == kind)
    held = and_(event.kind == EventKind.HELD, event.hold_id.in_(its_holds))
    at_once = or_(event.hold_id.is_(None), event.hold_id.not_in(its_holds))
    moved = or_(held, and_(event.kind == _MADE[kind], at_once))
    later = (event.user_id.in_(sellers), event.at > ended_at, event.run_id == run_id, moved)
    number = func.count(event.listing_id.distinct()).label("moved")
    counted = select(event.user_id, number).where(*later).group_by(event.user_id)
    return Counter({row.user_id: row.moved for row in connection.execute(counted)})


def windows_weighed(connection: Connection, run_id: int) -> Sequence[int]:
    """Return the windows of the watch whose falls are weighed together: this one, and the one before it. Empty: the run
    is no window."""
    window = connection.execute(_WINDOW, {"run_id": run_id}).one_or_none()
    if window is None:
        return ()
    before = (
        select(runs.c.id)
        .where(
            runs.c.operation == Operation.WATCH,
            runs.c.marketplace == window.marketplace,
            runs.c.id < run_id,
            runs.c.started_at >= window.started_at - WEIGHED_WITHIN,
        )
        .order_by(runs.c.id.desc())
        .limit(1)
    )
    return [run_id, *connection.execute(before).scalars()]


def _since(connection: Connection, run_id: int, ended_at: datetime, falling: Counter[Fall]) -> Weighed:
    """Count falls after the run's end, from the listings' history plus `falling`, which it does not contain yet.

    Where a seller's item is absent now, the falls before it count as absences by this route, too: their reasons are not
    read again. A withdrawal that confirms a hold is not counted, since it was counted when it was held. Its event names
    that hold.
    """
    event = listing_events.c
    sellers = select(run_sellers.c.user_id).where(run_sellers.c.run_id == run_id)
    held = and_(event.kind == EventKind.HELD, event.hold_id.not_in(_HOLDS_BY_PRICE))
    at_once = or_(event.hold_id.is_(None), event.hold_id.in_(_HOLDS_BY_PRICE))
    fell = or_(held, and_(event.kind.in_(_DOWN), at_once))
    later = (event.user_id.in_(sellers), event.at > ended_at, event.run_id == run_id, fell)
    number = func.count(event.listing_id.distinct()).label("fallen")
    grouped = select(event.user_id, number).where(*later).group_by(event.user_id)
    counted = connection.execute(grouped)
    falls = _by_seller(falling)
    since = Counter({row.user_id: row.fallen for row in counted}) + falls
    absent = {user_id: Counter[RouteName]() for user_id in falls}
    for fall in falling:
        if fall.absent:
            absent[fall.user_id][fall.route] = since[fall.user_id]
    tallies = {user_id: Tally(0, since[user_id], absent[user_id]) for user_id in falls}
    return Weighed(tallies, Tally(0, since.total(), _together(absent)), ended_at)


def _together(absent: Mapping[int, Counter[RouteName]]) -> Counter[RouteName]:
    """Return the absences of all sellers."""
    whole = Counter[RouteName]()
    for of_one in absent.values():
        whole.update(of_one)
    return whole

"""The listings of sources that were looked at: read and locked, decided by `domain.withdrawals`, saved by the store."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select, update

from mercarich_checker.adapters import doubts_sql, prices_sql
from mercarich_checker.adapters.prices_sql import Asked, Weighing
from mercarich_checker.domain import prices, withdrawals
from mercarich_checker.domain.withdrawals import Found, Offer, Seen
from mercarich_checker.ports import Recorded, Released
from mercarich_contracts.events import EventKind
from mercarich_contracts.market import Marketplace, Reason, RouteName, State
from mercarich_contracts.messages import CheckBatch
from mercarich_contracts.proxy_api import Item
from mercarich_db.bulk import LockedRows, time_of
from mercarich_db.conditions import GIVEN_IDS, among
from mercarich_db.offers import LOOKED_AT
from mercarich_db.price_rules import PriceRules
from mercarich_db.tables import holds, listings, runs, source_items
from mercarich_listings import store
from mercarich_listings.listing import Lived
from mercarich_listings.transition import Stage
from mercarich_runs.adapters import holds_sql, released_sql, tallies_sql
from mercarich_runs.adapters.tallies_sql import Changing
from mercarich_runs.domain import brake
from mercarich_runs.domain.brake import BrakeSettings, Doubt, Fall, Hold, HoldKind

_OFFERS = LockedRows(
    [listings.c[name] for name in Offer._fields], among(listings.c.source_item_id, GIVEN_IDS, LOOKED_AT)
)
_HELD_AT = Offer._fields.index("held_at")


@dataclass(frozen=True, slots=True)
class Priced:
    """What the prices ask for, and what was seen."""

    asked: Asked
    seen: Mapping[int, Item]
    """By source's id."""
    evidence: Mapping[int, int | None]
    """Ids by source."""


def apply(
    connection: Connection,
    batch: CheckBatch,
    offers: Sequence[Offer],
    found: Found,
    priced: Priced,
    weighing: Weighing,
) -> tuple[Recorded, Counter[str]]:
    """Withdraw or hold every offer whose source is gone, or too dear; free those held whose source is on sale, and put
    up those paused whose source is cheaper.

    `offers` are all those of the sources that were found. Return what was recorded, and what is to be added to the
    run's counts.
    """
    now, settings = weighing.now, weighing.settings
    held_by = {offer.hold_id for offer in offers if offer.hold_id}
    known = holds_sql.by_id(connection, held_by)
    doubts = doubts_sql.of_run(connection, batch.run_id) if found.gone else {}
    falls = withdrawals.sort_out(offers, found, known, batch.run_id, settings.confirm_after, doubts)
    asked = prices_sql.believed(connection, batch, priced.asked, offers, priced.seen)
    moves = prices_sql.moves(offers, asked, known, batch.run_id, now - settings.confirm_after)
    falls = falls.without({offer.id for offer in (*moves.new, *moves.confirmed)})
    falling = Counter(falls.new.values())
    doubted = _kept_by_doubt(connection, batch, falling, doubts, now) if doubts else {}
    weighable = Counter({fall: number for fall, number in falling.items() if fall not in doubted})
    unseen = withdrawals.unseen_by_seller(falls, found, doubted)
    moving = {prices.HOLDS[step]: number for step, number in moves.counted(asked.decisions).items()}
    tallied = Changing(weighable, unseen, moving)
    tallies_sql.add(connection, batch.run_id, offers, found.first_seen, tallied)
    keeping = brake.keeping(_standing(connection, batch, weighable, now, settings), weighable)
    decided = withdrawals.decide(falls, keeping | doubted, only_mark=batch.without_update)
    changing = store.lock(connection, decided.ids)
    store.save(connection, withdrawals.changes(decided, changing, found, now, batch.run_id))
    moved = prices_sql.apply(connection, batch, moves, asked, priced.evidence, weighing)
    if held_by:
        holds_sql.close_empty(connection, holds.c.id.in_(held_by), now)
    counts = decided.counts + Counter(fallen=falls.first) + Counter(moved.counts)
    freed = decided.going.keys() | decided.let_go
    held = frozenset(
        offer.source_item_id
        for offer in offers
        if offer.source_item_id in found.gone and (offer.hold_id or offer.id in decided.held) and offer.id not in freed
    )
    recorded = Recorded(decided.withdrawn, len(decided.held) + moved.held, held_sources=held, moved=moved)
    return recorded, counts


def offers_of(connection: Connection, source_ids: Sequence[int]) -> Sequence[Offer]:
    """Lock and read the listings in order of their ids. Few columns, since most of them do not change."""
    if not source_ids:
        return ()
    rows = _OFFERS.read(connection, ids=sorted(source_ids))
    for row in rows:
        row[_HELD_AT] = time_of(row[_HELD_AT])
    return sorted(map(Offer._make, rows))


def _kept_by_doubt(
    connection: Connection, batch: CheckBatch, falls: Counter[Fall], doubts: Mapping[RouteName, Doubt], now: datetime
) -> dict[Fall, int]:
    """Return the holds of falls by routes in doubt, with those that these falls open."""
    known = holds_sql.of_runs(connection, [batch.run_id], batch.marketplace)
    opened = [
        holds_sql.open_one(connection, batch.run_id, batch.marketplace, new, now)
        for new in brake.of_doubt(known, falls, doubts, batch.run_id)
    ]
    return brake.kept_by_doubt([*known, *opened], falls, doubts)


def _standing(
    connection: Connection, batch: CheckBatch, falling: Counter[Fall], now: datetime, settings: BrakeSettings
) -> Sequence[Hold]:
    """Return the holds that may keep new falls, with those that these falls open."""
    if not falling:
        return ()
    windows = tallies_sql.windows_weighed(connection, batch.run_id)
    weighed = tallies_sql.weighed(connection, batch.run_id, windows, falling)
    known = holds_sql.of_runs(connection, windows or [batch.run_id], batch.marketplace)
    if windows:  # they go on after a hold has closed by itself; a run ends with it
        known = [hold for hold in known if not hold.closed_by_itself]
    standing = brake.standing(known, weighed.since)
    opened = [
        holds_sql.open_one(connection, batch.run_id, batch.marketplace, new, now)
        for new in brake.to_open(standing, weighed, settings)
    ]
    return [*standing, *opened]


def apply_released(connection: Connection, marketplace: Marketplace, rules: PriceRules, now: datetime) -> Released:
    """Withdraw the listings of holds that a person released, and those released alone, if their source is still gone;
    pause, put up, or ask another price for, those of holds by price, if that still asks for it, and a price is the one
    that the person saw. `withdrawn` are those that need a replacement."""
    given = released_sql.read(connection, marketplace)
    if given is None:
        return Released()
    released = given.holds
    # All in one order of ids. What another hold keeps by now, or none, was not released.
    every = [one for one in store.lock(connection, given.listing_ids) if given.lets_go(one.id, one.hold_id)]
    later = prices_sql.later(connection, [one for one in every if released[one.hold_id or 0].kind is HoldKind.PRICES])
    every = [one for one in every if one.id not in later]
    by_price = [one for one in every if released[one.hold_id or 0].by_price and one.stage in _KEPT]
    kept = [one for one in every if not released[one.hold_id or 0].by_price and one.stage in _KEPT]
    kinds = {id: release.by_price for id, release in released.items() if release.by_price is not None}
    priced = prices_sql.release(connection, by_price, kinds, rules, now, given.rows)
    moved, differing = priced.changes, priced.differing
    seen = _seen(connection, {listing.source_item_id for listing in kept})
    changes = [
        withdrawals.release(
            listing, seen[listing.source_item_id], now, only_mark=released[listing.hold_id or 0].only_mark
        )
        for listing in kept
    ]
    store.save(connection, changes)
    released_sql.end(connection, given, later, differing, now)
    down = [one for one in changes if one.after.searching and one.after.quantity == 0]
    lower = [one for one in moved if one.after.quantity < one.before.quantity]
    higher = [one for one in moved if one.after.quantity > one.before.quantity]
    asked = [one for one in moved if one.event is not None and one.event.kind is EventKind.PRICE_ASKED]
    of_run = {id: release.run_id for id, release in released.items()}
    _count(connection, of_run, {"released": down, "paused": lower, "recovered": higher, "repriced": asked})
    needing = withdrawals.by_seller({one.after.id: one.after.user_id for one in down})
    return Released(needing, prices_sql.moved_by(moved))


def _count(connection: Connection, of_run: Mapping[int, int], made: Mapping[str, Sequence[Lived]]) -> None:
    """Add to the counts of the runs whose holds, `of_run` by id, kept the listings. Called last, since every worker of
    a run locks its row."""
    numbers: dict[int, Counter[str]] = defaultdict(Counter)
    for name, changes in made.items():
        for change in changes:
            numbers[of_run[change.before.hold_id or 0]][name] += 1
    for run_id, counted in sorted(numbers.items()):
        more = {name: runs.c[name] + number for name, number in counted.items()}
        connection.execute(update(runs).where(runs.c.id == run_id).values(more))


_KEPT = (Stage.HELD, Stage.PAUSED)


def _seen(connection: Connection, source_ids: set[int]) -> dict[int, Seen]:
    items = source_items.c
    columns = select(items.id, items.state, items.reason, items.evidence_id)
    rows = connection.execute(columns.where(among(items.id, source_ids)))
    return {
        row.id: Seen(State(row.state), None if row.reason is None else Reason(row.reason), row.evidence_id)
        for row in rows
    }

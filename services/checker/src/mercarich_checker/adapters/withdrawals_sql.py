"""The listings of sources that were looked at: read and locked, decided by `domain.withdrawals`, saved by the store."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import Connection, and_, select, update

from mercarich_checker.adapters import doubts_sql, holds_sql, tallies_sql
from mercarich_checker.domain import brake, withdrawals
from mercarich_checker.domain.brake import BrakeSettings, Fall, Hold
from mercarich_checker.domain.canaries import Doubt
from mercarich_checker.domain.withdrawals import Found, Offer, Seen
from mercarich_checker.ports import Recorded
from mercarich_contracts.market import Marketplace, Reason, RouteName, State
from mercarich_contracts.messages import CheckBatch
from mercarich_db.bulk import LockedRows
from mercarich_db.conditions import GIVEN_IDS, among
from mercarich_db.tables import holds, listings, runs, source_items
from mercarich_listings import store
from mercarich_listings.transition import Stage

_ON_SALE = and_(listings.c.listed, ~listings.c.searching, listings.c.quantity > 0)
_OFFERS = LockedRows(
    [listings.c[name] for name in Offer._fields], among(listings.c.source_item_id, GIVEN_IDS, _ON_SALE)
)


def apply(
    connection: Connection,
    batch: CheckBatch,
    offers: Sequence[Offer],
    found: Found,
    now: datetime,
    settings: BrakeSettings,
) -> tuple[Recorded, Counter[str]]:
    """Withdraw or hold every offer whose source is gone; free those held whose source is on sale.

    `offers` are all those of the sources that were found. Return what was recorded, and what is to be added to the
    run's counts.
    """
    held_by = {offer.hold_id for offer in offers if offer.hold_id}
    known = holds_sql.by_id(connection, held_by)
    doubts = doubts_sql.of_run(connection, batch.run_id) if found.gone else {}
    falls = withdrawals.sort_out(offers, found, known, batch.run_id, settings.confirm_after, doubts)
    falling = Counter(falls.new.values())
    doubted = _kept_by_doubt(connection, batch, falling, doubts, now) if doubts else {}
    weighable = Counter({fall: number for fall, number in falling.items() if fall not in doubted})
    unseen = withdrawals.unseen_by_seller(falls, found, doubted)
    tallies_sql.add(connection, batch.run_id, offers, found.first_seen, weighable, unseen)
    keeping = brake.keeping(_standing(connection, batch, weighable, now, settings), weighable)
    decided = withdrawals.decide(falls, keeping | doubted, only_mark=batch.without_update)
    changing = store.lock(connection, decided.ids)
    store.save(connection, withdrawals.changes(decided, changing, found, now, batch.run_id))
    if held_by:
        holds_sql.close_empty(connection, holds.c.id.in_(held_by), now)
    counts = decided.counts + Counter(fallen=len(falls.new))
    freed = decided.going.keys() | decided.let_go
    held = frozenset(
        offer.source_item_id
        for offer in offers
        if (offer.hold_id or offer.id in decided.held) and offer.id not in freed
    )
    return Recorded(decided.withdrawn, len(decided.held), held_sources=held), counts


def offers_of(connection: Connection, source_ids: Sequence[int]) -> Sequence[Offer]:
    """Lock and read the listings in order of their ids. Few columns, since most of them do not change."""
    if not source_ids:
        return ()
    rows = _OFFERS.read(connection, ids=sorted(source_ids))
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


def apply_released(connection: Connection, marketplace: Marketplace, now: datetime) -> Mapping[int, Sequence[int]]:
    """Withdraw the listings of holds that a person released, if their source is still gone; return ids by seller."""
    released = holds_sql.released(connection, marketplace)
    if not released:
        return {}
    kept = [one for one in store.lock_where(connection, listings.c.hold_id.in_(released)) if one.stage is Stage.HELD]
    seen = _seen(connection, {listing.source_item_id for listing in kept})
    changes = [
        withdrawals.release(
            listing, seen[listing.source_item_id], now, only_mark=released[listing.hold_id or 0].only_mark
        )
        for listing in kept
    ]
    store.save(connection, changes)
    holds_sql.close(connection, list(released), now)
    down = [one for one in changes if one.after.quantity == 0]
    _count_released(connection, Counter(released[one.before.hold_id or 0].run_id for one in down))
    return withdrawals.by_seller({one.after.id: one.after.user_id for one in down})


def _count_released(connection: Connection, numbers: Counter[int]) -> None:
    """Add to the runs whose holds kept the listings. Called last, since every worker of a run locks its row."""
    for run_id, number in sorted(numbers.items()):
        connection.execute(update(runs).where(runs.c.id == run_id).values(released=runs.c.released + number))


def _seen(connection: Connection, source_ids: set[int]) -> dict[int, Seen]:
    items = source_items.c
    columns = select(items.id, items.state, items.reason, items.evidence_id)
    rows = connection.execute(columns.where(among(items.id, source_ids)))
    return {
        row.id: Seen(State(row.state), None if row.reason is None else Reason(row.reason), row.evidence_id)
        for row in rows
    }

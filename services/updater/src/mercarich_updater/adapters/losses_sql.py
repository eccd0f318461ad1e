"""The loss rule, for what is not up yet: replacements, and restores that wait for their push."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Connection, select, update

from mercarich_contracts.market import Marketplace
from mercarich_contracts.proxy_api import Item
from mercarich_db import loss_rules
from mercarich_db.conditions import among
from mercarich_db.fee_estimates import COLUMNS, ITS_ESTIMATE, estimate_of
from mercarich_db.tables import listing_fees, listings, runs, source_items
from mercarich_db.types import AnyRow
from mercarich_listings import store
from mercarich_listings.event import Trigger
from mercarich_listings.listing import Listing, Lived, hold, pause
from mercarich_reasons.earnings import EarnsTooLittle
from mercarich_replacements.earnings import Sale, Terms
from mercarich_replacements.loss_stop import LossRule, decide
from mercarich_runs.adapters import price_brake_sql, tallies_sql
from mercarich_runs.adapters.settings_sql import brake_settings
from mercarich_runs.domain.brake import HoldKind


@dataclass(frozen=True, slots=True)
class Look:
    """A look at the source of restores."""

    marketplace: Marketplace
    evidence_id: int


def with_source(
    connection: Connection, ids: Sequence[int], item: Item, by: tuple[Terms, LossRule]
) -> dict[int, EarnsTooLittle]:
    """Return, by id, why those of a seller's listings that would earn too little with this source would be down. `by`:
    the seller's terms and rule."""
    found = {row.id: _too_little(row, item, item.postage_jpy, by) for row in _offers(connection, ids)}
    return {id: reason for id, reason in found.items() if reason is not None}


def too_dear(connection: Connection, waiting: Sequence[Listing], item: Item) -> dict[int, EarnsTooLittle]:
    """Return, by id, why those of these listings would be down that would earn too little with their source, as it was
    seen now. Its postage may be known from an earlier look."""
    found: dict[int, EarnsTooLittle] = {}
    if not waiting:
        return found
    known = select(source_items.c.postage_jpy).where(source_items.c.id == waiting[0].source_item_id)
    postage = connection.execute(known).scalar_one()
    by = {user_id: loss_rules.of(connection, user_id) for user_id in sorted({one.user_id for one in waiting})}
    for row in _offers(connection, [one.id for one in waiting]):
        reason = _too_little(row, item, postage, by[row.user_id])
        if reason is not None:
            found[row.id] = reason
    return found


def take_down(
    connection: Connection, dear: Sequence[Listing], why: Mapping[int, EarnsTooLittle], seen: Look, now: datetime
) -> Sequence[Lived]:
    """Pause restores that wait for their push and would earn too little, as `why` says by id, or hold them.

    They are weighed by the same brake as what checks find, with the looks of the marketplace's newest run; what is held
    is not pushed, and waits for that run's second look. Return the changes, saved.
    """
    if not dear:
        return ()
    run_id = price_brake_sql.run_weighed_with(connection, seen.marketplace)
    held = {} if run_id is None else _held(connection, run_id, dear, seen.marketplace, now)
    trigger = Trigger(run_id, None, seen.evidence_id)
    changes = [
        hold(one, now, why[one.id], replace(trigger, hold_id=held[one.user_id]))
        if one.user_id in held
        else pause(one, now, why[one.id], trigger)
        for one in dear
    ]
    store.save(connection, changes)
    if run_id is not None:  # last, as every worker of the run locks its row
        paused = sum(change.after.quantity < change.before.quantity for change in changes)
        more = {"dearer": runs.c.dearer + len(dear), "paused": runs.c.paused + paused}
        connection.execute(update(runs).where(runs.c.id == run_id).values(more))
    return changes


def _held(
    connection: Connection, run_id: int, dear: Sequence[Listing], marketplace: Marketplace, now: datetime
) -> Mapping[int, int]:
    """Weigh these, which have one source; return, by seller, the holds that keep them. A second look is due then."""
    moving, settings = Counter(one.user_id for one in dear), brake_settings(connection)
    tallies_sql.add_moving(connection, run_id, HoldKind.LOSSES, moving)
    held = price_brake_sql.keeping(connection, (run_id, marketplace), HoldKind.LOSSES, moving, (settings, now))
    if held:
        its = update(source_items).where(source_items.c.id == dear[0].source_item_id)
        connection.execute(its.values(due_at=now + settings.confirm_after))
    return held


def _offers(connection: Connection, ids: Sequence[int]) -> Sequence[AnyRow]:
    offer = listings.c
    columns = (offer.id, offer.user_id, offer.offer_price_jpy, offer.least_profit_jpy)
    some = (
        select(*columns, *COLUMNS)
        .select_from(listings.outerjoin(listing_fees, ITS_ESTIMATE))
        .where(among(offer.id, ids))
    )
    return connection.execute(some.order_by(offer.id)).all()


def _too_little(row: AnyRow, item: Item, postage: int | None, by: tuple[Terms, LossRule]) -> EarnsTooLittle | None:
    """Return why it is not to go up, also by a postage that is only counted."""
    sale = Sale(row.offer_price_jpy, item.state, item.reason, item.price_jpy, postage, estimate_of(row))
    reason = decide(sale, *by, row.least_profit_jpy, paused=False).reason
    return reason if isinstance(reason, EarnsTooLittle) else None

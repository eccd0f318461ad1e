"""The transaction that gives listings another source: all the seller's listings with the old one change together."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, and_, insert, or_, select, update

from mercarich_contracts.events import EventKind
from mercarich_contracts.proxy_api import Item
from mercarich_contracts.revivals import RevivalState
from mercarich_db import loss_rules
from mercarich_db.open_orders import kept_for_orders
from mercarich_db.tables import listings, revival_pictures, revivals, source_items, submission_items, submissions
from mercarich_listings import store
from mercarich_listings.event import Told, Trigger
from mercarich_listings.listing import Listing, tell
from mercarich_listings.replacements import forget_pictures
from mercarich_reasons.stock import ReplacementWaits
from mercarich_replacements.rules import Rules, Wanted
from mercarich_updater.adapters import losses_sql, observed_sql, proposals_sql
from mercarich_updater.adapters.updates import wants_replacement
from mercarich_updater.domain.revivals import Found, Offer, give
from mercarich_updater.ports import Done, GoneMeanwhile, Judged, TooDearMeanwhile, UsedMeanwhile


def give_source(
    connection: Connection, wanted: Wanted, item: Item, rules: Rules, now: datetime, run_id: int | None
) -> Sequence[Done]:
    """Give listings their new source; return what was done to each, or nothing when none needs a source any more.

    One that would earn too little with it, by its own limit or price, goes on searching.

    Raises `UsedMeanwhile`, `GoneMeanwhile` and `TooDearMeanwhile`.
    """
    kept = observed_sql.keep(connection, item)
    if kept is None:
        raise GoneMeanwhile
    source_id, evidence_id = kept
    searching = _searching(connection, wanted)
    if not searching:
        return ()
    _refuse_used(connection, wanted, source_id, item)
    searching = _earning_enough(connection, wanted, searching, item, rules)
    if not searching:
        return ()
    found = Found(item, source_id, Trigger(run_id=run_id, evidence_id=evidence_id))
    given = [give(offer, found, rules, now) for offer in _offers(connection, searching)]
    store.save(connection, [lived for lived, _ in given])
    store.save(connection, [pushed for _, pushed in given])
    _keep_first_price(connection, wanted, searching)
    ids = [one.id for one in searching]
    overtaken = revivals.c.listing_id.in_(ids) & revivals.c.state.in_((RevivalState.PROPOSED, RevivalState.APPROVED))
    connection.execute(update(revivals).where(overtaken).values(state=RevivalState.LAPSED))
    forget_pictures(connection, ids)
    applied = [_revival(id, wanted, item, RevivalState.APPLIED, now, run_id) for id in ids]
    connection.execute(insert(revivals), applied)
    return [Done.of(lived) for lived, _ in given]


def propose(
    connection: Connection, wanted: Wanted, judged: Judged, picture: bytes | None, now: datetime, run_id: int | None
) -> None:
    """Propose the match with its picture to a person, unless a proposal exists already or no listing needs another
    source any more."""
    found = judged.item
    searching = _searching(connection, wanted)
    if not searching:
        return
    by = loss_rules.of(connection, wanted.user_id)
    why = losses_sql.with_source(connection, [one.id for one in searching], found, by)
    first = next((one for one in searching if one.id not in why), searching[0])
    still = select(listings.c.id).where(listings.c.id == first.id, wants_replacement())
    if connection.execute(still).first() is None:
        return
    proposed = _revival(first.id, wanted, found, RevivalState.PROPOSED, now, run_id)
    proposed |= proposals_sql.facts(connection, wanted, judged, by[0])
    id: int = connection.execute(insert(revivals).values(proposed).returning(revivals.c.id)).scalar_one()
    forget_pictures(connection, [first.id])  # of one that was dropped without a decision
    if picture is not None:
        row = {"listing_id": first.id, "revival_id": id, "jpeg": picture}
        connection.execute(insert(revival_pictures).values(row))
    waits = ReplacementWaits(found.marketplace, found.item_id)
    told = Told(EventKind.PROPOSED, now, waits, Trigger(run_id=run_id))
    store.tell(connection, [tell(first, told)])


def _revival(
    listing_id: int, wanted: Wanted, found: Item, state: RevivalState, now: datetime, run_id: int | None
) -> dict[str, Any]:
    return {
        "listing_id": listing_id,
        "user_id": wanted.user_id,
        "run_id": run_id,
        "state": state,
        "marketplace": found.marketplace,
        "item_id": found.item_id,
        "url": (found.url or found.evidence.url)[:512],
        "title": found.title and found.title[:255],
        "price_jpy": found.price_jpy,
        "old_source_item_id": wanted.source_item_id,
        "at": now,
        "proposed": False,
    }


def _searching(connection: Connection, wanted: Wanted) -> Sequence[Listing]:
    return store.lock_where(
        connection,
        listings.c.user_id == wanted.user_id,
        listings.c.source_item_id == wanted.source_item_id,
        listings.c.searching,
        listings.c.listed,
    )


def _offers(connection: Connection, searching: Sequence[Listing]) -> Sequence[Offer]:
    ids = [one.id for one in searching]
    pushes = {push.id: push for push in store.lock_pushes(connection, ids)}
    carried = _carried_by_feeds(connection, ids)
    return [Offer(one, pushes[one.id], one.id in carried) for one in searching]


def _refuse_used(connection: Connection, wanted: Wanted, source_id: int, found: Item) -> None:
    """Raise `UsedMeanwhile` if the seller already uses `found`, or if it is shown for an order.

    The source's row is locked, so that two searches for a seller cannot both take it.
    """
    key = (found.marketplace, found.item_id)
    if is_used(connection, wanted.user_id, source_id, found) or kept_for_orders(connection, wanted.user_id, [key]):
        raise UsedMeanwhile


def _earning_enough(
    connection: Connection, wanted: Wanted, searching: Sequence[Listing], item: Item, rules: Rules
) -> Sequence[Listing]:
    """Return those that would earn with this source what the loss rule wants. Raises `TooDearMeanwhile` if none of
    those that it was searched for would."""
    by = (rules.terms, rules.loss)
    why = losses_sql.with_source(connection, [one.id for one in searching], item, by)
    mine = [one.id for one in searching if one.id in wanted.listing_ids]
    if mine and all(id in why for id in mine):
        raise TooDearMeanwhile(why[mine[0]])
    return [one for one in searching if one.id not in why]


def is_used(connection: Connection, user_id: int, source_id: int, found: Item) -> bool:
    """Return whether a listing of the seller has `found` as its source or as its SKU."""
    other = and_(
        listings.c.user_id == user_id,
        or_(listings.c.source_item_id == source_id, listings.c.sku == found.item_id),
    )
    return connection.execute(select(listings.c.id).where(other).limit(1)).first() is not None


def _keep_first_price(connection: Connection, wanted: Wanted, searching: Sequence[Listing]) -> None:
    """Store the price of the source that is being replaced as the first price, unless there is one.

    The limit for replacements is based on the first price, so that each replacement cannot raise the next one's.
    """
    unknown = [one.id for one in searching if one.first_price_jpy is None]
    price = wanted.first_price_jpy
    if unknown and price is None:
        old = select(source_items.c.price_jpy).where(source_items.c.id == wanted.source_item_id)
        price = connection.execute(old).scalar()
    if unknown and price is not None:
        connection.execute(store.noting(first_price_jpy=price).where(listings.c.id.in_(unknown)))


def _carried_by_feeds(connection: Connection, ids: Collection[int]) -> frozenset[int]:
    carried = (
        select(submission_items.c.listing_id)
        .join(submissions, submissions.c.id == submission_items.c.submission_id)
        .where(submission_items.c.listing_id.in_(ids), submissions.c.ended_at.is_(None))
    )
    return frozenset(connection.execute(carried).scalars())

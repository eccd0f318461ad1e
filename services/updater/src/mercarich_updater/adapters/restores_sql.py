"""The transaction that gives listings another source: all rows of the seller with the old one move together."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, and_, func, insert, or_, select, update

from mercarich_contracts.events import EventKind
from mercarich_contracts.proxy_api import Item
from mercarich_db.replacements import APPLIED, APPROVED, LAPSED, PROPOSED
from mercarich_db.tables import listing_events, listings, revivals, source_items, submission_items, submissions
from mercarich_db.types import AnyRow
from mercarich_replacements.rules import Rules, Wanted
from mercarich_updater.adapters import observed_sql
from mercarich_updater.adapters.updates import wants_replacement
from mercarich_updater.domain.revivals import Offer, Revived, lead_time, revive
from mercarich_updater.ports import Done, GoneMeanwhile, UsedMeanwhile


def give_source(
    connection: Connection, wanted: Wanted, found: Item, rules: Rules, now: datetime, run_id: int | None
) -> Sequence[Done]:
    """Answers what was done to each; empty when none of them wants a source any more.

    Raises `UsedMeanwhile` and `GoneMeanwhile`.
    """
    kept = observed_sql.keep(connection, found)
    if kept is None:
        raise GoneMeanwhile
    source_id, evidence_id = kept
    rows = _searching(connection, wanted)
    if not rows:
        return ()
    _refuse_used(connection, wanted, source_id, found)
    carried = _carried_by_feeds(connection, rows)
    first_price = _first_price(connection, wanted)
    done = []
    for row in rows:
        under_way = _tried(row) or row.id in carried
        offer = Offer(row.id, row.quantity, row.listing_quantity, row.pushed_quantity, under_way)
        revived = revive(offer, rules.quantity_cap)
        values = _values(row, revived, source_id, found, rules, now)
        values["first_price_jpy"] = func.coalesce(listings.c.first_price_jpy, first_price)
        connection.execute(update(listings).where(listings.c.id == row.id).values(values))
        event = {**_event(row, revived, found, now), "run_id": run_id, "evidence_id": evidence_id}
        connection.execute(insert(listing_events).values(event))
        done.append(Done(row.id, row.user_id, revived.change, revived.quantity))
    overtaken = revivals.c.listing_id.in_([row.id for row in rows]) & revivals.c.state.in_((PROPOSED, APPROVED))
    connection.execute(update(revivals).where(overtaken).values(state=LAPSED))
    connection.execute(insert(revivals), [_revival(row.id, wanted, found, APPLIED, now, run_id) for row in rows])
    return done


def propose(connection: Connection, wanted: Wanted, found: Item, now: datetime, run_id: int | None) -> None:
    """Ask a person, unless a search of the same source was faster or none of its listings wants another any more."""
    rows = _searching(connection, wanted)
    if not rows:
        return
    first = rows[0].id
    if connection.execute(select(listings.c.id).where(listings.c.id == first, wants_replacement())).first() is None:
        return
    connection.execute(insert(revivals).values(_revival(first, wanted, found, PROPOSED, now, run_id)))
    event = {"listing_id": first, "user_id": wanted.user_id, "at": now, "kind": EventKind.PROPOSED}
    reason = f"{found.marketplace} {found.item_id} waits for approval"
    connection.execute(insert(listing_events).values(**event, reason=reason, run_id=run_id))


def _revival(
    listing_id: int, wanted: Wanted, found: Item, state: str, now: datetime, run_id: int | None
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
    }


def _searching(connection: Connection, wanted: Wanted) -> Sequence[AnyRow]:
    mine = and_(
        listings.c.user_id == wanted.user_id,
        listings.c.source_item_id == wanted.source_item_id,
        listings.c.searching,
        listings.c.listed,
    )
    columns = (
        listings.c.id,
        listings.c.user_id,
        listings.c.quantity,
        listings.c.listing_quantity,
        listings.c.pushed_quantity,
        listings.c.revision,
        listings.c.push_claim,
        listings.c.push_attempts,
        listings.c.push_problem,
        listings.c.push_not_before,
    )
    return connection.execute(select(*columns).where(mine).order_by(listings.c.id).with_for_update()).all()


def _tried(row: AnyRow) -> bool:
    """A push is under way, or was without being accepted: Amazon may have it, as after a timeout."""
    answered = row.push_attempts == 0 and row.push_problem is None and row.push_not_before is None
    return row.push_claim is not None or not answered


def _refuse_used(connection: Connection, wanted: Wanted, source_id: int, found: Item) -> None:
    """The source's row is locked, so that two searches of a seller cannot both take it."""
    other = and_(
        listings.c.user_id == wanted.user_id,
        or_(listings.c.source_item_id == source_id, listings.c.sku == found.item_id),
    )
    if connection.execute(select(listings.c.id).where(other).limit(1)).first() is not None:
        raise UsedMeanwhile


def _first_price(connection: Connection, wanted: Wanted) -> int | None:
    """Where nobody kept it: that of the source that goes now, so that no replacement raises the next one's ceiling."""
    if wanted.first_price_jpy is not None:
        return wanted.first_price_jpy
    old = select(source_items.c.price_jpy).where(source_items.c.id == wanted.source_item_id)
    return connection.execute(old).scalar()


def _carried_by_feeds(connection: Connection, rows: Sequence[AnyRow]) -> frozenset[int]:
    carried = (
        select(submission_items.c.listing_id)
        .join(submissions, submissions.c.id == submission_items.c.submission_id)
        .where(submission_items.c.listing_id.in_([row.id for row in rows]), submissions.c.ended_at.is_(None))
    )
    return frozenset(connection.execute(carried).scalars())


def _values(row: AnyRow, revived: Revived, source_id: int, found: Item, rules: Rules, now: datetime) -> dict[str, Any]:
    raised = revived.quantity != row.quantity
    values = {
        "source_item_id": source_id,
        "marketplace": found.marketplace,
        "quantity": revived.quantity,
        "revision": row.revision + raised,
        "searching": False,
        "withdrawn_at": None,
        "changed_at": now,
        "lead_time_days": lead_time(rules, found),
        "restored_at": now if revived.pushed else None,
        "searched_at": now,
    }
    if raised and not revived.pushed:  # a withdrawal that never left: Amazon shows what is wanted already
        values["pushed_revision"] = row.revision + 1
    return values


def _event(row: AnyRow, revived: Revived, found: Item, now: datetime) -> dict[str, Any]:
    price = "" if found.price_jpy is None else f", {found.price_jpy:,} yen"
    return {
        "listing_id": row.id,
        "user_id": row.user_id,
        "at": now,
        "kind": EventKind(revived.change),
        "reason": f"replaced by {found.marketplace} {found.item_id}{price}"[:255],
        "quantity_before": row.quantity,
        "quantity_after": revived.quantity,
        "revision": row.revision + (revived.quantity != row.quantity),
    }

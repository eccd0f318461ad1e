"""The repository of creations, with the stage of each listing; `creation_requests` is its other half.

All functions run in the caller's transaction. A listing's row is locked before its creation's. Every write of a worker
is fenced by its claim: a worker that was overtaken writes nothing.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, case, delete, func, or_, select, update

from mercarich_contracts.creations import CreationState, CreationWay, OfferCondition
from mercarich_contracts.events import EventKind
from mercarich_contracts.market import OUT_OF_STOCK, State
from mercarich_contracts.market import Reason as StateReason
from mercarich_db import loss_rules
from mercarich_db.bulk import CHUNK
from mercarich_db.conditions import GIVEN_IDS, among
from mercarich_db.tables import listing_creations, listings, source_items
from mercarich_db.types import AnyRow
from mercarich_listings import removed_store, store
from mercarich_listings.creation import Creation, Next, Step, Terms, before_sending
from mercarich_listings.event import Told, Trigger
from mercarich_listings.listing import Listing, draft_again, make_offer, tell, withdraw
from mercarich_reasons.creations import (
    AnotherStoreLinked,
    CreationsOfToday,
    FoundAtAmazon,
    SoldByAmazon,
)
from mercarich_reasons.stock import SourceSeen
from mercarich_replacements.asking_price import too_low
from mercarich_replacements.earnings import Sale
from mercarich_replacements.earnings import Terms as EarningTerms
from mercarich_replacements.loss_stop import LossRule

LEASE = timedelta(minutes=2)
"""How long a worker has a creation: longer than the calls for it may take. After a crash it waits for this time."""
A_DAY = timedelta(hours=24)
_row = listing_creations.c
_OPEN = _row.ended_at.is_(None)
_MAY_BE_SENT = and_(_row.state == CreationState.WAITING, _row.way == CreationWay.CREATE)
SENT = and_(_OPEN, _row.state == CreationState.SENT)
"""SQL condition: Amazon may have the offer, and does not sell it yet as far as is known."""
_SENT_WITH = (
    select(_row.listing_id, _row.user_id, listings.c.source_item_id)
    .select_from(listings.join(listing_creations, _row.listing_id == listings.c.id))
    .where(among(listings.c.source_item_id, GIVEN_IDS), SENT)
)
"""Built once, since every look asks it."""
_FIRST = case((_row.state == CreationState.WAITING, 1), else_=0)
"""What was sent comes first: Amazon may sell it already, and its source is not checked yet."""
_COLUMNS = (
    *(_row.listing_id, _row.user_id, listings.c.sku, _row.way, _row.asin, _row.condition_type, _row.condition_note),
    *(_row.price_jpy, _row.handling_days, _row.quantity, _row.state, _row.attempts, _row.asked_at, _row.sent_at),
    _row.problem,
    source_items.c.state.label("source_state"),
    source_items.c.reason.label("source_why"),
    source_items.c.observed_at.label("source_seen_at"),
    source_items.c.price_jpy.label("source_price_jpy"),
    source_items.c.postage_jpy.label("source_postage_jpy"),
    listings.c.least_profit_jpy,
)


def sellers(connection: Connection, now: datetime, usable: ColumnElement[bool]) -> list[int]:
    """Return the ids of sellers with something to do, of those whose account is `usable`."""
    due = select(_row.user_id).distinct().where(_OPEN, _due(now), usable)
    return list(connection.execute(due.order_by(_row.user_id)).scalars())


def claim(
    connection: Connection, user_id: int, token: str, limit: int, most_a_day: int, now: datetime
) -> list[Creation]:
    """Claim some that are due; no more of them may be sent than the seller's rest of `most_a_day`.

    What has to wait for tomorrow is put off until the oldest of today's is a day old.
    """
    mine = (_row.user_id == user_id, _OPEN, _due(now))
    first = select(_row.listing_id, _row.state, _row.way).where(*mine)
    found = connection.execute(first.order_by(_FIRST, _row.asked_at, _row.listing_id).limit(limit)).all()
    room = most_a_day - sent_within_a_day(connection, user_id, now)
    kept = []
    for row in found:
        counts = row.state == CreationState.WAITING and row.way == CreationWay.CREATE
        if not counts or room > 0:
            kept.append(row.listing_id)
            room -= counts
    # Whoever else has claimed one since the rows were read has moved its `not_before`.
    taken = update(listing_creations).where(among(_row.listing_id, kept), *mine)
    if kept:
        connection.execute(taken.values(claim=token, not_before=now + LEASE))
    if len(kept) < len(found):  # after the claim: what is claimed is not due any more
        _put_off_until_tomorrow(connection, user_id, most_a_day, now)
    return _claimed(connection, user_id, token) if kept else []


def sent_within_a_day(connection: Connection, user_id: int, now: datetime) -> int:
    counted = select(func.count()).where(_row.user_id == user_id, _row.sent_at > now - A_DAY)
    return connection.execute(counted).scalar_one()


def sending(connection: Connection, creation: Creation, token: str, most_a_day: int, now: datetime) -> Step | None:
    """Note, before Amazon gets it, that the offer is sent; return why it may not be: then nothing is noted.

    From now on Amazon is read for what became of it, whatever happens to the worker. A watch over a deleted offer with
    this SKU ends: it would take the new one down. The source is looked at as that of an offer.
    """
    newest = next((one for one in _claimed(connection, creation.user_id, token) if _is(one, creation)), None)
    if newest is None:
        return Step(Next.WAIT)
    step = before_sending(newest, now)
    if step is None and sent_within_a_day(connection, creation.user_id, now) >= most_a_day:
        step = Step(Next.WAIT, CreationsOfToday(most_a_day))
    if step is not None:
        return step
    sent = {"state": CreationState.SENT, "attempts": newest.attempts + 1, "sent_at": now, "not_before": now + LEASE}
    if not _write(connection, creation, token, sent):  # overtaken since it was read: the other worker sends it
        return Step(Next.WAIT)
    removed_store.end(connection, [(creation.user_id, creation.sku)])
    source = select(listings.c.source_item_id).where(listings.c.id == creation.listing_id)
    store.look_soon(connection, connection.execute(source).scalars().all())
    return None


def accepted(connection: Connection, creation: Creation, token: str, wait: timedelta, now: datetime) -> None:
    """Amazon accepted what was sent; it is read after the wait."""
    if _write(connection, creation, token, {"claim": None, "not_before": now + wait, "problem": None}):
        sent = store.read(connection, [creation.listing_id])
        store.tell(connection, [tell(one, Told(EventKind.CREATION_SENT, now)) for one in sent])


def unsent(connection: Connection, creation: Creation, token: str, now: datetime) -> None:
    """What was noted as sent never left, or Amazon refused it: nothing of this attempt can be at Amazon."""
    back = {"state": creation.state, "attempts": creation.attempts, "sent_at": creation.sent_at}
    _write(connection, creation, token, {**back, "not_before": now + LEASE})


def sent_with(connection: Connection, source_ids: Collection[int]) -> Sequence[AnyRow]:
    """Return listing_id, user_id and source_item_id of offers that Amazon may have before they are offers here, and
    whose sources are among these."""
    return connection.execute(_SENT_WITH, {"ids": sorted(source_ids)}).all() if source_ids else ()


def sources_gone(connection: Connection, source_ids: Collection[int], now: datetime) -> None:
    """Have feed see at once to what it has sent with these sources, which are gone: whoever is at it is overtaken."""
    ids = [row.listing_id for row in sent_with(connection, source_ids)]
    if ids:
        connection.execute(update(listing_creations).where(among(_row.listing_id, ids), SENT).values(not_before=now))


def release(connection: Connection, token: str, now: datetime) -> None:
    """Give back what the worker still has, to be claimed at once."""
    connection.execute(update(listing_creations).where(_row.claim == token).values(claim=None, not_before=now))


def settle(connection: Connection, creation: Creation, token: str, step: Step, now: datetime) -> bool:
    """Store the step, unless the worker was overtaken; return whether it was stored."""
    values = _settled(creation, step, now)
    locked = store.lock(connection, [creation.listing_id]) if "ended_at" in values else []
    if not _write(connection, creation, token, {**values, "claim": None}):
        return False
    if step.next is Next.OFFER:
        _make_offers(connection, creation, locked, now)
    if step.next is Next.REFUSE:
        store.save(connection, [draft_again(one, now, step.reason) for one in locked])
        if creation.attempts:
            removed_store.watch(connection, [creation.listing_id], now, was_sent=True)
    return True


def _settled(creation: Creation, step: Step, now: datetime) -> dict[str, Any]:
    match step.next:
        case Next.WAIT:
            return {"not_before": now + step.wait, "problem": step.reason or creation.problem}
        case Next.SEND_AGAIN:
            return {"state": CreationState.WAITING, "not_before": None, "problem": step.reason}
        case Next.TAKE_BACK:
            return {"state": CreationState.TAKING_BACK, "not_before": None, "problem": step.reason}
        case Next.OFFER:
            return {"state": CreationState.CREATED, "not_before": None, "problem": None, "ended_at": now}
        case Next.REFUSE:
            return {"state": CreationState.REFUSED, "not_before": None, "problem": step.reason, "ended_at": now}


def _make_offers(connection: Connection, creation: Creation, locked: Sequence[Listing], now: datetime) -> None:
    created = creation.terms is not None
    proof = FoundAtAmazon() if creation.terms is None else SoldByAmazon(creation.terms.handling_days)
    made = [make_offer(one, now, proof) for one in locked]
    store.save(connection, made)
    if created:
        _withdraw_gone(connection, [one.after for one in made], now)


def _withdraw_gone(connection: Connection, made: Sequence[Listing], now: datetime) -> None:
    """Withdraw new offers whose sources were seen gone before Amazon sold them: nobody else has had to."""
    source = source_items.c
    seen = select(source.id, source.state, source.reason, source.evidence_id)
    gone = seen.where(among(source.id, [one.source_item_id for one in made]), source.state.in_(sorted(OUT_OF_STOCK)))
    of = {row.id: row for row in connection.execute(gone)}
    changes = []
    for one in made:
        if one.source_item_id in of:
            row = of[one.source_item_id]
            why = SourceSeen(State(row.state), StateReason(row.reason) if row.reason in set(StateReason) else None)
            changes.append(withdraw(one, now, why, Trigger(evidence_id=row.evidence_id)))
    store.save(connection, changes)


def end_of_store(connection: Connection, user_id: int, now: datetime) -> None:
    """End the open creations of a seller who is about to link another store at Amazon.

    What was sent to the former one is watched there, as what was deleted.
    """
    mine = select(_row.listing_id, _row.attempts).where(_row.user_id == user_id, _OPEN)
    sent = {row.listing_id: row.attempts > 0 for row in connection.execute(mine)}
    locked, reason = store.lock(connection, list(sent)), AnotherStoreLinked()
    ended = {"state": CreationState.REFUSED, "claim": None, "not_before": None, "problem": reason, "ended_at": now}
    connection.execute(update(listing_creations).where(_row.user_id == user_id, _OPEN).values(ended))
    store.save(connection, [draft_again(one, now, reason) for one in locked])
    removed_store.watch(connection, [id for id, was_sent in sent.items() if was_sent], now, was_sent=True)


def unsure(connection: Connection) -> None:
    """After a restore of the database from a backup: what was to be sent may have been, so Amazon is read for it."""
    waiting = update(listing_creations).where(_OPEN, _row.way == CreationWay.CREATE)
    connection.execute(waiting.values(attempts=_row.attempts + 1, claim=None, not_before=None))


def forget(connection: Connection, ids: Sequence[int]) -> None:
    """Delete the rows of listings that are deleted."""
    for start in range(0, len(ids), CHUNK):
        connection.execute(delete(listing_creations).where(among(_row.listing_id, ids[start : start + CHUNK])))


def _put_off_until_tomorrow(connection: Connection, user_id: int, most: int, now: datetime) -> None:
    sent = select(func.min(_row.sent_at)).where(_row.user_id == user_id, _row.sent_at > now - A_DAY)
    oldest = connection.execute(sent).scalar() or now
    waiting = update(listing_creations).where(_row.user_id == user_id, _OPEN, _MAY_BE_SENT, _due(now))
    connection.execute(waiting.values(not_before=oldest + A_DAY, problem=CreationsOfToday(most)))


def _claimed(connection: Connection, user_id: int, token: str) -> list[Creation]:
    joined = (
        select(*_COLUMNS)
        .join(listings, listings.c.id == _row.listing_id)
        .join(source_items, source_items.c.id == listings.c.source_item_id)
        .where(_row.user_id == user_id, _row.claim == token, _OPEN)
        .order_by(_FIRST, _row.asked_at, _row.listing_id)
    )
    rows = connection.execute(joined).all()
    by = loss_rules.of(connection, user_id)
    return [_creation(row, by) for row in rows]


def _write(connection: Connection, creation: Creation, token: str, values: Mapping[str, Any]) -> bool:
    """Write columns of the row, if the worker still has it."""
    mine = (_row.listing_id == creation.listing_id, _row.claim == token, _OPEN)
    return connection.execute(update(listing_creations).where(*mine).values(**values)).rowcount == 1


def _due(now: datetime) -> ColumnElement[bool]:
    return or_(_row.not_before.is_(None), _row.not_before <= now)


def _is(one: Creation, other: Creation) -> bool:
    return one.listing_id == other.listing_id


def _creation(row: AnyRow, by: tuple[EarningTerms, LossRule]) -> Creation:
    terms = why = None
    if row.way == CreationWay.CREATE:
        condition = OfferCondition(row.condition_type)
        terms = Terms(row.asin, condition, row.condition_note or "", row.price_jpy, row.handling_days)
        sale = Sale(row.price_jpy, row.source_state, row.source_why, row.source_price_jpy, row.source_postage_jpy)
        why = too_low(row.price_jpy, sale, *by, row.least_profit_jpy)
    return Creation(
        listing_id=row.listing_id,
        user_id=row.user_id,
        sku=row.sku,
        way=CreationWay(row.way),
        terms=terms,
        quantity=row.quantity,
        state=CreationState(row.state),
        asked_at=row.asked_at,
        attempts=row.attempts,
        sent_at=row.sent_at,
        problem=row.problem,
        source_state=row.source_state,
        source_why=row.source_why,
        source_seen_at=row.source_seen_at,
        too_low=why,
    )

"""The repository of prices on their way to Amazon, and of offers that follow their source no more.

All functions run in the caller's transaction. A listing's row is locked before its repricing's. Every write of a worker
is fenced by its claim and the revision of the price: a worker that was overtaken writes nothing.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, case, delete, false, func, not_, or_, select, true, update

from mercarich_contracts.events import EventKind
from mercarich_contracts.repricing import RepricingState
from mercarich_db import price_rules
from mercarich_db.bulk import CHUNK, insert_missing
from mercarich_db.conditions import among
from mercarich_db.tables import listing_events, listings, repricings
from mercarich_db.types import AnyRow
from mercarich_listings import store
from mercarich_listings.event import NO_TRIGGER, Told, Trigger
from mercarich_listings.listing import FRESH, UP, Listing, tell
from mercarich_listings.repricing import Next, Repricing, Step
from mercarich_listings.stages import is_in
from mercarich_listings.transition import Stage
from mercarich_reasons.reason import Reason
from mercarich_reasons.repricing import PriceAtAmazon, PriceFollows, PriceOvertaken, PriceTakenBack

LEASE = timedelta(minutes=2)
"""How long a worker has a price: longer than the calls for it may take. After a crash it waits for this time."""
A_DAY = timedelta(hours=24)
ASKED = (EventKind.PRICE_ASKED, EventKind.PRICE_TAKEN_BACK)
"""Events of changes that were asked for."""
_row, _offer = repricings.c, listings.c
_OPEN = _row.ended_at.is_(None)
_FIRST = case((_row.state == RepricingState.SENT, 0), else_=1)
_FOLLOWING = (*UP, Stage.PAUSED)
_NEW = {"revision": 0, "state": RepricingState.ENDED, "attempts": 0}
_BY_SOURCE = _row.source_item_id.is_not(None)
"""It was asked for by the price of a source; else by a person, whom neither rule nor bounds keep."""
_WITHIN = func.coalesce(_row.to_jpy.between(_offer.least_price_jpy, _offer.most_price_jpy), false())


@dataclass(frozen=True, slots=True)
class Now:
    """How far a listing follows its source."""

    asked_jpy: int | None = None
    """The price on its way; None: none is."""
    stopped: bool = False
    changes: int = 0
    """Changes that were asked for in the last 24 hours, but for those that were overtaken: Amazon never had them."""


def now_of(connection: Connection, ids: Sequence[int], now: datetime) -> Mapping[int, Now]:
    """Return it of those of these listings that have a row, by id."""
    if not ids:
        return {}
    rows = connection.execute(
        select(_row.listing_id, _row.to_jpy, _row.ended_at, _row.stopped_at).where(among(_row.listing_id, ids))
    ).all()
    if not rows:
        return {}
    event = listing_events.c
    told = select(event.listing_id, event.kind).where(
        among(event.listing_id, [row.listing_id for row in rows]),
        event.kind.in_([*ASKED, EventKind.PRICE_OVERTAKEN]),
        event.at > now - A_DAY,
    )
    changes = Counter[int]()
    for listing_id, kind in connection.execute(told.order_by(event.id)):
        changes[listing_id] = max(changes[listing_id] + (1 if kind in ASKED else -1), 0)
    return {
        row.listing_id: Now(
            row.to_jpy if row.ended_at is None else None, row.stopped_at is not None, changes[row.listing_id]
        )
        for row in rows
    }


def ask(
    connection: Connection, following: Mapping[int, PriceFollows], locked: Sequence[Listing], now: datetime
) -> None:
    """Have locked listings follow their source to these prices, by id. Their events are the caller's."""
    _open(connection, locked)
    for listing in locked:
        to = following[listing.id]
        _ask(connection, listing, to.from_jpy, to.to_jpy, listing.source_item_id, now)


def take_back(connection: Connection, listing: Listing, reason: PriceTakenBack, now: datetime) -> None:
    """Have a locked listing get its former price back, and stop it from following its source."""
    _open(connection, [listing])
    _ask(connection, listing, reason.from_jpy, reason.to_jpy, None, now)
    _stop(connection, listing.id, reason, now)
    store.tell(connection, [tell(listing, Told(EventKind.PRICE_TAKEN_BACK, now, reason))])
    store.look_in_turn(connection, [listing.source_item_id], now)  # the former price may be a loss by now


def stop(connection: Connection, listing: Listing, reason: Reason, now: datetime) -> None:
    """Stop a locked listing from following its source. What was not sent yet is not sent any more, and what was sent
    is read back, since Amazon may still show it. The source of a price that ends so is looked at in its turn: the loss
    stop had left the offer up for it."""
    _open(connection, [listing])
    unsent = update(repricings).where(_row.listing_id == listing.id, _OPEN, _row.attempts == 0)
    if connection.execute(unsent.values(state=RepricingState.ENDED, problem=reason, claim=None, ended_at=now)).rowcount:
        store.look_in_turn(connection, [listing.source_item_id], now)
    _stop(connection, listing.id, reason, now)
    store.tell(connection, [tell(listing, Told(EventKind.FOLLOWING_STOPPED, now, reason))])


def resume(connection: Connection, listing: Listing, reason: Reason, now: datetime) -> bool:
    """Have a locked listing follow its source again; return False if it does already."""
    stopped = update(repricings).where(_row.listing_id == listing.id, _row.stopped_at.is_not(None))
    if not connection.execute(stopped.values(stopped_at=None, stop_reason=None)).rowcount:
        return False
    store.tell(connection, [tell(listing, Told(EventKind.FOLLOWING_RESUMED, now, reason))])
    return True


def sellers(connection: Connection, now: datetime, usable: ColumnElement[bool]) -> list[int]:
    """Return the ids of sellers with something to do, of those whose account is `usable`."""
    due = select(_row.user_id).distinct().where(_OPEN, _due(now), usable)
    return list(connection.execute(due.order_by(_row.user_id)).scalars())


def claim(connection: Connection, user_id: int, token: str, limit: int, now: datetime) -> list[Repricing]:
    """Claim some that are due, those that were sent before the others."""
    mine = (_row.user_id == user_id, _OPEN, _due(now))
    first = select(_row.listing_id).where(*mine).order_by(_FIRST, _row.asked_at, _row.listing_id).limit(limit)
    ids = sorted(connection.execute(first).scalars())
    if not ids:
        return []
    # Whoever else has claimed one since the rows were read has moved its `not_before`.
    taken = update(repricings).where(among(_row.listing_id, ids), *mine)
    connection.execute(taken.values(claim=token, not_before=now + LEASE))
    return _claimed(connection, user_id, token, now)


def sending(connection: Connection, change: Repricing, token: str, now: datetime) -> Step | None:
    """Note, before Amazon gets it, that the price is sent; return why it may not be: then nothing is noted."""
    store.lock(connection, [change.listing_id])
    mine = _claimed(connection, change.user_id, token, now)
    newest = next((one for one in mine if one.listing_id == change.listing_id), None)
    if newest is None or newest.revision != change.revision:
        return Step(Next.WAIT)
    if newest.overtaken:
        return Step(Next.OVERTAKEN)
    sent = {"state": RepricingState.SENT, "attempts": newest.attempts + 1, "sent_at": now, "not_before": now + LEASE}
    return None if _write(connection, change, token, sent) else Step(Next.WAIT)


def unsent(connection: Connection, change: Repricing, token: str, now: datetime) -> None:
    """What was noted as sent never left, or Amazon refused it: nothing of this attempt can be at Amazon."""
    back = {"state": change.state, "attempts": change.attempts, "sent_at": change.sent_at}
    _write(connection, change, token, {**back, "not_before": now + LEASE})


def release(connection: Connection, token: str, now: datetime) -> None:
    """Give back what the worker still has, to be claimed at once."""
    connection.execute(update(repricings).where(_row.claim == token).values(claim=None, not_before=now))


def settle(connection: Connection, change: Repricing, token: str, step: Step, now: datetime) -> bool:
    """Store the step, unless the worker was overtaken; return whether it was stored.

    The offer's price here is from then on the one that Amazon was seen to have. What stops, or is paused, is looked
    at soon, since the loss stop may have to decide.
    """
    ended = {"not_before": None, "ended_at": now}
    values: dict[str, Any]
    match step.next:
        case Next.WAIT:
            values = {"not_before": now + step.wait, "problem": step.reason}
        case Next.SEND_AGAIN:
            values = {"state": RepricingState.WAITING, "not_before": None}
        case Next.SHOWN:
            values = {"state": RepricingState.SHOWN, "problem": None, **ended}
        case Next.OVERTAKEN:
            values = {"state": RepricingState.ENDED, "problem": PriceOvertaken(change.to_jpy), **ended}
        case Next.STOP:
            values = {"state": RepricingState.ENDED, "problem": step.reason, **ended}
    locked = store.lock(connection, [change.listing_id]) if "ended_at" in values else []
    if not _write(connection, change, token, {**values, "claim": None}):
        return False
    for listing in locked:
        _tell_end(connection, listing, change, step, now)
    return True


def forget(connection: Connection, ids: Sequence[int]) -> None:
    """Delete the rows of listings that are deleted."""
    for start in range(0, len(ids), CHUNK):
        connection.execute(delete(repricings).where(among(_row.listing_id, ids[start : start + CHUNK])))


def _tell_end(connection: Connection, listing: Listing, change: Repricing, step: Step, now: datetime) -> None:
    price = change.to_jpy if step.next is Next.SHOWN else step.price_jpy
    if price is not None:
        row = {"id": listing.id, "offer_price_jpy": price}
        store.edit(connection, [row], user_id=listing.user_id, listed=listing.listed)
    if step.next is Next.SHOWN:
        _tell(connection, listing, EventKind.PRICE_CHANGED, PriceAtAmazon(change.from_jpy, change.to_jpy), now)
    elif step.next is Next.OVERTAKEN:
        _tell(connection, listing, EventKind.PRICE_OVERTAKEN, PriceOvertaken(change.to_jpy), now)
    else:
        assert step.reason is not None
        _stop(connection, listing.id, step.reason, now)
        _tell(connection, listing, EventKind.FOLLOWING_STOPPED, step.reason, now)
    if step.next is not Next.SHOWN or listing.stage is Stage.PAUSED:  # the loss stop has gone by this price
        store.look_in_turn(connection, [listing.source_item_id], now)


def _tell(
    connection: Connection,
    listing: Listing,
    kind: EventKind,
    reason: Reason,
    now: datetime,
    trigger: Trigger = NO_TRIGGER,
) -> None:
    store.tell(connection, [tell(listing, Told(kind, now, reason, trigger))])


def _open(connection: Connection, locked: Sequence[Listing]) -> None:
    """See that the listings have rows."""
    rows = [{**_NEW, "listing_id": one.id, "user_id": one.user_id, "ended_at": one.changed_at} for one in locked]
    insert_missing(connection, repricings, rows)


def _ask(
    connection: Connection, listing: Listing, from_jpy: int, to_jpy: int, source_id: int | None, now: datetime
) -> None:
    asked = {"from_jpy": from_jpy, "to_jpy": to_jpy, "source_item_id": source_id, "asked_at": now}
    fresh = {"state": RepricingState.WAITING, "attempts": 0, "sent_at": None, "problem": None, "ended_at": None}
    values = {**asked, **fresh, "claim": None, "not_before": None, "revision": _row.revision + 1}
    connection.execute(update(repricings).where(_row.listing_id == listing.id).values(values))


def _stop(connection: Connection, listing_id: int, reason: Reason, now: datetime) -> None:
    values = {"stopped_at": now, "stop_reason": reason}
    connection.execute(update(repricings).where(_row.listing_id == listing_id).values(values))


def _claimed(connection: Connection, user_id: int, token: str, now: datetime) -> list[Repricing]:
    follows = price_rules.of(connection, user_id).price.follows
    columns = (
        *(_row.listing_id, _row.user_id, _offer.sku, _row.revision, _row.from_jpy, _row.to_jpy),
        *(_row.state, _row.attempts, _row.asked_at, _row.sent_at, _is_overtaken(now, follows=follows)),
    )
    joined = select(*columns).join(listings, _offer.id == _row.listing_id).where(_row.claim == token, _OPEN)
    found = connection.execute(joined.order_by(_FIRST, _row.asked_at, _row.listing_id))
    return [_repricing(row) for row in found]


def _is_overtaken(now: datetime, *, follows: bool) -> ColumnElement[bool]:
    """`follows`: whether the seller's rule lets prices follow."""
    ended = true() if not follows else or_(_row.stopped_at.is_not(None), not_(_WITHIN))
    is_old = and_(_row.attempts == 0, _row.asked_at < now - FRESH)
    elsewhere = or_(~is_in(_FOLLOWING), _row.source_item_id != _offer.source_item_id)
    return case(
        (_offer.offer_price_jpy.is_(None), True),
        (_offer.offer_price_jpy != _row.from_jpy, True),
        (and_(_BY_SOURCE, or_(ended, is_old, elsewhere)), True),
        else_=False,
    ).label("overtaken")


def _write(connection: Connection, change: Repricing, token: str, values: Mapping[str, Any]) -> bool:
    """Write columns of the row, if the worker still has it at this revision."""
    mine = (_row.listing_id == change.listing_id, _row.revision == change.revision, _row.claim == token, _OPEN)
    return connection.execute(update(repricings).where(*mine).values(**values)).rowcount == 1


def _due(now: datetime) -> ColumnElement[bool]:
    return or_(_row.not_before.is_(None), _row.not_before <= now)


def _repricing(row: AnyRow) -> Repricing:
    return Repricing(
        listing_id=row.listing_id,
        user_id=row.user_id,
        sku=row.sku,
        revision=row.revision,
        from_jpy=row.from_jpy,
        to_jpy=row.to_jpy,
        state=RepricingState(row.state),
        attempts=row.attempts,
        asked_at=row.asked_at,
        sent_at=row.sent_at,
        overtaken=bool(row.overtaken),
    )

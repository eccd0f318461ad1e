"""What sellers ask of creations: that offers are created or taken over, and that they are given up.

All functions run in the caller's transaction, with the listings' rows locked before.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, and_, delete, or_, select, update

from mercarich_contracts.creations import CreationState, CreationWay
from mercarich_contracts.events import EventKind
from mercarich_db.bulk import CHUNK, insert_rows
from mercarich_db.conditions import among
from mercarich_db.tables import listing_creations
from mercarich_listings import store
from mercarich_listings.creation import Terms
from mercarich_listings.event import Told
from mercarich_listings.listing import Listing, draft_again, register, tell
from mercarich_reasons.creations import CreationAsked, GivenUpByHand, TakeOverAsked
from mercarich_reasons.reason import Reason

_row = listing_creations.c
_OPEN = _row.ended_at.is_(None)


def ask(
    connection: Connection, drafts: Sequence[Listing], terms: Mapping[int, Terms], person: str, now: datetime
) -> None:
    """Have the offers of locked drafts created, each with its terms by its id; one without is taken over."""
    priced = [
        {"id": draft.id, "asin": terms[draft.id].asin, "offer_price_jpy": terms[draft.id].price_jpy}
        for draft in drafts
        if draft.id in terms
    ]
    for user_id in {draft.user_id for draft in drafts if draft.id in terms}:
        store.edit(connection, priced, user_id=user_id, listed=False)
    _insert(connection, [_asked(draft, terms.get(draft.id), now) for draft in drafts])
    store.save(connection, [register(draft, now, _told(terms.get(draft.id), person)) for draft in drafts])


def refuse(connection: Connection, drafts: Sequence[Listing], why: Mapping[int, Reason], now: datetime) -> None:
    """Note why locked drafts cannot be created; each stays a draft."""
    rows = [
        _asked(draft, None, now)
        | {"way": CreationWay.CREATE, "state": CreationState.REFUSED, "problem": why[draft.id], "ended_at": now}
        for draft in drafts
    ]
    _insert(connection, rows)
    store.tell(connection, [tell(draft, Told(EventKind.NOT_REGISTERED, now, why[draft.id])) for draft in drafts])


def give_up(connection: Connection, registering: Sequence[Listing], person: str, now: datetime) -> None:
    """End what is asked for locked listings; what may be at Amazon is taken back first.

    A worker that has one loses its claim, and sends nothing more.
    """
    reason, ids = GivenUpByHand(person), [one.id for one in registering]
    mine = and_(among(_row.listing_id, ids), _OPEN)
    was_sent = select(_row.listing_id).where(mine, or_(_row.attempts > 0, _row.state != CreationState.WAITING))
    sent = set(connection.execute(was_sent).scalars())
    ended = {"state": CreationState.REFUSED, "ended_at": now}
    for some, values in ((sent, {"state": CreationState.TAKING_BACK}), (set(ids) - sent, ended)):
        change = update(listing_creations).where(among(_row.listing_id, sorted(some)), _OPEN)
        connection.execute(change.values(**values, claim=None, not_before=None, problem=reason))
    store.tell(connection, [tell(one, Told(EventKind.GIVEN_UP, now, reason)) for one in registering])
    store.save(connection, [draft_again(one, now, reason) for one in registering if one.id not in sent])


def _insert(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows in place of those of former creations, whose time of sending they keep for the limit of a day."""
    for start in range(0, len(rows), CHUNK):
        some = [dict(row) for row in rows[start : start + CHUNK]]
        of = among(_row.listing_id, [row["listing_id"] for row in some])
        sent = {
            row.listing_id: row.sent_at for row in connection.execute(select(_row.listing_id, _row.sent_at).where(of))
        }
        connection.execute(delete(listing_creations).where(of))
        for row in some:
            row["sent_at"] = sent.get(row["listing_id"])
        names = tuple(some[0])
        insert_rows(connection, listing_creations, names, [tuple(row[name] for name in names) for row in some])


def _asked(draft: Listing, terms: Terms | None, now: datetime) -> dict[str, Any]:
    given: dict[str, Any] = {
        "way": CreationWay.TAKE_OVER,
        "asin": None,
        "condition_type": None,
        "condition_note": None,
        "price_jpy": None,
        "handling_days": None,
    }
    if terms is not None:
        given = {
            "way": CreationWay.CREATE,
            "asin": terms.asin,
            "condition_type": terms.condition,
            "condition_note": terms.note or None,
            "price_jpy": terms.price_jpy,
            "handling_days": terms.handling_days,
        }
    of = {"listing_id": draft.id, "user_id": draft.user_id, "quantity": draft.quantity, "asked_at": now}
    begun = {"state": CreationState.WAITING, "attempts": 0, "problem": None, "ended_at": None}
    return {**of, **given, **begun}


def _told(terms: Terms | None, person: str) -> CreationAsked | TakeOverAsked:
    if terms is None:
        return TakeOverAsked(person)
    return CreationAsked(terms.asin, terms.condition, terms.price_jpy, person)

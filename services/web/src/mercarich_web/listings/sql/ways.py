"""How each action is made in the tables: which rows it fits, how many at once, and how they are changed."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, func, select, true

from mercarich_contracts.market import RouteName, State
from mercarich_db.tables import listings, source_items
from mercarich_listings import creation_requests, store
from mercarich_listings.listing import Listing
from mercarich_web.listings.actions import ACTIONS, BulkAction
from mercarich_web.listings.choices import MOST, Applied
from mercarich_web.listings.sql import changes as bulk_changes_sql
from mercarich_web.listings.sql import creating
from mercarich_web.listings.sql import deletions as bulk_deletions_sql
from mercarich_web.listings.sql import looks as bulk_looks_sql

CHUNK = 1_000
_offer = listings.c


@dataclass(frozen=True, slots=True)
class Way:
    fits: Callable[[datetime], ColumnElement[bool]]
    """Condition on the listing alone, which is checked again under the lock."""
    of_source: Callable[[datetime], ColumnElement[bool]]
    """Further condition on the listing's source."""
    room: Callable[[Connection, int, Select[Any], datetime], int]
    """Returns how many listings the seller's action may change at once, given the query of those that it fits."""
    by_loss_rule: bool
    """It fits no offer that the seller's loss rule would take down again."""
    make: Callable[[Connection, int, Sequence[int], str, datetime], Applied]
    """Applies the action for a seller to these ids in order; the last arguments are the actor and the time."""
    waited_for: Callable[[Connection, Select[Any]], Sequence[RouteName]] = lambda *_: ()
    """Returns the routes that must be right before the action fits some of the listings of a query."""


def count(connection: Connection, query: Select[Any]) -> int:
    """Count the rows, up to `MOST` + 1."""
    some = query.limit(MOST + 1).subquery()
    return connection.execute(select(func.count()).select_from(some)).scalar_one()


def way(action: BulkAction) -> Way:
    return ELSEWHERE[action] if action in ELSEWHERE else _by_transition(action)


def _by_transition(action: BulkAction) -> Way:
    on_sale = source_items.c.state == State.AVAILABLE if ACTIONS[action].source_on_sale else true()

    def make(connection: Connection, user_id: int, ids: Sequence[int], by: str, now: datetime) -> Applied:
        def change(rows: Sequence[Listing], _after: int) -> None:
            bulk_changes_sql.change(connection, action, rows, by, now)

        return Applied(_in_chunks(connection, user_id, ids, bulk_changes_sql.FITS[action], change), now)

    return Way(
        fits=lambda _now: bulk_changes_sql.FITS[action],
        of_source=lambda _now: on_sale,
        room=lambda *_: MOST,
        by_loss_rule=ACTIONS[action].by_loss_rule,
        make=make,
    )


def _room_to_delete(connection: Connection, user_id: int, fitting: Select[Any], now: datetime) -> int:
    """Drafts do not count towards the number of deletions a day."""
    drafts = count(connection, fitting.where(~_offer.listed))
    return min(MOST, drafts + bulk_deletions_sql.room(connection, user_id, now))


def _delete(connection: Connection, user_id: int, ids: Sequence[int], by: str, now: datetime) -> Applied:
    def delete(rows: Sequence[Listing], _after: int) -> None:
        bulk_deletions_sql.delete(connection, user_id, rows, by, now)

    return Applied(_in_chunks(connection, user_id, ids, bulk_deletions_sql.fits(now), delete), now)


def _create(connection: Connection, user_id: int, ids: Sequence[int], by: str, now: datetime) -> Applied:
    """Those that cannot be created are told why, and do not count as changed."""
    refused = 0

    def create(rows: Sequence[Listing], after: int) -> None:
        nonlocal refused
        refused += len(creating.create(connection, rows, by, now, after=after))

    changed = _in_chunks(connection, user_id, ids, bulk_changes_sql.FITS[BulkAction.CREATE], create)
    return Applied(changed - refused, now, refused=refused)


def _take_over(connection: Connection, user_id: int, ids: Sequence[int], by: str, now: datetime) -> Applied:
    def take_over(rows: Sequence[Listing], after: int) -> None:
        creating.take_over(connection, rows, by, now, after=after)

    return Applied(_in_chunks(connection, user_id, ids, bulk_changes_sql.FITS[BulkAction.LIST], take_over), now)


def _give_up(connection: Connection, user_id: int, ids: Sequence[int], by: str, now: datetime) -> Applied:
    def give_up(rows: Sequence[Listing], _after: int) -> None:
        creation_requests.give_up(connection, rows, by, now)

    return Applied(_in_chunks(connection, user_id, ids, bulk_changes_sql.FITS[BulkAction.GIVE_UP], give_up), now)


def _in_chunks(
    connection: Connection,
    user_id: int,
    ids: Sequence[int],
    fits: ColumnElement[bool],
    change: Callable[[Sequence[Listing], int], None],
) -> int:
    """Lock ids in chunks and apply `change`, which gets the rows that still fit and the number of ids before them.
    Return the number of changed rows."""
    changed = 0
    for start in range(0, len(ids), CHUNK):
        rows = store.lock(connection, ids[start : start + CHUNK], _offer.user_id == user_id, fits)
        changed += len(rows)
        if rows:
            change(rows, start)
    return changed


ELSEWHERE: Mapping[BulkAction, Way] = {
    BulkAction.CHECK: Way(
        fits=lambda _now: bulk_changes_sql.FITS[BulkAction.CHECK],
        of_source=bulk_looks_sql.can_be_looked_at,
        room=lambda connection, user_id, _fitting, now: bulk_looks_sql.room(connection, user_id, now),
        by_loss_rule=False,
        make=bulk_looks_sql.take_in,
        waited_for=bulk_looks_sql.waited_for,
    ),
    BulkAction.CREATE: Way(
        fits=lambda _now: bulk_changes_sql.FITS[BulkAction.CREATE],
        of_source=lambda _now: true(),
        room=lambda *_: MOST,
        by_loss_rule=False,
        make=_create,
    ),
    BulkAction.GIVE_UP: Way(
        fits=lambda _now: bulk_changes_sql.FITS[BulkAction.GIVE_UP],
        of_source=lambda _now: true(),
        room=lambda *_: MOST,
        by_loss_rule=False,
        make=_give_up,
    ),
    BulkAction.LIST: Way(
        fits=lambda _now: bulk_changes_sql.FITS[BulkAction.LIST],
        of_source=lambda _now: true(),
        room=lambda *_: MOST,
        by_loss_rule=False,
        make=_take_over,
    ),
    BulkAction.DELETE: Way(
        fits=bulk_deletions_sql.fits,
        of_source=lambda _now: true(),
        room=_room_to_delete,
        by_loss_rule=False,
        make=_delete,
    ),
}
"""Actions that no transition of the listing makes."""

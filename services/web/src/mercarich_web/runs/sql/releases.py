"""The release of a hold, or of some of its listings: stored for the checkers, with the prices that the person saw."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Engine, and_, delete, exists, func, insert, or_, select, true, update

from mercarich_contracts.audit import Actor, AuditAction
from mercarich_db.audit import Deed, note_down
from mercarich_db.bulk import CHUNK
from mercarich_db.conditions import among, among_keys
from mercarich_db.engine import run_tx
from mercarich_db.tables import hold_releases, holds, listings
from mercarich_db.types import AnyRow
from mercarich_web.runs.holds import OF_PRICES, Released, ReleasedAlone
from mercarich_web.runs.sql.held_prices import held_prices
from mercarich_web.runs.sql.holds import SqlHolds

_RELEASED = exists().where(
    and_(
        hold_releases.c.hold_id == listings.c.hold_id,
        hold_releases.c.listing_id == listings.c.id,
        hold_releases.c.differs_at.is_(None),
    )
)
_OFFER = (listings.c.id, listings.c.sku, listings.c.offer_price_jpy)


class SqlReleases:
    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._holds = SqlHolds(engine)

    def release(self, hold_id: int, by: Actor, at: datetime, newest: datetime | None = None) -> Released:
        """Release a hold's changes and write the audit log; the checker applies them within seconds. Of a hold of
        prices it applies those that stand at this moment.

        `newest`: when the newest listing had joined that the person saw; None: all are released. Where others have
        joined since, the hold waits on with these, and the rest is released as by `release_listings`. A hold that is
        released already stays as it is. Raises `NotFound`.
        """

        def mark(connection: Connection) -> tuple[bool, int]:
            hold = _waiting(connection, hold_id)
            if hold is None:
                return False, 0
            own = listings.c.hold_id == hold_id
            later = _number(connection, own, listings.c.held_at > newest) if newest is not None else 0
            seen = or_(listings.c.held_at.is_(None), listings.c.held_at <= newest) if later else true()
            kept: Sequence[AnyRow] = ()
            if later or hold.kind == OF_PRICES:
                kept = connection.execute(select(*_OFFER).where(own, seen, ~_RELEASED)).all()
                prices = _prices(connection, kept, {}, at) if hold.kind == OF_PRICES else {}
                _store(connection, hold_id, kept, prices, by, at)
            if later:
                told = f"{len(kept)} of {len(kept) + later}"
                note_down(
                    connection, Deed(AuditAction.HOLD_LISTINGS_RELEASED, by, str(hold_id), at, told, hold.user_id)
                )
                return bool(kept), later
            change = update(holds).where(holds.c.id == hold_id).values(released_at=at, released_by=by.name)
            connection.execute(change)
            note_down(connection, Deed(AuditAction.HOLD_RELEASED, by, str(hold_id), at, of=hold.user_id))
            return True, 0

        changed, joined = run_tx(self._engine, mark)
        return Released(self._holds.one(hold_id), changed, joined)

    def release_listings(self, hold_id: int, shown: Mapping[int, int | None], by: Actor, at: datetime) -> ReleasedAlone:
        """Release these of the listings that wait for a hold, and write the audit log. The checker applies them within
        seconds; the hold itself waits on.

        `shown`: of each, by id, the price that the person saw; None: the one that stands at this moment. Nothing is
        released of a hold that is released or closed, nor what does not wait for it any more, nor what was released
        before and not applied yet.
        """

        def mark(connection: Connection) -> ReleasedAlone:
            hold, its = _waiting(connection, hold_id), among(listings.c.id, sorted(shown))
            which = (its, listings.c.hold_id == hold_id, ~_RELEASED)
            rows = select(*_OFFER).where(*which).order_by(listings.c.id)
            chosen = () if hold is None else connection.execute(rows).all()
            released = {row.id: row.sku for row in chosen}
            named = connection.execute(select(listings.c.id, listings.c.sku).where(its).order_by(listings.c.id))
            left = {row.id: row.sku for row in named if row.id not in released}
            if hold is None or not chosen:
                return ReleasedAlone({}, left)
            of_prices = hold.kind == OF_PRICES
            prices = _prices(connection, chosen, shown, at) if of_prices else {}
            _store(connection, hold_id, chosen, prices, by, at)
            told = ", ".join(released.values())
            deed = Deed(AuditAction.HOLD_LISTINGS_RELEASED, by, str(hold_id), at, told, hold.user_id)
            note_down(connection, deed)
            return ReleasedAlone(released, left)

        return run_tx(self._engine, mark)


def _number(connection: Connection, *which: ColumnElement[bool]) -> int:
    return connection.execute(select(func.count()).select_from(listings).where(*which)).scalar_one()


def _waiting(connection: Connection, hold_id: int) -> AnyRow | None:
    """Lock a hold that nobody has released and that stands."""
    own = holds.c
    waiting = (own.id == hold_id, own.released_at.is_(None), own.applied_at.is_(None))
    return connection.execute(select(own.user_id, own.kind).where(*waiting).with_for_update()).one_or_none()


def _prices(
    connection: Connection, kept: Sequence[AnyRow], shown: Mapping[int, int | None], now: datetime
) -> dict[int, int]:
    """Return the price that is released of each, by id. One that asks for no change is released with its own."""
    asked = held_prices(connection, [row.id for row in kept], now)
    prices = {}
    for row in kept:
        stands = asked[row.id].to_jpy if row.id in asked else row.offer_price_jpy or 0
        seen = shown.get(row.id)
        prices[row.id] = stands if seen is None else seen
    return prices


def _store(
    connection: Connection, hold_id: int, kept: Sequence[AnyRow], prices: Mapping[int, int], by: Actor, at: datetime
) -> None:
    """Write the releases, in place of those whose price differed."""
    stamp = {"hold_id": hold_id, "released_at": at, "released_by": by.name}
    rows = [{**stamp, "listing_id": row.id, "shown_jpy": prices.get(row.id)} for row in kept]
    for some in _chunks(rows):
        keys = [(hold_id, row["listing_id"]) for row in some]
        key = among_keys((hold_releases.c.hold_id, hold_releases.c.listing_id), keys)
        connection.execute(delete(hold_releases).where(key))
        connection.execute(insert(hold_releases), some)


def _chunks(rows: Sequence[dict[str, Any]]) -> Iterable[list[dict[str, Any]]]:
    return (list(rows[start : start + CHUNK]) for start in range(0, len(rows), CHUNK))

"""Rows of `holds`: read as `domain.brake.Hold`, opened, and closed when they hold nothing any more."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, bindparam, exists, insert, or_, select, update

from mercarich_contracts.market import Marketplace, RouteName
from mercarich_db.conditions import GIVEN_IDS, among
from mercarich_db.tables import holds, listings, runs
from mercarich_runs.domain.brake import FOR_A_PERSON, Hold, HoldKind, NewHold
from mercarich_runs.ports import Outcome

_HOLD = select(*(holds.c[name] for name in Hold.__dataclass_fields__))
_BY_ID = _HOLD.where(among(holds.c.id, GIVEN_IDS, holds.c.applied_at.is_(None)))
_OF_RUNS = _HOLD.where(
    or_(
        holds.c.run_id.in_(bindparam("run_ids", expanding=True)),
        and_(
            holds.c.applied_at.is_(None),
            holds.c.marketplace == bindparam("marketplace"),
            or_(holds.c.kind.in_(sorted(FOR_A_PERSON)), holds.c.route.is_not(None)),
        ),
    )
)
_STANDS = holds.c.applied_at.is_(None)
OF_DOUBT = (HoldKind.CANARIES, HoldKind.UNVOUCHED)
_NEW = insert(holds).returning(holds.c.id)


def by_id(connection: Connection, ids: Collection[int]) -> dict[int, Hold]:
    """Return the holds that stand, by id: one that was closed while a worker added to it keeps nothing."""
    return {hold.id: hold for hold in _read(connection, _BY_ID, ids=sorted(ids))} if ids else {}


def of_runs(connection: Connection, run_ids: Sequence[int], marketplace: Marketplace) -> list[Hold]:
    """Return the holds of the runs, and those of routes and for a person that earlier ones opened and that stand."""
    return _read(connection, _OF_RUNS, run_ids=run_ids, marketplace=marketplace)


def _read(connection: Connection, query: Select[Any], **given: Any) -> list[Hold]:
    return [
        Hold(
            **{
                **row._mapping,
                "kind": kind_of(row.kind),
                "route": None if row.route is None else RouteName(row.route),
            }
        )
        for row in connection.execute(query, given)
    ]


def kind_of(kind: str | None) -> HoldKind | None:
    return None if kind is None else HoldKind(kind)


def open_one(connection: Connection, run_id: int, marketplace: Marketplace, new: NewHold, now: datetime) -> Hold:
    row = {"run_id": run_id, "marketplace": marketplace, "user_id": new.user_id, "kind": new.kind, "opened_at": now}
    hold_id = connection.execute(_NEW, {**row, "reason": new.reason, "route": new.route}).scalar_one()
    return Hold(hold_id, run_id, new.user_id, new.kind, now, None, None, new.route)


def open_of_route(connection: Connection, run_id: int, marketplace: Marketplace, new: NewHold, now: datetime) -> None:
    """Open it unless one of the same route is open, or a person released one of this run."""
    let_go = and_(holds.c.run_id == run_id, holds.c.released_by.is_not(None))
    same = (
        holds.c.marketplace == marketplace,
        holds.c.kind == new.kind,
        holds.c.route == new.route,
        or_(holds.c.released_at.is_(None), let_go),
    )
    if connection.execute(select(holds.c.id).where(*same)).first() is None:
        open_one(connection, run_id, marketplace, new, now)


def close(connection: Connection, ids: Sequence[int], now: datetime) -> None:
    """Close holds whose listings have all been withdrawn or freed."""
    connection.execute(update(holds).where(holds.c.id.in_(ids)).values(applied_at=now))


def close_empty(connection: Connection, which: ColumnElement[bool], now: datetime) -> None:
    """Close holds that hold nothing any more. Without a person's release, `released_by` stays NULL."""
    kept = select(listings.c.hold_id).where(listings.c.hold_id.is_not(None)).distinct()
    empty = update(holds).where(which, _STANDS, holds.c.id.not_in(kept))
    connection.execute(empty.where(holds.c.released_at.is_not(None)).values(applied_at=now))
    connection.execute(empty.where(holds.c.released_at.is_(None)).values(released_at=now, applied_at=now))


def close_left(connection: Connection, marketplace: Marketplace, now: datetime) -> None:
    """Close holds of ended runs that hold nothing any more: what they held was sold, stopped or deleted since."""
    ended = select(runs.c.id).where(runs.c.outcome != Outcome.RUNNING)
    keeps = exists().where(listings.c.hold_id == holds.c.id)
    of_ended = and_(holds.c.marketplace == marketplace, holds.c.released_at.is_(None), holds.c.run_id.in_(ended))
    left = connection.scalars(select(holds.c.id).where(_STANDS, of_ended, ~keeps)).all()
    if left:  # nearly never: the tick that asks this writes nothing otherwise
        close_empty(connection, holds.c.id.in_(left), now)

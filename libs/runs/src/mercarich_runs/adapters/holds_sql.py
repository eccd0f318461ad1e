"""Rows of `holds`: read as `domain.brake.Hold`, opened, and closed when they hold nothing any more."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

import orjson
from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    and_,
    bindparam,
    delete,
    exists,
    insert,
    or_,
    select,
    tuple_,
    update,
)

from mercarich_contracts.market import Marketplace, RouteName
from mercarich_db.conditions import GIVEN_IDS, among
from mercarich_db.tables import hold_releases, holds, listings, runs
from mercarich_runs.domain.brake import BY_PRICE, FOR_A_PERSON, Hold, HoldKind, NewHold
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
                "kind": _kind(row.kind),
                "route": None if row.route is None else RouteName(row.route),
            }
        )
        for row in connection.execute(query, given)
    ]


def _kind(kind: str | None) -> HoldKind | None:
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


class Release(NamedTuple):
    run_id: int
    only_mark: bool
    """The run withdraws nothing, it only marks."""
    kind: HoldKind | None

    @property
    def by_price(self) -> HoldKind | None:
        """The kind, of a hold by price."""
        return self.kind if self.kind in BY_PRICE else None


def released(connection: Connection, marketplace: Marketplace) -> dict[int, Release]:
    """Return, by id, the holds that a person released and that are not applied yet."""
    return _releases(connection, holds.c.marketplace == marketplace, holds.c.released_at.is_not(None))


class ReleasedAlone(NamedTuple):
    """Listings that a person released while the rest of their hold waits on."""

    holds: Mapping[int, Release]
    """By id; none of them was released itself."""
    of: Mapping[int, int]
    """Listing's id -> id of the hold that kept it when it was released."""


def released_alone(connection: Connection, marketplace: Marketplace) -> ReleasedAlone:
    one = hold_releases.c
    chosen = connection.execute(
        select(one.listing_id, one.hold_id)
        .join(holds, holds.c.id == one.hold_id)
        .where(holds.c.marketplace == marketplace)
        .order_by(one.hold_id)
    ).all()
    if not chosen:  # nearly always
        return ReleasedAlone({}, {})
    kept_by = holds.c.id.in_(sorted({row.hold_id for row in chosen}))
    return ReleasedAlone(
        _releases(connection, kept_by, holds.c.released_at.is_(None)),
        {row.listing_id: row.hold_id for row in chosen},
    )


def end_released_alone(connection: Connection, alone: ReleasedAlone, later: Collection[int]) -> None:
    """Forget these releases, but for those of the listings that are changed `later`. A hold that holds nothing any more
    stays open while its run goes on: it keeps what falls next, which a person has not seen."""
    done = [(hold_id, listing_id) for listing_id, hold_id in alone.of.items() if listing_id not in later]
    if done:
        key = tuple_(hold_releases.c.hold_id, hold_releases.c.listing_id)
        connection.execute(delete(hold_releases).where(key.in_(done)))


def _releases(connection: Connection, *which: ColumnElement[bool]) -> dict[int, Release]:
    query = (
        select(holds.c.id, holds.c.run_id, holds.c.kind, runs.c.arguments)
        .outerjoin(runs, runs.c.id == holds.c.run_id)
        .where(_STANDS, *which)
    )
    return {
        row.id: Release(row.run_id, _says_without_update(row.arguments), _kind(row.kind))
        for row in connection.execute(query)
    }


def _says_without_update(arguments: str | None) -> bool:
    return bool(arguments and orjson.loads(arguments).get("without_update"))


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

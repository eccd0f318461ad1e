"""Find the causes of notices in the tables. Each query has an index."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import ColumnElement, Connection, Engine, Select, and_, false, func, not_, or_, select, true

from mercarich_contracts.schedule import tokyo
from mercarich_db.open_orders import UNSOURCED
from mercarich_db.tables import (
    amazon_accounts,
    holds,
    jobs,
    listings,
    order_items,
    removed_offers,
    repricings,
    revivals,
    source_items,
    users,
)
from mercarich_db.types import has_code
from mercarich_listings.differences import DIFFERS, KIND, Difference
from mercarich_listings.removed_store import IS_LEFT, IS_UP
from mercarich_listings.replacements import AWAITED
from mercarich_listings.stages import is_in
from mercarich_listings.transition import Stage
from mercarich_reasons.push import ComesBack, NotShown, UnknownSku
from mercarich_reasons.repricing import FollowingStoppedByHand, PriceTakenBack
from mercarich_web.database import reading
from mercarich_web.notices.notices import (
    CAME_BACK,
    DIFFERS_AFTER,
    FAILED_FOR,
    PRICE_STOPPED_FOR,
    STUCK_AFTER,
    Cause,
    Kind,
    Name,
)
from mercarich_web.notices.sql.earnings import SqlEarnings
from mercarich_web.notices.sql.outages import SqlOutages
from mercarich_web.notices.sql.rates import SqlRates

_offer = listings.c


class SqlCauses:
    """`notices.Causes` of all kinds but those of `SqlEarnings`, `SqlOutages` and `SqlRates`."""

    kinds = frozenset(Kind) - SqlEarnings.kinds - SqlOutages.kinds - SqlRates.kinds

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def now(self, at: datetime) -> Sequence[Cause]:
        with reading(self._engine) as connection:
            active = set(connection.execute(select(users.c.id).where(users.c.active.is_(true()))).scalars())
            found = [
                *_unsourced_orders(connection),
                *_tokens(connection),
                *_counted(connection, Kind.HELD, _held()),
                *_counted(connection, Kind.PAUSED, _paused()),
                *_counted(connection, Kind.PROPOSED, _proposed()),
                *_counted(connection, Kind.REJECTED, _pending(_refused())),
                *_counted(connection, Kind.DIFFERS, _differing(at)),
                *_counted(connection, Kind.DIFFERS, _came_back(at)),
                *_counted(connection, Kind.STUCK, _pending(_stuck(at))),
                *_stopped_prices(connection, at),
                *_failed_jobs(connection, at),
            ]
        return [cause for cause in found if cause.name.user_id in active]


def _unsourced_orders(connection: Connection) -> Iterator[Cause]:
    item = order_items.c
    about = func.min(func.coalesce(item.sku, item.asin, item.order_item_id)).label("about")
    query = select(item.user_id, item.order_id, about, func.count().label("items"))
    query = query.join_from(users, order_items, item.user_id == users.c.id)
    query = query.join(source_items, source_items.c.id == item.source_item_id)
    query = query.where(users.c.active.is_(true()), UNSOURCED).group_by(item.user_id, item.order_id)
    for row in connection.execute(query):
        yield Cause(Name(row.user_id, Kind.ORDER_UNSOURCED, row.order_id), row.items, row.about)


def _tokens(connection: Connection) -> Iterator[Cause]:
    refused = select(amazon_accounts.c.user_id, amazon_accounts.c.token_reason)
    for row in connection.execute(refused.where(amazon_accounts.c.token_verdict == "invalid")):
        yield Cause(Name(row.user_id, Kind.TOKEN, ""), 1, (row.token_reason or "")[:255])


def _counted(connection: Connection, kind: Kind, query: Select[Any]) -> Iterator[Cause]:
    for user_id, cause, count in connection.execute(query):
        yield Cause(Name(user_id, kind, str(cause or "")), count)


def _held() -> Select[Any]:
    open_ones = select(holds.c.id).where(holds.c.applied_at.is_(None), holds.c.released_at.is_(None))
    held = select(_offer.user_id, _offer.hold_id, func.count()).where(_offer.hold_id.in_(open_ones))
    return held.group_by(_offer.user_id, _offer.hold_id)


def _paused() -> Select[Any]:
    paused = and_(_offer.paused_at.is_not(None), is_in({Stage.PAUSED}), _offer.orphan.is_(false()))
    return select(_offer.user_id, func.max(""), func.count()).where(paused).group_by(_offer.user_id)


def _proposed() -> Select[Any]:
    waiting = select(revivals.c.user_id, func.max(""), func.count()).select_from(revivals).join(listings, AWAITED)
    return waiting.group_by(revivals.c.user_id)


def _pending(which: ColumnElement[bool]) -> Select[Any]:
    """Select what is on the way to Amazon."""
    on_offer = and_(_offer.push_pending == 1, _offer.listed.is_(true()))
    return select(_offer.user_id, func.max(""), func.count()).where(on_offer, which).group_by(_offer.user_id)


def _refused() -> ColumnElement[bool]:
    """What a read has found is a difference, not a refusal."""
    return and_(_offer.push_problem.is_not(None), not_(has_code(_offer.push_problem, NotShown, ComesBack, UnknownSku)))


def _stuck(at: datetime) -> ColumnElement[bool]:
    still_on_sale = or_(_offer.pushed_quantity.is_(None), _offer.pushed_quantity > 0)
    late = and_(_offer.quantity == 0, still_on_sale, _offer.changed_at < at - STUCK_AFTER)
    return and_(late, not_(DIFFERS))  # Amazon had its zero, and shows more again


def _differing(at: datetime) -> Select[Any]:
    """Select what only the seller can mend, and what feed has not mended for long. Of what is not watched, it is news
    that Amazon sells it: nobody looks at its source.
    """
    told = or_(KIND.in_([Difference.NOT_FOR_SALE, Difference.UNKNOWN]), _offer.differs_since < at - DIFFERS_AFTER)
    watched = or_(_offer.stopped_at.is_(None), KIND.in_([Difference.ABOVE]))
    differing = select(_offer.user_id, KIND, func.count()).where(DIFFERS, told, watched)
    return differing.group_by(_offer.user_id, KIND)


def _came_back(at: datetime) -> Select[Any]:
    """Select the deleted offers that Amazon has sold for long, and those that are left to their sellers."""
    removed = removed_offers.c
    told = or_(removed.came_back_at < at - DIFFERS_AFTER, IS_LEFT)
    back = select(removed.user_id, func.max(CAME_BACK), func.count()).where(IS_UP, told)
    return back.group_by(removed.user_id)


def _stopped_prices(connection: Connection, at: datetime) -> Iterator[Cause]:
    """Yield one for each seller, reason and day, with the listing that stopped last."""
    row = repricings.c
    stopped = select(row.user_id, row.stopped_at, row.stop_reason, _offer.sku).select_from(users)
    stopped = stopped.join(repricings, row.user_id == users.c.id).join(listings, _offer.id == row.listing_id)
    by_itself = not_(func.coalesce(has_code(row.stop_reason, FollowingStoppedByHand, PriceTakenBack), false()))
    stopped = stopped.where(users.c.active.is_(true()), row.stopped_at > at - PRICE_STOPPED_FOR, by_itself)
    found: dict[Name, Cause] = {}
    for user_id, stopped_at, reason, sku in connection.execute(stopped.order_by(row.stopped_at, row.listing_id)):
        cause = f"{reason.code if reason is not None else ''}:{tokyo(stopped_at, '%Y-%m-%d')}"
        name = Name(user_id, Kind.PRICE_STOPPED, cause)
        found[name] = Cause(name, found[name].count + 1 if name in found else 1, sku, reason)
    yield from found.values()


def _failed_jobs(connection: Connection, at: datetime) -> Iterator[Cause]:
    """Yield one for each failed job, but for an import whose file, by its name, went in later."""
    columns = (jobs.c.user_id, jobs.c.id, jobs.c.kind, jobs.c.state, jobs.c.arguments, jobs.c.message)
    ended = select(*columns).where(jobs.c.ended_at > at - FAILED_FOR, jobs.c.state.in_(("failed", "finished")))
    went_in: set[tuple[int, str]] = set()
    for row in connection.execute(ended.where(jobs.c.kind.in_(("import", "search"))).order_by(jobs.c.id.desc())):
        file = str(orjson.loads(row.arguments).get("file", "")) if row.kind == "import" else ""
        if row.state == "finished":
            went_in.add((row.user_id, file))
        elif not file or (row.user_id, file) not in went_in:
            yield Cause(Name(row.user_id, Kind.JOB_FAILED, str(row.id)), 1, file[:255], row.message)

"""A seller's actions on many listings: preview, apply, undo."""

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, Select, not_, select

from mercarich_db import loss_rules
from mercarich_db.engine import run_tx
from mercarich_db.tables import listings
from mercarich_listings import earnings
from mercarich_listings.listing import UP
from mercarich_listings.stages import is_in
from mercarich_reasons.earnings import EarnsTooLittle
from mercarich_reasons.sources import LookWaitsForRoute
from mercarich_replacements.loss_stop import decide
from mercarich_web.database import reading
from mercarich_web.listings.actions import ACTIONS, BulkAction
from mercarich_web.listings.choices import Applied, Choice, Preview
from mercarich_web.listings.sql import undo as bulk_undo_sql
from mercarich_web.listings.sql.book import terms_for, wanted
from mercarich_web.listings.sql.ways import CHUNK, count, way
from mercarich_web.refusals import Refused

_offer = listings.c


class SqlBulk:
    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def preview(self, user_id: int, action: BulkAction, choice: Choice, now: datetime) -> Preview:
        its = ACTIONS[action]
        with reading(self._engine) as connection:
            chosen = _chosen(connection, user_id, choice)
            fitting = _fitting(connection, user_id, chosen, action, now)
            fit = count(connection, fitting)
            at_once = min(fit, way(action).room(connection, user_id, fitting, now))
            # Counted only when some of the listings that the action fits may be down already.
            some_come_down = its.takes_down and not its.stages <= set(UP)
            up = count(connection, fitting.where(is_in(UP))) if some_come_down else 0
            why = None if fit else _too_little(connection, user_id, action, choice, now)
            most = count(connection, chosen)
            routes = way(action).waited_for(connection, chosen) if most > fit else ()
            waiting = [LookWaitsForRoute(route) for route in routes]
            return Preview(most, fit, at_once, min(up, at_once), why, waiting)

    def apply(self, user_id: int, action: BulkAction, choice: Choice, by: str, now: datetime) -> Applied:
        """Apply the action to all listings that it fits, as many as a preview says, in one transaction.

        Raises `Refused` where one listing alone is chosen and a sale of it would earn too little.
        """

        def apply(connection: Connection) -> Applied:
            fitting = _fitting(connection, user_id, _chosen(connection, user_id, choice), action, now)
            room = way(action).room(connection, user_id, fitting, now)
            # Drafts come first: they do not count towards the number of deletions a day.
            found = connection.execute(fitting.order_by(_offer.listed, _offer.id).limit(room)).scalars().all()
            why = None if found else _too_little(connection, user_id, action, choice, now)
            if why is not None:
                raise Refused(why)
            return way(action).make(connection, user_id, sorted(found), by, now)

        return run_tx(self._engine, apply)

    def undo(self, user_id: int, at: datetime, by: str, now: datetime) -> int:
        """Undo in one transaction what was applied then, except for listings that anybody changed since. Return the
        number of restored listings."""
        return run_tx(self._engine, lambda connection: bulk_undo_sql.undo(connection, user_id, at, by, now))


def _chosen(connection: Connection, user_id: int, choice: Choice) -> Select[Any]:
    joined = select(_offer.id).select_from(earnings.joined())
    if choice.wish is not None:
        return wanted(joined, user_id, choice.wish, terms_for(connection, user_id, choice.wish.view))
    return joined.where(_offer.user_id == user_id, _offer.id.in_(sorted(choice.ids)[:CHUNK]))


def _fitting(
    connection: Connection, user_id: int, chosen: Select[Any], action: BulkAction, now: datetime
) -> Select[Any]:
    fitting = _but_for_rule(chosen, action, now)
    if not way(action).by_loss_rule:
        return fitting
    return fitting.where(not_(earnings.below_limit(*loss_rules.of(connection, user_id))))


def _but_for_rule(chosen: Select[Any], action: BulkAction, now: datetime) -> Select[Any]:
    return chosen.where(way(action).fits(now), way(action).of_source(now))


def _too_little(
    connection: Connection, user_id: int, action: BulkAction, choice: Choice, now: datetime
) -> EarnsTooLittle | None:
    """Return what the only chosen listing would earn, if nothing but its limit keeps the action from it."""
    if len(choice.ids) != 1 or choice.wish is not None or not way(action).by_loss_rule:
        return None
    fitting = _but_for_rule(_chosen(connection, user_id, choice), action, now)
    row = connection.execute(fitting.with_only_columns(_offer.least_profit_jpy, *earnings.COLUMNS)).one_or_none()
    if row is None:
        return None
    terms, rule = loss_rules.of(connection, user_id)
    reason = decide(earnings.sale_of(row), terms, rule, row.least_profit_jpy, paused=False).reason
    return reason if isinstance(reason, EarnsTooLittle) else None

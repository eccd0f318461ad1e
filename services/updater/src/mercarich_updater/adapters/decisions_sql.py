"""`ports.Decisions`: approved replacements, and the sources of restores that wait for their push."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Engine, and_, exists, or_, select, update

from mercarich_contracts.creations import CreationWay
from mercarich_contracts.events import EventKind
from mercarich_contracts.market import OUT_OF_STOCK, Marketplace
from mercarich_contracts.proxy_api import Item
from mercarich_contracts.revivals import RevivalState
from mercarich_db.engine import reading, run_tx
from mercarich_db.tables import amazon_accounts, listing_creations, listings, revival_candidates, revivals, source_items
from mercarich_listings import creation_store, store
from mercarich_listings.event import Told, Trigger
from mercarich_listings.listing import tell, withdraw
from mercarich_listings.replacements import forget_pictures
from mercarich_listings.transition import Stage
from mercarich_reasons.reason import Reason
from mercarich_reasons.stock import SourceSeen
from mercarich_replacements.rules import Rules, Wanted
from mercarich_updater.adapters import losses_sql, observed_sql
from mercarich_updater.adapters.restores_sql import give_source
from mercarich_updater.adapters.updates import ATTEMPTS, UNKNOWNS, UPDATES, outside_of_runs, wants_replacement
from mercarich_updater.ports import Ageing, Approved, Done

AT_ONCE = 100
CREATIONS_AHEAD = timedelta(minutes=10)
"""Sources of new offers are looked at this long before the offers are sent."""


class SqlDecisions:
    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def approved(self, marketplace: Marketplace) -> Sequence[Approved]:
        old, seen = source_items.c, revival_candidates.c
        found = and_(seen.marketplace == revivals.c.marketplace, seen.item_id == revivals.c.item_id)
        rows = (
            select(revivals, old.marketplace.label("old_marketplace"), old.item_id.label("old_id"))
            .add_columns(seen.shipping_payer, seen.shipping_cost_jpy)
            .join(source_items, old.id == revivals.c.old_source_item_id)
            .outerjoin(
                revival_candidates, and_(seen.listing_id == revivals.c.listing_id, found, seen.refused_by.is_(None))
            )
            .where(revivals.c.state == RevivalState.APPROVED, source_items.c.marketplace == marketplace)
            .order_by(revivals.c.id)
            .limit(AT_ONCE)
        )
        with reading(self._engine) as connection:
            return [_approved(row) for row in connection.execute(rows)]

    def take(self, approved: Approved, found: Item, rules: Rules, now: datetime) -> Sequence[Done]:
        def take(connection: Connection) -> Sequence[Done]:
            mine = and_(revivals.c.id == approved.revival_id, revivals.c.state == RevivalState.APPROVED)
            row = connection.execute(select(revivals.c.run_id).where(mine).with_for_update()).one_or_none()
            if row is None:
                return ()
            # Each listing gets a row with what was applied, and the decided row says who approved it. All other
            # proposals that wait are discarded.
            decided = update(revivals).where(revivals.c.id == approved.revival_id)
            connection.execute(decided.values(state=RevivalState.APPLIED))
            done = give_source(connection, approved.wanted, found, rules, now, row.run_id)
            if not done:
                connection.execute(decided.values(state=RevivalState.LAPSED))
            forget_pictures(connection, approved.wanted.listing_ids)
            return done

        return run_tx(self._engine, take)

    def lapse(self, approved: Approved, reason: Reason, now: datetime) -> None:
        def lapse(connection: Connection) -> None:
            mine = and_(revivals.c.id == approved.revival_id, revivals.c.state == RevivalState.APPROVED)
            if connection.execute(update(revivals).where(mine).values(state=RevivalState.LAPSED)).rowcount:
                forget_pictures(connection, approved.wanted.listing_ids)
                told = Told(EventKind.LAPSED, now, reason)
                store.tell(connection, [tell(one, told) for one in store.lock(connection, approved.wanted.listing_ids)])

        run_tx(self._engine, lapse)

    def put_off(self, marketplace: Marketplace, now: datetime) -> Sequence[int]:
        told_nothing = and_(UPDATES.attempts == 0, listings.c.update_unknowns.between(1, UNKNOWNS - 1))
        worker_died = UPDATES.attempts.between(1, ATTEMPTS - 1)
        due = and_(UPDATES.not_before <= now, or_(told_nothing, worker_died))
        mine = and_(listings.c.marketplace == marketplace, wants_replacement(), outside_of_runs(), due)
        with reading(self._engine) as connection:
            rows = connection.execute(select(listings.c.id).where(mine).order_by(listings.c.id).limit(AT_ONCE))
            return list(rows.scalars())

    def ageing(self, marketplace: Marketplace, since: datetime, until: datetime, after: int) -> Sequence[Ageing]:
        seen_at = source_items.c.observed_at
        old = or_(seen_at.is_(None), seen_at < since, seen_at > until)
        rows = (
            select(source_items.c.id, source_items.c.marketplace, source_items.c.item_id)
            .join(listings, listings.c.source_item_id == source_items.c.id)
            .where(or_(and_(_waiting(), listings.c.listed, ~listings.c.orphan), _to_be_created(until)))
            .where(_usable(), listings.c.marketplace == marketplace, source_items.c.id > after, old)
            .distinct()
            .order_by(source_items.c.id)
            .limit(AT_ONCE)
        )
        with reading(self._engine) as connection:
            found = connection.execute(rows).all()
        return [Ageing(row.id, Marketplace(row.marketplace), row.item_id) for row in found]

    def seen_again(self, source: Ageing, item: Item, now: datetime) -> int:
        def seen_again(connection: Connection) -> int:
            kept = observed_sql.keep(connection, item)
            if kept is None:
                return 0
            _, evidence_id = kept
            waiting = store.lock_where(connection, _waiting(), listings.c.source_item_id == source.source_item_id)
            seen, trigger = SourceSeen(item.state, item.reason), Trigger(evidence_id=evidence_id)
            if item.state not in OUT_OF_STOCK:
                # A search goes on as it is, and what the brake holds by price waits for a second look.
                offered = [one for one in waiting if one.stage is not Stage.MARKED and one.held_at is None]
                why = losses_sql.too_dear(connection, offered, item)
                dear = [one for one in offered if one.id in why]
                look = losses_sql.Look(source.marketplace, evidence_id)
                return len(losses_sql.take_down(connection, dear, why, look, now))
            store.save(connection, [withdraw(one, now, seen, trigger) for one in waiting])
            creation_store.sources_gone(connection, [source.source_item_id], now)
            return len(waiting)

        return run_tx(self._engine, seen_again)


def _waiting() -> Any:
    """SQL condition: restored with a replacement, and not pushed to Amazon yet."""
    return and_(listings.c.push_pending == 1, listings.c.restored_at.is_not(None), listings.c.quantity > 0)


def _to_be_created(now: datetime) -> Any:
    """SQL condition: its offer is being created at Amazon, and does not wait for another day."""
    creation, waits = listing_creations.c, listing_creations.c.not_before > now + CREATIONS_AHEAD
    mine = (creation.listing_id == listings.c.id, creation.ended_at.is_(None), creation.way == CreationWay.CREATE)
    return exists().where(*mine, or_(creation.not_before.is_(None), ~waits))


def _usable() -> Any:
    """SQL condition: feed has an account to push with. Only then a fresh look at the source is needed."""
    return exists().where(amazon_accounts.c.user_id == listings.c.user_id, amazon_accounts.c.token_verdict != "invalid")


def _approved(row: Any) -> Approved:
    wanted = Wanted(
        listing_ids=(row.listing_id,),
        user_id=row.user_id,
        marketplace=Marketplace(row.old_marketplace),
        source_item_id=row.old_source_item_id,
        item_id=row.old_id,
        title=row.title or "",
        picture_url=None,
        condition=None,
        first_price_jpy=None,
        withdrawn_at=None,
    )
    postage = 0 if row.shipping_payer == "seller" else row.shipping_cost_jpy
    return Approved(row.id, wanted, Marketplace(row.marketplace), row.item_id, row.price_jpy, postage)

"""`ports.Watch` over the offers that were deleted, and which sellers have some to read."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import Connection, Engine, exists, select

from mercarich_db.engine import reading, run_tx
from mercarich_db.tables import amazon_accounts, listings, removed_offers, users
from mercarich_feed.adapters.accounts_sql import account_usable
from mercarich_feed.domain.answers import Answer, ContentRefused, pushed
from mercarich_feed.domain.pushes import Account, Offer, Outcome
from mercarich_listings import removed_store, store
from mercarich_listings.push import overtaken
from mercarich_listings.removed import WATCHED, Found, Removed, read, refused, unread, unsent
from mercarich_platform.clock import Clock

_removed = removed_offers.c


class SqlWatch:
    def __init__(self, engine: Engine, retry_seconds: float, now: Clock) -> None:
        self._engine = engine
        self._retry_seconds = retry_seconds
        self._now = now

    def sellers(self) -> list[int]:
        """Return ids of active sellers with a usable account."""
        now, account = self._now(), amazon_accounts.c
        mine = (_removed.user_id == account.user_id, removed_store.of_store(account.seller_id))
        due = exists().where(*mine, _removed.next_read_at <= now)
        query = select(account.user_id).join(users, users.c.id == account.user_id).where(users.c.active)
        query = query.where(due, account_usable(now, self._retry_seconds))
        with reading(self._engine) as connection:
            return list(connection.execute(query).scalars())

    def due(self, account: Account, limit: int) -> list[Offer]:
        # What became due last comes first: whether a zero has taken effect does not wait for all others.
        query = select(_removed.listing_id, _removed.sku, _removed.removed_at)
        mine = (_removed.user_id == account.user_id, removed_store.of_store(account.seller_id))
        query = query.join(users, users.c.id == _removed.user_id).where(users.c.active)
        query = query.where(*mine, _removed.next_read_at <= self._now())
        query = query.order_by(_removed.next_read_at.desc(), _removed.sku.desc()).limit(limit)
        with reading(self._engine) as connection:
            rows = connection.execute(query).all()
        return [Offer(row.listing_id, row.sku, 0, 0, row.removed_at, singly=False) for row in rows]

    def read(self, account: Account, answers: Sequence[Answer]) -> Mapping[str, Found]:
        user_id, by_sku = account.user_id, {answer.offer.sku: answer for answer in answers}
        up = [answer.offer.sku for answer in answers if answer.seen is not None and answer.seen.quantity]

        def write(connection: Connection) -> Mapping[str, Found]:
            now = self._now()
            watched = removed_store.lock(connection, [(user_id, sku) for sku in by_sku])
            found = {one.sku: _found(one, by_sku[one.sku], now) for one in watched if _is_news(one, by_sku[one.sku])}
            # Another login may have had the SKU before its deletion here, or have linked the store since.
            sold_here = removed_store.in_books(connection, account.seller_id, up)
            found |= {sku: Found(None) for sku in sold_here & found.keys()}
            removed_store.save(connection, [each.after for each in found.values() if each.after is not None])
            removed_store.forget(connection, [(user_id, sku) for sku, each in found.items() if each.after is None])
            return found

        return run_tx(self._engine, write)

    def settle(self, account: Account, answers: Sequence[Answer], found: Mapping[str, Found]) -> None:
        user_id = account.user_id
        by_sku = {answer.offer.sku: answer for answer in answers}

        def write(connection: Connection) -> set[str]:
            now = self._now()
            watched = removed_store.lock(connection, [(user_id, sku) for sku in by_sku])
            after = [_settled(one, by_sku[one.sku], found[one.sku], now) for one in watched]
            removed_store.save(connection, after)
            return by_sku.keys() - {one.sku for one in watched}

        back = run_tx(self._engine, write)
        if back:
            run_tx(self._engine, lambda connection: _push_again(connection, account.seller_id, back))

    def forget_unread(self) -> None:
        before = self._now() - WATCHED
        while run_tx(self._engine, lambda connection: removed_store.forget_unread(connection, before)):
            continue


def _is_news(removed: Removed, answer: Answer) -> bool:
    """Return whether Amazon's response concerns this deletion, and is newer than what is known."""
    known = removed.read_at
    return answer.offer.changed_at == removed.removed_at and (known is None or answer.at > known)


def _found(removed: Removed, answer: Answer, now: datetime) -> Found:
    if isinstance(answer.trouble, ContentRefused):
        return Found(unread(removed, now))
    return read(removed, answer.seen.quantity if answer.seen is not None else None, now)


def _settled(removed: Removed, answer: Answer, found: Found, now: datetime) -> Removed:
    match pushed(answer).outcome:
        case Outcome.REJECTED:
            return refused(removed, answer.problem, now)
        case Outcome.RELEASED:
            return unsent(removed, found, now)
        case _:
            return removed


def _push_again(connection: Connection, seller_id: str, skus: set[str]) -> None:
    """Have offers of the store pushed again that entered the books while their zero was on its way."""
    logins = select(amazon_accounts.c.user_id).where(amazon_accounts.c.seller_id == seller_id)
    mine = (listings.c.user_id.in_(logins), listings.c.sku.in_(skus), listings.c.listed)
    ids = connection.execute(select(listings.c.id).where(*mine)).scalars().all()
    store.save(connection, [overtaken(push) for push in store.lock_pushes(connection, ids)])

"""Sellers and listings of a simulated market in a database, and the changes that the other services make there."""

import base64
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Engine, Row, func, insert, select, update

from mercarich_db import settings_store
from mercarich_db.engine import reading, run_tx
from mercarich_db.tables import (
    amazon_accounts,
    listing_events,
    listing_removals,
    listings,
    source_items,
    submission_items,
    submissions,
    users,
)
from mercarich_feed.adapters.token_cipher import TokenCipher, new_key
from mercarich_listings import store
from mercarich_listings.read_back import SHOWS_WITHIN
from mercarich_reasons.reason import Reason


def now() -> datetime:
    return datetime.now(UTC)


class Shop:
    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.key = new_key()
        self.client_id = self.client_secret = ""

    def fill(self, seed: dict[str, Any], rows: list[dict[str, Any]]) -> None:
        self.client_id, self.client_secret = seed["lwa"]["client_id"], seed["lwa"]["client_secret"]
        cipher = TokenCipher(base64.b64decode(self.key))
        ids = {seller["seller_id"]: number for number, seller in enumerate(seed["sellers"], 1)}

        def write(connection: Any) -> None:
            for seller in seed["sellers"]:
                id_ = ids[seller["seller_id"]]
                connection.execute(
                    insert(users).values(
                        id=id_, username=seller["username"], plan=2, active=True, is_staff=False, created_at=now()
                    )
                )
                connection.execute(
                    insert(amazon_accounts).values(
                        user_id=id_,
                        seller_id=seller["seller_id"],
                        marketplace_id=seed["marketplace_id"],
                        refresh_token=cipher.encrypt(id_, seller["refresh_token"]),
                        token_verdict="unknown",
                    )
                )
            for number, row in enumerate(rows, 1):
                connection.execute(insert(source_items).values(_source(number, row)))
                connection.execute(insert(listings).values(_listing(number, ids[row["seller_id"]], row)))

        run_tx(self.engine, write)

    def set(self, key: str, value: str) -> None:
        run_tx(self.engine, lambda connection: settings_store.write(connection, key, value, by="test", at=now()))

    def rows(self, user_id: int | None = None) -> Sequence[Row[Any]]:
        query = (
            select(listings, amazon_accounts.c.seller_id, users.c.username)
            .join(amazon_accounts, amazon_accounts.c.user_id == listings.c.user_id)
            .join(users, users.c.id == listings.c.user_id)
            .order_by(listings.c.id)
        )
        if user_id is not None:
            query = query.where(listings.c.user_id == user_id)
        with reading(self.engine) as connection:
            return connection.execute(query).all()

    def row(self, listing_id: int) -> Row[Any]:
        return next(row for row in self.rows() if row.id == listing_id)

    def withdraw(self, ids: Sequence[int]) -> None:
        """Withdraw as the checker does."""
        self._change(ids, quantity=0, withdrawn_at=now())

    def restore(self, ids: Sequence[int], quantity: int = 1) -> None:
        """Restore as the updater does, after a withdrawal that Amazon has."""
        self._change(ids, quantity=quantity, withdrawn_at=None, pushed_quantity=0)

    def _change(self, ids: Sequence[int], **values: Any) -> None:
        change = update(listings).where(listings.c.id.in_(ids))
        change = change.values(**values, revision=listings.c.revision + 1, changed_at=now())
        run_tx(self.engine, lambda connection: connection.execute(change))

    def alter(self, table: Any, row_id: int, **values: Any) -> None:
        """Change other columns, by primary key."""
        key = next(iter(table.primary_key.columns))
        run_tx(self.engine, lambda connection: connection.execute(update(table).where(key == row_id).values(**values)))

    def end_claim(self, listing_id: int) -> None:
        """Let the lease expire."""
        self.alter(listings, listing_id, push_claim_until=now() - timedelta(seconds=1))

    def read_soon(self, ids: Sequence[int]) -> None:
        """Have these listings read at Amazon at once."""
        run_tx(self.engine, lambda connection: store.read_soon(connection, ids, now()))

    def want_removal(self, listing_id: int) -> None:
        """Have the listing deleted at Amazon."""
        row = {"listing_id": listing_id, "user_id": self.row(listing_id).user_id, "wanted_at": now(), "attempts": 0}
        run_tx(self.engine, lambda connection: connection.execute(insert(listing_removals).values(row)))

    def let_amazon_have_its_time(self, listing_id: int) -> None:
        """Let pass what Amazon may take to show a quantity."""
        self.alter(listings, listing_id, pushed_at=now() - SHOWS_WITHIN, next_read_at=now())

    def store_token(self, user_id: int, sealed: str) -> None:
        stored = update(amazon_accounts).where(amazon_accounts.c.user_id == user_id).values(refresh_token=sealed)
        run_tx(self.engine, lambda connection: connection.execute(stored))

    def account(self, user_id: int) -> Row[Any]:
        with reading(self.engine) as connection:
            return connection.execute(select(amazon_accounts).where(amazon_accounts.c.user_id == user_id)).one()

    def events(self, listing_id: int) -> list[str]:
        with reading(self.engine) as connection:
            query = select(listing_events.c.kind).where(listing_events.c.listing_id == listing_id)
            return list(connection.execute(query.order_by(listing_events.c.id)).scalars())

    def reasons(self, listing_id: int) -> list[Reason | None]:
        """Return the kinds of the listing's events, in order."""
        with reading(self.engine) as connection:
            query = select(listing_events.c.reason).where(listing_events.c.listing_id == listing_id)
            return list(connection.execute(query.order_by(listing_events.c.id)).scalars())

    def issues(self, submission_id: int) -> dict[int, Reason | None]:
        """Return what was wrong with each listing of a feed."""
        with reading(self.engine) as connection:
            query = select(submission_items.c.listing_id, submission_items.c.issue)
            rows = connection.execute(query.where(submission_items.c.submission_id == submission_id))
            return {row.listing_id: row.issue for row in rows}

    def submissions(self) -> Sequence[Row[Any]]:
        with reading(self.engine) as connection:
            return connection.execute(select(submissions).order_by(submissions.c.id)).all()

    def results(self, submission_id: int) -> dict[int, str]:
        with reading(self.engine) as connection:
            query = select(submission_items.c.listing_id, submission_items.c.result)
            rows = connection.execute(query.where(submission_items.c.submission_id == submission_id))
            return {row.listing_id: row.result for row in rows}

    def forget_feed(self, submission_id: int) -> None:
        """A feed as if the process had died after createFeed, before it stored the feed's id."""
        old = now() - timedelta(minutes=10)
        self.alter(
            submissions, submission_id, feed_id=None, state="creating", ended_at=None, next_poll_at=None, created_at=old
        )
        again = update(submission_items).where(submission_items.c.submission_id == submission_id)
        run_tx(self.engine, lambda connection: connection.execute(again.values(result="pending")))

    def begin_feed(self, user_id: int, ids: Sequence[int]) -> None:
        """A feed as if the process had died before createFeed."""

        def write(connection: Any) -> None:
            row = {"user_id": user_id, "lane": "feed", "state": "creating", "created_at": now() - timedelta(minutes=10)}
            key = connection.execute(
                insert(submissions).values(**row, items=len(ids), accepted=0, rejected=0)
            ).inserted_primary_key[0]
            for id_ in ids:
                item = {"submission_id": key, "listing_id": id_, "revision": self.row(id_).revision}
                connection.execute(insert(submission_items).values(**item, quantity=2, result="pending"))

        run_tx(self.engine, write)

    def pending(self) -> int:
        with reading(self.engine) as connection:
            query = select(func.count()).select_from(listings).where(listings.c.push_pending == 1)
            return connection.execute(query).scalar_one()

    def unverified(self) -> int:
        zeros = [row for row in self.rows() if row.pushed_quantity == 0 and row.quantity == 0 and not row.orphan]
        return sum(row.verified_at is None for row in zeros)


def _source(number: int, row: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": number,
        "marketplace": row["marketplace"],
        "item_id": f"{row['source_id']}-{number}",  # One source may serve several listings; feed does not care.
        "state": "available",
        "check_rank": 0,
        "check_attempts": 0,
        "check_unknowns": 0,
    }


def _listing(number: int, user_id: int, row: dict[str, Any]) -> dict[str, Any]:
    restore = row["restore"]
    return {
        "id": number,
        "user_id": user_id,
        "sku": row["sku"],
        "marketplace": row["marketplace"],
        "source_item_id": number,
        "listed": True,
        "listing_quantity": row["quantity_at_listing"],
        "created_at": now(),
        "quantity": row["quantity_at_listing"] if restore else row["quantity"],
        "revision": 1 if restore else 0,
        "searching": False,
        "changed_at": now(),
        "pushed_revision": 0,
        "pushed_quantity": row["quantity"],
        "push_attempts": 0,
        "orphan": False,
    }

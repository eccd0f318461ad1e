"""`ports_offers.OfferReads` over `amazon_offer_reads` and `amazon_offers_found`, and which sellers are to be read."""

import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Engine, and_, delete, or_, select, update

from mercarich_db.bulk import insert_missing, update_rows
from mercarich_db.engine import reading, run_tx
from mercarich_db.tables import amazon_accounts, amazon_offer_reads, amazon_offers_found, users
from mercarich_feed.adapters.accounts_sql import account_usable
from mercarich_feed.domain.offer_reads import CLAIMED, OPEN, FoundOffer, OfferRead, ReadState
from mercarich_feed.domain.pushes import Account
from mercarich_feed.ports_offers import Overtaken
from mercarich_listings.matching import BY_ITSELF
from mercarich_platform.clock import Clock
from mercarich_reasons.reason import Reason

_read, _found = amazon_offer_reads.c, amazon_offers_found.c


class SqlOfferReads:
    def __init__(self, engine: Engine, retry_seconds: float, now: Clock) -> None:
        self._engine = engine
        self._retry_seconds = retry_seconds
        self._now = now

    def sellers(self) -> list[int]:
        """Return ids of active sellers with a usable account whose offers are to be read now."""
        now, account = self._now(), amazon_accounts.c
        query = select(account.user_id).join(users, users.c.id == account.user_id).where(users.c.active)
        query = query.outerjoin(amazon_offer_reads, _read.user_id == account.user_id)
        wanted = or_(
            _read.user_id.is_(None),
            _read.seller_id != account.seller_id,
            _read.begun_at.is_(None),
            _read.asked_at > _read.begun_at,
            and_(_read.state.in_(OPEN), _read.next_at <= now),
        )
        query = query.where(wanted, account_usable(now, self._retry_seconds))
        with reading(self._engine) as connection:
            return list(connection.execute(query.order_by(account.user_id)).scalars())

    def claim(self, account: Account) -> OfferRead | None:
        mine = select(amazon_offer_reads).where(_read.user_id == account.user_id).with_for_update()

        def claim(connection: Connection) -> OfferRead | None:
            now = self._now()
            row = connection.execute(mine).one_or_none()
            if row is None:
                insert_missing(connection, amazon_offer_reads, [_first(account, now)])
                row = connection.execute(mine).one()
            values: dict[str, Any] = {"claim": secrets.token_hex(16), "next_at": now + CLAIMED}
            if row.begun_at is None or row.asked_at > row.begun_at or row.seller_id != account.seller_id:
                values |= {"seller_id": account.seller_id, "number": row.number + 1, "begun_at": row.asked_at}
                values |= {"state": ReadState.WAITING, "report_id": None, "requested_at": None, "attempts": 0}
                values |= {"found": 0, "unreadable": 0, "problem": None}
            elif row.state not in OPEN or row.next_at > now:
                return None
            after = {**row._mapping, **values}
            connection.execute(update(amazon_offer_reads).where(_read.user_id == account.user_id).values(values))
            told = ("number", "claim", "report_id", "asked_at", "requested_at", "attempts")
            return OfferRead(state=ReadState(after["state"]), **{name: after[name] for name in told})

        return run_tx(self._engine, claim)

    def requested(self, account: Account, read: OfferRead, report_id: str) -> None:
        now = self._now()
        free = {"claim": None, "next_at": now, "attempts": 0, "problem": None}
        self._set(account, read, {"state": ReadState.REQUESTED, "report_id": report_id, "requested_at": now} | free)

    def searching(self, account: Account, read: OfferRead) -> OfferRead:
        values = {"state": ReadState.SEARCHING, "report_id": None, "next_at": self._now() + CLAIMED}
        self._set(account, read, values)
        return read

    def release(self, account: Account, read: OfferRead, after: timedelta) -> None:
        free = {"claim": None, "next_at": self._now() + after, "attempts": 0, "problem": None}
        self._set(account, read, free)

    def put_off(self, account: Account, read: OfferRead, problem: Reason, after: timedelta) -> None:
        later = {"claim": None, "next_at": self._now() + after, "attempts": read.attempts + 1}
        self._set(account, read, later | {"problem": problem})

    def request_anew(self, account: Account, read: OfferRead) -> None:
        again = {"state": ReadState.WAITING, "report_id": None, "attempts": read.attempts + 1}
        self._set(account, read, again | {"claim": None, "next_at": self._now()})

    def failed(self, account: Account, read: OfferRead, problem: Reason) -> None:
        self._set(account, read, {"state": ReadState.FAILED, "claim": None, "problem": problem})

    def store(self, account: Account, read: OfferRead, offers: Sequence[FoundOffer]) -> None:
        by_sku = {offer.sku: offer for offer in offers}  # of a SKU that a report tells twice, the last

        def store(connection: Connection) -> None:
            now = self._now()
            mine = connection.execute(select(_read.found).where(*_of(account, read)).with_for_update()).one_or_none()
            if mine is None:
                raise Overtaken
            columns = (_found.id, _found.sku, _found.read_number, _found.matched_by)
            there = select(*columns).where(_found.user_id == account.user_id, _found.sku.in_(list(by_sku)))
            known = {row.sku: row for row in connection.execute(there)}
            told = {sku: _told(offer, read.number, now) for sku, offer in by_sku.items()}
            new = [
                {"user_id": account.user_id, "sku": sku} | told[sku] | _source(by_sku[sku])
                for sku in by_sku
                if sku not in known
            ]
            insert_missing(connection, amazon_offers_found, new)
            by_person = {sku for sku, row in known.items() if row.matched_by not in (None, *BY_ITSELF)}
            update_rows(connection, amazon_offers_found, [{"id": known[sku].id} | told[sku] for sku in by_person])
            others = known.keys() - by_person
            rows = [{"id": known[sku].id} | told[sku] | _source(by_sku[sku]) for sku in others]
            update_rows(connection, amazon_offers_found, rows)
            fresh = len(new) + sum(row.read_number != read.number for row in known.values())
            kept = {"found": mine.found + fresh, "next_at": now + CLAIMED}
            connection.execute(update(amazon_offer_reads).where(*_of(account, read)).values(kept))

        run_tx(self._engine, store)

    def done(self, account: Account, read: OfferRead, unreadable: int) -> timedelta:
        def done(connection: Connection) -> timedelta:
            now = self._now()
            ended = {"state": ReadState.DONE, "claim": None, "problem": None, "attempts": 0}
            _write(connection, account, read, ended | {"read_at": now, "unreadable": unreadable})
            gone = (_found.user_id == account.user_id, _found.read_number != read.number)
            connection.execute(delete(amazon_offers_found).where(*gone))
            return now - read.asked_at

        return run_tx(self._engine, done)

    def _set(self, account: Account, read: OfferRead, values: Mapping[str, object]) -> None:
        run_tx(self._engine, lambda connection: _write(connection, account, read, values))


def _of(account: Account, read: OfferRead) -> tuple[Any, ...]:
    return _read.user_id == account.user_id, _read.number == read.number, _read.claim == read.claim


def _write(connection: Connection, account: Account, read: OfferRead, values: Mapping[str, object]) -> None:
    statement = update(amazon_offer_reads).where(*_of(account, read)).values(**values)
    if connection.execute(statement).rowcount != 1:
        raise Overtaken


def _first(account: Account, now: datetime) -> dict[str, Any]:
    asked = {"asked_at": now, "asked": 0, "asked_from": now, "number": 0, "state": ReadState.WAITING}
    none = {"next_at": now, "attempts": 0, "found": 0, "unreadable": 0}
    return {"user_id": account.user_id, "seller_id": account.seller_id} | asked | none


def _told(offer: FoundOffer, number: int, now: datetime) -> dict[str, Any]:
    names = ("asin", "title", "price_jpy", "quantity", "channel", "status")
    told = {name: getattr(offer, name) for name in names}
    return told | {"item_condition": offer.condition, "seen_at": now, "read_number": number}


def _source(offer: FoundOffer) -> dict[str, Any]:
    source = offer.source
    if source is None:
        return {"marketplace": None, "item_id": None, "matched_by": None}
    return {"marketplace": source.marketplace, "item_id": source.item_id, "matched_by": source.by}

"""Offers with all that explains them."""

from collections.abc import Sequence
from dataclasses import fields
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Engine, Select, and_, case, exists, select

from mercarich_db import loss_rules, settings_store
from mercarich_db.cadence import checks_a_day
from mercarich_db.fee_estimates import COLUMNS, ITS_ESTIMATE, PROBLEM, estimate_of
from mercarich_db.open_orders import UNDECIDED
from mercarich_db.silent_runs import SILENT_AFTER
from mercarich_db.tables import (
    amazon_accounts,
    evidence,
    listing_creations,
    listing_events,
    listing_fees,
    listings,
    order_items,
    runs,
    source_items,
    submission_items,
    submissions,
    users,
)
from mercarich_db.types import AnyRow
from mercarich_replacements.earnings import Terms
from mercarich_replacements.loss_stop import LossRule
from mercarich_web.database import reading
from mercarich_web.listings.creating import Creation
from mercarich_web.listings.next_look import Looking
from mercarich_web.listings.offers import Account, Event, Evidence, Fee, Found, Offer, Push, Source
from mercarich_web.listings.price_changes import PriceChange
from mercarich_web.listings.sql.prices import price_of
from mercarich_web.replacements.searches import ReplacementSearch
from mercarich_web.replacements.sql.searches import LISTING, search_of

SHOWN = 50
ITS_EVENTS = and_(listings.c.id == listing_events.c.listing_id, listing_events.c.at >= listings.c.created_at)
"""SQLite reuses the id of a deleted listing: an event older than the row belongs to another listing."""


class SqlOffers:
    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def find(self, sku: str, username: str | None) -> Sequence[Found]:
        """Ordered by username."""
        which = [listings.c.sku == sku]
        if username is not None:
            which.append(users.c.username == username)
        with reading(self._engine) as connection:
            return [found(row) for row in connection.execute(select_offers().where(*which))]

    def events(self, listing_id: int) -> Sequence[Event]:
        with reading(self._engine) as connection:
            return [Event(**row._mapping) for row in connection.execute(_events(), {"listing": listing_id})]

    def pushes(self, listing_id: int) -> Sequence[Push]:
        with reading(self._engine) as connection:
            return [Push(**row._mapping) for row in connection.execute(_pushes(), {"listing": listing_id})]

    def search(self, listing_id: int) -> ReplacementSearch | None:
        with reading(self._engine) as connection:
            return search_of(connection, listing_id)

    def account(self, listing_id: int) -> Account | None:
        """Return the Amazon account of the listing's seller."""
        with reading(self._engine) as connection:
            row = connection.execute(_account(), {"listing": listing_id}).one_or_none()
            return Account(*row) if row is not None else None

    def creation(self, listing_id: int) -> Creation | None:
        """Return the last time that the listing's offer was to be created or taken over."""
        with reading(self._engine) as connection:
            row = connection.execute(_creation(), {"listing": listing_id}).one_or_none()
        return None if row is None else Creation(**row._mapping)

    def price(self, listing_id: int) -> PriceChange | None:
        """Return the last price that was asked for; None: none was."""
        with reading(self._engine) as connection:
            return price_of(connection, listing_id)

    def terms_and_rule(self, user_id: int) -> tuple[Terms, LossRule]:
        with reading(self._engine) as connection:
            return loss_rules.of(connection, user_id)

    def looking(self, marketplace: str, now: datetime) -> Looking:
        """Return whether looks are made at the marketplace."""
        windows = and_(runs.c.operation == "watch", runs.c.marketplace == marketplace, runs.c.outcome == "running")
        newest = select(runs.c.heartbeat_at).where(windows).order_by(runs.c.id.desc()).limit(1)
        with reading(self._engine) as connection:
            heard_at = connection.execute(newest).scalar()
            is_paused = settings_store.is_paused(connection, marketplace)
        return Looking(is_paused, is_watched=heard_at is not None and now - heard_at < SILENT_AFTER)

    def decision_evidence_id(self, listing_id: int) -> int | None:
        """Return the evidence of the newest event that has any."""
        event = listing_events.c
        query = (
            select(event.evidence_id)
            .join(listings, ITS_EVENTS)
            .where(listings.c.id == listing_id, event.evidence_id.is_not(None))
            .order_by(event.id.desc())
            .limit(1)
        )
        with reading(self._engine) as connection:
            return connection.execute(query).scalar()

    def evidence(self, evidence_id: int) -> Evidence | None:
        query = select(*[evidence.c[name] for name in _names(Evidence)]).where(evidence.c.id == evidence_id)
        with reading(self._engine) as connection:
            row = connection.execute(query).one_or_none()
            return Evidence(**row._mapping) if row is not None else None


@cache
def _events() -> Select[Any]:
    columns = [listing_events.c[name] for name in _names(Event)]
    query = select(*columns).join(listings, ITS_EVENTS).where(listings.c.id == LISTING)
    return query.order_by(listing_events.c.id.desc()).limit(SHOWN)


@cache
def _creation() -> Select[Any]:
    """SQLite reuses the id of a deleted listing: a creation older than the row belongs to another listing."""
    row = listing_creations.c
    names = {"condition": "condition_type", "note": "condition_note"}
    columns = [row[names.get(one.name, one.name)].label(one.name) for one in fields(Creation)]
    joined = select(*columns).join(listings, listings.c.id == row.listing_id)
    return joined.where(row.listing_id == LISTING, row.asked_at >= listings.c.created_at)


@cache
def _pushes() -> Select[Any]:
    item, whole = submission_items.c, submissions.c
    return (
        select(item.submission_id, whole.lane, whole.state, item.revision, item.quantity, item.result, item.issue)
        .add_columns(whole.created_at, whole.ended_at)
        .join(submissions, whole.id == item.submission_id)
        .join(listings, and_(listings.c.id == item.listing_id, whole.created_at >= listings.c.created_at))
        .where(listings.c.id == LISTING)
        .order_by(item.submission_id.desc())
        .limit(SHOWN)
    )


@cache
def _account() -> Select[Any]:
    columns = (amazon_accounts.c.token_verdict, amazon_accounts.c.token_reason, amazon_accounts.c.token_checked_at)
    query = select(*columns).join(listings, listings.c.user_id == amazon_accounts.c.user_id)
    return query.where(listings.c.id == LISTING)


def select_offers() -> Select[Any]:
    """Select offers, each with its source, by the sellers' names; `found` parses a row."""
    offer = [_offer_column(name).label(f"offer_{name}") for name in _OFFER]
    source = [_source_column(name).label(f"source_{name}") for name in _names(Source)]
    return (
        select(*offer, *source, source_items.c.evidence_id, listings.c.hold_id, listings.c.user_id, *COLUMNS, PROBLEM)
        .select_from(listings.outerjoin(listing_fees, ITS_ESTIMATE))
        .join(users, users.c.id == listings.c.user_id)
        .join(source_items, source_items.c.id == listings.c.source_item_id)
        .order_by(users.c.username)
    )


def _offer_column(name: str) -> ColumnElement[Any]:
    if name == "username":
        return users.c.username
    if name == "looks_a_day":
        return case((and_(users.c.active, ~users.c.is_staff), checks_a_day()), else_=0)
    return listings.c["push_claim_until" if name == "push_claimed_until" else name]


def _source_column(name: str) -> ColumnElement[Any]:
    """The columns of the pending look have a prefix in the table."""
    if name == "run_goes_on":
        return exists().where(runs.c.id == source_items.c.check_run, runs.c.outcome == "running")
    if name == "is_ordered":  # by a buyer of this seller: nobody is told of another's orders
        its = (order_items.c.source_item_id == source_items.c.id, order_items.c.user_id == listings.c.user_id)
        return exists().where(*its, UNDECIDED)
    if name == "pending_run":
        return source_items.c.check_run
    pending = name in ("attempts", "unknowns", "not_before", "problem")
    return source_items.c[f"check_{name}" if pending else name]


def _names(shape: Any) -> list[str]:
    return [field.name for field in fields(shape)]


_OFFER = [name for name in _names(Offer) if name != "fee"]


def found(row: AnyRow) -> Found:
    values: Any = row._mapping
    return Found(
        offer=Offer(
            **{name: values[f"offer_{name}"] for name in _OFFER},
            fee=Fee(estimate_of(row), values["estimate_problem"]),
        ),
        source=Source(**{name: values[f"source_{name}"] for name in _names(Source)}),
        source_evidence_id=values["evidence_id"],
        hold_id=values["hold_id"],
        user_id=values["user_id"],
    )

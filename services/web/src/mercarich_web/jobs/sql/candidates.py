"""Turn what a search finds into drafts of its seller."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, and_, func, select, update

from mercarich_contracts.market import Marketplace, State
from mercarich_contracts.proxy_api import Item
from mercarich_contracts.sites import SITES
from mercarich_db import settings_store
from mercarich_db.bulk import insert_missing
from mercarich_db.conditions import among_keys
from mercarich_db.engine import run_tx
from mercarich_db.glimpses import note_glimpses
from mercarich_db.replacement_rules import banned_words
from mercarich_db.tables import excluded_sellers, job_queries, jobs, listings, source_items
from mercarich_db.tables.revivals import EVERYONE
from mercarich_listings import store
from mercarich_reasons.jobs import MarketplacePaused
from mercarich_reasons.reason import Reason
from mercarich_web.database import reading
from mercarich_web.jobs.jobs import Claim
from mercarich_web.jobs.search_queries import MarketAway, Query
from mercarich_web.jobs.sql.claims import SqlDesk
from mercarich_web.jobs.sql.new_rows import new_listing, new_source
from mercarich_web.replacements.exclusions import Exclusions

PAUSED_SECONDS = 15.0
"""Seconds until a search is tried again whose marketplaces are all paused."""
_query = job_queries.c


class SqlCandidates:
    def __init__(self, desk: SqlDesk) -> None:
        self._desk = desk
        self._engine = desk.engine

    def next_query(self, claim: Claim) -> tuple[int, Query] | None:
        """Return the first query, with its number, that is neither done nor skipped and whose marketplace is not
        paused.

        Raises `MarketAway` when only queries of paused marketplaces are left.
        """
        waiting = and_(_query.job_id == claim.job_id, _query.state == "waiting")
        first = select(job_queries).where(waiting).order_by(_query.number).limit(1)
        with reading(self._engine) as connection:
            paused = [name for name in Marketplace if settings_store.is_paused(connection, name)]
            row = connection.execute(first.where(_query.marketplace.not_in(paused))).one_or_none()
            kept = connection.execute(first).one_or_none() if row is None and paused else None
        if kept is not None:
            raise MarketAway(MarketplacePaused(Marketplace(kept.marketplace)), PAUSED_SECONDS)
        if row is None:
            return None
        return row.number, Query(
            given=row.given,
            marketplace=Marketplace(row.marketplace),
            keyword=row.keyword,
            price_min=row.price_min,
            price_max=row.price_max,
            conditions=tuple(int(digit) for digit in row.conditions),
            page=row.page,
            tries=row.tries,
        )

    def take(self, claim: Claim, number: int, items: Sequence[Item], *, page: int, last: bool, now: datetime) -> Claim:
        """Make drafts of those items that the seller does not have. Count `page` as read, and the query as done when it
        is the `last`."""
        on_sale = {item.item_id: item for item in items if item.state is State.AVAILABLE}

        def write(connection: Connection) -> Claim:
            after = self._advance(connection, claim, page=page + 1, number=number, over=last)
            excluded = _exclusions(connection, claim.user_id)
            wanted = [item for item in on_sale.values() if not excluded.excludes(item)]
            note_glimpses(connection, items, now)
            made = _make_drafts(connection, claim, wanted, now)
            counts = {"made": jobs.c.made + made, "left_out": jobs.c.left_out + len(items) - made}
            connection.execute(update(jobs).where(jobs.c.id == claim.job_id).values(counts))
            read = and_(_query.job_id == claim.job_id, _query.number == number)
            values: dict[str, Any] = {"page": page + 1, "tries": 0, "made": _query.made + made, "problem": None}
            connection.execute(update(job_queries).where(read).values(values))
            if last:
                connection.execute(update(job_queries).where(read, _query.state == "waiting").values(state="done"))
            return after

        return run_tx(self._engine, write)

    def note(self, claim: Claim, number: int, why: Reason, *, give_up: bool) -> Claim:
        """Store that a response could not be used."""
        this = and_(_query.job_id == claim.job_id, _query.number == number, _query.state == "waiting")
        values: dict[str, Any] = {"tries": _query.tries + 1, "problem": why}
        if give_up:
            values["state"] = "failed"

        def write(connection: Connection) -> Claim:
            after = self._advance(connection, claim, page=int(claim.cursor.get("page", 0)), number=number, over=give_up)
            connection.execute(update(job_queries).where(this).values(values))
            return after

        return run_tx(self._engine, write)

    def outcome(self, claim: Claim) -> tuple[int, int]:
        """Return the number of failed queries and of all queries."""
        states = select(_query.state, func.count()).where(_query.job_id == claim.job_id).group_by(_query.state)
        with reading(self._engine) as connection:
            counts = {row[0]: row[1] for row in connection.execute(states)}
        return counts.get("failed", 0), sum(counts.values())

    def _advance(self, connection: Connection, claim: Claim, *, page: int, number: int, over: bool) -> Claim:
        cursor = {**claim.cursor, "query": number, "page": 0 if over else page}
        return self._desk.advance(connection, claim, cursor, done=claim.done + over)


def _exclusions(connection: Connection, user_id: int) -> Exclusions:
    whose = (EVERYONE, user_id)
    sellers = select(excluded_sellers.c.marketplace, excluded_sellers.c.seller_id)
    return Exclusions(
        {(row[0], row[1]) for row in connection.execute(sellers.where(excluded_sellers.c.user_id.in_(whose)))},
        banned_words(connection, user_id),
    )


def _make_drafts(connection: Connection, claim: Claim, items: Sequence[Item], now: datetime) -> int:
    """Make drafts of items that the seller has no listing for. Return their number."""
    if not items:
        return 0
    rows = [
        new_source(item.marketplace, item.item_id, seller_id=item.seller_id, title=(item.title or "")[:255] or None)
        for item in sorted(items, key=lambda item: item.item_id)
    ]
    insert_missing(connection, source_items, rows)
    keys = [(row["marketplace"], row["item_id"]) for row in rows]
    sources = source_items.c
    mine = and_(listings.c.source_item_id == sources.id, listings.c.user_id == claim.user_id)
    without = (
        select(sources.id, sources.marketplace, sources.item_id, sources.title)
        .outerjoin(listings, mine)
        .where(among_keys((sources.marketplace, sources.item_id), keys), listings.c.id.is_(None))
        .order_by(sources.id)
    )
    found = connection.execute(without).all()
    # A draft's SKU is its marketplace and item, so that the same candidate is the same draft.
    skus = [f"{SITES[row.marketplace].sku_prefix}{row.item_id}" for row in found]
    known = select(listings.c.sku).where(listings.c.user_id == claim.user_id, listings.c.sku.in_(skus))
    taken = set(connection.execute(known).scalars())
    prices = {(item.marketplace, item.item_id): item.price_jpy for item in items}
    drafts = [
        new_listing(claim.user_id, row.id, row.marketplace, 1, now)
        | {"sku": sku, "title": row.title, "first_price_jpy": prices[row.marketplace, row.item_id]}
        for sku, row in zip(skus, found, strict=True)
        if sku not in taken
    ]
    store.add_missing(connection, drafts)
    return len(drafts)

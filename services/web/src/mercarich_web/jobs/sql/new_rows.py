"""New rows of a source item and a listing, with the initial values that the other services expect, and of a job."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from mercarich_contracts.events import EventKind
from mercarich_contracts.hazards import FIRST_LOOK
from mercarich_contracts.market import State
from mercarich_listings.event import Event
from mercarich_reasons.reason import Reason
from mercarich_web.jobs.search_queries import Query
from mercarich_web.listings.csv_rows import ListingRow, Problem


def new_source(
    marketplace: str,
    item_id: str,
    *,
    seller_id: str | None = None,
    title: str | None = None,
    is_offered: bool = False,
) -> dict[str, Any]:
    """A source item that was never looked at. Those of offers are looked at first."""
    return {
        "marketplace": marketplace,
        "item_id": item_id,
        "seller_id": seller_id,
        "title": title,
        "state": State.UNKNOWN,
        "check_rank": 0,
        "check_attempts": 0,
        "check_unknowns": 0,
        "look_class": FIRST_LOOK if is_offered else None,
    }


def new_listing(user_id: int, source_item_id: int, marketplace: str, quantity: int, now: datetime) -> dict[str, Any]:
    """A draft without its SKU, ASIN and title. Nothing waits to be pushed, listed or not: a listed one is at Amazon as
    the seller created it there, and is withdrawn by the first check that finds its source gone."""
    return {
        "user_id": user_id,
        "marketplace": marketplace,
        "source_item_id": source_item_id,
        "listed": False,
        "listing_quantity": quantity,
        "created_at": now,
        "quantity": quantity,
        "revision": 1,
        "searching": False,
        "changed_at": now,
        "pushed_revision": 1,
        "push_attempts": 0,
        "orphan": False,
    }


def offered(rows: Iterable[tuple[int, Mapping[str, Any]]], now: datetime, reason: Reason) -> list[Event]:
    """Return the events of new rows, each with its id, that are no drafts: the same events as `make_offer` writes for a
    draft."""
    return [
        Event(
            listing_id=id,
            user_id=row["user_id"],
            at=now,
            kind=EventKind.LISTED,
            reason=reason,
            quantity_before=row["quantity"],
            quantity_after=row["quantity"],
            revision=row["revision"],
        )
        for id, row in rows
        if row["listed"]
    ]


def query_row(job_id: int, number: int, query: Query) -> dict[str, Any]:
    """Return the row of `job_queries` of a query that waits."""
    return {
        "job_id": job_id,
        "number": number,
        "given": query.given,
        "marketplace": query.marketplace,
        "keyword": query.keyword,
        "price_min": query.price_min,
        "price_max": query.price_max,
        "conditions": "".join(map(str, query.conditions)),
        "state": "waiting",
        "page": 0,
        "made": 0,
        "tries": 0,
    }


def staged_row(job_id: int, number: int, row: ListingRow) -> dict[str, Any]:
    """Return the row of `job_rows` of a file's row."""
    return {
        "job_id": job_id,
        "number": number,
        "line": row.line,
        "sku": row.sku,
        "marketplace": row.marketplace,
        "item_id": row.item_id,
        "asin": row.asin,
        "title": row.title,
        "quantity": row.quantity,
        "listed": row.listed,
        "price": row.price,
        "least_price": row.least_price,
        "most_price": row.most_price,
        "note": row.note,
        "handling_days": row.handling_days,
    }


def problem_row(job_id: int, number: int, problem: Problem) -> dict[str, Any]:
    """Return the row of `job_problems`."""
    told = {"line": problem.line, "field": problem.field, "problem": problem.problem}
    return {"job_id": job_id, "number": number, **told}

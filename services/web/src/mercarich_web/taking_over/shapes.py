"""Shapes of offers at Amazon in the API. Fields are only added; none changes its meaning."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from mercarich_web.api.reasons import Coded, code_of, english
from mercarich_web.taking_over import offers
from mercarich_web.taking_over.matching import Matched

MOST_SOURCES = 1_000


class FoundOffer(BaseModel):
    """An offer as Amazon's last report tells it. The price is in yen."""

    sku: str
    asin: str | None
    title: str | None
    price_jpy: int | None
    quantity: int | None
    condition: str | None
    """Amazon's number or word."""
    status: str | None
    standing: str
    """`watched`, `matched`, `shared`, `unmatched`, `not_selling` or `sent_by_amazon`. More values may be added."""
    source: str | None
    """The address of its source's page."""
    matched_by: str | None
    """`note`, `sku`, `csv` or `hand`."""
    listing: int | None
    seen_at: datetime


class FoundOffers(Coded):
    offers: Sequence[FoundOffer]
    counts: dict[str, int]
    """Offers by standing."""
    state: str | None
    """Of the newest read: `waiting`, `requested`, `searching`, `done` or `failed`; null: none was asked for."""
    read: int
    """Offers that it has found so far."""
    read_at: datetime | None
    """When the last whole read ended."""
    problem: str | None
    """Why the newest read does not go on, or failed; `reason_code` belongs to this sentence."""
    next: str | None
    """The `after` parameter of the next page."""


class SourceWish(BaseModel):
    model_config = ConfigDict(extra="forbid")

    sku: Annotated[str, Field(min_length=1, max_length=64)]
    source: Annotated[str, Field(max_length=500, description="the address of an item's page; empty: none")]


def found(page: offers.OfferPage, reading: offers.Reading | None, counts: offers.Counts) -> FoundOffers:
    problem = reading.problem if reading else None
    return FoundOffers(
        offers=[_offer(offer) for offer in page.offers],
        counts={standing.value: number for standing, number in counts.items()},
        state=reading.state if reading else None,
        read=reading.found if reading else 0,
        read_at=reading.read_at if reading else None,
        problem=english(problem),
        next=page.next,
        **code_of(problem),
    )


def _offer(offer: offers.Offer) -> FoundOffer:
    names = ("sku", "asin", "title", "price_jpy", "quantity", "condition", "status", "matched_by", "seen_at")
    told = {name: getattr(offer, name) for name in names}
    return FoundOffer(**told, standing=offer.standing.value, source=offer.url, listing=offer.listing_id)


class WrongLine(BaseModel):
    line: int
    problem: str
    reason_code: str


class NamedSources(BaseModel):
    matched: int
    wrong: int
    problems: Sequence[WrongLine]
    """The first hundred."""


def named(matched: Matched) -> NamedSources:
    problems = [
        WrongLine(line=one.line, problem=english(one.problem) or "", reason_code=one.problem.code)
        for one in matched.problems
    ]
    return NamedSources(matched=matched.matched, wrong=matched.wrong, problems=problems)

"""Shapes of new offers in the API. Fields are only added; none changes its meaning."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from mercarich_contracts.creations import OfferCondition
from mercarich_web.api.ids import GivenId
from mercarich_web.api.reasons import Coded, code_of, english
from mercarich_web.creations import progress
from mercarich_web.creations.wishes import LONGEST_QUERY
from mercarich_web.listings.creating import LONGEST_NOTE, MOST_DAYS, MOST_JPY


class Creation(Coded):
    """A listing whose offer is created at Amazon, or was not."""

    listing: int
    sku: str
    title: str | None
    way: str
    """`create` or `take_over`."""
    state: str
    """`waiting`, `sent`, `taking_back` or `refused`; one that Amazon sells is an offer like any other."""
    asin: str | None
    price_jpy: int | None
    attempts: int
    problem: str | None
    """Why it waits or was refused; `reason_code` belongs to this sentence."""
    asked_at: datetime
    sent_at: datetime | None
    ended_at: datetime | None


class Creations(BaseModel):
    counts: Mapping[str, int]
    """By state; those that ended, of the last 24 hours."""
    creations: Sequence[Creation]
    """Open and refused ones, the newest first, 100 at most."""


class CreationWish(BaseModel):
    """What is left out follows the seller's rules."""

    model_config = ConfigDict(extra="forbid")

    listing: GivenId
    asin: Annotated[str, Field(max_length=300, description="an ASIN, or the address of a product at Amazon")] = ""
    condition: OfferCondition | None = None
    note: Annotated[str | None, Field(max_length=LONGEST_NOTE)] = None
    price_jpy: Annotated[int | None, Field(ge=1, le=MOST_JPY)] = None
    handling_days: Annotated[int | None, Field(ge=1, le=MOST_DAYS)] = None


class CatalogueWish(BaseModel):
    model_config = ConfigDict(extra="forbid")

    query: Annotated[str, Field(min_length=1, max_length=LONGEST_QUERY, description="a JAN, an ASIN or words")]


class Product(BaseModel):
    asin: str
    title: str
    brand: str | None
    picture_url: str | None


class CatalogueSearch(Coded):
    search: int
    query: str
    done: bool
    """Ask again until it is."""
    problem: str | None
    """Why nothing could be found; `reason_code` belongs to this sentence."""
    products: Sequence[Product]


def creations(made: progress.Progress) -> Creations:
    return Creations(counts=made.counts, creations=[_creation(row) for row in made.rows])


def search(made: progress.Search) -> CatalogueSearch:
    names = ("asin", "title", "brand", "picture_url")
    return CatalogueSearch(
        search=made.id,
        query=made.query,
        done=made.done_at is not None,
        problem=english(made.problem),
        products=[Product(**{name: getattr(one, name) for name in names}) for one in made.products],
        **code_of(made.problem),
    )


def _creation(row: progress.Row) -> Creation:
    names = ("sku", "title", "way", "state", "asin", "price_jpy", "attempts", "asked_at", "sent_at", "ended_at")
    told = {name: getattr(row, name) for name in names}
    return Creation(listing=row.listing_id, problem=english(row.problem), **told, **code_of(row.problem))

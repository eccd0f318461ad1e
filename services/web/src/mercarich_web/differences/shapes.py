"""Shapes of differences in the API. Fields are only added; none changes its meaning."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from mercarich_listings.removed_store import Returned
from mercarich_web.api.ids import GivenId
from mercarich_web.api.reasons import Coded, code_of, english
from mercarich_web.differences.asking import Ask
from mercarich_web.differences.differences import Differing


class Difference(Coded):
    """`quantity` is what the books say, `amazon_quantity` what Amazon shows; null: no quantity, or no such SKU."""

    listing: int
    sku: str
    kind: str
    """`above`, `other`, `not_for_sale` or `unknown`. More values may be added."""
    since: datetime
    quantity: int
    amazon_quantity: int | None
    problem: str | None
    """What was found, with Amazon's words; `reason_code` belongs to this sentence."""
    next: str
    """What happens by itself, or what you can do, in English."""


class Differences(BaseModel):
    differences: Sequence[Difference]
    next: str | None
    """The `after` parameter of the next page."""


class DeletedOffer(Coded):
    sku: str
    deleted_at: datetime
    amazon_quantity: int
    since: datetime
    """When Amazon was first seen to show it again."""
    read_at: datetime
    problem: str | None
    """What is done about it, or why Amazon refuses its zero; `reason_code` belongs to this sentence."""


class Deleted(BaseModel):
    deleted: Sequence[DeletedOffer]
    next: str | None
    """The `after` parameter of the next page."""


class AskWish(BaseModel):
    model_config = ConfigDict(extra="forbid")

    listing: Annotated[GivenId | None, Field(description="null: all your offers")] = None


class Asked(BaseModel):
    """`GET /differences` tells what was found; offers that wait to be sent, or are not watched, are not read."""

    offers: int
    at: datetime


def difference(row: Differing, now: datetime) -> Difference:
    return Difference(
        listing=row.listing_id,
        sku=row.sku,
        kind=row.kind,
        since=row.since,
        quantity=row.quantity,
        amazon_quantity=row.shown,
        problem=english(row.problem),
        next=str(row.next(now)),
        **code_of(row.problem),
    )


def deleted(offer: Returned) -> DeletedOffer:
    return DeletedOffer(
        sku=offer.sku,
        deleted_at=offer.removed_at,
        amazon_quantity=offer.shown,
        since=offer.came_back_at,
        read_at=offer.read_at,
        problem=english(offer.reason),
        **code_of(offer.reason),
    )


def asked(ask: Ask) -> Asked:
    return Asked(offers=ask.of, at=ask.at)

"""Shapes of replacements in the API. Fields are only added; none changes its meaning."""

from collections.abc import Sequence
from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field

from mercarich_contracts.market import Marketplace
from mercarich_web.replacements.proposals import Proposal


class ProposalShape(BaseModel):
    listing_id: int
    sku: str
    listing_title: str | None
    first_price_jpy: int | None
    marketplace: str
    item_id: str
    url: str
    title: str | None
    price_jpy: int | None
    seller_id: str | None
    at: datetime


class Meant(BaseModel):
    """The replacement that was listed. If another was found since, the request is refused with 409."""

    model_config = ConfigDict(extra="forbid")

    marketplace: Marketplace
    item_id: str = Field(max_length=64)

    @property
    def shown(self) -> str:
        return f"{self.marketplace} {self.item_id}"


class MeantRefusal(Meant):
    waiting: bool = Field(
        default=False,
        description="refuse it only while it waits; if it is in use, the request is refused with 409. Otherwise one in "
        "use is taken back, and its offer is withdrawn",
    )


class Proposals(BaseModel):
    replacements: Sequence[ProposalShape]
    matching: int
    """Number of all that match the filters."""
    waiting: int
    """Number of all that wait."""
    next: str | None
    """The `after` of the next page; null on the last one."""


def proposal(one: Proposal) -> ProposalShape:
    return ProposalShape(**{name: getattr(one, name) for name in ProposalShape.model_fields})

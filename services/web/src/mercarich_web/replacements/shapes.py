"""Shapes of replacements in the API. Fields are only added; none changes its meaning."""

from collections.abc import Sequence
from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field

from mercarich_contracts.market import Marketplace
from mercarich_reasons.reason import Reason
from mercarich_reasons.telling import Language, tell
from mercarich_web.api.reasons import Coded, code_of
from mercarich_web.replacements.proposals import Proposal


class RuleMiss(Coded):
    """A condition of the seller's rule that a replacement does not fulfil."""

    reason: str


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
    rule_misses: Sequence[RuleMiss]
    """The conditions of the seller's rule that it does not fulfil, whether the rule is on or not; none: it
    fulfils all of them, and is approved unless the rule is off or `rule_is_used_up`."""


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
    rule_is_on: bool
    """Whether the seller's rule approves replacements by itself."""
    rule_is_used_up: bool
    """Whether it approves nothing now, since it has approved its number (`REVIVAL_APPROVE_A_DAY`) within 24 hours."""
    rule_goes_on_at: datetime | None
    """When it goes on, if it is used up; null also where its number is 0."""
    next: str | None
    """The `after` of the next page; null on the last one."""


def proposal(one: Proposal, misses: Sequence[Reason]) -> ProposalShape:
    told = [RuleMiss(reason=tell(reason, Language.EN), **code_of(reason)) for reason in misses]
    known = {name: getattr(one, name) for name in ProposalShape.model_fields if name != "rule_misses"}
    return ProposalShape(rule_misses=told, **known)

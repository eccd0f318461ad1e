"""Shapes of another source for a listing in the API. Fields are only added; none changes its meaning."""

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from mercarich_contracts.market import Marketplace
from mercarich_web.listings.chosen import Comparison, Effect, Finding, Outcome, SeenItem, Shown

LONGEST_ADDRESS = 500
LONGEST_ID = 64
MOST = 2**31 - 1


class ItemLookWish(BaseModel):
    model_config = ConfigDict(extra="forbid")

    source: Annotated[str, Field(max_length=LONGEST_ADDRESS)]
    """The address of an item's page, in any form that people copy."""


class ChosenSource(BaseModel):
    """What a look has returned: refused when the item, or the listing, is otherwise by now."""

    model_config = ConfigDict(extra="forbid")

    marketplace: Marketplace
    item_id: Annotated[str, Field(min_length=1, max_length=LONGEST_ID)]
    revision: Annotated[int, Field(ge=0, le=MOST)]
    source_item_id: Annotated[int, Field(ge=0)]
    effect: Effect
    cost_jpy: Annotated[int, Field(ge=0, le=MOST)]

    @property
    def shown(self) -> Shown:
        return Shown(self.revision, self.source_item_id, self.effect, self.cost_jpy)


class ComparedItem(BaseModel):
    """An item as far as looks have seen it; null: not known."""

    marketplace: str
    item_id: str
    url: str
    title: str | None
    state: str
    price_jpy: int | None
    postage_jpy: int | None
    seller_id: str | None
    condition_code: int | None
    """1 (new) to 6 (poor)."""
    seen_at: datetime | None
    problem: str | None
    """Why the last look has found out nothing."""
    profit_jpy: int | None
    """What a sale earns with it."""


class ItemBeside(BaseModel):
    finding: Finding
    """on_sale: it can be used now; looking: call again in some seconds."""
    present: ComparedItem
    other: ComparedItem
    is_paused: bool
    """With it, the offer is paused: a sale would earn less than the loss rule allows."""
    pieces: int | None
    """Most pieces that the offer shows with it, if it shows more now."""
    seller_excluded: bool
    word_excluded: str | None
    taken_by: str | None
    """Your SKU that has it already; it cannot be used then."""
    order_id: str | None
    """Your open order that it is for; it cannot be used then."""
    revision: int
    source_item_id: int
    effect: Effect
    cost_jpy: int | None


class SourceGiven(BaseModel):
    sku: str
    outcome: Outcome
    """What became of the offer; paused: a sale would earn less than the loss rule allows."""


def compared(one: Comparison, now: datetime) -> ItemBeside:
    """Return the shape of a comparison with an item that a look was wanted at."""
    other = one.other
    assert other is not None
    return ItemBeside(
        finding=other.finding(now),
        present=_item(one.present, one.earned.profit_jpy),
        other=_item(other, one.earns.profit_jpy if one.earns is not None else None),
        is_paused=one.too_little is not None and one.shown.effect is not Effect.NONE,
        pieces=one.pieces,
        seller_excluded=one.seller_excluded,
        word_excluded=one.word_excluded,
        taken_by=one.taken_by,
        order_id=one.order_id,
        revision=one.shown.revision,
        source_item_id=one.shown.source_item_id,
        effect=one.shown.effect,
        cost_jpy=one.shown.cost_jpy,
    )


def _item(one: SeenItem, profit_jpy: int | None) -> ComparedItem:
    return ComparedItem(
        marketplace=one.marketplace,
        item_id=one.item_id,
        url=one.url,
        title=one.title,
        state=one.state,
        price_jpy=one.price_jpy,
        postage_jpy=one.postage_jpy,
        seller_id=one.seller_id,
        condition_code=one.condition_code,
        seen_at=one.observed_at,
        problem=one.check_problem,
        profit_jpy=profit_jpy,
    )

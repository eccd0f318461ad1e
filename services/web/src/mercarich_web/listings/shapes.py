"""Shapes of listings in the API. Fields are only added; none changes its meaning."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from mercarich_listings.lead_time import lead_time
from mercarich_reasons.telling import Language, tell
from mercarich_replacements.earnings import Earnings
from mercarich_web.api.ids import GivenId
from mercarich_web.api.reasons import Coded, code_of, english
from mercarich_web.listings.actions import BulkAction
from mercarich_web.listings.choices import ActionTime
from mercarich_web.listings.limits import MOST_JPY
from mercarich_web.listings.price_shapes import PriceState, Unknown, price, unknown
from mercarich_web.listings.timeline import Moment, Story
from mercarich_web.listings.views import ListingRow


class Earned(BaseModel):
    """What a sale earns, in whole yen; null where it is not known, and `unknown` says why."""

    verdict: str
    """loss, thin (less than the seller wants), enough or unknown."""
    fee_jpy: int | None
    """Of Amazon."""
    fee_by: Unknown | None
    """`fee_estimated`: Amazon's own estimate for the listing; `fee_by_setting`: the percentage of the rules."""
    not_estimated: Sequence[Unknown]
    """Why the last request for an estimate gave none, if it did not."""
    landed_jpy: int | None
    """Price of the source with its postage."""
    profit_jpy: int | None
    margin_percent: float | None
    at_most: bool
    """A postage that is not known is missing in the cost: the sale earns this at most."""
    unknown: Sequence[Unknown]


class Listing(Coded):
    """`quantity` is what Amazon should show, `amazon_quantity` what it last accepted."""

    id: int
    sku: str
    asin: str | None
    title: str | None
    marketplace: str
    source_id: str
    stage: str
    exposed: bool
    """Amazon still sells the listing although its source is gone."""
    quantity: int
    amazon_quantity: int | None
    changed_at: datetime
    source_state: str
    source_price_jpy: int | None
    checked_at: datetime | None
    problem: str | None
    """Why Amazon refused the last push; `reason_code` belongs to this sentence."""

    earned: Earned


class Listings(BaseModel):
    listings: Sequence[Listing]
    next: str | None
    """The `after` parameter of the next page."""


class Seen(BaseModel):
    """A look at the source, on which a decision rests or which changed nothing."""

    state: str
    reason: str | None
    url: str
    http_status: int | None
    extract: str
    parser_version: str
    body_sha256: str | None
    fetched_at: datetime


class Entry(Coded):
    at: datetime
    kind: str
    """Kind of an event, or `look`, or `push`. More values may be added."""
    reason: str | None = None
    quantity_before: int | None = None
    quantity_after: int | None = None
    revision: int | None = None
    run_id: int | None = None
    evidence: Seen | None = None


class LeadTime(Coded):
    """Days until the offer is sent that Amazon gets with a quantity above 0, by the listing or by its source."""

    days: int | None
    """Null: none are sent."""
    text: str


class NextLook(Coded):
    """When the source is looked at next: a time, or a bound. The code's values have the times."""

    text: str


class Told(BaseModel):
    """A listing with its history."""

    id: int
    sku: str
    asin: str | None
    title: str | None
    marketplace: str
    source_id: str
    source_state: str
    source_reason: str | None
    last_seen_at: datetime | None
    """When the source was last seen in a known state."""
    next_look: NextLook
    stage: str
    exposed: bool
    quantity: int
    amazon_quantity: int | None
    why: str
    """In English, as `what_next`."""
    next: str
    paused_at: datetime | None
    """Since when it is down by the loss rule."""
    least_profit_jpy: int | None
    """Its own limit of the profit; null: the loss rule decides."""
    offer_price_jpy: int | None = None
    least_price_jpy: int | None = None
    """Between this and the next its price may follow its source; null: it does not."""
    most_price_jpy: int | None = None
    note: str | None = None
    """Yours alone: it is sent nowhere."""
    handling_days: int | None = None
    """The listing's own days until it is sent; null: it has none."""
    lead_time: LeadTime
    price: PriceState | None = None
    """The last price that was asked for, and whether it follows; null: none was."""
    earned: Earned
    timeline: Sequence[Entry]
    """Newest first."""


class ActionWish(BaseModel):
    model_config = ConfigDict(extra="forbid")

    action: BulkAction
    listings: Annotated[list[GivenId], Field(min_length=1, max_length=1000)]
    """Ids of listings; those that do not exist or are not yours are ignored."""


class LimitWish(BaseModel):
    model_config = ConfigDict(extra="forbid")

    least_profit_jpy: Annotated[int, Field(ge=-MOST_JPY, le=MOST_JPY)] | None
    """Yen that a sale must earn at least, negative for a loss, neither beyond the offer's price; null: the loss rule
    decides."""
    put_up: bool = False
    """Put a paused listing up at once. Refused without a limit, or if a sale would earn less than it."""

    @model_validator(mode="after")
    def _agrees_to_an_amount(self) -> Self:
        if self.put_up and self.least_profit_jpy is None:
            raise ValueError(
                "give least_profit_jpy with put_up: the least profit, negative for a loss, that you accept"
            )
        return self


class Limited(BaseModel):
    least_profit_jpy: int | None


class Changed(BaseModel):
    chosen: int
    """Number of the given listings that are yours."""
    changed: int
    """Number of these that the action fitted, and that were changed."""
    undo: datetime | None = None
    """Pass this value to `/listings/undo`; null when the action cannot be undone."""


class UndoWish(BaseModel):
    model_config = ConfigDict(extra="forbid")

    undo: ActionTime
    """The value that the action returned."""


class Undone(BaseModel):
    changed: int
    """Number of restored listings; others were changed since, or their source is gone."""


def listing(row: ListingRow) -> Listing:
    return Listing(
        id=row.id,
        sku=row.sku,
        asin=row.asin,
        title=row.title,
        marketplace=row.marketplace,
        source_id=row.item_id,
        stage=row.badge,
        exposed=row.is_exposed,
        quantity=row.quantity,
        amazon_quantity=row.pushed_quantity,
        changed_at=row.changed_at,
        source_state=row.source_state,
        source_price_jpy=row.source_price_jpy,
        checked_at=row.checked_at,
        problem=english(row.push_problem),
        earned=_earned(row.earned),
        **code_of(row.push_problem),
    )


def told(story: Story) -> Told:
    offer, source = story.known.offer, story.known.source
    return Told(
        id=offer.id,
        sku=offer.sku,
        asin=offer.asin,
        title=offer.title,
        marketplace=offer.marketplace,
        source_id=source.item_id,
        source_state=source.state,
        source_reason=source.reason,
        last_seen_at=source.observed_at,
        next_look=NextLook(text=tell(story.next_look, Language.EN), **code_of(story.next_look)),
        stage=story.badge,
        exposed=story.is_exposed,
        quantity=offer.quantity,
        amazon_quantity=offer.pushed_quantity,
        why=str(story.why),
        next=str(story.next),
        paused_at=offer.paused_at,
        least_profit_jpy=offer.least_profit_jpy,
        offer_price_jpy=offer.offer_price_jpy,
        least_price_jpy=offer.least_price_jpy,
        most_price_jpy=offer.most_price_jpy,
        note=offer.note,
        handling_days=offer.handling_days,
        lead_time=LeadTime(
            days=lead_time(offer.handling_days, offer.lead_time_days),
            text=tell(offer.lead_time, Language.EN),
            **code_of(offer.lead_time),
        ),
        price=None if story.price is None else price(story.price, story.not_taken_back),
        earned=_earned(story.earned),
        timeline=[_entry(moment) for moment in story.moments],
    )


def _earned(earned: Earnings) -> Earned:
    names = ("verdict", "fee_jpy", "landed_jpy", "profit_jpy", "margin_percent", "at_most")
    return Earned(
        **{name: getattr(earned, name) for name in names},
        fee_by=None if earned.fee_why is None else unknown(earned.fee_why),
        not_estimated=[unknown(reason) for reason in earned.not_estimated],
        unknown=[unknown(reason) for reason in earned.unknown],
    )


def _entry(moment: Moment) -> Entry:
    looked = moment.look
    seen = Seen(**{name: getattr(looked, name) for name in Seen.model_fields}) if looked is not None else None
    more: dict[str, Any] = {}
    if moment.event is not None:
        names = ("quantity_before", "quantity_after", "revision", "run_id")
        more = {name: getattr(moment.event, name) for name in names}
        more |= {"reason": english(moment.event.reason), **code_of(moment.event.reason)}
    elif moment.push is not None:
        more = {"quantity_after": moment.push.quantity, "revision": moment.push.revision}
    return Entry(at=moment.at, kind=moment.kind, evidence=seen, **more)

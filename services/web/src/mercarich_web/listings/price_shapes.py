"""Shapes of prices and of what is not known of them in the API. Fields are only added; none changes its meaning."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from mercarich_reasons.reason import Reason
from mercarich_reasons.telling import Language, tell
from mercarich_web.api.reasons import Coded, code_of, english
from mercarich_web.listings.csv_rows import MOST_YEN
from mercarich_web.listings.price_changes import PriceChange, price_now


class Unknown(Coded):
    text: str


class PriceState(BaseModel):
    revision: int
    """Counts the prices that were asked for; what is taken back may be named by it."""
    from_jpy: int | None
    to_jpy: int | None
    asked_at: datetime | None
    state: str
    """waiting, sent, shown (Amazon has it) or ended (it was not made). More values may be added."""
    problem: str | None
    stopped_at: datetime | None
    """Since when it follows its source no more; null: it does, as far as the rule and the bounds say."""
    stop_reason: Unknown | None
    not_taken_back: Unknown | None = None
    """Why the change cannot be taken back; null: it can, if Amazon still shows the price when it is looked at."""
    now: Sequence[Unknown] = ()
    """That it is on its way, and that it follows no more, each with its reason; empty: neither is so."""


class PricesWish(BaseModel):
    """Both are wanted for the price to follow; null: there is no such bound."""

    model_config = ConfigDict(extra="forbid")

    least_price_jpy: Annotated[int, Field(ge=1, le=MOST_YEN)] | None
    most_price_jpy: Annotated[int, Field(ge=1, le=MOST_YEN)] | None


class PriceActed(BaseModel):
    sku: str


def price(change: PriceChange, not_taken_back: Reason | None) -> PriceState:
    names = ("revision", "from_jpy", "to_jpy", "asked_at", "state", "stopped_at")
    return PriceState(
        **{name: getattr(change, name) for name in names},
        problem=english(change.problem),
        stop_reason=None if change.stop_reason is None else unknown(change.stop_reason),
        not_taken_back=None if not_taken_back is None else unknown(not_taken_back),
        now=[unknown(reason) for reason in price_now(change)],
    )


def unknown(reason: Reason) -> Unknown:
    return Unknown(text=tell(reason, Language.EN), **code_of(reason))

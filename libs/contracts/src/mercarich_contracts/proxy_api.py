"""The HTTP API of the proxies: the common item model, the batch check and the search.

`GET /v1/items/{id}` returns an `Item`.

`POST /v1/items:check` takes a `CheckRequest` and streams NDJSON: one `ItemLine` for each id, exactly once and in any
order, `HeartbeatLine`s while it waits, and one `EndLine`.

`POST /v1/search` takes a `SearchRequest` and returns a `SearchResult`.

`GET /v1/images?url=…` returns one of the pictures (JPEG, PNG or WebP) that an `Item` names. Errors: 403 for a URL
outside the marketplace, 404 if there is none, 413 above the size limits, 502 if it is no picture or redirects
elsewhere, 503 if a later request may succeed.

`GET /v1/budget` returns a `Budget`.

The body of an error is `{"error": <code>, "message": <sentence>}`.
"""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from mercarich_contracts.market import ErrorClass, Marketplace, Reason, State

MAX_IDS = 10_000
"""Maximum number of ids in a batch check; more is 422."""

MAX_BODY_BYTES = 1_048_576
"""A larger request body is 413."""

MAX_IMAGE_PIXELS = 12_000_000
"""A picture with more pixels in its header is 413: decoded it would take 36 MB. Files are limited to 3 MB."""


class _Value(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class PriceKind(StrEnum):
    FIXED = "fixed"
    BUYOUT = "buyout"
    CURRENT_BID = "current_bid"
    NONE = "none"


class Evidence(_Value):
    """The evidence of a state: enough to show and to reproduce it."""

    url: str
    http_status: int | None
    """None when no answer came."""
    body_sha256: str | None
    parser_version: str
    extract: str = Field(max_length=500)
    """One line: the fields or the sentence that determined the state."""
    fetched_at: datetime


class Item(_Value):
    """One source item as seen now. Prices in yen; a field is None when the page does not say."""

    marketplace: Marketplace
    item_id: str
    state: State
    reason: Reason | None = None
    """Set for every state but `available`."""
    error_class: ErrorClass | None = None
    """Set after a failed request (blocked, rate_limited, …); None when the response showed the state."""
    evidence: Evidence

    url: str = ""
    title: str | None = None
    price_jpy: int | None = None
    """What a buyer pays now, tax included, shipping excluded."""
    price_excl_tax: int | None = None
    tax_rate: int | None = None
    price_kind: PriceKind = PriceKind.NONE
    price_confidence: Literal["high", "low"] = "high"
    raw_status: str | None = None
    quantity: int | None = None
    seller_id: str | None = None
    seller_name: str | None = None
    seller_kind: Literal["private", "store"] | None = None
    seller_rating_good: int | None = None
    seller_rating_bad: int | None = None
    """This and the former: of a shop that has stars instead, computed from them."""
    images: tuple[str, ...] = ()
    condition_code: int | None = Field(default=None, ge=1, le=6)
    """From 1 (new, unused) to 6 (poor), the scale of the marketplaces."""
    category_path: tuple[str, ...] = ()
    brand: str | None = None
    shipping_payer: Literal["seller", "buyer"] | None = None
    shipping_cost_jpy: int | None = None
    """What the buyer pays for postage besides the price; 0 where the seller pays."""
    ships_from: str | None = None
    ship_days_min: int | None = None
    ship_days_max: int | None = None
    start_at: datetime | None = None
    end_at: datetime | None = None
    auto_extend: bool | None = None
    bids: int | None = None
    likes: int | None = None
    created_at: datetime | None = None
    updated_at: datetime | None = None
    revision: str | None = None
    """A value that changes with the item: a checksum, an update time or a hash."""
    variants: int | None = None
    """Number of variants that a buyer must choose from, as sizes; None if there is no choice. `quantity` is that of
    all together."""
    pre_order: bool = False
    """It is sold before it can be shipped."""

    @property
    def postage_jpy(self) -> int | None:
        """Return what the buyer pays for postage; None when it is not known, also when it is not known who pays."""
        return 0 if self.shipping_payer == "seller" else self.shipping_cost_jpy


class CheckRequest(BaseModel):
    """Request to look at these ids, at most `concurrency` of them at once."""

    model_config = ConfigDict(extra="ignore")

    ids: list[str] = Field(min_length=1, max_length=MAX_IDS)
    concurrency: int = Field(default=4, ge=1, le=1000)
    sellers: dict[str, str] = Field(default_factory=dict)
    """Item id -> seller id at the marketplace, where known, so that one call can cover all ids of a seller."""
    fresh: bool = False
    """Bypass the proxy's cache, for canaries and second looks."""
    background: float | None = Field(default=None, gt=0, le=1)
    """Share of the outbound budget for all batches in the background together: they have the turns that no other
    caller waits for. None: this batch is not in the background."""
    urgent: bool = False
    """This batch has the next turns of the outbound budget, before those who wait already."""


class ItemLine(_Value):
    type: Literal["item"] = "item"
    item: Item


class HeartbeatLine(_Value):
    """Sent every few seconds when there is nothing else to send: the batch is alive and waits for its turn."""

    type: Literal["heartbeat"] = "heartbeat"
    answered: int
    waiting: int
    breaker: Literal["closed", "open", "half_open"] = "closed"


class EndLine(_Value):
    """The last line. A stream that ends without it was cut off: ids without a line have no result then."""

    type: Literal["end"] = "end"
    answered: int
    requests: int
    """Calls made to the marketplace for this batch."""


CheckLine = Annotated[ItemLine | HeartbeatLine | EndLine, Field(discriminator="type")]
CHECK_LINE: TypeAdapter[ItemLine | HeartbeatLine | EndLine] = TypeAdapter(CheckLine)


class SearchRequest(BaseModel):
    model_config = ConfigDict(extra="forbid")

    keyword: str = Field(min_length=1, max_length=200)
    price_min: int | None = Field(default=None, ge=0)
    price_max: int | None = Field(default=None, ge=0)
    conditions: list[int] = Field(default_factory=list)
    page: int = Field(default=0, ge=0, le=100)
    """Number of the page, from 0."""


class SearchResult(_Value):
    items: tuple[Item, ...]
    complete: bool
    """True if this was the last page; False if there are more, or if the page does not tell."""
    page: int


class Budget(_Value):
    """The outbound budget of all callers together, in calls to the marketplace a second."""

    allowed_per_second: float = Field(gt=0)
    in_force_per_second: float = Field(ge=0)
    """What of it is given now: less for a while after the marketplace has throttled, 0 while the breaker is open."""


class ProxyError(_Value):
    error: str
    message: str

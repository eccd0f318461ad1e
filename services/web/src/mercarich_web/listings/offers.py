"""An offer as its explanation shows it: the listing, its source, evidence, history and account."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from mercarich_listings.lead_time import why_lead_time
from mercarich_reasons.reason import Reason
from mercarich_replacements.earnings import Earnings
from mercarich_replacements.fees import Estimate
from mercarich_web.replacements.searches import ReplacementSearch
from mercarich_web.runs.holds import Hold


@dataclass(frozen=True, slots=True)
class Fee:
    """What Amazon has said of its fee."""

    estimate: Estimate | None = None
    problem: Reason | None = None
    """Why the last request for an estimate gave none."""


@dataclass(frozen=True, slots=True)
class Offer:
    """The seller's listing. Amazon should show `quantity`, and last accepted or showed `pushed_quantity`."""

    id: int
    sku: str
    username: str
    asin: str | None
    title: str | None
    marketplace: str
    listed: bool
    listing_quantity: int
    quantity: int
    revision: int
    changed_at: datetime
    searching: bool
    withdrawn_at: datetime | None
    pushed_quantity: int | None
    pushed_revision: int
    pushed_at: datetime | None
    verified_at: datetime | None
    """When the quantity was read back from Amazon."""
    push_claimed_until: datetime | None
    push_attempts: int
    push_not_before: datetime | None
    push_problem: Reason | None
    orphan: bool
    created_at: datetime | None = None
    """When an import, a search or the take-over created the row."""
    first_price_jpy: int | None = None
    """Price of the first source: the ceiling for replacements."""
    offer_price_jpy: int | None = None
    """What Amazon's buyer pays, as its seller has told."""
    stopped_at: datetime | None = None
    """Time at which the seller stopped watching the listing."""
    paused_at: datetime | None = None
    """Since when it is down by the loss rule."""
    least_profit_jpy: int | None = None
    """Its own limit of the profit, in place of the seller's loss rule."""
    least_price_jpy: int | None = None
    """Between this and the next its price may follow its source; None: it does not."""
    most_price_jpy: int | None = None
    note: str | None = None
    """For the seller's eyes alone."""
    handling_days: int | None = None
    """Its own days until it is sent; None: the source decides, else Amazon."""
    lead_time_days: int | None = None
    """Those of a replacement's source."""
    looks_a_day: int = 0
    """How often the seller's sources are looked at; 0: the seller is stopped."""
    fee: Fee = Fee()
    push_failed_revision: int | None = None
    """Revision that the push attempts, the wait and the problem belong to."""

    @property
    def lead_time(self) -> Reason:
        """Which days until it is sent Amazon gets with a quantity, and why."""
        return why_lead_time(self.handling_days, self.lead_time_days)

    @property
    def is_paused(self) -> bool:
        return self.paused_at is not None and self.quantity == 0 and not self.searching

    @property
    def is_looked_at(self) -> bool:
        """Whether checks look at its source."""
        return self.listed and not self.searching and (self.quantity > 0 or self.is_paused)

    @property
    def failures_are_current(self) -> bool:
        """Whether attempts, wait and problem belong to the newest revision. Those of an older one block nothing."""
        return self.push_failed_revision in (None, self.revision)


@dataclass(frozen=True, slots=True)
class Source:
    """The item behind the offer: its last known state, and the pending look if there is one."""

    id: int
    item_id: str
    seller_id: str | None
    title: str | None
    state: str
    reason: str | None
    price_jpy: int | None
    observed_at: datetime | None
    checked_at: datetime | None
    checked_run: int | None
    pending_run: int | None
    attempts: int
    unknowns: int
    not_before: datetime | None
    problem: str | None
    """Why the last look had no result, or why the item was set aside."""
    postage_jpy: int | None = None
    run_goes_on: bool = False
    """Whether the run that wants a look is open."""
    due_at: datetime | None = None
    """A look whatever it is worth: after an auction's end, a second one, or at what a buyer has ordered."""
    is_ordered: bool = False
    """Whether a buyer of this offer has ordered it, and it is still to be bought."""
    suspected_at: datetime | None = None
    """The first look that saw it gone, while a second one is wanted."""


@dataclass(frozen=True, slots=True)
class Evidence:
    id: int
    state: str
    reason: str | None
    url: str
    http_status: int | None
    extract: str
    parser_version: str
    fetched_at: datetime
    body_sha256: str | None


@dataclass(frozen=True, slots=True)
class Account:
    """The seller's Amazon account; `verdict` on the token is unknown, valid or invalid."""

    verdict: str
    reason: str | None
    checked_at: datetime | None


@dataclass(frozen=True, slots=True)
class Event:
    """One line of the offer's history. New values of `kind` may be added."""

    at: datetime
    kind: str
    reason: Reason | None
    quantity_before: int | None
    quantity_after: int | None
    revision: int | None
    run_id: int | None
    hold_id: int | None
    submission_id: int | None
    evidence_id: int | None


@dataclass(frozen=True, slots=True)
class Push:
    """The offer's part in one feed; `result` is pending, accepted, rejected or superseded."""

    submission_id: int
    lane: str
    state: str
    revision: int
    quantity: int
    result: str
    issue: Reason | None
    created_at: datetime
    ended_at: datetime | None


@dataclass(frozen=True, slots=True)
class Explanation:
    """Everything known about one offer; events and pushes newest first, 50 at most. A PATCH appears as an event
    only."""

    why: str
    next: str
    next_look: Reason
    """When its source is looked at next."""
    offer: Offer
    source: Source
    evidence: Evidence | None
    """Evidence of the last decision; without a decision, of the last look."""
    hold: Hold | None
    search: ReplacementSearch | None
    """None: the offer needs no other source and never did."""
    account: Account | None
    """None: the seller has linked no account, and nothing can be pushed."""
    events: Sequence[Event]
    pushes: Sequence[Push]
    earned: Earnings
    """What a sale earns."""
    lead_time: tuple[Reason, ...]
    """Which days until it is sent Amazon gets with a quantity, and why."""
    price: tuple[Reason, ...] = ()
    """That a price is on its way to Amazon, and that its price follows its source no more, each with its reason."""


@dataclass(frozen=True, slots=True)
class Found:
    """An offer with its source and the ids of related rows."""

    offer: Offer
    source: Source
    source_evidence_id: int | None
    hold_id: int | None
    user_id: int

"""Why an offer is at its quantity, and what happens to it next."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from mercarich_contracts.market import OUT_OF_STOCK, State
from mercarich_contracts.schedule import SCHEDULE
from mercarich_reasons.reason import Reason
from mercarich_replacements.earnings import Earnings, Sale
from mercarich_web.replacements.searches import ReplacementSearch, next_search
from mercarich_web.runs.holds import Hold
from mercarich_web.sentences import Said, Seen

RESTORED_EVERY = max(row.interval_seconds for row in SCHEDULE if row.command[0].startswith("update_feed_")) // 60
"""Minutes between two starts that send restores. Withdrawals wait for none."""


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
    looks_a_day: int = 0
    """How often the seller's sources are looked at; 0: the seller is stopped."""
    push_failed_revision: int | None = None
    """Revision that the push attempts, the wait and the problem belong to."""

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
    """A look whatever it is worth: after an auction's end, or a second one."""
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


@dataclass(frozen=True, slots=True)
class Known:
    """Everything that the next step depends on."""

    offer: Offer
    source: Source
    hold: Hold | None = None
    search: ReplacementSearch | None = None
    account: Account | None = None

    @property
    def sale(self) -> Sale:
        source = self.source
        return Sale(self.offer.offer_price_jpy, source.state, source.reason, source.price_jpy, source.postage_jpy)


def why(offer: Offer, source: Source, hold: Hold | None) -> Said:
    """Return the reason for the quantity in one sentence."""
    seen = {"seen": Seen(source.state, source.reason)}
    if not offer.listed:
        return Said("It is a draft: never checked, never sent to Amazon.")
    if hold is not None:
        told = {**seen, "hold": hold.id, "reason": hold.reason}
        return Said("Its source was seen as %(seen)s, but hold %(hold)s keeps the offer up: %(reason)s", told)
    if offer.quantity == 0:
        return _why_down(offer, source)
    if source.observed_at is None:
        return Said("It is on sale; its source has never been seen.")
    if source.state == State.AVAILABLE:
        return Said("It is on sale: its source was seen as available.")
    if offer.searching:
        return Said("It is on sale: its source was seen as %(seen)s by a run that only marks (--without-update).", seen)
    return Said("It is on sale although its source was seen as %(seen)s: nothing has withdrawn it.", seen)


def _why_down(offer: Offer, source: Source) -> Said:
    seen = {"seen": Seen(source.state, source.reason)}
    if offer.stopped_at is not None:
        return Said("It is not watched: its seller stopped watching it.")
    if source.state in OUT_OF_STOCK:
        return Said("It is withdrawn: its source was seen as %(seen)s.", seen)
    return Said("It is withdrawn; its source was last seen as %(seen)s.", seen)


def what_next(known: Known, now: datetime) -> Said:
    """Return in one sentence what the system will do automatically, or that it will do nothing."""
    offer, source, hold = known.offer, known.source, known.hold
    if not offer.listed:
        return Said("Nothing, until the seller lists it.")
    if offer.orphan and offer.quantity > 0:
        return Said("Nothing: Amazon does not know this SKU.")
    if offer.revision > offer.pushed_revision:
        return _next_push(offer, known.account, now)
    if hold is not None:
        return _next_of_hold(hold)
    if source.pending_run is not None:
        return Said("Run %(run)s looks at its source.", {"run": source.pending_run})
    if source.problem == "set_aside":
        return Said("Looks at its source made workers crash, so it was set aside; the next run tries again.")
    if offer.searching or offer.quantity == 0:
        return _next_source(offer, known.search, now)
    return Said("The next check run looks at its source.")


def _next_push(offer: Offer, account: Account | None, now: datetime) -> Said:
    what = {"revision": offer.revision, "quantity": offer.quantity}
    if account is None:
        return Said(
            "Revision %(revision)s (quantity %(quantity)s) waits until the seller links an Amazon account.", what
        )
    if account.verdict == "invalid":
        if account.reason is None:
            return Said(
                "Revision %(revision)s (quantity %(quantity)s) waits until the seller authorises again: Amazon refuses"
                " the token.",
                what,
            )
        return Said(
            "Revision %(revision)s (quantity %(quantity)s) waits until the seller authorises again: Amazon refuses the"
            " token (%(problem)s).",
            {**what, "problem": account.reason},
        )
    if offer.push_claimed_until is not None and offer.push_claimed_until > now:
        if offer.push_claimed_until == offer.push_not_before:
            return Said(
                "Revision %(revision)s (quantity %(quantity)s) waits for half a minute: Amazon's answer to the push"
                " before it was lost, and that may still arrive.",
                what,
            )
        return Said("A feed worker is sending revision %(revision)s (quantity %(quantity)s) to Amazon.", what)
    if offer.failures_are_current and offer.push_not_before is not None and offer.push_not_before > now:
        if offer.push_problem is None:
            return Said("Revision %(revision)s (quantity %(quantity)s) is sent to Amazon again after a wait.", what)
        return Said(
            "Revision %(revision)s (quantity %(quantity)s) is sent to Amazon again after a wait: %(problem)s.",
            {**what, "problem": offer.push_problem},
        )
    return _next_in_its_turn(offer, what)


def _next_in_its_turn(offer: Offer, what: Mapping[str, int]) -> Said:
    if offer.quantity > 0:
        return Said(
            "Revision %(revision)s (quantity %(quantity)s) is sent to Amazon with the next restores, which go out every"
            " %(minutes)s minutes.",
            {**what, "minutes": RESTORED_EVERY},
        )
    return Said("A feed worker sends revision %(revision)s (quantity %(quantity)s) to Amazon.", what)


def _next_source(offer: Offer, search: ReplacementSearch | None, now: datetime) -> Said:
    if offer.stopped_at is not None:
        return Said("Nothing, until the seller resumes watching it.")
    if not offer.searching or search is None:
        return Said("Nothing automatically: it stays withdrawn until it gets another source.")
    return next_search(search, offer.sku, now)


def _next_of_hold(hold: Hold) -> Said:
    if hold.released_at is not None:
        return Said("The hold is released: a checker applies it within seconds.")
    told = {"hold": hold.id}
    return Said("A second look confirms or clears it; `mercarich hold release %(hold)s` withdraws it now.", told)


@dataclass(frozen=True, slots=True)
class Found:
    """An offer with its source and the ids of related rows."""

    offer: Offer
    source: Source
    source_evidence_id: int | None
    hold_id: int | None

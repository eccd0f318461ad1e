"""The history of one listing, newest first: looks at its source, decisions, pushes, and the searches for it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from mercarich_contracts.events import EventKind
from mercarich_contracts.market import State
from mercarich_contracts.revivals import RevivalState
from mercarich_listings.transition import Facts, Stage, stage_of
from mercarich_reasons.push import OrderedAtAmazon
from mercarich_reasons.reason import Reason
from mercarich_replacements.earnings import Earnings, Terms
from mercarich_replacements.loss_stop import Decision, LossRule, Step, decide, is_sensible
from mercarich_web.listings import actions
from mercarich_web.listings.actions import BulkAction
from mercarich_web.listings.creating import Creation
from mercarich_web.listings.offers import Event, Evidence, Push
from mercarich_web.listings.price_changes import Offered, PriceChange, price_now, why_not_taken_back
from mercarich_web.listings.views import Badge, badge, exposed
from mercarich_web.listings.why import Known
from mercarich_web.sentences import Said

_TOLD_BY_EVENTS = frozenset({"accepted", "rejected", "superseded"})
"""Push results that are events of their own."""


@dataclass(frozen=True, slots=True)
class Moment:
    """One entry: an event with the look that it rests on, a look that changed nothing, or a push under way."""

    at: datetime
    event: Event | None = None
    look: Evidence | None = None
    push: Push | None = None

    @property
    def kind(self) -> str:
        if self.event is not None:
            return self.event.kind
        return "look" if self.look is not None else "push"

    def without_order(self) -> "Moment":
        if self.event is None or not isinstance(self.event.reason, OrderedAtAmazon):
            return self
        return replace(self, event=replace(self.event, reason=None))


@dataclass(frozen=True, slots=True)
class Candidate:
    """A candidate that a search judged; `refused_by` None: it matches."""

    searched_at: datetime
    marketplace: str
    item_id: str
    url: str
    title: str | None
    price_jpy: int | None
    refused_by: str | None
    reason: Reason | None


@dataclass(frozen=True, slots=True)
class Replacement:
    """A replacement that was found, and its state."""

    id: int
    state: str
    """A `RevivalState`."""
    marketplace: str
    item_id: str
    url: str
    title: str | None
    price_jpy: int | None
    at: datetime
    decided_at: datetime | None
    decided_by: str | None


@dataclass(frozen=True, slots=True)
class Story:
    """The content of the page that explains one listing."""

    why: Said
    next: Said
    next_look: Reason
    known: Known
    evidence: Evidence | None
    """Evidence of the last decision; without a decision, of the last look."""
    moments: Sequence[Moment]
    candidates: Sequence[Candidate]
    replacements: Sequence[Replacement]
    earned: Earnings
    terms: Terms
    """The seller's, by which it earns that."""
    rule: LossRule
    """The seller's."""
    pictures: Sequence[int] = ()
    """Slots that have a picture."""
    creation: Creation | None = None
    """The last time that its offer was to be created or taken over."""
    price: PriceChange | None = None
    """The last price that was asked for, and whether it follows its source."""

    def without_orders(self) -> "Story":
        """Return the story as operators read it: that a buyer ordered, and not by which order."""
        return replace(self, moments=[moment.without_order() for moment in self.moments])

    @property
    def not_taken_back(self) -> Reason | None:
        """Return why the last change of its price cannot be taken back; None: it can."""
        offer, account = self.known.offer, self.known.account
        at_amazon = offer.listed and not offer.orphan
        is_served = account is not None and account.verdict != "invalid"
        return why_not_taken_back(self.price, Offered(offer.sku, offer.offer_price_jpy, at_amazon, is_served))

    @property
    def price_now(self) -> Sequence[Reason]:
        return price_now(self.price)

    @property
    def stage(self) -> Stage:
        offer = self.known.offer
        up, held = offer.quantity > 0, self.known.hold is not None
        stopped, paused = offer.stopped_at is not None, offer.paused_at is not None
        unlisted = (self.is_leaving, self.creation is not None and self.creation.is_open)
        return stage_of(Facts(offer.listed, *unlisted, up, held, offer.searching, stopped, paused))

    @property
    def decision(self) -> Decision:
        """Return what the loss stop would make of the offer, were it up."""
        return decide(self.known.sale, self.terms, self.rule, self.known.offer.least_profit_jpy, paused=False)

    @property
    def limit_jpy(self) -> int | None:
        """Return the least profit that keeps the offer up; None: there is no limit, or it is not known."""
        offer = self.known.offer
        if offer.offer_price_jpy is None and offer.least_profit_jpy is None:
            return None
        return self.rule.limit(offer.offer_price_jpy or 0, offer.least_profit_jpy)

    @property
    def agreeable_jpy(self) -> int | None:
        """Return what a sale earns, where a paused offer may be put up by agreeing to that; else None."""
        profit, offered = self.earned.profit_jpy, self.known.offer.offer_price_jpy
        if self.stage is not Stage.PAUSED or profit is None or offered is None or not is_sensible(profit, offered):
            return None
        return profit

    @property
    def badge(self) -> Badge:
        offer = self.known.offer
        return badge(self.stage, orphan=offer.orphan, unseen=offer.pushed_quantity is None)

    @property
    def is_exposed(self) -> bool:
        return exposed(self.known.offer, self.known.source.state)

    @property
    def possible(self) -> Sequence[BulkAction]:
        """Return the actions that the seller can take now."""
        return actions.possible(
            self.stage,
            orphan=self.known.offer.orphan,
            exposed=self.is_exposed,
            source_on_sale=self.known.source.state == State.AVAILABLE,
            below_limit=self.decision.step is Step.PAUSE,
        )

    @property
    def is_leaving(self) -> bool:
        """Amazon is deleting the listing; its row is deleted afterwards."""
        newest = (one.event.kind for one in self.moments if one.event is not None)
        return next(newest, None) in (EventKind.LEAVING, EventKind.LEFT_AMAZON)

    @property
    def proposed(self) -> Replacement | None:
        """Return the replacement that waits for the seller's approval."""
        newest = self.replacements[0] if self.replacements else None
        return newest if newest is not None and newest.state == RevivalState.PROPOSED else None


def moments(events: Sequence[Event], looks: Sequence[Evidence], pushes: Sequence[Push]) -> list[Moment]:
    by_id: Mapping[int, Evidence] = {look.id: look for look in looks}
    told = {event.evidence_id for event in events}
    found: list[Moment] = [
        Moment(event.at, event=event, look=by_id.get(event.evidence_id) if event.evidence_id is not None else None)
        for event in events
    ]
    found += [Moment(look.fetched_at, look=look) for look in looks if look.id not in told]
    found += [Moment(push.created_at, push=push) for push in _untold(pushes)]
    return sorted(found, key=lambda moment: moment.at, reverse=True)


def evidence_ids(events: Iterable[Event]) -> set[int]:
    return {event.evidence_id for event in events if event.evidence_id is not None}


def tone(kind: str) -> str:
    """Return the tone of an entry: good, warn, bad, info or empty."""
    return TONES.get(kind, "")


def _untold(pushes: Sequence[Push]) -> list[Push]:
    return [push for push in pushes if push.result not in _TOLD_BY_EVENTS]


TONES: Mapping[str, str] = {
    EventKind.WITHDRAWN: "bad",
    EventKind.SEARCHING: "warn",
    EventKind.PAUSED: "warn",
    EventKind.RECOVERED: "good",
    EventKind.PRICE_ASKED: "info",
    EventKind.PRICE_CHANGED: "good",
    EventKind.PRICE_OVERTAKEN: "",
    EventKind.PRICE_TAKEN_BACK: "info",
    EventKind.FOLLOWING_STOPPED: "warn",
    EventKind.FOLLOWING_RESUMED: "",
    EventKind.HELD: "warn",
    EventKind.HOLD_CLEARED: "good",
    EventKind.PROPOSED: "info",
    EventKind.APPROVED: "good",
    EventKind.LAPSED: "",
    EventKind.UNDONE: "",
    EventKind.SWAPPED: "good",
    EventKind.RESTORED: "good",
    EventKind.PUSH_ACCEPTED: "good",
    EventKind.PUSH_REJECTED: "bad",
    EventKind.PUSH_ORPHAN: "bad",
    EventKind.PUSH_SUPERSEDED: "",
    EventKind.READBACK_MISMATCH: "bad",
    EventKind.CHANGED_AT_AMAZON: "warn",
    EventKind.ORDERED: "info",
    EventKind.NOT_FOR_SALE: "bad",
    EventKind.REGISTERING: "info",
    EventKind.TAKING_OVER: "info",
    EventKind.CREATION_SENT: "info",
    EventKind.NOT_REGISTERED: "bad",
    EventKind.GIVEN_UP: "",
    EventKind.LISTED: "good",
    EventKind.LOOK_WANTED: "info",
    EventKind.SOURCE_CHOSEN: "info",
    EventKind.EDITED: "",
    EventKind.STOPPED: "",
    EventKind.RESUMED: "",
    EventKind.LEAVING: "",
    EventKind.LEFT_AMAZON: "",
    EventKind.DELETED: "",
    "look": "",
    "push": "info",
}
"""Tones of events; empty: neither good nor bad."""

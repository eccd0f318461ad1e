"""What the price of a source means for its listings: paused, put up again, repriced, held by the brake or left. No I/O.

`mercarich_replacements.repricing` decides on each offer; here the brake and second looks come in.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from mercarich_checker.domain.withdrawals import Offer
from mercarich_listings import listing as life
from mercarich_listings.event import Trigger
from mercarich_listings.listing import Listing, Lived
from mercarich_reasons.earnings import EarnsEnoughAgain, EarnsTooLittle, LossRuleEnded, PriceNoLongerAsks
from mercarich_reasons.repricing import PriceDiffers, PriceFollows
from mercarich_reasons.stock import SourceOnSaleAgain
from mercarich_replacements.loss_stop import Decision, Step
from mercarich_runs.domain.brake import BY_PRICE, FOR_A_PERSON, Hold, HoldKind

HOLDS = {Step.PAUSE: HoldKind.LOSSES, Step.RECOVER: HoldKind.RECOVERIES, Step.REPRICE: HoldKind.PRICES}
"""The kind of the hold that keeps a step."""


@dataclass(frozen=True, slots=True)
class Moves:
    """The offers that change by price, by what this look means for them."""

    cleared: Sequence[Offer] = ()
    """Held by price, and their price asks for nothing any more."""
    confirmed: Sequence[Offer] = ()
    """Held by price, and a second look saw a price that asks for the same."""
    waiting: Sequence[Offer] = ()
    """Held by price, and this look came too early to confirm it."""
    new: Sequence[Offer] = ()
    """Their price asks for a change, and this run has not held it yet."""
    other: frozenset[int] = frozenset()
    """Ids of those of `new` that a hold of another kind keeps until now."""

    def counted(self, decisions: Mapping[int, Decision]) -> Mapping[Step, Counter[int]]:
        """Return the numbers of new ones by step and seller."""
        steps: dict[Step, Counter[int]] = {step: Counter() for step in HOLDS}
        for offer in self.new:
            steps[decisions[offer.id].step][offer.user_id] += 1
        return steps


def sort_out(
    offers: Iterable[Offer],
    decisions: Mapping[int, Decision],
    holds: Mapping[int, Hold],
    run_id: int,
    confirmable_until: datetime,
) -> Moves:
    """Sort the offers of sources on sale into cleared, confirmed and new ones.

    `decisions`, by offer's id, are what the loss stop makes of each; `holds` those that stand, by id. What was held at
    `confirmable_until` or before is confirmed by this look.
    """
    cleared: list[Offer] = []
    confirmed: list[Offer] = []
    waiting: list[Offer] = []
    new: list[Offer] = []
    other: set[int] = set()
    for offer in offers:
        step, hold = decisions[offer.id].step, holds.get(offer.hold_id or 0)
        kind = hold.kind if hold is not None and hold.kind in BY_PRICE else None
        if kind is not None and (step is Step.KEEP or (step is Step.UNPRICED and kind is not HoldKind.PRICES)):
            cleared.append(offer)
        if step not in HOLDS:
            continue
        if hold is None or kind is not HOLDS[step]:
            new.append(offer)
            other.add(offer.id)
        elif kind in FOR_A_PERSON:
            continue  # the same price again: a person decides, in whatever run
        elif offer.held_at is not None and offer.held_at <= confirmable_until:
            confirmed.append(offer)
        elif hold.run_id != run_id:
            new.append(offer)
        else:
            waiting.append(offer)
    return Moves(cleared, confirmed, waiting, new, frozenset(other))


@dataclass(frozen=True, slots=True)
class Decided:
    """The decision for each offer that changes by price, by its id."""

    cleared: frozenset[int] = frozenset()
    going: Mapping[int, int] = field(default_factory=dict)
    """Paused, put up or repriced: listing's id -> seller's id."""
    held: Mapping[int, int] = field(default_factory=dict)
    """Listing's id -> id of the hold that keeps it."""
    anew: frozenset[int] = frozenset()
    """Ids of those of `held` that no hold of this kind kept before."""

    @property
    def ids(self) -> list[int]:
        return [*self.cleared, *self.going, *self.held]


def decide(moves: Moves, decisions: Mapping[int, Decision], keeping: Mapping[Step, Mapping[int, int]]) -> Decided:
    """Decide on each move. `keeping`: by step and seller, the id of the hold for new ones."""
    of = {offer.id: keeping[decisions[offer.id].step].get(offer.user_id) for offer in moves.new}
    free = (offer for offer in moves.new if of[offer.id] is None)
    return Decided(
        cleared=frozenset(offer.id for offer in moves.cleared),
        going={offer.id: offer.user_id for offer in (*moves.confirmed, *free)},
        held={offer_id: hold_id for offer_id, hold_id in of.items() if hold_id is not None},
        anew=moves.other,
    )


def change(decided: Decided, listing: Listing, decision: Decision, now: datetime, trigger: Trigger) -> Lived:
    """Return the transition of a listing that was decided on. `trigger` has the run and the evidence."""
    if listing.id in decided.cleared:
        return life.let_go(listing, now, decision.reason or SourceOnSaleAgain(), trigger)
    if listing.id in decided.held:
        trigger = replace(trigger, hold_id=decided.held[listing.id])
        reason = decision.reason or PriceNoLongerAsks()
        return life.hold(listing, now, reason, trigger, anew=listing.id in decided.anew)
    return _step(listing, decision, now, trigger)


def release(listing: Listing, decision: Decision, kind: HoldKind, now: datetime, trigger: Trigger) -> Lived:
    """Return the transition of a listing whose hold by price, of this kind, a person released. `decision` goes by the
    latest price; the brake has weighed, and the person seen, what the hold is of, and nothing else."""
    if HOLDS.get(decision.step) is kind:
        return _step(listing, decision, now, trigger)
    return life.let_go(listing, now, PriceNoLongerAsks(), trigger)


def differs(decision: Decision, kind: HoldKind, shown_jpy: int | None) -> PriceDiffers | None:
    """Return why a released price is not asked for: by the latest price of its source it is another one than the person
    saw. `shown_jpy` is None for a release that says no price."""
    if kind is not HoldKind.PRICES or shown_jpy is None or not isinstance(decision.reason, PriceFollows):
        return None
    return PriceDiffers(shown_jpy, decision.reason.to_jpy) if decision.reason.to_jpy != shown_jpy else None


def _step(listing: Listing, decision: Decision, now: datetime, trigger: Trigger) -> Lived:
    reason = decision.reason
    if isinstance(reason, EarnsTooLittle):
        return life.pause(listing, now, reason, trigger)
    if isinstance(reason, EarnsEnoughAgain | LossRuleEnded):
        return life.recover(listing, now, reason, trigger)
    if isinstance(reason, PriceFollows):
        return life.reprice(listing, now, reason, trigger)
    raise ValueError(f"listing {listing.id}: {decision.step} without its reason")

"""What the prices of sources ask for: decided by `repricing`, weighed by the brake, saved by the store."""

from collections import Counter
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from sqlalchemy import Connection, func, select

from mercarich_checker.adapters import doubts_sql
from mercarich_checker.domain import prices
from mercarich_checker.domain.looks import route_of
from mercarich_checker.domain.withdrawals import Offer, by_seller
from mercarich_checker.ports import Moved
from mercarich_contracts.events import EventKind
from mercarich_contracts.messages import CheckBatch
from mercarich_contracts.proxy_api import Item
from mercarich_db import fee_estimates
from mercarich_db.conditions import among
from mercarich_db.price_rules import PriceRules
from mercarich_db.tables import listings, repricings, source_items
from mercarich_listings import listing as life
from mercarich_listings import repricing_store, store
from mercarich_listings.event import Trigger
from mercarich_listings.listing import Listing, Lived
from mercarich_listings.repricing_store import Now
from mercarich_reasons.repricing import PriceFollows
from mercarich_replacements.earnings import Sale
from mercarich_replacements.loss_stop import UNDECIDED, Decision, Step
from mercarich_replacements.repricing import Following, decide, may_follow
from mercarich_runs.adapters import price_brake_sql
from mercarich_runs.adapters.released_sql import Kept
from mercarich_runs.domain.brake import BrakeSettings, Doubt, Hold, HoldKind

PRICES_AT_ONCE = 200
"""Prices of a seller that a release has on their way at once: so many are sent before they are too old."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What the prices of this look ask for."""

    decisions: Mapping[int, Decision] = field(default_factory=dict)
    """By listing's id, of offers whose source is on sale."""

    @property
    def moving(self) -> frozenset[int]:
        """Ids of the listings whose price asks for a change."""
        return frozenset(id for id, decision in self.decisions.items() if decision.step in prices.HOLDS)

    def to_prove(self, offers: Sequence[Offer], same: Container[int]) -> frozenset[int]:
        """Return the ids of the sources whose look needs evidence of its own.

        `same` are ids of those with the price and postage of the look before: a price that is held for them already has
        its evidence, and no second look confirms it.
        """
        moving = self.moving
        proven = {
            offer.id
            for offer in offers
            if offer.held_at is not None
            and offer.source_item_id in same
            and offer.id in moving
            and self.decisions[offer.id].step is Step.REPRICE
        }
        unpriced = {
            offer.source_item_id
            for offer in offers
            if offer.held_at is not None and offer.source_item_id not in same and self._is_unpriced(offer.id)
        }
        to_move = {offer.source_item_id for offer in offers if offer.id in moving and offer.id not in proven}
        return frozenset(to_move | unpriced)

    def _is_unpriced(self, id: int) -> bool:
        """Whether a hold keeps its price, of which nothing is known now: a release may go by the price of this look."""
        return id in self.decisions and self.decisions[id].step is Step.UNPRICED


def asked(
    connection: Connection,
    offers: Sequence[Offer],
    seen: Mapping[int, Item],
    postages: Mapping[int, int | None],
    rules: PriceRules,
    now: datetime,
) -> Asked:
    """Return what the prices ask for of each offer. `seen` are the sources that are on sale, by id; `postages` theirs.

    An offer that Amazon does not know is left alone.
    """
    some = [
        offer for offer in offers if offer.source_item_id in seen and not offer.orphan and _may_follow(offer, rules)
    ]
    estimates = fee_estimates.of_listings(connection, [offer.id for offer in some])
    states = repricing_store.now_of(connection, [offer.id for offer in some], now)  # also of bounds that were removed
    decisions: dict[int, Decision] = {}
    for offer in some:
        item, postage = seen[offer.source_item_id], postages[offer.source_item_id]
        told = (item.state, item.reason, item.price_jpy, postage)
        sale = Sale(offer.offer_price_jpy, *told, estimates.get(offer.id))
        following = _following(offer.least_price_jpy, offer.most_price_jpy, states.get(offer.id))
        mine, own = rules.of(offer.user_id), offer.least_profit_jpy
        stands = {"paused": offer.quantity == 0, "held": offer.held_at is not None}
        decisions[offer.id] = decide(sale, mine, own, following, **stands)
    return Asked(decisions)


def _may_follow(offer: Offer, rules: PriceRules) -> bool:
    """Return False for most offers: they are up, none is held, and no rule applies."""
    mine = rules.of(offer.user_id)
    if offer.quantity == 0 or offer.held_at is not None or mine.loss.applies(offer.least_profit_jpy):
        return True
    return may_follow(mine.price, Following(offer.least_price_jpy, offer.most_price_jpy))


def _following(least_jpy: int | None, most_jpy: int | None, state: Now | None) -> Following:
    state = state or Now()
    return Following(least_jpy, most_jpy, state.asked_jpy, state.changes, state.stopped)


def believed(
    connection: Connection, batch: CheckBatch, found: Asked, offers: Sequence[Offer], seen: Mapping[int, Item]
) -> Asked:
    """Return what is left without the changes that a route asks for whose canaries are wrong."""
    if not found.moving:
        return found
    doubts = doubts_sql.of_run(connection, batch.run_id)
    wrong = {route for route, doubt in doubts.items() if doubt is Doubt.WRONG}
    if not wrong:
        return found
    doubted = {
        offer.id for offer in offers if offer.id in found.moving and route_of(seen[offer.source_item_id]) in wrong
    }
    return Asked({id: UNDECIDED if id in doubted else decision for id, decision in found.decisions.items()})


def moves(
    offers: Sequence[Offer], found: Asked, known: Mapping[int, Hold], run_id: int, confirmable_until: datetime
) -> prices.Moves:
    of = [offer for offer in offers if offer.id in found.decisions]
    return prices.sort_out(of, found.decisions, known, run_id, confirmable_until)


def apply(
    connection: Connection,
    batch: CheckBatch,
    moves: prices.Moves,
    found: Asked,
    evidence: Mapping[int, int | None],
    weigh: "Weighing",
) -> Moved:
    """Pause, put up, reprice, hold or free the offers. `evidence`: ids by source."""
    decisions, keeping = found.decisions, {}
    for step, moving in moves.counted(decisions).items():
        keeping[step] = weigh(connection, batch, prices.HOLDS[step], moving)
    decided = prices.decide(moves, decisions, keeping)
    if not decided.ids:
        return Moved(waiting=_waiting(moves, decisions, decided, weigh.now))
    changes = [
        prices.change(
            *(decided, listing, decisions[listing.id], weigh.now),
            Trigger(batch.run_id, None, evidence.get(listing.source_item_id)),
        )
        for listing in store.lock(connection, decided.ids)
    ]
    _save(connection, changes, weigh.now)
    return _moved(moves, decisions, decided, changes, weigh.now)


@dataclass(frozen=True, slots=True)
class Weighing:
    """The brake, for what prices ask for."""

    settings: BrakeSettings
    now: datetime

    def __call__(
        self, connection: Connection, batch: CheckBatch, kind: HoldKind, moving: Counter[int]
    ) -> Mapping[int, int]:
        """Return, by seller, the hold that keeps this; what is `moving` now, by seller, is in the tallies."""
        of, by = (batch.run_id, batch.marketplace), (self.settings, self.now)
        return price_brake_sql.keeping(connection, of, kind, moving, by)


def _save(connection: Connection, changes: Sequence[Lived], now: datetime) -> None:
    """Save them, and ask for the prices that are to follow."""
    store.save(connection, changes)
    asked = {
        one.after.id: one.event.reason
        for one in changes
        if one.event is not None
        and one.event.kind is EventKind.PRICE_ASKED
        and isinstance(one.event.reason, PriceFollows)
    }
    if asked:
        repricing_store.ask(connection, asked, [one.after for one in changes if one.after.id in asked], now)


def later(connection: Connection, kept: Sequence[Listing]) -> dict[int, int | None]:
    """Return, by id, the holds of those whose released price waits until others of their seller are at Amazon."""
    row = repricings.c
    sellers = sorted({one.user_id for one in kept})
    under_way = select(row.user_id, func.count()).where(row.ended_at.is_(None), among(row.user_id, sellers))
    open_ones: dict[int, int] = dict(connection.execute(under_way.group_by(row.user_id)).all()) if sellers else {}
    left = Counter({user_id: PRICES_AT_ONCE - open_ones.get(user_id, 0) for user_id in sellers})
    late: dict[int, int | None] = {}
    for one in kept:
        left[one.user_id] -= 1
        if left[one.user_id] < 0:
            late[one.id] = one.hold_id
    return late


@dataclass(frozen=True, slots=True)
class Let:
    """What became of released listings."""

    changes: Sequence[Lived] = ()
    """Also of those that another price than the released one is asked for: they wait on."""
    differing: frozenset[Kept] = frozenset()
    """These, with the holds that keep them."""


def release(
    connection: Connection,
    kept: Sequence[Listing],
    kinds: Mapping[int, HoldKind],
    rules: PriceRules,
    now: datetime,
    shown: Mapping[Kept, int | None],
) -> Let:
    """Change the listings whose holds by price, of these `kinds` by id, a person released, by the prices last seen;
    `shown` are the prices that the person saw, None where no release says one. Sources whose price asks for something
    else by now are due at once."""
    if not kept:
        return Let()
    item, offer = source_items.c, listings.c
    columns = (item.state, item.reason, item.price_jpy, item.postage_jpy, item.evidence_id)
    own = (offer.offer_price_jpy, offer.least_profit_jpy, offer.least_price_jpy, offer.most_price_jpy)
    rows = connection.execute(
        select(offer.id, *own, *columns, *fee_estimates.COLUMNS)
        .select_from(fee_estimates.with_estimates(listings.join(source_items, item.id == offer.source_item_id)))
        .where(among(offer.id, [listing.id for listing in kept]))
    )
    of = {row.id: row for row in rows}
    states = repricing_store.now_of(connection, list(of), now)
    changes, others, differing = [], set[int](), set[Kept]()
    for listing in kept:
        row, kind = of[listing.id], kinds[listing.hold_id or 0]
        seen = (row.state, row.reason, row.price_jpy, row.postage_jpy)
        sale = Sale(row.offer_price_jpy, *seen, fee_estimates.estimate_of(row))
        following = _following(row.least_price_jpy, row.most_price_jpy, states.get(listing.id))
        mine, limit = rules.of(listing.user_id), row.least_profit_jpy
        stands = {"paused": listing.quantity == 0, "held": kind is not HoldKind.PRICES}
        decision = decide(sale, mine, limit, following, **stands)
        key, trigger = (listing.hold_id or 0, listing.id), Trigger(evidence_id=row.evidence_id)
        if (other := prices.differs(decision, kind, shown.get(key))) is not None:
            changes.append(life.hold(listing, now, other, replace(trigger, hold_id=listing.hold_id)))
            differing.add(key)
            continue
        changes.append(prices.release(listing, decision, kind, now, trigger))
        if decision.step in prices.HOLDS and prices.HOLDS[decision.step] is not kind:
            others.add(listing.source_item_id)
    _save(connection, changes, now)
    store.look_in_turn(connection, sorted(others), now)
    return Let(changes, frozenset(differing))


def _waiting(
    moves: prices.Moves, decisions: Mapping[int, Decision], decided: prices.Decided, now: datetime
) -> dict[int, datetime]:
    """Return the sources that a second look is to confirm. Prices that are held wait for a person, and the loss stop
    does not: that look takes down what is sold at a loss meanwhile."""
    of_person = {id for id, one in decisions.items() if one.step is Step.REPRICE and not one.is_loss}
    held = [*moves.waiting, *(offer for offer in moves.new if offer.id in decided.held and offer.id not in of_person)]
    return {offer.source_item_id: now if offer.id in moves.other else offer.held_at or now for offer in held}


def _moved(
    moves: prices.Moves,
    decisions: Mapping[int, Decision],
    decided: prices.Decided,
    changes: Sequence[Lived],
    now: datetime,
) -> Moved:
    made = moved_by(changes)
    dearer = sum(decisions[offer.id].step is Step.PAUSE for offer in moves.new)
    numbers = {"paused": made.paused, "recovered": made.recovered}
    counts = {"dearer": dearer} | {name: sum(map(len, sellers.values())) for name, sellers in numbers.items()}
    counts["repriced"] = sum(one.event is not None and one.event.kind is EventKind.PRICE_ASKED for one in changes)
    return replace(made, held=len(decided.held), waiting=_waiting(moves, decisions, decided, now), counts=counts)


def moved_by(changes: Sequence[Lived]) -> Moved:
    """Return what these changes paused and put up."""
    down = {one.after.id: one.after.user_id for one in changes if one.after.quantity < one.before.quantity}
    up = {one.after.id: one.after.user_id for one in changes if one.after.quantity > one.before.quantity}
    return Moved(by_seller(down), by_seller(up))

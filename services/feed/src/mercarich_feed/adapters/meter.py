"""`ports.Meter` and the gauges, on Prometheus."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from mercarich_contracts.creations import CreationState
from mercarich_contracts.repricing import RepricingState
from mercarich_feed import metrics
from mercarich_feed.adapters.creations_sql import SqlCreations
from mercarich_feed.adapters.differences_sql import SqlDifferences
from mercarich_feed.adapters.order_numbers_sql import SqlOrderNumbers
from mercarich_feed.adapters.repricings_sql import SqlRepricings
from mercarich_feed.adapters.sellers_sql import SqlSellers
from mercarich_feed.adapters.token_book_sql import TokenChecks
from mercarich_feed.domain.answers import AmazonTrouble, AppCredentials, Forbidden, TokenRevoked
from mercarich_feed.domain.fees import FeeBook
from mercarich_feed.domain.order_hints import Outcome as HintOutcome
from mercarich_feed.domain.pushes import Outcome
from mercarich_feed.domain.tokens import Verdict
from mercarich_listings.creation import Next, Step
from mercarich_listings.differences import Difference
from mercarich_listings.repricing import Next as NextOfPrice
from mercarich_listings.repricing import Step as StepOfPrice
from mercarich_platform.outages import DatabaseAway
from mercarich_platform.worker import NotNow

_AWAY_SECONDS = 5.0
_ZEROED, _LEFT = "zero", "left"
_DONE, _FAILED = "done", "failed"
_CREATION_ENDS = {Next.OFFER: "created", Next.REFUSE: "refused"}
_PRICE_ENDS = {NextOfPrice.SHOWN: "changed", NextOfPrice.OVERTAKEN: "overtaken", NextOfPrice.STOP: "stopped"}
_LABELS = (
    (metrics.CAME_BACK, (_ZEROED, _LEFT)),
    (metrics.OFFER_READS, (_DONE, _FAILED)),
    (metrics.CREATIONS, tuple(_CREATION_ENDS.values())),
    (metrics.PRICES, tuple(_PRICE_ENDS.values())),
    (metrics.ORDER_HINTS, tuple(HintOutcome)),
)
"""Counters with one label each, and its values."""
SECRET_LASTS = timedelta(days=180)
"""Lifetime of an application's secret at Login with Amazon (SP-API, "Rotate your Application's LWA Credentials")."""


class PrometheusMeter:
    def __init__(self, secret_created: date | None = None) -> None:
        """Start all counters at 0: Prometheus sees no increase in a counter whose first value is 1."""
        if secret_created is not None:
            ends = datetime.combine(secret_created, time(), UTC) + SECRET_LASTS
            metrics.SECRET_EXPIRES_AT.set(ends.timestamp())
        for lane in ("patch", "feed"):
            for outcome in Outcome:
                metrics.PUSHES.labels(lane, outcome)
        for counter, labels in _LABELS:
            for label in labels:
                counter.labels(label)
        for verdict in Verdict:
            metrics.TOKEN_VERDICTS.labels(verdict)
        for difference in Difference:
            metrics.DIFFERING.labels(difference)
            metrics.DIFFERING_SECONDS.labels(difference)
        for kind in (TokenRevoked, AppCredentials, Forbidden):
            metrics.TOKEN_ERRORS.labels(kind.__name__)

    def pushed(self, lane: str, outcome: Outcome, count: int = 1) -> None:
        if count:
            metrics.PUSHES.labels(lane, outcome).inc(count)

    def delivered_after(self, seconds: float) -> None:
        metrics.PUSH_SECONDS.observe(max(0.0, seconds))

    def trouble(self, trouble: AmazonTrouble) -> None:
        metrics.TROUBLES.labels(type(trouble).__name__).inc()
        if isinstance(trouble, TokenRevoked | AppCredentials | Forbidden):
            metrics.TOKEN_ERRORS.labels(type(trouble).__name__).inc()

    def ordered(self, waits: Sequence[timedelta]) -> None:
        metrics.ORDERS.inc(len(waits))
        for wait in waits:
            metrics.ORDER_SECONDS.observe(max(0.0, wait.total_seconds()))

    def hinted(self, outcome: HintOutcome, count: int = 1) -> None:
        metrics.ORDER_HINTS.labels(outcome).inc(count)

    def queue(self, *, away: bool) -> None:
        metrics.ORDER_QUEUE_AWAY.set(away)

    def offers_read(self, took: timedelta) -> None:
        metrics.OFFER_READS.labels(_DONE).inc()
        metrics.OFFER_READ_SECONDS.observe(max(0.0, took.total_seconds()))

    def offers_not_read(self) -> None:
        metrics.OFFER_READS.labels(_FAILED).inc()

    def settled(self, step: Step) -> None:
        if step.next in _CREATION_ENDS:
            metrics.CREATIONS.labels(_CREATION_ENDS[step.next]).inc()

    def priced(self, step: StepOfPrice) -> None:
        if step.next in _PRICE_ENDS:
            metrics.PRICES.labels(_PRICE_ENDS[step.next]).inc()

    def came_back(self, *, zeroed: bool) -> None:
        metrics.CAME_BACK.labels(_ZEROED if zeroed else _LEFT).inc()


@dataclass(frozen=True, slots=True)
class Gauges:
    """A periodic count of what waits and of what differs."""

    sellers: SqlSellers
    checks: TokenChecks
    differences: SqlDifferences
    orders: SqlOrderNumbers
    creations: SqlCreations
    prices: SqlRepricings

    def __call__(self) -> None:
        try:
            totals, check = self.sellers.totals(), self.checks.last()
            differing, orders = self.differences.now(), self.orders.now()
            creating, pricing = self.creations.standing(), self.prices.standing()
        except DatabaseAway as error:
            raise NotNow(str(error), _AWAY_SECONDS) from error
        metrics.PENDING.labels("withdrawal").set(totals.withdrawals)
        metrics.PENDING.labels("restore").set(totals.restores)
        metrics.EXPOSED.set(totals.exposed)
        metrics.OPEN_FEEDS.set(totals.feeds)
        deleted = {"came_back": differing.came_back, "left_to_seller": differing.left_to_seller}
        for difference, standing in (*differing.kinds.items(), *deleted.items()):
            metrics.DIFFERING.labels(difference).set(standing.count)
            metrics.DIFFERING_SECONDS.labels(difference).set(_age(standing.since, differing.at))
        metrics.READ_OVERDUE.set(_age(differing.read_due_since, differing.at))
        metrics.ORDERS_OVERDUE.set(_age(orders.due_since, orders.at))
        metrics.ORDERS_UNREAD.labels("forbidden").set(orders.forbidden)
        metrics.ORDERS_UNREAD.labels("trouble").set(orders.trouble)
        metrics.LATE_ORDERS.set(orders.late)
        metrics.UNSEEN_SECONDS.set(_age(orders.unseen_since, orders.at))
        for state in (CreationState.WAITING, CreationState.SENT, CreationState.TAKING_BACK):
            metrics.CREATING.labels(state).set(creating.by_state.get(state, 0))
        metrics.CREATING_SECONDS.set(_age(creating.oldest, orders.at))
        for open_state in (RepricingState.WAITING, RepricingState.SENT):
            metrics.PRICES_OPEN.labels(open_state).set(pricing.by_state.get(open_state, 0))
        metrics.PRICES_SECONDS.set(_age(pricing.oldest, orders.at))
        if check is not None:
            metrics.TOKEN_CHECK_AT.set(check.started_at.timestamp())
            metrics.TOKEN_CHECK_STOPPED.set(check.problem is not None)
            for verdict in Verdict:
                metrics.TOKEN_VERDICTS.labels(verdict).set(getattr(check, verdict))


@dataclass(frozen=True, slots=True)
class FeeGauges:
    """How far the estimates of fees are. Every worker tells it: one that leads no more would keep an old number."""

    book: Callable[[], FeeBook]

    def __call__(self) -> None:
        try:
            book = self.book()
        except DatabaseAway as error:
            raise NotNow(str(error), _AWAY_SECONDS) from error
        metrics.FEES_WAITING.set(sum(book.waiting.values()))
        metrics.FEES_REFUSED.set(book.refused)
        metrics.FEES_AGE.set(_age(book.oldest, book.at))


@dataclass(frozen=True, slots=True)
class UnverifiedGauge:
    """A periodic count of what was not looked at since a restore; it reads all listings while one is open."""

    sellers: SqlSellers

    def __call__(self) -> None:
        try:
            left = self.sellers.unverified()
        except DatabaseAway as error:
            raise NotNow(str(error), _AWAY_SECONDS) from error
        for step in ("zeros", "sources", "offers"):
            metrics.UNVERIFIED.labels(step).set(0 if left is None else getattr(left, step))


def _age(since: datetime | None, now: datetime) -> float:
    return 0.0 if since is None else max(0.0, (now - since).total_seconds())

"""What wakes the lanes: records of `listings.changed`, and rounds over the rows for changes whose record was lost."""

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol, TypeVar

from mercarich_contracts.messages import ListingsChanged, Unreadable
from mercarich_feed.domain.fees import FeeBook
from mercarich_feed.ports_orders import HintMeter, QueueAway
from mercarich_feed.use_cases.restores import RestoreWish
from mercarich_platform.clock import Monotonic
from mercarich_platform.kafka import Record
from mercarich_platform.outages import DatabaseAway
from mercarich_platform.worker import NotNow, Undecodable

log = logging.getLogger(__name__)

Found = TypeVar("Found")
_AWAY_SECONDS = 2.0
FIRST_WAIT_SECONDS, LONGEST_WAIT_SECONDS = 5.0, 60.0
"""Until a queue that is away is tried again."""


class SellerLane(Protocol):
    def wake(self, user_id: int, *, after_seconds: float = 0.0) -> None: ...
    def check(self) -> None: ...


class RestoreLane(Protocol):
    def wake(self, user_id: int, *wishes: RestoreWish, after_seconds: float = 0.0) -> None: ...
    def check(self) -> None: ...


@dataclass(frozen=True, slots=True)
class ListingsChangedHandler:
    """Wake the seller's lanes and return; they read from the rows what is to be done."""

    patches: SellerLane
    restores: RestoreLane

    def __call__(self, record: Record, _stop: threading.Event) -> None:
        try:
            message = ListingsChanged.decode(record.value)
        except Unreadable as error:
            raise Undecodable(str(error)) from error
        self.patches.wake(message.user_id)
        if message.restores:
            self.restores.wake(message.user_id, RestoreWish(message.marketplace, message.max_item_count))


@dataclass(frozen=True, slots=True)
class Rounds:
    """Look for work whose message was lost and for work that became due. End the process if a lane's thread failed."""

    patches: SellerLane
    restores: RestoreLane
    follow: SellerLane
    with_withdrawals: Callable[[], list[int]]
    to_follow: Callable[[], list[int]]
    """Return sellers with a feed to poll or a listing to delete at Amazon."""

    def __call__(self) -> None:
        self.patches.check()
        self.restores.check()
        self.follow.check()
        for user_id in _read(self.with_withdrawals):
            self.patches.wake(user_id)
        for user_id in _read(self.to_follow):
            self.follow.wake(user_id)


@dataclass(frozen=True, slots=True)
class ReadRounds:
    """Wake sellers with a read that is due and that no process makes, because the one before has ended."""

    lane: SellerLane
    to_read: Callable[[], list[int]]

    def __call__(self) -> None:
        self.lane.check()
        for user_id in _read(self.to_read):
            self.lane.wake(user_id)


@dataclass(frozen=True, slots=True)
class CreationRounds:
    """Wake sellers with offers to create, and with a search of Amazon's catalogue. End the process if the lane's thread
    failed."""

    creations: SellerLane
    due: Callable[[], list[int]]

    def __call__(self) -> None:
        self.creations.check()
        for user_id in _read(self.due):
            self.creations.wake(user_id)


@dataclass(frozen=True, slots=True)
class FeeRounds:
    """Wake sellers with offers whose fees are to be estimated."""

    fees: SellerLane
    book: Callable[[], FeeBook]

    def __call__(self) -> None:
        self.fees.check()
        for user_id in _read(self.book).waiting:
            self.fees.wake(user_id)


class HintRounds:
    """Handle what waits in the queue of changed orders. While the queue is away, it is tried again after a wait that
    grows, and one line is logged."""

    def __init__(self, take: Callable[[], int], meter: HintMeter, stop: threading.Event, now: Monotonic) -> None:
        self._take = take
        self._meter = meter
        self._stop = stop
        self._now = now
        self._wait, self._not_before = 0.0, float("-inf")

    def __call__(self) -> None:
        if self._now() < self._not_before:
            return
        try:
            while self._take() and not self._stop.is_set():
                self._reached()
        except QueueAway as error:
            self._missed(error)
        except DatabaseAway as error:
            raise NotNow(str(error), _AWAY_SECONDS) from error
        else:
            self._reached()

    def _missed(self, error: QueueAway) -> None:
        if not self._wait:
            log.warning("the queue of changed orders is away: orders are read by time", extra={"reason": str(error)})
        self._wait = min(max(self._wait * 2, FIRST_WAIT_SECONDS), LONGEST_WAIT_SECONDS)
        self._not_before = self._now() + self._wait
        self._meter.queue(away=True)

    def _reached(self) -> None:
        if self._wait:
            log.info("the queue of changed orders is there again")
        self._wait = 0.0
        self._meter.queue(away=False)


@dataclass(frozen=True, slots=True)
class ForgetUnread:
    """End the watch of deleted offers that nobody could read for as long as it lasts."""

    forget: Callable[[], None]

    def __call__(self) -> None:
        try:
            self.forget()
        except DatabaseAway as error:
            raise NotNow(str(error), _AWAY_SECONDS) from error


def _read(query: Callable[[], Found]) -> Found:
    try:
        return query()
    except DatabaseAway as error:
        raise NotNow(str(error), _AWAY_SECONDS) from error

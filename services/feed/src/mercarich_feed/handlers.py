"""What wakes the lanes: records of `listings.changed`, and rounds over the rows for whatever no record told."""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

from mercarich_contracts.messages import ListingsChanged, Unreadable
from mercarich_feed.use_cases.restores import RestoreWish
from mercarich_platform.clock import Clock
from mercarich_platform.kafka import Record
from mercarich_platform.outages import DatabaseAway
from mercarich_platform.worker import NotNow, Rejected

ZEROS_OF = timedelta(days=1)
_AWAY_SECONDS = 2.0


class SellerLane(Protocol):
    def wake(self, user_id: int, *, after_seconds: float = 0.0) -> None: ...
    def check(self) -> None: ...


class RestoreLane(Protocol):
    def wake(self, user_id: int, *wishes: RestoreWish, after_seconds: float = 0.0) -> None: ...
    def check(self) -> None: ...


@dataclass(frozen=True, slots=True)
class ListingsChangedHandler:
    """Marks the seller as awake and returns: the rows say what is to be done."""

    patches: SellerLane
    restores: RestoreLane

    def __call__(self, record: Record, _stop: threading.Event) -> None:
        try:
            message = ListingsChanged.decode(record.value)
        except Unreadable as error:
            raise Rejected(str(error)) from error
        self.patches.wake(message.user_id)
        if message.restores:
            self.restores.wake(message.user_id, RestoreWish(message.marketplace, message.max_item_count))


@dataclass(frozen=True, slots=True)
class Rounds:
    """Looks for work whose message was lost, and for time that has come. A thread that broke ends the process."""

    patches: SellerLane
    restores: RestoreLane
    follow: SellerLane
    with_withdrawals: Callable[[], list[int]]
    to_follow: Callable[[], list[int]]
    """Sellers of whom a feed is due, or a listing is to leave Amazon."""

    def __call__(self) -> None:
        self.patches.check()
        self.restores.check()
        self.follow.check()
        for user_id in _read(self.with_withdrawals):
            self.patches.wake(user_id)
        for user_id in _read(self.to_follow):
            self.follow.wake(user_id)


@dataclass(frozen=True, slots=True)
class ZeroRounds:
    """Zeros that a process accepted and did not live to read back."""

    follow: SellerLane
    with_zeros: Callable[..., list[int]]
    now: Clock

    def __call__(self) -> None:
        for user_id in _read(lambda: self.with_zeros(self.now() - ZEROS_OF)):
            self.follow.wake(user_id)


def _read(query: Callable[[], list[int]]) -> list[int]:
    try:
        return query()
    except DatabaseAway as error:
        raise NotNow(str(error), _AWAY_SECONDS) from error

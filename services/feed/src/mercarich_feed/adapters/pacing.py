"""Stay below Amazon's usage plans: a token bucket for each seller and operation, adjusted by Amazon's responses."""

import threading
from collections.abc import Callable
from dataclasses import dataclass

from mercarich_feed.domain.answers import RateLimited, Unsent
from mercarich_platform.clock import Monotonic, monotonic

Sleep = Callable[[float], bool]
"""Wait for that many seconds; return True when the process is to end."""
_SHARE = 0.98
"""Share of the quota that is used: clocks and the network make Amazon's bucket and this one differ a little."""
_SLOWER, _SLOWEST, _FASTER = 0.8, 0.1, 1.05
_AGAIN_SECONDS = 3.0
"""A single 429 may be network jitter; a second one within these seconds means that the rate is too high."""


@dataclass(frozen=True, slots=True)
class Plan:
    """A usage plan: requests a second, and the burst allowed after a pause."""

    rate: float
    burst: float


PLANS = {
    "patchListingsItem": Plan(5.0, 5.0),
    "deleteListingsItem": Plan(5.0, 5.0),
    "getListingsItem": Plan(5.0, 5.0),  # the model says burst 10, the documentation's table 5
    "searchListingsItems": Plan(5.0, 5.0),
    "putListingsItem": Plan(5.0, 5.0),  # as getListingsItem
    "getListingsRestrictions": Plan(5.0, 10.0),
    "searchCatalogItems": Plan(2.0, 2.0),
    "getCatalogItem": Plan(2.0, 2.0),
    "createFeedDocument": Plan(0.5, 15.0),
    "createFeed": Plan(0.0083, 15.0),
    "getFeed": Plan(2.0, 15.0),
    "cancelFeed": Plan(2.0, 15.0),
    "getFeeds": Plan(0.0222, 10.0),
    "getFeedDocument": Plan(0.0222, 10.0),
    "getMyFeesEstimates": Plan(0.5, 1.0),
    "searchOrders": Plan(0.0056, 20.0),
    "getOrder": Plan(0.5, 30.0),
    "getMarketplaceParticipations": Plan(0.016, 15.0),
    "createReport": Plan(0.0167, 15.0),
    "getReport": Plan(2.0, 15.0),
    "getReportDocument": Plan(0.0167, 15.0),
}
"""Selling Partner API usage plans, per seller and application (marketplace models of 2026-08)."""


class Bucket:
    """One seller's budget for one operation. Usable from several threads."""

    def __init__(self, plan: Plan, now: Monotonic) -> None:
        self._now = now
        self._rate = self._allowed = plan.rate
        # One token less than the plan: a request that overtakes the one before it must not meet an empty bucket.
        self._burst = plan.burst - 1 if plan.burst > 2 else plan.burst
        self._tokens = self._burst
        self._at = now()
        self._exceeded_at = float("-inf")
        self._lock = threading.Lock()

    def reserve(self) -> float:
        """Take a token, in advance if need be; return the seconds until it may be used."""
        with self._lock:
            self._refill()
            self._tokens -= 1
            return max(0.0, -self._tokens / (self._rate * _SHARE))

    def give_back(self) -> None:
        """Return a reserved token that will not be used."""
        with self._lock:
            self._tokens += 1

    def succeeded(self, allowed: str | None) -> None:
        """Note a success; `allowed` is the quota from the header x-amzn-RateLimit-Limit, if there is one."""
        with self._lock:
            self._refill()
            self._allowed = _positive(allowed) or self._allowed
            self._rate = min(self._allowed, self._rate * _FASTER)

    def exceeded(self, wait_seconds: float | None) -> None:
        """Note a 429: another client uses the same quota, or the quota is smaller than assumed."""
        with self._lock:
            self._refill()
            if self._at - self._exceeded_at < _AGAIN_SECONDS:
                self._rate = max(self._rate * _SLOWER, self._allowed * _SLOWEST)
            self._exceeded_at = self._at
            self._tokens = min(self._tokens, 0.0) - self._rate * (wait_seconds or 0.0)

    def _refill(self) -> None:
        now = self._now()
        self._tokens = min(self._burst, self._tokens + (now - self._at) * self._rate * _SHARE)
        self._at = now


class Pace:
    """The buckets of all sellers, and waiting for a token."""

    def __init__(self, sleep: Sleep, now: Monotonic = monotonic) -> None:
        self._sleep = sleep
        self._now = now
        self._lock = threading.Lock()
        self._buckets: dict[tuple[int, str], Bucket] = {}

    def bucket(self, user_id: int, operation: str) -> Bucket:
        with self._lock:
            key = (user_id, operation)
            if key not in self._buckets:
                self._buckets[key] = Bucket(PLANS[operation], self._now)
            return self._buckets[key]

    def wait(self, user_id: int, operation: str, at_most: float = 30.0) -> None:
        """Wait for the seller's turn. Raises `RateLimited` when it is too far away, `Unsent` at the process's end."""
        seconds = self.bucket(user_id, operation).reserve()
        if seconds > at_most:
            self.bucket(user_id, operation).give_back()
            raise RateLimited(f"{operation}: the seller's quota is used up", retry_after=min(seconds, 120.0))
        if seconds > 0:
            self.pause(seconds)

    def pause(self, seconds: float) -> None:
        """Wait. Raises `Unsent` when the process is to end."""
        if self._sleep(seconds):
            raise Unsent("the process is to end")


def _positive(text: str | None) -> float | None:
    try:
        value = float(text or "")
    except ValueError:
        return None
    return value if value > 0 else None

"""Usage plans: a token bucket for each seller and operation (marketplaces.md 3.2, usage_plans of SP-API)."""

from collections import deque
from dataclasses import dataclass, field

PLANS: dict[str, tuple[float, int]] = {
    "createFeedDocument": (0.5, 15),
    "createFeed": (0.0083, 15),
    "getFeed": (2.0, 15),
    "cancelFeed": (2.0, 15),
    "getFeeds": (0.0222, 10),
    "getFeedDocument": (0.0222, 10),
    "getListingsItem": (5.0, 10),
    "putListingsItem": (5.0, 10),
    "patchListingsItem": (5.0, 5),
    "deleteListingsItem": (5.0, 5),
    "searchListingsItems": (5.0, 5),
    "searchOrders": (0.0056, 20),
    "getOrder": (0.5, 30),
    "getMyFeesEstimates": (0.5, 1),
    "getListingsRestrictions": (5.0, 10),
    "searchCatalogItems": (2.0, 2),
    "getCatalogItem": (2.0, 2),
    "getMarketplaceParticipations": (0.016, 15),
    "createReport": (0.0167, 15),
    "getReport": (2.0, 15),
    "cancelReport": (0.0222, 10),
    "getReportDocument": (0.0167, 15),
}
"""Operation -> requests per second, burst."""

FEEDS_IN_WINDOW = 5
WINDOW_SECONDS = 300.0
"""JSON_LISTINGS_FEED: five submissions in five minutes, on top of the plan of createFeed."""


@dataclass(slots=True)
class _Bucket:
    level: float
    at: float


@dataclass(slots=True)
class Quotas:
    """All buckets. `factor` scales every rate and burst, to test clients with smaller quotas."""

    factor: float = 1.0
    refused: dict[str, int] = field(default_factory=dict)
    """Operation -> requests refused with 429."""
    _buckets: dict[tuple[str, str], _Bucket] = field(default_factory=dict)
    _feeds: dict[str, deque[float]] = field(default_factory=dict)

    def rate(self, operation: str) -> float:
        """Return the requests per second, for the response's rate-limit header."""
        return PLANS[operation][0] * self.factor

    def take(self, seller_id: str, operation: str, wall: float) -> bool:
        """Take one request out of the bucket. Return False, and count a refusal, when the bucket is empty."""
        rate, burst = self.rate(operation), max(1.0, PLANS[operation][1] * self.factor)
        bucket = self._buckets.setdefault((seller_id, operation), _Bucket(burst, wall))
        bucket.level = min(burst, bucket.level + (wall - bucket.at) * rate)
        bucket.at = wall
        if bucket.level < 1 or (operation == "createFeed" and not self._feed_window(seller_id, wall)):
            self.refused[operation] = self.refused.get(operation, 0) + 1
            return False
        bucket.level -= 1
        return True

    def _feed_window(self, seller_id: str, wall: float) -> bool:
        times = self._feeds.setdefault(seller_id, deque())
        while times and times[0] <= wall - WINDOW_SECONDS:
            times.popleft()
        if len(times) >= max(1, int(FEEDS_IN_WINDOW * self.factor)):
            return False
        times.append(wall)
        return True

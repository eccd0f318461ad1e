"""The proxy's metrics. Label values are from closed lists. Each application has its own registry."""

from copy import copy

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.gc_collector import GCCollector
from prometheus_client.process_collector import ProcessCollector

from mercarich_contracts.market import Marketplace
from mercarich_marketplace.breaker import OUTCOMES
from mercarich_platform.build_info import tell_build

_BUCKETS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 20.0)


class ProxyMetrics:
    def __init__(self, marketplace: Marketplace) -> None:
        self.registry = CollectorRegistry()
        self._label = marketplace.value
        ProcessCollector(registry=self.registry)
        GCCollector(registry=self.registry)
        build = Gauge(
            "mercarich_build_info",
            "1; the labels say which process this is and of which release",
            ["process", "version"],
            registry=self.registry,
        )
        tell_build(f"{marketplace}-proxy", build)
        self._requests = self._counter("requests", "Calls made to the marketplace, by outcome", "outcome")
        for outcome in ("read", *(reason.value for reason in OUTCOMES)):
            self._requests.labels(self._label, outcome)  # Prometheus sees no rise of a counter that appears at 1
        self._looks = self._counter("looks", "Items returned, by state and reason", "state", "reason")
        self._hits = self._counter("cache_hits", "Looks without a call, by the source of the result", "kind")
        self.seconds = Histogram(
            "mercarich_proxy_request_seconds",
            "Duration of a call to the marketplace, without its wait for a turn",
            ["marketplace"],
            buckets=_BUCKETS,
            registry=self.registry,
        ).labels(self._label)
        self._image_requests = self._counter("image_requests", "Calls made for pictures, by outcome", "outcome")
        self._image_seconds = Histogram(
            "mercarich_proxy_image_request_seconds",
            "Duration of a call for a picture, without its wait for a turn",
            ["marketplace"],
            buckets=_BUCKETS,
            registry=self.registry,
        ).labels(self._label)
        self.image_breaker_phase = self._gauge(
            "image_breaker_phase", "Breaker of the picture hosts: 0 closed, 1 half open, 2 open"
        )
        self.waiting = self._gauge("turns_waiting", "Calls that wait for their turn in the budget")
        self.budget = self._gauge("budget_per_second", "Most calls a second, without the effect of rate limits")
        self.under_way = self._gauge("requests_under_way", "Calls to the marketplace right now")
        self.breaker_phase = self._gauge("breaker_phase", "0 closed, 1 half open, 2 open")
        self._opened = self._counter("breaker_opened", "Times that the breaker opened").labels(self._label)
        self._opened_before = 0
        self.pace_share = self._gauge("pace_share", "Share of the full rate in use; below 1 after a rate limit")
        self.batches = self._gauge("batches", "Batch checks under way")

    def of_images(self) -> "ProxyMetrics":
        """Return the same metrics with the label of picture requests."""
        twin = copy(self)
        twin._requests, twin.seconds = self._image_requests, self._image_seconds
        return twin

    def request(self, outcome: str) -> None:
        self._requests.labels(self._label, outcome).inc()

    def look(self, state: str, reason: str) -> None:
        self._looks.labels(self._label, state, reason).inc()

    def hit(self, kind: str) -> None:
        self._hits.labels(self._label, kind).inc()

    def opened(self, times: int) -> None:
        """Set how often the breaker has opened since the process started."""
        self._opened.inc(times - self._opened_before)
        self._opened_before = times

    def exposition(self) -> bytes:
        """Return all metrics in Prometheus' text format."""
        return generate_latest(self.registry)

    def _counter(self, name: str, text: str, *labels: str) -> Counter:
        return Counter(f"mercarich_proxy_{name}", text, ["marketplace", *labels], registry=self.registry)

    def _gauge(self, name: str, text: str) -> Gauge:
        return Gauge(f"mercarich_proxy_{name}", text, ["marketplace"], registry=self.registry).labels(self._label)

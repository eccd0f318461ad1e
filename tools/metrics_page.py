"""Writes docs/metrics.md from the metrics modules themselves: `python -m tools.metrics_page`."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

from prometheus_client import CollectorRegistry
from prometheus_client.metrics import MetricWrapperBase

from mercarich_contracts.market import Marketplace
from mercarich_marketplace.metrics import ProxyMetrics

PAGE = Path(__file__).parents[1] / "docs" / "metrics.md"
EVERYBODY = "Every process"
MODULES = {
    "mercarich_platform.build_info": EVERYBODY,
    "mercarich_platform.metrics": "Workers (checker, updater, feed, jobs)",
    "mercarich_db.metrics": "Database: checker, updater, feed, operator",
    "mercarich_db.schedule_metrics": "Schedule: operator; on one machine the scheduler",
    "mercarich_checker.metrics": "Checker",
    "mercarich_updater.metrics": "Updater",
    "mercarich_feed.metrics": "Feed",
    "mercarich_web.metrics": "Web: pages, and sellers' jobs (jobs-search, jobs-import)",
    "mercarich_operator.metrics": "Operator",
}
PROXIES = "Proxies (Yahoo, Mercari)"
FOREIGN = frozenset({"process_resident_memory_bytes", "process_cpu_seconds_total", "ALERTS"})
"""Of prometheus_client and of Prometheus itself, used by the dashboards."""
_HEAD = """# Metrics

Made by `python -m tools.metrics_page` from the metrics modules; a test fails when it is out of date.

Every worker and the operator serve `/metrics` on `MERCARICH_METRICS_PORT`, the proxies on their own port. All labels
have closed sets of values: no item, seller or user. Prometheus adds `namespace`, `pod` and `instance`. The `process_*`
and `python_*` series of prometheus_client are there too. Runs are Jobs, too short to be scraped: the operator reads
their books and publishes them. While a source is away its last values stand (`mercarich_operator_source_up`).
"""


@dataclass(frozen=True, slots=True)
class Metric:
    name: str
    """As in a query, without a histogram's suffixes."""
    kind: str
    labels: tuple[str, ...]
    text: str
    exporter: str

    @property
    def series(self) -> frozenset[str]:
        """The names that a query can use."""
        if self.kind != "histogram":
            return frozenset({self.name})
        return frozenset(self.name + suffix for suffix in ("_bucket", "_sum", "_count"))

    @property
    def unit(self) -> str:
        if self.name.endswith("_timestamp_seconds"):
            return "Unix time"
        return "seconds" if self.name.removesuffix("_total").endswith("_seconds") else "number"


def catalogue() -> list[Metric]:
    """Every metric of ours."""
    found = [_metric(each, who) for name, who in MODULES.items() for each in vars(import_module(name)).values()]
    proxies = [_metric(each, PROXIES) for each in _collectors(ProxyMetrics(Marketplace.YAHOO).registry)]
    unique = {metric.name: metric for metric in (*proxies, *found) if metric}
    return sorted(unique.values(), key=lambda metric: metric.name)


def series() -> frozenset[str]:
    """Every name that a query may use."""
    return FOREIGN.union(*(metric.series for metric in catalogue()))


def page() -> str:
    return "\n".join([_HEAD, *_sections(catalogue())])


def main() -> None:
    PAGE.write_text(page())


def _collectors(registry: CollectorRegistry) -> Iterable[object]:
    return list(registry._collector_to_names)


def _metric(collector: object, exporter: str) -> Metric | None:
    if not isinstance(collector, MetricWrapperBase):
        return None
    family = next(iter(collector.describe()))
    name = f"{family.name}_total" if family.type == "counter" else family.name
    who = EVERYBODY if name == "mercarich_build_info" else exporter
    return Metric(name, family.type, tuple(collector._labelnames), family.documentation, who)


def _sections(metrics: list[Metric]) -> Iterator[str]:
    for exporter in (*MODULES.values(), PROXIES):
        yield f"## {exporter}\n\n| name | type | labels | unit | meaning |\n|---|---|---|---|---|"
        for metric in metrics:
            if metric.exporter == exporter:
                labels = ", ".join(f"`{label}`" for label in metric.labels)
                yield f"| `{metric.name}` | {metric.kind} | {labels} | {metric.unit} | {metric.text} |"
        yield ""


if __name__ == "__main__":
    main()

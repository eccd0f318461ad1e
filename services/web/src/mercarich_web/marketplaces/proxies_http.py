"""Read a proxy's budget, breaker and failures from its `GET /metrics`."""

from collections.abc import Mapping

import httpx
from prometheus_client.parser import text_string_to_metric_families

from mercarich_platform import whole_responses
from mercarich_web.marketplaces.proxies import ProxyAway, ProxyState

SECONDS = 3.0
PHASES = ("closed", "half_open", "open")
_OURS = "mercarich_proxy_"


class HttpProxies:
    def __init__(self, urls: Mapping[str, str]) -> None:
        """The address of each marketplace's proxy."""
        self._urls = {name: f"{url.rstrip('/')}/metrics" for name, url in urls.items()}

    def state(self, marketplace: str) -> ProxyState:
        """Return the proxy's state. Raises `ProxyAway` within seconds."""
        try:
            with whole_responses.client(SECONDS) as http:
                answer = http.get(self._urls[marketplace]).raise_for_status()
            return _state(_Samples(answer.text))
        except (httpx.HTTPError, ValueError, LookupError) as error:
            raise ProxyAway(f"{marketplace}'s proxy: {type(error).__name__}") from error


class _Samples:
    """Samples of a text in Prometheus' format, by name and by one label."""

    def __init__(self, text: str) -> None:
        families = text_string_to_metric_families(text)
        self._samples = [sample for family in families for sample in family.samples if sample.name.startswith(_OURS)]

    def sum(self, name: str) -> float:
        return sum(sample.value for sample in self._samples if sample.name == _OURS + name)

    def gauge(self, name: str) -> float:
        """Return a gauge. Raises `KeyError` when the text has none of this name."""
        for sample in self._samples:
            if sample.name == _OURS + name:
                return float(sample.value)
        raise KeyError(name)

    def by(self, name: str, label: str) -> dict[str, int]:
        found = (sample for sample in self._samples if sample.name == _OURS + name and sample.value)
        return {sample.labels[label]: int(sample.value) for sample in found}


def _state(samples: _Samples) -> ProxyState:
    calls = samples.sum("request_seconds_count")
    budget = samples.sum("budget_per_second")
    return ProxyState(
        breaker=PHASES[int(samples.gauge("breaker_phase"))],
        image_breaker=PHASES[int(samples.sum("image_breaker_phase"))],
        opened=int(samples.sum("breaker_opened_total")),
        budget_per_second=budget or None,
        pace_share=samples.gauge("pace_share"),
        waiting=int(samples.gauge("turns_waiting")),
        under_way=int(samples.gauge("requests_under_way")),
        calls=samples.by("requests_total", "outcome"),
        image_calls=samples.by("image_requests_total", "outcome"),
        remembered=int(samples.sum("cache_hits_total")),
        mean_seconds=samples.sum("request_seconds_sum") / calls if calls else None,
    )

"""A proxy that cannot ask its shared budget: not ready, no call to the marketplace, and its callers go elsewhere."""

import threading
import time
from collections.abc import Mapping

import httpx
import pytest
from tests.services.proxies import Reply, serving, upstream

from mercarich_contracts.messages import BatchItem
from mercarich_marketplace.budget import Ask, Budget, Grant
from mercarich_marketplace.limits import Limits
from mercarich_marketplace.sharing import Budgets
from mercarich_mercari_proxy.bootstrap import PROXY
from mercarich_mercari_proxy.settings import MercariProxySettings
from mercarich_platform.outages import DatabaseAway
from mercarich_runs.adapters.sources_http import HttpSources
from mercarich_runs.ports import ProxyAway

ITEMS = [BatchItem(id=number, item_id=f"m{number:011d}") for number in range(50)]


class Switched:
    """Budgets in memory; `away` while the database is."""

    def __init__(self) -> None:
        self.away = False
        self._documents: dict[str, dict[str, object]] = {}
        self._limits: Mapping[str, Limits] = {}

    def open(self, limits: Mapping[str, Limits]) -> Budgets:
        self._limits = limits
        return self

    def settle(self, name: str, ask: Ask) -> Grant:
        if self.away:
            raise DatabaseAway("away by the test")
        budget = Budget(self._limits[name], self._documents.get(name), time.time())
        grant = budget.grant(ask)
        self._documents[name] = budget.document()
        return grant

    def close(self) -> None: ...


def test_its_callers_are_sent_elsewhere_and_it_comes_back() -> None:
    budgets = Switched()
    with upstream(lambda _: Reply(b"{}", 400)) as market:
        settings = MercariProxySettings(upstream_url=market.url, shared_budget=True, rate_per_second=20)
        with serving(PROXY.build(settings, budgets=budgets.open)) as url:
            sources = HttpSources(url, silence_seconds=10)
            until(lambda: status(url, "/readyz") == 200)
            chunks = sources.look(ITEMS, 4, threading.Event())
            seen = [len(next(chunks))]
            budgets.away = True
            with pytest.raises(ProxyAway):
                seen.extend(len(chunk) for chunk in chunks)
            sent = len(market.asked)

            assert 0 < sum(seen) <= sent < len(ITEMS)
            assert status(url, "/readyz") == 503
            assert status(url, "/healthz") == 200
            assert status(url, "/v1/items/m00000000099") == 503
            assert len(market.asked) == sent

            budgets.away = False
            until(lambda: status(url, "/readyz") == 200)
            assert sum(len(chunk) for chunk in sources.look(ITEMS[:5], 4, threading.Event())) == 5


def status(url: str, path: str) -> int:
    return httpx.get(url + path, trust_env=False, timeout=30).status_code


def until(holds: object) -> None:
    assert callable(holds)
    deadline = time.monotonic() + 20
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.02)

"""The proxies' responses to a search: which are used, which are waited for, which cannot be used."""

from collections.abc import Iterator

import orjson
import pytest
from tests.integration.web.workshop import item
from tests.services.process import free_port
from tests.services.proxies import Reply, Upstream, upstream

from mercarich_contracts.market import Marketplace
from mercarich_contracts.proxy_api import ProxyError, SearchRequest, SearchResult
from mercarich_reasons.jobs import AnswerUnreadable, MarketplaceAway, SearchUnusable
from mercarich_reasons.reason import Reason
from mercarich_web.jobs.markets_http import HttpMarkets
from mercarich_web.jobs.search_queries import MarketAway, Query, Unusable


def _error(status: int, error: str, message: str) -> Reply:
    return Reply(ProxyError(error=error, message=message).model_dump_json().encode(), status)


QUERY = Query("cup", Marketplace.YAHOO, "cup", 100, 900, (1, 2))


@pytest.fixture
def proxy() -> Iterator[Upstream]:
    with upstream(lambda _: Reply(b"", 500)) as market:
        yield market


@pytest.fixture
def markets(proxy: Upstream) -> Iterator[HttpMarkets]:
    markets = HttpMarkets(dict.fromkeys(Marketplace, proxy.url + "/"), silence_seconds=1)
    yield markets
    markets.close()


def test_a_query_is_asked_as_it_is_and_its_own_marketplaces_items_are_taken(
    proxy: Upstream, markets: HttpMarkets
) -> None:
    found = (item(Marketplace.YAHOO, "x100000001"), item(Marketplace.MERCARI, "m10000000001"))
    proxy.answer = lambda _: _json(SearchResult(items=found, complete=True, page=2))

    items, complete = markets.search(QUERY, 2)

    assert ([each.item_id for each in items], complete) == (["x100000001"], True)
    (asked,) = proxy.asked
    assert (asked.method, asked.path) == ("POST", "/v1/search")
    request = SearchRequest.model_validate(orjson.loads(asked.body))
    assert (request.keyword, request.price_min, request.price_max, request.conditions, request.page) == (
        *("cup", 100, 900),
        [1, 2],
        2,
    )


@pytest.mark.parametrize(
    ("reply", "seconds", "text"),
    [
        (Reply(b"", 503), 15, "HTTP 503"),
        (Reply(b"", 503, {"retry-after": "40"}), 40, "HTTP 503"),
        (Reply(b"", 503, {"retry-after": "999999"}), 300, "HTTP 503"),
        (Reply(b"", 503, {"retry-after": "soon"}), 15, "HTTP 503"),
        (Reply(b"<html>", 500), 15, "HTTP 500"),
        (
            _error(503, "breaker_open", "rests"),
            15,
            "breaker_open: rests",
        ),
        (Reply(b"{}", 200, after_seconds=2), 15, "ReadTimeout"),
    ],
)
def test_what_is_away_is_waited_for(
    proxy: Upstream, markets: HttpMarkets, reply: Reply, seconds: float, text: str
) -> None:
    proxy.answer = lambda _: reply

    with pytest.raises(MarketAway) as away:
        markets.search(QUERY, 0)

    assert away.value.after_seconds == seconds
    assert away.value.reason == MarketplaceAway(Marketplace.YAHOO, text)


@pytest.mark.parametrize(
    ("reply", "why"),
    [
        (_error(502, "unparsable", "no rows"), SearchUnusable(Marketplace.YAHOO, "unparsable: no rows")),
        (Reply(b"", 422), SearchUnusable(Marketplace.YAHOO, "HTTP 422")),
        (Reply(b"<html>", 200), AnswerUnreadable(Marketplace.YAHOO)),
        (Reply(b'{"items": [{}]}', 200), AnswerUnreadable(Marketplace.YAHOO)),
    ],
)
def test_what_cannot_be_used_is_told(proxy: Upstream, markets: HttpMarkets, reply: Reply, why: Reason) -> None:
    proxy.answer = lambda _: reply

    with pytest.raises(Unusable) as unusable:
        markets.search(QUERY, 0)

    assert unusable.value.reason == why


def test_a_proxy_that_is_not_there_is_waited_for() -> None:
    markets = HttpMarkets({Marketplace.YAHOO: f"http://127.0.0.1:{free_port()}"}, silence_seconds=1)

    with pytest.raises(MarketAway) as away:
        markets.search(QUERY, 0)

    assert away.value.reason == MarketplaceAway(Marketplace.YAHOO, "ConnectError")
    markets.close()


def _json(result: SearchResult) -> Reply:
    return Reply(result.model_dump_json().encode(), headers={"content-type": "application/json"})

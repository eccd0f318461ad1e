"""A picture that an item names can be fetched through its marketplace's proxy, from a real simulator."""

import httpx
import pytest
from tests.integration.simulator.conftest import Start
from tests.services.proxies import serving

from mercarich_marketplace.image_header import read_header
from mercarich_mercari_proxy.bootstrap import PROXY as MERCARI
from mercarich_mercari_proxy.settings import MercariProxySettings
from mercarich_yahoo_proxy.bootstrap import PROXY as YAHOO
from mercarich_yahoo_proxy.settings import YahooProxySettings


@pytest.mark.parametrize("marketplace", ["yahoo", "mercari"])
def test_pictures_of_pages_and_searches_come_through(start: Start, marketplace: str) -> None:
    market = start("--listings", "40")
    row = next(row for row in market.rows() if row["marketplace"] == marketplace)
    upstream = {"upstream_url": f"{market.base}/{marketplace}"}
    app = (
        YAHOO.build(YahooProxySettings.model_validate(upstream))
        if marketplace == "yahoo"
        else MERCARI.build(MercariProxySettings.model_validate(upstream))
    )
    with serving(app) as url, httpx.Client(base_url=url, trust_env=False, timeout=20) as client:
        item = client.get(f"/v1/items/{row['source_id']}").json()
        words = " ".join(word for word in item["title"].split() if word.startswith("MX-"))
        found = client.post("/v1/search", json={"keyword": words}).json()["items"]
        addresses = [item["images"][0], found[0]["images"][0]]
        pictures = [client.get("/v1/images", params={"url": address}) for address in addresses]

        assert [picture.status_code for picture in pictures] == [200, 200]
        assert all(read_header(picture.content).media_type == "image/jpeg" for picture in pictures)

        fault = {"target": marketplace, "kind": "403", "only": ["image"]}
        market.post("/_sim/faults", **fault)
        refused = client.get("/v1/images", params={"url": addresses[0]})
        assert (refused.status_code, refused.json()["error"]) == (503, "blocked")
        assert client.get(f"/v1/items/{row['source_id']}").json()["state"] == "available"

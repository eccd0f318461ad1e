"""Settings of the Yahoo proxy, prefix `YAHOO_PROXY_`."""

from typing import ClassVar

from pydantic_settings import SettingsConfigDict

from mercarich_marketplace.settings import ProxySettings


class YahooProxySettings(ProxySettings):
    """The fields are the kit's; the limits are `marketplaces.md` 6."""

    model_config = SettingsConfigDict(env_prefix="YAHOO_PROXY_", frozen=True, extra="ignore")

    real_url: ClassVar[str] = "https://auctions.yahoo.co.jp"
    simulator_url: ClassVar[str] = "http://127.0.0.1:8100/yahoo"
    real_hosts: ClassVar[frozenset[str]] = frozenset({"auctions.yahoo.co.jp", "page.auctions.yahoo.co.jp"})
    image_hosts: ClassVar[frozenset[str]] = frozenset({"auctions.c.yimg.jp", "auc-pctr.c.yimg.jp"})
    polite_rate: ClassVar[float] = 0.5
    highest_rate: ClassVar[float] = 1.0

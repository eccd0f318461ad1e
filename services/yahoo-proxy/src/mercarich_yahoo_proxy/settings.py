"""Settings of the Yahoo proxy, prefix `YAHOO_PROXY_`."""

from typing import ClassVar

from mercarich_contracts.sites import Site, yahoo
from mercarich_marketplace.settings import ProxySettings, config_of


class YahooProxySettings(ProxySettings):
    """The kit's settings with the limits of Yahoo! Auctions (`marketplaces.md` 6)."""

    model_config = config_of(yahoo.SITE)

    site: ClassVar[Site] = yahoo.SITE
    real_url: ClassVar[str] = "https://auctions.yahoo.co.jp"
    real_hosts: ClassVar[frozenset[str]] = frozenset({"auctions.yahoo.co.jp", "page.auctions.yahoo.co.jp"})
    image_hosts: ClassVar[frozenset[str]] = frozenset({"auctions.c.yimg.jp", "auc-pctr.c.yimg.jp"})
    polite_rate: ClassVar[float] = 0.5
    highest_rate: ClassVar[float] = 1.0

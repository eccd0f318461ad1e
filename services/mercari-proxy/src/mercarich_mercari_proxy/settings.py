"""Settings of the Mercari proxy, prefix `MERCARI_PROXY_`."""

from typing import ClassVar

from mercarich_contracts.sites import Site, mercari
from mercarich_marketplace.settings import ProxySettings, config_of


class MercariProxySettings(ProxySettings):
    """The kit's settings with the limits of Mercari (`marketplaces.md` 6)."""

    model_config = config_of(mercari.SITE)

    site: ClassVar[Site] = mercari.SITE
    real_url: ClassVar[str] = "https://api.mercari.jp"
    real_hosts: ClassVar[frozenset[str]] = frozenset({"api.mercari.jp"})
    image_hosts: ClassVar[frozenset[str]] = frozenset({"static.mercdn.net", "assets.mercari-shops-static.com"})
    polite_rate: ClassVar[float] = 1.0
    highest_rate: ClassVar[float] = 2.0

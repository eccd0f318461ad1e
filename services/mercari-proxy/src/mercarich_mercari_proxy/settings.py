"""Settings of the Mercari proxy, prefix `MERCARI_PROXY_`."""

from typing import ClassVar

from pydantic_settings import SettingsConfigDict

from mercarich_marketplace.settings import ProxySettings


class MercariProxySettings(ProxySettings):
    """The fields are the kit's; the limits are `marketplaces.md` 6."""

    model_config = SettingsConfigDict(env_prefix="MERCARI_PROXY_", frozen=True, extra="ignore")

    real_url: ClassVar[str] = "https://api.mercari.jp"
    simulator_url: ClassVar[str] = "http://127.0.0.1:8100/mercari"
    real_hosts: ClassVar[frozenset[str]] = frozenset({"api.mercari.jp"})
    image_hosts: ClassVar[frozenset[str]] = frozenset({"static.mercdn.net", "assets.mercari-shops-static.com"})
    polite_rate: ClassVar[float] = 1.0
    highest_rate: ClassVar[float] = 2.0

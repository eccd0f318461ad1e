"""Where the marketplaces' proxies are, read alike by every process that asks one: `CHECKER_YAHOO_PROXY_URL`."""

import os
from collections.abc import Mapping
from typing import Any

from pydantic import Field, field_validator
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource

from mercarich_contracts.market import Marketplace
from mercarich_contracts.sites import SITES


class ProxyUrls(BaseSettings):
    """The base of such a process's settings; the variables begin with the prefix of the class below."""

    proxy_urls: Mapping[Marketplace, str] = Field(default_factory=dict, validate_default=True)
    """Of every marketplace; where nothing is said, the proxy's usual port on this machine."""

    @field_validator("proxy_urls")
    @classmethod
    def _of_every_marketplace(cls, given: Mapping[Marketplace, str]) -> Mapping[Marketplace, str]:
        return {name: given.get(name, site.proxy_url) for name, site in SITES.items()}

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return init_settings, _Variables(settings_cls), env_settings, dotenv_settings, file_secret_settings


def variables(prefix: str) -> dict[str, Marketplace]:
    """The variables of a process whose settings have this prefix, such as `CHECKER_`."""
    return {f"{prefix}{site.proxy_prefix}URL": name for name, site in SITES.items()}


class _Variables(PydanticBaseSettingsSource):
    """One variable for each marketplace."""

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:
        return None, field_name, False

    def __call__(self) -> dict[str, Any]:
        names = variables(str(self.config.get("env_prefix", "")))
        found = {market: os.environ[name] for name, market in names.items() if name in os.environ}
        return {"proxy_urls": found} if found else {}

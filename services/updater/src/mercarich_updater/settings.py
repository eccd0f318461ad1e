"""The updater's settings by environment, prefix `UPDATER_`."""

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from mercarich_platform.proxy_urls import ProxyUrls
from mercarich_updater.use_cases.revive import SIDE_BY_SIDE


class UpdaterSettings(ProxyUrls):
    model_config = SettingsConfigDict(env_prefix="UPDATER_", frozen=True, extra="ignore")

    slots: int = Field(default=2, ge=1, le=16)
    """Messages that one worker has under way at once, each with some searches side by side."""
    lease_seconds: float = Field(default=120, ge=3, le=600)
    """How long a claimed listing stays with a worker that no longer speaks; it is renewed while it does."""
    proxy_silence_seconds: float = Field(default=45, ge=1, le=300)
    """A search waits at the proxy for its turn, up to 30 s; after so long without a byte the proxy counts as away."""

    @property
    def connections(self) -> int:
        """To the database, at most: searches spend nearly all of their time at proxies and pictures."""
        return self.slots * SIDE_BY_SIDE // 4 + 1

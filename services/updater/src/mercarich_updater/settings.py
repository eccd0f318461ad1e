"""The updater's settings by environment, prefix `UPDATER_`."""

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from mercarich_platform.proxy_urls import ProxyUrls
from mercarich_updater.use_cases.revive import SIDE_BY_SIDE


class UpdaterSettings(ProxyUrls):
    model_config = SettingsConfigDict(env_prefix="UPDATER_", frozen=True, extra="ignore")

    slots: int = Field(default=2, ge=1, le=16)
    """Messages that one worker has under way at once, each with up to 8 searches side by side.

    Unit: messages
    Why: pictures are compared on the worker's own processor; more would only wait for it.
    """
    lease_seconds: float = Field(default=120, ge=3, le=600)
    """How long a claimed listing stays with a worker that no longer speaks; the lease is renewed while it does.

    Unit: seconds
    Why: a search takes longer than a check, and most offers that are searched for are down already.
    """
    proxy_silence_seconds: float = Field(default=45, ge=1, le=300)
    """The proxy counts as away after so long without a byte.

    Unit: seconds
    Why: a search waits at the proxy for its turn, up to 30 seconds.
    """

    @property
    def connections(self) -> int:
        """To the database, at most: searches spend nearly all of their time at proxies and pictures."""
        return self.slots * SIDE_BY_SIDE // 4 + 1

"""The checker's settings by environment, prefix `CHECKER_`."""

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from mercarich_platform.proxy_urls import ProxyUrls


class CheckerSettings(ProxyUrls):
    model_config = SettingsConfigDict(env_prefix="CHECKER_", frozen=True, extra="ignore")

    slots: int = Field(default=8, ge=1, le=64)
    """Batches that one worker has at the proxy at once.

    Unit: batches
    Why: batches wait at the proxy for its budget, so that few suffice; each two need a database connection.
    """
    lease_seconds: float = Field(default=30, ge=3, le=600)
    """How long a claimed item stays with a worker that no longer speaks; the lease is renewed while it does.

    Unit: seconds
    Why: what a killed worker had is taken up by another half a minute later.
    """
    proxy_silence_seconds: float = Field(default=15, ge=1, le=300)
    """The proxy counts as away after so long without a whole line of its stream.

    Unit: seconds
    Why: the stream has a line every few seconds, heartbeats included.
    """

    @property
    def connections(self) -> int:
        """To the database, at most: batches spend nearly all of their time at the proxy."""
        return self.slots // 2 + 1

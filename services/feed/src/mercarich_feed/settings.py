"""The deployment's facts for feed: addresses, credentials, the key of the stored tokens, threads."""

from pathlib import Path

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

CONNECTIONS = 10
"""To its database, of one worker at most: pushers spend nearly all of their time at Amazon."""


class FeedSettings(BaseSettings):
    """Variables with the prefix `FEED_`."""

    model_config = SettingsConfigDict(env_prefix="FEED_", frozen=True, extra="ignore")

    lwa_url: str = Field(default="http://127.0.0.1:8100/lwa/auth/o2/token", pattern="^https?://")
    """Login with Amazon's token address; really https://api.amazon.com/auth/o2/token."""
    spapi_url: str = Field(default="http://127.0.0.1:8100/spapi", pattern="^https?://")
    """The Selling Partner API; for Japan really https://sellingpartnerapi-fe.amazon.com."""
    lwa_client_id: str = "amzn1.application-oa2-client.simulated"
    lwa_client_secret: SecretStr = SecretStr("simulated-secret")
    encryption_key: SecretStr = SecretStr("")
    """The key of the stored refresh tokens: 32 bytes in base64. Wins over the file."""
    old_encryption_key: SecretStr = SecretStr("")
    """The key of before, while it is replaced: what it has sealed still opens, and is sealed with the new one."""
    encryption_key_file: Path | None = None
    """A file that holds it."""
    pages_url: str = Field(default="", pattern=r"^(https?://[^/?#\s]+)?$")
    """oauth: where the pages are, to which sellers go back from Amazon's consent page."""
    redirect_uri: str = Field(default="", pattern=r"^(https?://\S+)?$")
    """oauth: where Amazon sends them first, as registered there. Empty: /amazon/linked below the pages' address."""
    marketplace_id: str = "A1VC38T7YXB528"
    """oauth: the Amazon marketplace of accounts that are linked (Japan's)."""
    pushers: int = Field(default=48, ge=1, le=1000)
    """Sellers whose withdrawals are pushed side by side. Each thread mostly waits for its seller's quota."""
    followers: int = Field(default=4, ge=1, le=100)
    """Sellers whose feeds and zeros are looked after side by side."""
    restorers: int = Field(default=8, ge=1, le=100)
    """Sellers whose restores are pushed side by side; fewer than `pushers`, for they share the calls."""
    calls: int = Field(default=32, ge=1, le=500)
    """Requests to Amazon under way at once, of all sellers."""
    call_seconds: float = Field(default=10.0, gt=0, le=60)
    """The whole time that one request may take."""
    token_gap_seconds: float = Field(default=1.0, ge=0, le=60)
    """validate_mws_tokens: between two sellers on average, so that they do not all knock at once."""
    token_retry_seconds: float = Field(default=180.0, gt=0)
    """After a refusal of a seller's token or of the application's credentials, the wait until the next try."""

"""The deployment's facts for feed: addresses, credentials, the key of the stored tokens, threads."""

from datetime import date
from pathlib import Path

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

CONNECTIONS = 10
"""To its database, of one worker at most: pushers spend nearly all of their time at Amazon."""


class FeedSettings(BaseSettings):
    """Variables with the prefix `FEED_`."""

    model_config = SettingsConfigDict(env_prefix="FEED_", frozen=True, extra="ignore")

    lwa_url: str = Field(default="http://127.0.0.1:8100/lwa/auth/o2/token", pattern="^https?://")
    """Login with Amazon's token address; really https://api.amazon.com/auth/o2/token.

    Why: the simulator: nobody pushes to the real Amazon without having said so.
    """
    spapi_url: str = Field(default="http://127.0.0.1:8100/spapi", pattern="^https?://")
    """The Selling Partner API; for Japan really https://sellingpartnerapi-fe.amazon.com.

    Why: the simulator: nobody pushes to the real Amazon without having said so.
    """
    lwa_client_id: str = "amzn1.application-oa2-client.simulated"
    """The id of our application at Login with Amazon.

    Why: the one that the simulator knows.
    """
    lwa_client_secret: SecretStr = SecretStr("simulated-secret")
    """The secret of our application at Login with Amazon.

    Why: the one that the simulator knows.
    """
    lwa_secret_created: date | None = None
    """The day on which the application's secret was made. Amazon ends a secret after 180 days.

    Why: Amazon tells the day in its Solution Provider Portal only.
    Empty: nobody is warned before the secret ends.
    """
    encryption_key: SecretStr = SecretStr("")
    """The key of the stored refresh tokens: 32 bytes in base64. Wins over the file.

    Why: secrets have no default.
    Empty: the key is read from FEED_ENCRYPTION_KEY_FILE.
    """
    old_encryption_key: SecretStr = SecretStr("")
    """The key of before, while it is replaced: what it has sealed still opens, and is sealed with the new one.

    Why: secrets have no default.
    Empty: only what the present key has sealed opens.
    """
    encryption_key_file: Path | None = None
    """A file that holds the key of the stored refresh tokens.

    Why: secrets have no default; `make up` makes the file in its data folder.
    Empty: FEED_ENCRYPTION_KEY must hold the key, or feed does not start.
    """
    pages_url: str = Field(default="", pattern=r"^(https?://[^/?#\s]+)?$")
    """oauth: where the pages are, to which sellers go back from Amazon's consent page.

    Why: only the operator knows the address.
    Empty: the process oauth does not start.
    """
    trusted_proxies: str = ""
    """oauth: addresses or networks, separated by commas, whose connections are of many clients, and not one's share.

    Why: whoever is believed may take all connections; the chart gives that of the pages.
    Empty: each network has its share, that of a proxy in front too.
    """
    redirect_uri: str = Field(default="", pattern=r"^(https?://\S+)?$")
    """oauth: where Amazon sends sellers first, as registered there.

    Why: the pages' host, whose session cookie is asked for there.
    Empty: /amazon/linked below the pages' address.
    """
    marketplace_id: str = "A1VC38T7YXB528"
    """oauth: the Amazon marketplace of accounts that are linked.

    Why: Japan's.
    """
    pushers: int = Field(default=48, ge=1, le=1000)
    """Sellers whose withdrawals are pushed side by side.

    Unit: threads
    Why: each thread mostly waits for its seller's quota, so that many cost little.
    """
    followers: int = Field(default=4, ge=1, le=100)
    """Sellers whose feeds and read-backs are looked after side by side.

    Unit: threads
    Why: a look at a feed comes once a minute a seller (FEED_POLL_SECONDS), so that few suffice.
    """
    restorers: int = Field(default=8, ge=1, le=100)
    """Sellers whose restores are pushed side by side.

    Unit: threads
    Why: fewer than the pushers, with whom they share the calls: a withdrawal must not wait for restores.
    """
    offer_readers: int = Field(default=2, ge=1, le=20)
    """Sellers whose offers are read as a whole side by side, once an account is linked.

    Unit: threads
    Why: they have threads of their own, so that a report of 500,000 rows holds nothing else up; Amazon takes minutes.
    """
    creators: int = Field(default=2, ge=1, le=100)
    """Sellers whose new offers are created side by side, and whose searches of Amazon's catalogue are made.

    Unit: threads
    Why: a seller's quota gives some two new offers a second, and nobody loses an order while one waits.
    """
    calls: int = Field(default=32, ge=1, le=500)
    """Requests to Amazon under way at once, of all sellers.

    Unit: requests
    Why: fewer than the pushers, of whom most wait for a quota.
    """
    call_seconds: float = Field(default=10.0, gt=0, le=60)
    """The whole time that one request may take.

    Unit: seconds
    Why: a push without a response by then is in doubt, and is looked at before it is sent again.
    """
    order_queue_url: str = Field(default="", pattern=r"^(https?://[^/\s]+/\S+)?$")
    """The address of an Amazon SQS queue that Amazon's ORDER_CHANGE notifications come to.

    Why: only the operator has an account at AWS.
    Empty: orders are read every three minutes, and no sooner.
    """
    order_queue_region: str = ""
    """The AWS region of that queue.

    Why: an address of AWS names it.
    Empty: the region in the queue's address.
    """
    order_queue_access_key_id: str = ""
    """The id of an access key that may receive from that queue and delete from it.

    Why: a role of the pod or the machine needs no key.
    Empty: AWS's own chain gives the credentials.
    """
    order_queue_secret_access_key: SecretStr = SecretStr("")
    """The secret of that access key.

    Why: secrets have no default.
    Empty: AWS's own chain gives the credentials.
    """
    token_gap_seconds: float = Field(default=1.0, ge=0, le=60)
    """validate_mws_tokens: the time between two sellers on average.

    Unit: seconds
    Why: sellers' tokens do not all knock at Amazon at once; 80 sellers take some 80 seconds.
    Zero: all of them one after the other, without a wait.
    """
    token_retry_seconds: float = Field(default=180.0, gt=0)
    """After a refusal of a seller's token or of the application's credentials, the wait until the next try.

    Unit: seconds
    Why: a token that was given again is used within three minutes, and a refused one costs a call in each of them.
    """

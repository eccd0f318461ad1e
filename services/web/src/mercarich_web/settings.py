"""The settings of web's processes by environment: `WEB_` of the workers of sellers' jobs, `PAGES_` of the pages."""

from typing import Literal

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from mercarich_platform.proxy_urls import ProxyUrls
from mercarich_web.identity.people import Role


class WebSettings(ProxyUrls):
    model_config = SettingsConfigDict(env_prefix="WEB_", frozen=True, extra="ignore")

    job_slots: int = Field(default=1, ge=1, le=32)
    """Slices of sellers' jobs that one worker has in hand at once; each needs a database connection."""
    search_silence_seconds: float = Field(default=45, ge=1, le=300)
    """How long a proxy may take for a search, its wait for a turn included."""


class NoticesSettings(BaseSettings):
    """How notices leave this system by mail: not at all where no server is named."""

    model_config = SettingsConfigDict(env_prefix="NOTICES_", frozen=True, extra="ignore")

    smtp_host: str = ""
    smtp_port: int = Field(default=587, ge=1, le=65535)
    smtp_security: Literal["starttls", "tls", "none"] = "starttls"
    """`none` for a server on the same machine, or one that encrypts nothing."""
    smtp_username: str = ""
    smtp_password: SecretStr = SecretStr("")
    mail_from: str = ""
    """The sender's address, such as mercarich@shop.example."""


class PagesSettings(ProxyUrls):
    model_config = SettingsConfigDict(env_prefix="PAGES_", frozen=True, extra="ignore")

    public_url: str = Field(default="", pattern=r"^(https?://[^/?#\s]+)?$")
    """Where people find the pages, as https://shop.example: makes cookies secure, and only its host's pages may send
    forms. Empty: whatever address they were asked for by, for one machine."""
    key: SecretStr = SecretStr("")
    """32 bytes in base64; it seals the secret of which those of authenticators and webhooks are made. Empty: the file
    pages.key in the data folder, made where there is none."""
    old_key: SecretStr = SecretStr("")
    """The key of before, while it is replaced: what it has sealed still opens, and is sealed with the new one."""
    codes_for_operators: bool = False
    """Operators must set up the second step of signing in before they see anything else."""
    codes_for_sellers: bool = False
    """The same for sellers."""
    docs: bool = False
    """Whether /docs tells of the API, for people who develop against it."""
    api_calls_a_minute: int = Field(default=600, ge=1, le=1_000_000)
    """Of one key of the API at one replica, as many at once; of all keys of a seller together twice as many."""
    amazon_consent_url: str = Field(default="", pattern=r"^(https?://[^/?#\s]+/\S*)?$")
    """Amazon's page on which sellers link their accounts: of Japan's sellers really
    https://sellercentral.amazon.co.jp/apps/authorize/consent, with ?version=beta while the application is a draft.
    Empty: linking is not offered."""
    amazon_application_id: str = ""
    """Of our application at Amazon, as amzn1.sp.solution.…"""
    amazon_redirect_uri: str = Field(default="", pattern=r"^(https?://\S+)?$")
    """Where Amazon sends sellers back: to feed, which links. Empty: the address that is registered there first."""
    webhooks_anywhere: bool = False
    """Sellers' webhooks also to http, to any port and to private addresses: for development and tests only."""
    trusted_proxies: str = ""
    """Addresses or networks, separated by commas, from which X-Forwarded-For and -Proto are believed. Empty: nobody."""

    @property
    def codes_for(self) -> frozenset[Role]:
        """Who must set up the second step."""
        must = {Role.OPERATOR: self.codes_for_operators, Role.SELLER: self.codes_for_sellers}
        return frozenset(role for role, demanded in must.items() if demanded)

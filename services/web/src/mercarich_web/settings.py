"""The settings of web's processes by environment: `WEB_` of the workers of sellers' jobs, `PAGES_` of the pages."""

from typing import Literal

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from mercarich_platform.proxy_urls import ProxyUrls
from mercarich_web.identity.people import Role


class WebSettings(ProxyUrls):
    model_config = SettingsConfigDict(env_prefix="WEB_", frozen=True, extra="ignore")

    job_slots: int = Field(default=1, ge=1, le=32)
    """Slices of sellers' jobs that one worker has in hand at once.

    Unit: slices
    Why: a slice needs a database connection; with one each, the sixteen search workers need 32 (docs/kubernetes.md).
    """
    search_silence_seconds: float = Field(default=45, ge=1, le=300)
    """How long a proxy may take for a search, its wait for a turn included.

    Unit: seconds
    Why: the wait for a turn alone may take 30 seconds.
    """


class NoticesSettings(BaseSettings):
    """How notices leave this system by mail: not at all where no server is named."""

    model_config = SettingsConfigDict(env_prefix="NOTICES_", frozen=True, extra="ignore")

    smtp_host: str = ""
    """The server that takes the mail.

    Why: only the operator knows one.
    Empty: nothing is sent by mail.
    """
    smtp_port: int = Field(default=587, ge=1, le=65535)
    """The port of that server.

    Unit: port
    Why: the standard's port for handing in mail, with STARTTLS.
    """
    smtp_security: Literal["starttls", "tls", "none"] = "starttls"
    """How the connection is encrypted; `none` for a server on the same machine, or one that encrypts nothing.

    Why: what port 587 offers.
    """
    smtp_username: str = ""
    """The name that signs in at that server.

    Why: only the operator knows it.
    Empty: nobody signs in.
    """
    smtp_password: SecretStr = SecretStr("")
    """The password of that name.

    Why: secrets have no default.
    Empty: an empty password, where a name is given.
    """
    mail_from: str = ""
    """The sender's address, such as mercarich@shop.example.

    Why: only the operator knows it.
    Empty: the process does not start where NOTICES_SMTP_HOST is set.
    """


class PagesSettings(ProxyUrls):
    model_config = SettingsConfigDict(env_prefix="PAGES_", frozen=True, extra="ignore")

    public_url: str = Field(default="", pattern=r"^(https?://[^/?#\s]+)?$")
    """Where people find the pages, as https://shop.example: makes cookies secure, only its host's pages may send forms,
    and passkeys are made for its host.

    Why: on one machine whatever address a browser uses will do.
    Empty: the address under which a browser opened them. With a mail server the process of notices does not start.
    """
    key: SecretStr = SecretStr("")
    """32 bytes in base64; it seals the secret of which those of authenticators and webhooks are made.

    Why: secrets have no default.
    Empty: the file pages.key in the data folder, made where there is none.
    """
    old_key: SecretStr = SecretStr("")
    """The key of before, while it is replaced: what it has sealed still opens, and is sealed with the new one.

    Why: secrets have no default.
    Empty: only what the present key has sealed opens.
    """
    push_key: SecretStr = SecretStr("")
    """32 bytes in base64, as `mercarich push-key` prints them: notices in browsers (web push) are signed with it. With
    another key they must be switched on again in each browser.

    Why: secrets have no default.
    Empty: notices are not offered in browsers.
    """
    codes_for_operators: bool = True
    """Operators must set up the second step of signing in before they see anything else.

    Why: an operator can stop every seller and change the brake, so that a stolen password must not be enough. On one
    machine `make up` sets it to false: its pages listen on that machine alone.
    """
    codes_for_sellers: bool = False
    """Sellers must set up the second step of signing in before they see anything else.

    Why: the operator decides what is demanded of sellers.
    """
    docs: bool = False
    """Whether /docs tells of the API, for people who develop against it.

    Why: what nobody asked for is not shown to strangers.
    """
    api_calls_a_minute: int = Field(default=600, ge=1, le=1_000_000)
    """Calls of one key of the API at one replica, as many at once; of all keys of a seller together twice as many.

    Unit: calls a minute
    Why: an estimate: ten a second are more than a program that keeps stock needs.
    """
    amazon_consent_url: str = Field(default="", pattern=r"^(https?://[^/?#\s]+/\S*)?$")
    """Amazon's page on which sellers link their accounts: for sellers in Japan
    https://sellercentral.amazon.co.jp/apps/authorize/consent, with ?version=beta while the application is a draft.

    Why: without a registered application there is none.
    Empty: linking is not offered.
    """
    amazon_application_id: str = ""
    """The id of our application at Amazon, as amzn1.sp.solution.…

    Why: without a registered application there is none.
    Empty: linking is not offered.
    """
    amazon_redirect_uri: str = Field(default="", pattern=r"^(https?://\S+)?$")
    """Where Amazon sends sellers back: to feed, which links.

    Why: Amazon knows the registered addresses.
    Empty: the address that is registered there first.
    """
    webhooks_anywhere: bool = False
    """Sellers' webhooks also to http, to any port and to private addresses: for development and tests only.

    Why: a webhook must not reach what only this network reaches.
    """
    trusted_proxies: str = ""
    """Addresses or networks, separated by commas, from which X-Forwarded-For and -Proto are believed.

    Why: whoever is believed can pass for any address.
    Empty: nobody is believed.
    """

    @property
    def codes_for(self) -> frozenset[Role]:
        """Who must set up the second step."""
        must = {Role.OPERATOR: self.codes_for_operators, Role.SELLER: self.codes_for_sellers}
        return frozenset(role for role, demanded in must.items() if demanded)

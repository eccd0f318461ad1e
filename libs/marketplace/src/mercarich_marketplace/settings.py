"""The settings that the proxies share, from environment variables, and the values derived from them."""

from dataclasses import replace
from typing import ClassVar, Literal
from urllib.parse import urlsplit

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from mercarich_contracts.sites import Site
from mercarich_marketplace.breaker import Rules
from mercarich_marketplace.image_sources import ImageSources
from mercarich_marketplace.limits import Limits
from mercarich_marketplace.pace import POLITE_RECOVERY
from mercarich_platform.settings import BadConfiguration

USER_AGENT = "mercarich/0.1"


def config_of(site: Site) -> SettingsConfigDict:
    """Return the `model_config` of the settings of the site's proxy."""
    return SettingsConfigDict(env_prefix=site.proxy_prefix, frozen=True, extra="ignore")


class ProxySettings(BaseSettings):
    """The base class of a proxy's settings. A subclass sets `config_of(SITE)` and the limits of the real site."""

    site: ClassVar[Site]
    real_url: ClassVar[str]
    real_hosts: ClassVar[frozenset[str]]
    polite_rate: ClassVar[float]
    """Calls a second at the real host when nothing is set (`marketplaces.md` 6)."""
    highest_rate: ClassVar[float]
    """The hard cap at the real host."""
    highest_concurrency: ClassVar[int] = 2
    image_hosts: ClassVar[frozenset[str]]
    """Hosts of the marketplace's pictures. Used with `web` only, at 2 calls a second, 4 at once."""

    upstream: Literal["simulator", "web"] = "simulator"
    """Where requests go: to a simulated market, or to the marketplace's own web site.

    Why: requests to a real marketplace need an explicit decision.
    """
    upstream_url: str = Field(default="", pattern=r"^(https?://[^/\s]+.*)?$")
    """The base address of all requests.

    Why: follows from the upstream.
    Empty: the simulator's, or the real one with `web`.
    """
    accept_terms: str = ""
    """`yes` from an operator who has settled with the marketplace's terms of use.

    Why: only the operator can settle it.
    Empty: with the upstream `web` the proxy does not start.
    """
    rate_per_second: float | None = Field(default=None, gt=0, le=10_000)
    """The outbound budget: calls to the marketplace, of all callers together.

    Unit: calls a second
    Why: the limits of politeness of each marketplace, which are also kept below a hard cap of twice as much.
    Empty: at a real host 0.5 (Yahoo! Auctions) and 1 (Mercari), 300 elsewhere.
    """
    concurrency: int | None = Field(default=None, ge=1, le=1_000)
    """Calls under way at once.

    Unit: calls
    Why: two at a real host, which is also the most that is allowed there.
    Empty: 2 at the real host, 32 elsewhere.
    """
    shared_budget: bool = False
    """Whether all replicas of this proxy share the budget, the breaker and the pauses, through the database.

    Then each replica reserves its next calls in the database, for a quarter of a second ahead, and makes none while
    the database is away.

    Why: one machine has one replica, which keeps them in its memory; the chart sets it, since it starts several.
    """
    cache_seconds: float = Field(default=10.0, ge=0, le=3_600)
    """How long a result is cached for further requests for the same item.

    Unit: seconds
    Why: enough for callers that ask for one item at the same time; short, for a second look must be a second look.
    Zero: no result is cached; concurrent requests for one item still share one call.
    """
    cache_items: int = Field(default=50_000, ge=1)
    """Most results in the cache; the oldest are dropped first.

    Unit: results
    Why: a bound for memory; ten seconds at the 300 calls a second of a simulated market are 3,000 results.
    """
    deadline_seconds: float | None = Field(default=None, gt=0, le=120)
    """The whole time of one call, first byte to last byte.

    Unit: seconds
    Why: a page that drips must not hold a slot.
    Empty: 15 at a real host, 5 elsewhere.
    """
    breaker_block_streak: int = Field(default=5, ge=1)
    """Consecutive blocked responses that open the breaker.

    Unit: responses
    Why: an estimate: one may be accidental, and each further request can prolong a block.
    """
    breaker_failure_share: float = Field(default=0.5, gt=0, le=1)
    """The share of failed calls in the window that opens the breaker.

    Unit: share, 0 to 1
    Why: an estimate: a marketplace where every second call fails is not usable.
    """
    breaker_min_calls: int = Field(default=20, ge=1)
    """Calls in the window below which the share is not used. The same number of consecutive failures opens the breaker.

    Unit: calls
    Why: an estimate: with fewer, a few accidental failures could stop a marketplace.
    """
    breaker_unparsable_share: float = Field(default=0.05, gt=0, le=1)
    """The share of unparsable pages in the window that opens the breaker.

    Unit: share, 0 to 1
    Why: half of what holds a run (BRAKE_UNPARSABLE_SHARE), so that the proxy stops asking first.
    """
    breaker_min_pages: int = Field(default=40, ge=1)
    """Pages in the window below which the share is not used.

    Unit: pages
    Why: at 5 per cent of 40 pages, one unparsable page does not open the breaker.
    """
    breaker_window_seconds: float = Field(default=60.0, gt=0)
    """The length of the window in which calls are counted.

    Unit: seconds
    Why: an estimate: at a real host's rate a minute has about as many calls as the shares need.
    """
    breaker_open_seconds: float | None = Field(default=None, gt=0)
    """How long an open breaker stops all calls before one call probes; doubles at every failed probe.

    Unit: seconds
    Why: a real marketplace that blocks needs a long pause; a simulated one does not.
    Empty: 900 (15 minutes) at a real host, 5 elsewhere.
    """
    breaker_max_open_seconds: float | None = Field(default=None, gt=0)
    """The longest time that the breaker stays open, however often the time doubled.

    Unit: seconds
    Why: calls to a marketplace that has recovered resume on the same day.
    Empty: 21,600 (6 hours) at a real host, 60 elsewhere; never less than BREAKER_OPEN_SECONDS.
    """
    user_agent: str = Field(default=USER_AGENT, min_length=1, pattern=r"^[\x20-\x7e]+$")
    """The User-Agent header of requests to the marketplace. An operator should add a contact.

    Why: the program's own name, not that of a browser.
    """

    def checked(self) -> "ProxySettings":
        """Return these settings. Raise `BadConfiguration` when they break a rule, with the rule in the message."""
        prefix = self.model_config.get("env_prefix", "")
        if self.upstream == "web" and self.accept_terms != "yes":
            raise BadConfiguration(
                f"{prefix}ACCEPT_TERMS: `web` sends automatic requests to {urlsplit(self.base_url).hostname}. Check "
                "that its terms of use allow you that, then set this to `yes`"
            )
        if self.is_real and self.rate > self.highest_rate:
            raise BadConfiguration(
                f"{prefix}RATE_PER_SECOND: at most {self.highest_rate:g} at {urlsplit(self.base_url).hostname}"
                f" (it is {self.rate:g})"
            )
        if self.is_real and self.most_at_once > self.highest_concurrency:
            raise BadConfiguration(
                f"{prefix}CONCURRENCY: at most {self.highest_concurrency} at {urlsplit(self.base_url).hostname}"
                f" (it is {self.most_at_once})"
            )
        return self

    @property
    def base_url(self) -> str:
        """The base address of requests, without a trailing slash."""
        default = self.real_url if self.upstream == "web" else f"http://127.0.0.1:8100/{self.site}"
        return (self.upstream_url or default).rstrip("/")

    @property
    def is_real(self) -> bool:
        return urlsplit(self.base_url).hostname in self.real_hosts

    @property
    def rate(self) -> float:
        """The outbound budget in calls a second."""
        return self.rate_per_second or (self.polite_rate if self.is_real else 300.0)

    @property
    def most_at_once(self) -> int:
        return self.concurrency or (self.highest_concurrency if self.is_real else 32)

    @property
    def limits(self) -> Limits:
        """What the marketplace allows of all replicas together."""
        return Limits(self.rate, self.recovery_per_second, self.most_at_once, self.deadline, self.breaker_rules)

    @property
    def image_limits(self) -> Limits:
        """What the hosts of its pictures allow."""
        return Limits(
            self.image_rate, self.recovery_per_second, self.images_at_once, self.deadline, self.image_breaker_rules
        )

    @property
    def image_rate(self) -> float:
        """Calls a second for pictures."""
        return 2.0 if self.upstream == "web" else self.rate

    @property
    def images_at_once(self) -> int:
        return 4 if self.upstream == "web" else self.most_at_once

    @property
    def deadline(self) -> float:
        """The deadline of one call in seconds."""
        return self.deadline_seconds or (15.0 if self.is_real else 5.0)

    @property
    def jitter(self) -> float:
        """The largest random delay of a call, as a share of its cell in the pace."""
        return 0.3 if self.is_real else 0.0

    @property
    def recovery_per_second(self) -> float:
        """How fast the rate recovers after a rate limit: share of the full rate per second."""
        return POLITE_RECOVERY if self.is_real else 0.05

    @property
    def image_sources(self) -> ImageSources:
        """The real picture hosts with `web` only, and the upstream's own pictures unless it is the real site."""
        hosts = self.image_hosts if self.upstream == "web" else frozenset[str]()
        return ImageSources(hosts, None if self.is_real else self.base_url)

    @property
    def image_breaker_rules(self) -> Rules:
        """The rules for pictures: looser, since one broken picture says little about the next."""
        return replace(self.breaker_rules, block_streak=8, unparsable_share=0.5)

    @property
    def breaker_rules(self) -> Rules:
        seconds = self.breaker_open_seconds or (900.0 if self.is_real else 5.0)
        longest = self.breaker_max_open_seconds or (21_600.0 if self.is_real else 60.0)
        return Rules(
            block_streak=self.breaker_block_streak,
            failure_share=self.breaker_failure_share,
            min_calls=self.breaker_min_calls,
            unparsable_share=self.breaker_unparsable_share,
            min_pages=self.breaker_min_pages,
            window_seconds=self.breaker_window_seconds,
            open_seconds=seconds,
            max_open_seconds=max(seconds, longest),
        )

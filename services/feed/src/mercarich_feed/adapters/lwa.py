"""Login with Amazon: a cache of one access token per seller, and the exchange of codes for refresh tokens."""

import logging
import threading
from dataclasses import dataclass, field

from pydantic import SecretStr

from mercarich_feed.adapters.amazon_errors import lwa_trouble
from mercarich_feed.adapters.http import Http
from mercarich_feed.domain.answers import AppCredentials, Transient
from mercarich_feed.domain.pushes import Account
from mercarich_feed.metrics import APP_CREDENTIALS_REFUSED
from mercarich_platform.clock import Monotonic, monotonic

log = logging.getLogger(__name__)

_MARGIN_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Application:
    """Our registration at Amazon, and the token endpoint."""

    url: str
    client_id: str
    client_secret: SecretStr


@dataclass(slots=True)
class _Seller:
    lock: threading.Lock = field(default_factory=threading.Lock)
    token: str = field(default="", repr=False)
    of: str = field(default="", repr=False)
    """The refresh token it was made from; it changes when the seller links another account."""
    ends_at: float = 0.0


class Lwa:
    """Access tokens from a cache; one thread at a time refreshes a token.

    While Amazon refuses the application itself, one call at a time probes and all others wait.
    """

    def __init__(
        self, http: Http, application: Application, *, retry_seconds: float, now: Monotonic = monotonic
    ) -> None:
        self._http = http
        self._application = application
        self._retry_seconds = retry_seconds
        self._now = now
        self._lock = threading.Lock()
        self._sellers: dict[int, _Seller] = {}
        self._paused_until: float | None = None

    def token(self, account: Account) -> str:
        """Return a token valid for at least a minute. Raises `TokenRevoked`, `AppCredentials`, `Transient`."""
        self._wait_for_credentials()
        seller = self._seller(account)
        with seller.lock:
            if seller.ends_at - _MARGIN_SECONDS <= self._now() or seller.of != account.refresh_token:
                self._refresh(account, seller)
            return seller.token

    def forget(self, account: Account, token: str) -> None:
        """Drop a token that Amazon refused; the next call refreshes it, unless another thread already did."""
        seller = self._seller(account)
        with seller.lock:
            if seller.token == token:
                seller.ends_at = 0.0

    def _seller(self, account: Account) -> _Seller:
        with self._lock:
            return self._sellers.setdefault(account.user_id, _Seller())

    def _refresh(self, account: Account, seller: _Seller) -> None:
        seller.ends_at = 0.0
        form = {
            "grant_type": "refresh_token",
            "refresh_token": account.refresh_token,
            "client_id": self._application.client_id,
            "client_secret": self._application.client_secret.get_secret_value(),
        }
        reply = self._http.send("POST", self._application.url, data=form)
        trouble = lwa_trouble(reply)
        if isinstance(trouble, AppCredentials):
            self._pause(trouble)
        if trouble is not None:
            raise trouble
        self._resume()
        body = reply.json()
        seller.token, seller.of = str(body["access_token"]), account.refresh_token
        seller.ends_at = self._now() + float(body.get("expires_in", 3600))

    def _wait_for_credentials(self) -> None:
        with self._lock:
            if self._paused_until is None:
                return
            if self._now() < self._paused_until:
                raise AppCredentials("Amazon refused the application's credentials a short while ago")
            self._paused_until = self._now() + self._retry_seconds  # this caller probes; the others keep waiting

    def _pause(self, trouble: AppCredentials) -> None:
        with self._lock:
            first = self._paused_until is None
            self._paused_until = self._now() + self._retry_seconds
        APP_CREDENTIALS_REFUSED.set(1)
        if first:
            log.critical("Amazon refuses the application's credentials; all work rests", extra={"reason": str(trouble)})

    def _resume(self) -> None:
        with self._lock:
            was, self._paused_until = self._paused_until, None
        if was is not None:
            APP_CREDENTIALS_REFUSED.set(0)
            log.info("Amazon accepts the application's credentials again")


@dataclass(frozen=True, slots=True)
class Codes:
    """Exchanges codes of the consent page (grant authorization_code).

    A failure here does not pause the other calls: a made-up code must not be able to stop them.
    """

    http: Http
    application: Application
    redirect_uri: str

    def __call__(self, code: str) -> str:
        """Return the seller's refresh token. Raises `TokenRevoked` for a bad code, and other `AmazonTrouble`."""
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self.redirect_uri,
            "client_id": self.application.client_id,
            "client_secret": self.application.client_secret.get_secret_value(),
        }
        reply = self.http.send("POST", self.application.url, data=form)
        trouble = lwa_trouble(reply)
        if trouble is not None:
            raise trouble
        token = reply.json().get("refresh_token")
        if not isinstance(token, str) or not token:
            raise Transient("LWA's answer to a code has no refresh token")
        return token

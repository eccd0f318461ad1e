"""The choice of browsers that show notices, and of their kinds."""

import secrets as random
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import urlsplit

from mercarich_contracts.audit import AuditAction
from mercarich_platform.clock import Clock
from mercarich_platform.public_addresses import is_public
from mercarich_reasons.account_changes import NoticesToBrowser
from mercarich_reasons.accounts import NoBrowserAddress, NoWebPush, TooManyBrowsers
from mercarich_web.identity.people import Role, Session
from mercarich_web.identity.sign_in import Caller, hashed
from mercarich_web.identity.sql.audit import SqlAudit
from mercarich_web.identity.user_agents import device
from mercarich_web.notices.browser import MOST_BROWSERS, Browser
from mercarich_web.notices.browsers.secrets import BrowserSecrets, endpoint_hash
from mercarich_web.notices.browsers.web_push import subscription
from mercarich_web.notices.choosing import SHOWN_FOR, ChooseWays
from mercarich_web.notices.notices import ON_BY_DEFAULT, Kind, Way, What
from mercarich_web.notices.sending import SentLine
from mercarich_web.notices.sql.browsers import NewBrowserRow, SqlBrowsers
from mercarich_web.refusals import NotFound, Refused

LONGEST_ENDPOINT = 1_000


@dataclass(frozen=True, slots=True)
class Entry:
    """What a browser's page sends: the parts of its `PushSubscription`, the keys in base64url."""

    endpoint: str
    p256dh: str
    auth: str


@dataclass(frozen=True, slots=True)
class ChooseBrowsers:
    book: SqlBrowsers
    ways: ChooseWays
    secrets: BrowserSecrets
    audit: SqlAudit
    now: Clock
    public_key: str | None
    """For the browsers' subscriptions; None: web push is not set up."""
    only_https: bool

    def of(self, user_id: int, caller: Caller) -> Sequence[Browser]:
        """Return those that show notices, and those that did lately."""
        return self.book.of(user_id, caller.browser_hash, self.now() - SHOWN_FOR)

    def last(self, user_id: int) -> Mapping[int, SentLine]:
        """Return the last sending to each that was tried."""
        return self.book.last_ended(user_id)

    def add(self, session: Session, entry: Entry, caller: Caller) -> str:
        """Store the browser that asks, and return the token by which it is known from now on. Raises `Refused`, and
        `Superseded` when the session is over."""
        if self.public_key is None:
            raise Refused(NoWebPush())
        host = _host(entry.endpoint, only_https=self.only_https)
        found = subscription(entry.endpoint, entry.p256dh, entry.auth)
        if host is None or found is None:
            raise Refused(NoBrowserAddress())
        user_id, token = session.account.user_id, random.token_urlsafe(32)
        sealed, agent = self.secrets.seal(user_id, found), caller.agent[:255]
        new = NewBrowserRow(endpoint_hash(entry.endpoint), sealed, host, agent, hashed(token))
        told = NoticesToBrowser(caller.address, device(agent) or None)
        if not self.book.add(session, new, caller.browser_hash, MOST_BROWSERS, self.now(), told):
            raise Refused(TooManyBrowsers(MOST_BROWSERS))
        self._write(session, caller, f"browser {device(agent)}")
        return token

    def set_kinds(self, session: Session, browser_id: int, kinds: Collection[Kind]) -> None:
        """Raises `NotFound`, and `Superseded` when the session is over by now."""
        chosen = ON_BY_DEFAULT if session.account.role is Role.OPERATOR else frozenset(kinds)
        if not self.book.set_kinds(session, browser_id, chosen):
            raise NotFound(f"no browser {browser_id} shows notices")

    def remove(self, session: Session, browser_id: int, caller: Caller) -> None:
        """Raises `NotFound`, and `Superseded` when the session is over by now."""
        agent = self.book.remove(session, browser_id, self.now())
        if agent is None:
            raise NotFound(f"no browser {browser_id} shows notices")
        self._write(session, caller, f"browser {device(agent)} none")

    def trial(self, user_id: int, browser_id: int) -> None:
        """Send a trial notice. Raises `Refused` and `NotFound`."""
        if not self.book.shows(user_id, browser_id):
            raise NotFound(f"no browser {browser_id} shows notices")
        self.ways.may_send(user_id)
        self.ways.book.send(user_id, Way.BROWSER, What.TRIAL, self.now(), browser_id)

    def _write(self, session: Session, caller: Caller, detail: str) -> None:
        account = session.account
        by = caller.actor(account.username, account.user_id)
        self.audit.write(AuditAction.NOTICE_WAYS_CHANGED, by, account.username, detail, self.now())


def _host(endpoint: str, *, only_https: bool) -> str | None:
    """Return the host of an endpoint that may be called; None: it may not. Its name is resolved at each sending."""
    try:
        parts = urlsplit(endpoint)
        host, port = parts.hostname or "", parts.port
        host.encode("idna")
    except ValueError:
        return None
    plain = 0 < len(host) <= 253 and parts.username is None and not parts.fragment
    if not plain or not endpoint.isascii() or not endpoint.isprintable() or len(endpoint) > LONGEST_ENDPOINT:
        return None
    if not only_https:
        return host if parts.scheme in ("http", "https") else None
    return host if parts.scheme == "https" and port in (None, 443) and _may_be_public(host) else None


def _may_be_public(host: str) -> bool:
    """Return whether a host is a public address, or a name, which may lead to one."""
    try:
        ip_address(host)
    except ValueError:
        return True
    return is_public(host)

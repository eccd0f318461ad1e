"""The notices of sellers and operators, and the choice of how to receive them. Operators choose no kinds: what does not
work goes out to them by every way that they have set up."""

import hmac
import secrets
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from urllib.parse import urlsplit

from mercarich_contracts.audit import Actor, AuditAction
from mercarich_platform.clock import Clock
from mercarich_reasons.account_changes import NoticesRedirected
from mercarich_reasons.accounts import NothingToTry, NoWebhookAddress, TooManyTrials
from mercarich_web.identity.mail_addresses import mail_address
from mercarich_web.identity.people import Role, Session
from mercarich_web.identity.server_key import ServerKey
from mercarich_web.identity.sql.audit import SqlAudit
from mercarich_web.notices.notices import ON_BY_DEFAULT, Kind, Notice, Way, Ways, What
from mercarich_web.notices.sending import SentLine
from mercarich_web.notices.sql.notices import SqlNotices
from mercarich_web.notices.sql.ways import SqlWays
from mercarich_web.refusals import NotFound, Refused

SHOWN_FOR = timedelta(days=30)


PROOF_FOR = timedelta(days=7)
"""How long the link that confirms a mail address is good."""


LINES = 10


MOST_BY_HAND = 10
"""Most trials and address checks that a seller may cause in an hour, so that nobody floods another's mailbox."""


@dataclass(frozen=True, slots=True)
class ReadNotices:
    book: SqlNotices
    now: Clock

    def of(self, user_id: int) -> Sequence[Notice]:
        return self.book.of(user_id, self.now() - SHOWN_FOR)

    def mark(self, user_id: int, notice_id: int) -> None:
        """Mark a notice as read. Raises `NotFound`."""
        if not self.book.read(user_id, notice_id, self.now()):
            raise NotFound(f"there is no notice {notice_id}")

    def mark_all(self, user_id: int) -> None:
        self.book.read(user_id, None, self.now())


@dataclass(frozen=True, slots=True)
class ChooseWays:
    book: SqlWays
    secrets: ServerKey
    audit: SqlAudit
    now: Clock
    only_https: bool

    def ways(self, user_id: int) -> Ways:
        return self.book.ways(user_id)

    def lines(self, user_id: int) -> Sequence[SentLine]:
        return self.book.lines(user_id, LINES)

    def last(self, user_id: int) -> Mapping[str, SentLine]:
        """Return the last sending by each way that was tried."""
        return self.book.last_ended(user_id)

    def choose(
        self, session: Session, mail: str, webhook: str, kinds: tuple[Collection[Kind], Collection[Kind]], by: Actor
    ) -> Ways:
        """Store the kinds to send by mail and by webhook. A new mail address gets a mail with a link to confirm it, and
        one that is not confirmed gets another link when the last one has ended.
        Raises `Refused`, and `Superseded` when the session is over by now."""
        account = session.account
        if account.role is Role.OPERATOR:
            kinds = (ON_BY_DEFAULT, ON_BY_DEFAULT)
        mail, webhook, old = mail.strip(), webhook.strip(), self.book.ways(account.user_id)
        self._check(mail, webhook)
        new = replace(old, by_mail=frozenset(kinds[0]), by_webhook=frozenset(kinds[1]))
        if mail != (old.mail_address or ""):
            new = replace(new, mail_address=mail or None, mail_proven_at=None)
        if webhook != (old.webhook_url or ""):
            new = replace(new, webhook_url=webhook or None, webhook_salt=secrets.token_hex(16) if webhook else None)
        to_prove = bool(mail) and (new.mail_address != old.mail_address or self._has_no_link(account.user_id, old))
        if to_prove:
            self.may_send(account.user_id)
        redirected = (new.mail_address, new.webhook_url) != (old.mail_address, old.webhook_url)
        told = NoticesRedirected(by.address or "") if redirected else None
        self.book.set_ways(session, new, self.now(), told)
        if to_prove:
            self.book.send(account.user_id, Way.MAIL, What.PROOF, self.now())
        if redirected:
            host = urlsplit(webhook).hostname if webhook else None
            self.audit.write(
                AuditAction.NOTICE_WAYS_CHANGED, by, account.username, f"mail {mail}, webhook {host}", self.now()
            )
        return new

    def trial(self, user_id: int, way: Way) -> None:
        """Send a trial notice. Raises `Refused`."""
        ways = self.book.ways(user_id)
        ready = {Way.MAIL: ways.mail_proven_at, Way.WEBHOOK: ways.webhook_url, **ways.chats}
        if not ready.get(way):
            raise Refused(NothingToTry())
        self.may_send(user_id)
        self.book.send(user_id, way, What.TRIAL, self.now())

    def prove(self, session: Session, token: str, by: Actor) -> str:
        """Confirm the mail address and return it. The link is that of the last choice of an address, and good for
        `PROOF_FOR`. Raises `NotFound`, and `Superseded` when the session is over."""
        user_id = session.account.user_id
        ways, sent = self.book.ways(user_id), self.book.last_proof(user_id)
        if ways.mail_address is None or sent is None or self.now() - sent.at > PROOF_FOR:
            raise NotFound("this link is too old, or belongs to another address")
        expected = proof(self.secrets, user_id, ways.mail_address, sent.sending_id)
        if not hmac.compare_digest(expected.encode(), token.encode()):
            raise NotFound("this link belongs to another address")
        if not self.book.prove(session, ways.mail_address, by, self.now()):
            raise NotFound("another address was chosen in the meantime")
        return ways.mail_address

    def signing_secret(self, user_id: int) -> str | None:
        salt = self.book.ways(user_id).webhook_salt
        return signing_secret(self.secrets, user_id, salt) if salt else None

    def _has_no_link(self, user_id: int, ways: Ways) -> bool:
        """Return whether the address is not confirmed, and no link that is still good could do it."""
        if ways.mail_proven_at is not None:
            return False
        sent = self.book.last_proof(user_id)
        return sent is None or self.now() - sent.at > PROOF_FOR

    def _check(self, mail: str, webhook: str) -> None:
        if mail:
            mail_address(mail)
        if webhook:
            try:
                parts = urlsplit(webhook)
                port = parts.port
                (parts.hostname or "").encode("idna")
            except ValueError:
                raise Refused(NoWebhookAddress()) from None
            plain = parts.hostname and parts.username is None and not parts.fragment and webhook.isprintable()
            https = parts.scheme == "https" and port in (None, 443)
            if not plain or len(webhook) > 1000 or not (https or (not self.only_https and parts.scheme == "http")):
                raise Refused(NoWebhookAddress())

    def may_send(self, user_id: int) -> None:
        """Raises `Refused` when the user caused too many sendings lately."""
        since = self.now() - timedelta(hours=1)
        if self.book.queued(user_id, (What.PROOF, What.TRIAL), since) >= MOST_BY_HAND:
            raise Refused(TooManyTrials())


def proof(secrets: ServerKey, user_id: int, address: str, sending_id: int) -> str:
    """Return the token in the link of this sending, which confirms a mail address."""
    return secrets.secret("mail", user_id, address, sending_id).hex()[:40]


def signing_secret(secrets: ServerKey, user_id: int, salt: str) -> str:
    """Return the key that signs calls of a seller's webhook."""
    return "whsec_" + secrets.secret("webhook", user_id, salt).hex()

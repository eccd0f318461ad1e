"""The process of notices: it keeps them in step with their causes, and sends them by every way that was chosen."""

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass

from mercarich_db import engine as engines
from mercarich_platform.build_info import tell_build
from mercarich_platform.clock import Clock, Monotonic, monotonic, utc_now
from mercarich_platform.exit_codes import DONE
from mercarich_platform.health import HealthServer
from mercarich_platform.heartbeat import Heartbeat
from mercarich_platform.outages import DatabaseAway
from mercarich_platform.settings import BadConfiguration, SharedSettings
from mercarich_web.identity.wiring import server_key
from mercarich_web.metrics import NOTICE_OUTCOMES, NOTICES
from mercarich_web.notices.browsers.own_key import contact_of, signer_of
from mercarich_web.notices.browsers.secrets import BrowserSecrets
from mercarich_web.notices.browsers.sending_http import BrowserSender
from mercarich_web.notices.calls_http import Calls
from mercarich_web.notices.chats.secrets import ChatSecrets
from mercarich_web.notices.chats.sending_http import ChatSender
from mercarich_web.notices.chats.vendors import VENDORS
from mercarich_web.notices.choosing import proof, signing_secret
from mercarich_web.notices.invitation_mails import SendInvitations
from mercarich_web.notices.keeping import KeepNotices, SendNotices
from mercarich_web.notices.letters import Letters
from mercarich_web.notices.mail_smtp import Mails, MailServer, SmtpSender
from mercarich_web.notices.notices import Way
from mercarich_web.notices.sending import Sender, Sending
from mercarich_web.notices.sql.causes import SqlCauses
from mercarich_web.notices.sql.earnings import SqlEarnings
from mercarich_web.notices.sql.invitation_outbox import SqlInvitationOutbox
from mercarich_web.notices.sql.links import SqlLinks
from mercarich_web.notices.sql.notices import SqlNotices
from mercarich_web.notices.sql.outages import SqlOutages
from mercarich_web.notices.sql.outbox import SqlOutbox
from mercarich_web.notices.sql.rates import SqlRates
from mercarich_web.notices.webhooks_http import WebhookSender
from mercarich_web.settings import NoticesSettings, PagesSettings

log = logging.getLogger(__name__)


KEEP_OUTAGES_EVERY, KEEP_EVERY, KEEP_RATES_EVERY, KEEP_EARNINGS_EVERY = 10.0, 30.0, 180.0, 600.0
SEND_EVERY, SWEEP_EVERY = 2.0, 3600.0


CONNECTIONS = 1


@dataclass(frozen=True, slots=True)
class NoticeWorker:
    """The process. Call `run` once."""

    keep: KeepNotices
    keep_rates: KeepNotices
    keep_earnings: KeepNotices
    keep_outages: KeepNotices
    send: SendNotices
    shared: SharedSettings
    close: Callable[[], None]
    seconds: Monotonic = monotonic
    invite: SendInvitations | None = None

    def run(self, stop: threading.Event) -> int:
        beat = Heartbeat()
        tell_build("notices")
        server = None
        if self.shared.metrics_port:
            server = HealthServer(
                self.shared.metrics_host, self.shared.metrics_port, healthy=beat.healthy, ready=beat.ready
            )
            server.start()
        works: list[tuple[Callable[[], None], float]] = [
            (self.keep_outages, KEEP_OUTAGES_EVERY),
            (self.keep, KEEP_EVERY),
            (self.keep_rates, KEEP_RATES_EVERY),
            (self.keep_earnings, KEEP_EARNINGS_EVERY),
            (self._sweep, SWEEP_EVERY),
        ]
        due = [0.0 for _ in works]
        while not stop.is_set():
            beat()
            busy = False
            try:
                now = self.seconds()
                for place, (work, seconds) in enumerate(works):
                    if now >= due[place]:
                        work()
                        beat.reached()  # mails that wait for a slow server are no reason not to be ready
                        due[place] = now + seconds
                busy = True
                while busy and not stop.is_set():
                    beat()
                    invited = self.invite() if self.invite is not None else 0
                    beat()
                    busy = self.send() + invited > 0
                    beat.reached()
                    if self.seconds() >= min(due):
                        break  # what was not sent yet is sent after the works that are due
            except DatabaseAway as error:
                busy = False
                beat.lost(str(error))
                log.warning("the database is away", extra={"problem": str(error)})
            if not busy:
                stop.wait(SEND_EVERY)
        if server is not None:
            server.stop()
        self.close()
        return DONE

    def _sweep(self) -> None:
        self.send.sweep()
        if self.invite is not None:
            self.invite.sweep()


def build_notices(
    shared: SharedSettings,
    pages: PagesSettings,
    own: NoticesSettings,
    now: Clock = utc_now,
    calls: Calls | None = None,
) -> NoticeWorker:
    """Build the process. `calls`: to chats and browsers, for tests. Raises `BadConfiguration`."""
    if own.smtp_host and not own.mail_from:
        raise BadConfiguration("NOTICES_MAIL_FROM: a mail needs a sender's address")
    if own.smtp_host and not pages.public_url:
        raise BadConfiguration("PAGES_PUBLIC_URL: a mail's links need the pages' address")
    engine = engines.create(shared.database, pool_size=CONNECTIONS)
    key = server_key(engine, shared, pages.key, pages.old_key, now)
    key.open()

    def proof_of(sending: Sending) -> str:
        return proof(key, sending.user_id, sending.ways.mail_address or "", sending.id)

    letters = Letters(pages.public_url, proof_of, SqlLinks(engine, now).offer)

    def secret_of(sending: Sending) -> str:
        return signing_secret(key, sending.user_id, sending.ways.webhook_salt or "")

    senders: dict[Way, Sender] = {
        Way.WEBHOOK: WebhookSender(secret_of, letters.body, now, anywhere=pages.webhooks_anywhere)
    }
    chats, sealed = calls or Calls(), ChatSecrets(key)
    senders |= {way: ChatSender(vendor, chats, sealed, letters.message, now) for way, vendor in VENDORS.items()}
    contact = contact_of(pages.public_url, own.mail_from)
    signer = signer_of(pages.push_key.get_secret_value(), engine.url.password, contact)
    if signer is not None:
        anywhere = calls or Calls(anywhere=pages.webhooks_anywhere)
        senders[Way.BROWSER] = BrowserSender(signer, anywhere, BrowserSecrets(key), letters.notification, now)
    server = _mail_server(own) if own.smtp_host else None
    if server is not None:
        senders[Way.MAIL] = SmtpSender(server, letters.letter)

    for way in Way:
        for outcome in NOTICE_OUTCOMES:
            NOTICES.labels(way, outcome)
    keep, keep_rates, keep_earnings, keep_outages = (
        KeepNotices(causes, SqlNotices(engine), now)
        for causes in (SqlCauses(engine), SqlRates(engine), SqlEarnings(engine), SqlOutages(engine))
    )

    def count(way: Way, outcome: str) -> None:
        NOTICES.labels(way, outcome).inc()

    send = SendNotices(SqlOutbox(engine), senders, now, count)
    mails = Mails(server) if server is not None else None
    invite = SendInvitations(SqlInvitationOutbox(engine), mails, key, pages.public_url, now, count)
    return NoticeWorker(keep, keep_rates, keep_earnings, keep_outages, send, shared, engine.dispose, invite=invite)


def _mail_server(own: NoticesSettings) -> MailServer:
    return MailServer(
        host=own.smtp_host,
        port=own.smtp_port,
        security=own.smtp_security,
        username=own.smtp_username,
        password=own.smtp_password.get_secret_value(),
        sender=own.mail_from,
    )

"""Send mails by SMTP."""

import smtplib
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import formatdate, make_msgid

from mercarich_reasons.accounts import NoMailAddress
from mercarich_web.identity.mail_addresses import is_mail_address
from mercarich_web.notices.sending import NotSent, Sending, Undeliverable, building

SECONDS = 20


@dataclass(frozen=True, slots=True)
class Letter:
    subject: str
    text: str


@dataclass(frozen=True, slots=True)
class MailServer:
    host: str
    port: int
    security: str
    """starttls, tls or none"""
    username: str
    password: str
    sender: str


class SmtpSender:
    """Sends a notice by mail."""

    def __init__(self, server: MailServer, compose: Callable[[Sending], Letter]) -> None:
        self._mails = Mails(server)
        self._compose = compose

    def __call__(self, sending: Sending) -> None:
        if not sending.mail_address:
            raise Undeliverable("there is no mail address any more")
        self._mails.send(sending.mail_address, lambda: self._compose(sending), str(sending.id))


class Mails:
    """Each mail has a connection of its own, since mails are few."""

    def __init__(self, server: MailServer) -> None:
        self._server = server

    def send(self, to: str, compose: Callable[[], Letter], name: str) -> None:
        """Send what `compose` returns; `name` is a part of the message's id. Raises `NotSent` and `Undeliverable`."""
        if not is_mail_address(to):
            raise Undeliverable("this is not a mail address", NoMailAddress())
        with building():
            message = self._message(compose(), to, name)
            message.as_bytes()
        try:
            with self._connected() as server:
                server.send_message(message)
        except smtplib.SMTPRecipientsRefused as error:
            code = next(iter(error.recipients.values()))[0]
            if code >= 500:
                raise Undeliverable(f"the mail server refuses the address ({code})") from error
            raise NotSent(f"the mail server puts the address off ({code})") from error
        except smtplib.SMTPResponseException as error:
            raise NotSent(f"the mail server answered {error.smtp_code}") from error
        except (OSError, smtplib.SMTPException) as error:
            raise NotSent(f"the mail server cannot be used ({type(error).__name__})") from error

    def _message(self, letter: Letter, to: str, name: str) -> EmailMessage:
        sender = self._server.sender
        message = EmailMessage()
        message["From"], message["To"] = f"Mercarich <{sender}>", to
        message["Subject"] = letter.subject
        message["Date"], message["Message-ID"] = formatdate(), make_msgid(name, sender.rpartition("@")[2])
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(letter.text)
        return message

    def _connected(self) -> smtplib.SMTP:
        own, tls = self._server, ssl.create_default_context()
        if own.security == "tls":
            server: smtplib.SMTP = smtplib.SMTP_SSL(own.host, own.port, timeout=SECONDS, context=tls)
        else:
            server = smtplib.SMTP(own.host, own.port, timeout=SECONDS)
        try:
            if own.security == "starttls":
                server.starttls(context=tls)
            if own.username:
                server.login(own.username, own.password)
        except (OSError, smtplib.SMTPException):
            server.close()
            raise
        return server

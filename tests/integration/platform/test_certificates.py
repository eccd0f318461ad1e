"""Every TLS client of the product refuses a certificate that no trusted authority signed."""

import asyncio
import socketserver
import ssl
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from mercarich_contracts.market import Reason
from mercarich_feed.adapters.http import Http
from mercarich_feed.domain.answers import Transient
from mercarich_marketplace.answers import Fault
from mercarich_marketplace.client import HttpClient
from mercarich_web.notices.mail_smtp import Letter, MailServer, SmtpSender
from mercarich_web.notices.notices import Way, Ways, What
from mercarich_web.notices.sending import NotSent, Sending
from mercarich_web.notices.webhooks_http import WebhookSender

NOW = datetime(2026, 11, 27, tzinfo=UTC)


class Impostor(socketserver.ThreadingTCPServer):
    """A server that claims to be `localhost` with a self-signed certificate, and counts the clients that trusted it."""

    def __init__(self, folder: Path) -> None:
        super().__init__(("127.0.0.1", 0), Caller)
        self.believed = 0
        self.port = self.socket.getsockname()[1]
        self.tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.tls.load_cert_chain(self_signed(folder))
        self._thread = threading.Thread(target=self.serve_forever)
        self._thread.start()

    def close(self) -> None:
        """Close after the last connection has ended."""
        self.shutdown()
        self._thread.join()
        self.server_close()


class Caller(socketserver.BaseRequestHandler):
    """A client either hangs up during the handshake, or trusts the certificate."""

    server: Impostor

    def handle(self) -> None:
        try:
            believer = self.server.tls.wrap_socket(self.request, server_side=True)
        except OSError:
            return
        with believer:
            self.server.believed += 1


def self_signed(folder: Path) -> Path:
    """A key and its certificate for `localhost`, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    file = folder / "localhost.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    file.write_bytes(private + certificate.public_bytes(serialization.Encoding.PEM))
    return file


@pytest.fixture
def impostor(tmp_path: Path) -> Iterator[Impostor]:
    found = Impostor(tmp_path)
    yield found
    found.close()


def test_calls_to_amazon(impostor: Impostor) -> None:
    http = Http(5.0)
    with pytest.raises(Transient) as refused:
        http.send("GET", f"https://localhost:{impostor.port}/listings")
    http.close()

    _refused_for_its_certificate(refused.value)
    assert impostor.believed == 0


def test_calls_to_marketplaces(impostor: Impostor) -> None:
    async def ask() -> None:
        client = HttpClient(user_agent="mercarich/test", connections=1)
        try:
            await client.ask("GET", f"https://localhost:{impostor.port}/item", {}, None)
        finally:
            await client.close()

    with pytest.raises(Fault) as refused:
        asyncio.run(ask())

    assert refused.value.reason is Reason.TRANSIENT
    _refused_for_its_certificate(refused.value)
    assert impostor.believed == 0


def test_webhooks(impostor: Impostor) -> None:
    send = WebhookSender(lambda _: "secret", lambda _: {}, lambda: NOW, anywhere=True)
    ways = Ways(webhook_url=f"https://localhost:{impostor.port}/hook")
    with pytest.raises(NotSent) as refused:
        send(Sending(1, 1, Way.WEBHOOK, What.TRIAL, 1, None, ways, "ann", None, NOW, mail_address="ann@shop.example"))

    _refused_for_its_certificate(refused.value)
    assert impostor.believed == 0


def test_mail(impostor: Impostor) -> None:
    server = MailServer("localhost", impostor.port, "tls", "", "", "mercarich@shop.example")
    send = SmtpSender(server, lambda _: Letter("subject", "text"))
    ways = Ways(mail_address="ann@shop.example", mail_proven_at=NOW)
    with pytest.raises(NotSent) as refused:
        send(Sending(1, 1, Way.MAIL, What.TRIAL, 1, None, ways, "ann", None, NOW, mail_address="ann@shop.example"))

    _refused_for_its_certificate(refused.value)
    assert impostor.believed == 0


def _refused_for_its_certificate(error: BaseException) -> None:
    """The client fails for this reason alone, and not because, for example, nothing listens on the port."""
    causes = [error]
    while (cause := causes[-1].__cause__ or causes[-1].__context__) is not None:
        causes.append(cause)
    assert any("certificate" in f"{type(cause).__name__} {cause}".lower() for cause in causes), causes

"""Open clients of kafka-python: when the broker is away, fail within seconds and without leaks."""

import os
import socket
import ssl
from collections.abc import Callable
from contextlib import ExitStack, suppress
from typing import Any, TypeVar

from kafka.errors import (
    AuthorizationError,
    IllegalSaslStateError,
    KafkaConnectionError,
    KafkaError,
    KafkaTimeoutError,
    SaslAuthenticationFailedError,
    UnsupportedSaslMechanismError,
)
from kafka.net.compat import KafkaNetClient
from kafka.net.inet import create_connection
from kafka.net.manager import KafkaConnectionManager
from kafka.net.sasl.oauth import AbstractTokenProvider
from kafka.net.selector import NetworkSelector
from kafka.net.transport import KafkaSSLTransport, KafkaTCPTransport

from mercarich_platform.broker import Broker
from mercarich_platform.outages import BrokerAway

Client = TypeVar("Client")

REQUEST_TIMEOUT_MS = 10_000
BOOTSTRAP_TIMEOUT_MS = 2_000
"""The driver's default would block a constructor for 30 s."""
SECURED_BOOTSTRAP_TIMEOUT_MS = 5_000
"""A broker's first handshake takes it a second or two."""
_REFUSALS = (SaslAuthenticationFailedError, UnsupportedSaslMechanismError, IllegalSaslStateError)


def open_client(make: Callable[..., Client], broker: Broker, **options: Any) -> Client:
    """Call a constructor of the driver. Raises `BrokerAway` after at most 5 s when no broker answers or it refuses us.

    A failing constructor of kafka-python leaks its I/O thread and sockets. So it is called only when the port accepts
    connections, and if it fails nevertheless, its network client is captured and closed.
    """
    addresses = [address.strip() for address in broker.bootstrap.split(",")]
    if not any(_answers(address) for address in addresses):
        raise BrokerAway(f"no Kafka broker answers at {broker}")
    opened: list[Any] = []

    def network(**configs: Any) -> Any:
        selector = NetworkSelector(**configs)
        opened.append(KafkaNetClient(selector, _Connections(selector, broker, **configs)))
        return opened[-1]

    secured = broker.security != "PLAINTEXT"
    try:
        client = make(
            bootstrap_servers=addresses,
            kafka_client=network,
            bootstrap_timeout_ms=SECURED_BOOTSTRAP_TIMEOUT_MS if secured else BOOTSTRAP_TIMEOUT_MS,
            request_timeout_ms=REQUEST_TIMEOUT_MS,
            reconnect_backoff_max_ms=1_000,
            **_security(broker),
            **options,
        )
    except (KafkaError, OSError) as error:
        causes = [one._manager.failure for one in opened]
        for one in opened:
            one.close()
        raise away(broker, next(filter(None, causes), error)) from error
    for one in opened:
        one._manager.is_opening = False
    return client


def away(broker: Broker, error: BaseException) -> BrokerAway:
    """Return the failure as one sentence, without the driver's internals."""
    if isinstance(error, SaslAuthenticationFailedError):
        who = f"the user {broker.user}" if broker.user else "the token"
        return BrokerAway(f"the Kafka broker at {broker} refused {who} ({broker.mechanism})")
    if isinstance(error, UnsupportedSaslMechanismError):
        return BrokerAway(f"the Kafka broker at {broker} does not take {broker.mechanism} (MERCARICH_KAFKA_MECHANISM)")
    if isinstance(error, IllegalSaslStateError):
        return BrokerAway(f"the Kafka broker at {broker} has no users there (MERCARICH_KAFKA_SECURITY)")
    if isinstance(error, AuthorizationError):
        who = f"the user {broker.user}" if broker.user else "us"
        return BrokerAway(f"the Kafka broker at {broker} does not allow {who} what is needed ({type(error).__name__})")
    tls = _tls_failure(error)
    if isinstance(tls, ssl.SSLCertVerificationError):
        return BrokerAway(f"the certificate of the Kafka broker at {broker} is not accepted: {tls.verify_message}")
    if tls is not None:
        return BrokerAway(f"the Kafka broker at {broker} and this client do not agree on TLS ({tls.reason or tls})")
    return BrokerAway(f"no Kafka broker answers at {broker} ({type(error).__name__})")


class _ReadToTheEnd:
    """Hands over what came before the other side closed the connection.

    kafka-python 3.0.12 drops what it reads together with the end: a broker that refuses a user says so and closes, and
    the client would take the broker for away.
    """

    def _sock_recv(self) -> tuple[bytes, Exception | None]:
        received, error = super()._sock_recv()  # type: ignore[misc]  # the driver's
        return received, None if received else error  # the next read finds the end again


class PlainTransport(_ReadToTheEnd, KafkaTCPTransport):  # type: ignore[misc]
    """A connection without TLS."""


class TlsTransport(_ReadToTheEnd, KafkaSSLTransport):  # type: ignore[misc]
    """A connection with TLS."""


class _Connections(KafkaConnectionManager):  # type: ignore[misc]  # the driver has no types
    """Remembers why a connection could not be opened, bounds the handshake of TLS, and reads a password's file for each
    connection.

    kafka-python 3.0.12 only logs a refusal and connects again until its time is up. It waits without end for a
    handshake that the other side never ends, and leaves the socket of one that failed open.
    """

    failure: BaseException | None = None
    """Why a connection was refused, or could not be secured; None: none was, or the last one was opened."""
    is_opening = True
    """Whether the client's constructor still runs: it fails at once when the broker refuses us. A client that works
    goes on trying."""

    def __init__(self, net: Any, broker: Broker, /, **configs: Any) -> None:
        super().__init__(net, **configs)
        self._broker = broker

    def get_connection(self, node_id: Any, timeout_ms: float | None = None, **options: Any) -> Any:
        if self.is_opening and isinstance(self.failure, _REFUSALS):
            raise self.failure
        known = self._conns.get(node_id)
        if known is None and self._broker.password_file is not None:
            with suppress(BrokerAway, UnicodeDecodeError):
                # While the file is being written it may be empty: the password is what it was.
                self.config["sasl_plain_password"] = _secret(self._broker) or self.config["sasl_plain_password"]
        connection = super().get_connection(node_id, timeout_ms=timeout_ms, **options)
        if connection is not known:
            connection.init_future.add_both(self._note)
            if self.ssl_enabled:
                bound = min(timeout_ms or REQUEST_TIMEOUT_MS, REQUEST_TIMEOUT_MS) / 1000
                self._net.call_later(bound, lambda: _give_up(connection))
        return connection

    async def _build_transport(self, node: Any, timeout_at: float | None = None) -> Any:
        options = self.config["socket_options"]
        net = _Connecting(self._net)
        sock = await create_connection(net, node.host, node.port, options, timeout_at=timeout_at)
        with ExitStack() as failed:
            failed.callback(sock.close)
            files = {name: value for name, value in self.config.items() if name.startswith("ssl_")}
            transport = (
                TlsTransport(self._net, sock, host=node.host, **files)
                if self.ssl_enabled
                else PlainTransport(self._net, sock, host=node.host)
            )
            failed.callback(transport.abort)
            try:
                await transport.handshake()
            except OSError as error:
                raise KafkaConnectionError("the handshake failed") from error
            failed.pop_all()
        return transport

    def _note(self, result: Any) -> None:
        if isinstance(result, _REFUSALS) or _tls_failure(result) is not None:
            self.failure = result
        elif not isinstance(result, BaseException):
            self.failure = None


class _Connecting:
    """The driver's loop for a socket that is being connected: fails where ICMP has refused the connection.

    A rule of the same machine, as for a Kubernetes Service without a ready pod, refuses while connect() still runs.
    Linux then keeps the error in the socket's queue of errors and tries again (seen with 6.18; `tcp_v4_err` in
    net/ipv4/tcp_ipv4.c). Each select() returns at once from then on, also when the connection is open at last, and
    kafka-python 3.0.12 would take a core as long as the connection lives.
    """

    def __init__(self, net: Any) -> None:
        self._net = net

    def wait_write(self, sock: socket.socket, timeout_at: float | None = None) -> Any:
        """Return what to await until the socket is connected, or has failed. Raises `OSError`."""
        refused = sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        if refused:
            sock.close()
            raise OSError(refused, os.strerror(refused))
        return self._net.wait_write(sock, timeout_at=timeout_at)


class _FileToken(AbstractTokenProvider):  # type: ignore[misc]  # the driver has no types
    """The token of a file, read for each connection: whoever writes the file renews it."""

    def __init__(self, broker: Broker) -> None:
        self._broker = broker

    def token(self) -> str:
        assert self._broker.token_file is not None
        return self._broker.token_file.read_text(encoding="utf-8").strip()


def _security(broker: Broker) -> dict[str, Any]:
    """Return the driver's options. It builds a TLS context, and so reads the files, for each connection."""
    options: dict[str, Any] = {"security_protocol": broker.security}
    if broker.with_tls:
        files = {"ssl_cafile": broker.ca_file, "ssl_certfile": broker.cert_file, "ssl_keyfile": broker.key_file}
        options |= {name: str(file) for name, file in files.items() if file is not None}
    if broker.with_user:
        options["sasl_mechanism"] = broker.mechanism
        if broker.mechanism == "OAUTHBEARER":
            options["sasl_oauth_token_provider"] = _FileToken(broker)
        else:
            options |= {"sasl_plain_username": broker.user, "sasl_plain_password": _secret(broker)}
    return options


class _Hidden(str):
    """A secret for the driver, which logs its options."""

    def __repr__(self) -> str:
        return "'[redacted]'"


def _secret(broker: Broker) -> str:
    try:
        return _Hidden(broker.secret())
    except OSError as error:
        raise BrokerAway(f"the password for the Kafka broker at {broker} cannot be read ({error.strerror})") from error


def _tls_failure(error: Any) -> ssl.SSLError | None:
    """Return the error of TLS behind the driver's."""
    while isinstance(error, BaseException):
        if isinstance(error, ssl.SSLError):
            return error
        inner = error.args[0] if error.args else None
        error = error.__cause__ or error.__context__ or (inner if isinstance(inner, BaseException) else None)
    return None


def _give_up(connection: Any) -> None:
    if connection.initializing:
        connection.close(KafkaTimeoutError("the handshake did not end"))


def _answers(address: str) -> bool:
    host, _, port = (address if ":" in address else f"{address}:9092").rpartition(":")
    try:
        socket.create_connection((host.strip("[]"), int(port)), BOOTSTRAP_TIMEOUT_MS / 1000).close()
    except (OSError, ValueError):
        return False
    return True

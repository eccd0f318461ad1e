"""A Kafka broker as its clients need it: the address, who we are there, and which names are this installation's."""

import ssl
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

Security = Literal["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"]
Mechanism = Literal["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512", "OAUTHBEARER"]
Given = Mapping[str, object]
"""Variables, without `MERCARICH_KAFKA_`, and their values."""


@dataclass(frozen=True, slots=True)
class Broker:
    """Where Kafka is and how a client connects. The files of certificates, token and password are read again for each
    new connection, so that they may be renewed."""

    bootstrap: str
    """host:port, several separated by commas."""
    prefix: str = ""
    """What the broker's names of topics and groups begin with. Only `wire` and `plain` know it: everywhere else topics
    and groups have the names of the contracts."""
    security: Security = "PLAINTEXT"
    mechanism: Mechanism = "SCRAM-SHA-512"
    user: str = ""
    password: str = field(default="", repr=False)
    password_file: Path | None = None
    token_file: Path | None = None
    ca_file: Path | None = None
    cert_file: Path | None = None
    key_file: Path | None = None

    @classmethod
    def of(cls, broker: "Broker | str") -> "Broker":
        """Return the broker; an address is a broker without security and prefix."""
        return broker if isinstance(broker, Broker) else cls(broker)

    def __str__(self) -> str:
        return self.bootstrap

    @property
    def with_tls(self) -> bool:
        return self.security in ("SSL", "SASL_SSL")

    @property
    def with_user(self) -> bool:
        return self.security in ("SASL_PLAINTEXT", "SASL_SSL")

    def wire(self, name: str) -> str:
        """Return the broker's name of a topic or group."""
        return self.prefix + name

    def plain(self, name: str) -> str:
        """Return our name of a topic or group of the broker."""
        return name.removeprefix(self.prefix)

    def secret(self) -> str:
        """Return the password. Raises `OSError` when its file cannot be read."""
        return self.password if self.password_file is None else self.password_file.read_text(encoding="utf-8").strip()

    def problem(self) -> str | None:
        """Return what cannot work, as one sentence that names the variable; None: all fits together."""
        return next(self._problems(), None)

    def _problems(self) -> Iterator[str]:
        login: Given = {"USER": self.user, "PASSWORD": self.password, "PASSWORD_FILE": self.password_file}
        token: Given = {"TOKEN_FILE": self.token_file}
        files: Given = {"CA_FILE": self.ca_file, "CERT_FILE": self.cert_file, "KEY_FILE": self.key_file}
        by_token = self.mechanism == "OAUTHBEARER"
        if not self.with_user:
            yield from _useless({**login, **token}, f"MERCARICH_KAFKA_SECURITY is {self.security}, which has no users")
        elif by_token:
            yield from _useless(login, "OAUTHBEARER goes by MERCARICH_KAFKA_TOKEN_FILE")
            if self.token_file is None:
                yield "MERCARICH_KAFKA_TOKEN_FILE: OAUTHBEARER needs the file with the token"
        else:
            yield from _useless(token, f"{self.mechanism} goes by a user and a password")
            yield from self._login_problems()
        if not self.with_tls:
            yield from _useless(files, f"MERCARICH_KAFKA_SECURITY is {self.security}, which has no certificates")
        if self.key_file and not self.cert_file:
            yield "MERCARICH_KAFKA_CERT_FILE: MERCARICH_KAFKA_KEY_FILE is the key of a certificate; name that, too"
        yield from self._unreadable()

    def _login_problems(self) -> Iterator[str]:
        if not self.user:
            yield f"MERCARICH_KAFKA_USER: {self.mechanism} needs a user"
        if not self.password and self.password_file is None:
            yield f"MERCARICH_KAFKA_PASSWORD: {self.mechanism} needs a password, here or in …_PASSWORD_FILE"
        if self.password and self.password_file is not None:
            yield "MERCARICH_KAFKA_PASSWORD_FILE has no effect: MERCARICH_KAFKA_PASSWORD is set; remove one of them"

    def _unreadable(self) -> Iterator[str]:
        for name, file in (("PASSWORD_FILE", self.password_file), ("TOKEN_FILE", self.token_file)):
            if file is not None:
                try:
                    file.read_text(encoding="utf-8")
                except (OSError, UnicodeDecodeError) as error:
                    yield f"MERCARICH_KAFKA_{name}: cannot read {file} ({_reason(error)})"
        try:
            if self.ca_file is not None:
                ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(self.ca_file)
        except OSError as error:  # of TLS, too
            yield f"MERCARICH_KAFKA_CA_FILE: {self.ca_file} holds no certificates in PEM ({_reason(error)})"
        try:
            if self.cert_file is not None:
                ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_cert_chain(self.cert_file, self.key_file, password="")
        except OSError as error:
            pair = " and ".join(str(file) for file in (self.cert_file, self.key_file) if file)
            yield f"MERCARICH_KAFKA_CERT_FILE: {pair} are no certificate and its key in PEM ({_reason(error)})"


def _useless(given: Given, why: str) -> Iterator[str]:
    for name, value in given.items():
        if value:
            yield f"MERCARICH_KAFKA_{name} has no effect: {why}"


def _reason(error: Exception) -> str:
    if isinstance(error, ssl.SSLError):
        return error.reason or "not PEM"
    return (error.strerror or "unreadable") if isinstance(error, OSError) else "not text"

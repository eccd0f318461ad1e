"""Settings by environment: typed, read once at start, and a wrong one is named with what was expected.

The numbers that people change while the system runs are not here: they live in the database
(`mercarich_db.settings_store`).

The docstring of a field says what the variable is, and then, each on a line of its own where it applies, its `Unit:`,
the `Why:` of its default, and what happens at `Zero:` or when it is `Empty:`. `python -m tools.settings_page` writes
docs/settings.md from them.
"""

import os
from pathlib import Path
from typing import Literal, Self, TypeVar

from pydantic import Field, SecretStr, ValidationError, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from mercarich_platform.broker import Broker, Mechanism, Security


class BadConfiguration(Exception):
    """The environment cannot be used; the text says which variable and what was expected. Exit code 78."""


class SharedSettings(BaseSettings):
    """The variables that every process reads, prefix `MERCARICH_`."""

    model_config = SettingsConfigDict(env_prefix="MERCARICH_", frozen=True, extra="ignore")

    database_url: SecretStr = SecretStr("")
    """The database, in SQLAlchemy's form: `sqlite:////path/to/file` or `mysql+pymysql://user:password@host/name`.

    Why: one machine needs no database server.
    Empty: SQLite, the file mercarich.db in the data folder.
    """
    kafka_bootstrap: str = "127.0.0.1:9092"
    """The broker: host:port, several separated by commas.

    Why: the embedded broker of one machine.
    """
    kafka_prefix: str = Field(default="", pattern=r"^[A-Za-z0-9._-]{0,100}$")
    """What the broker's names of topics and consumer groups begin with, such as `staging.`.

    Why: one installation has its broker for itself; two on one broker need a prefix each, for they would take each
    other's work.
    Empty: the names as they are in the documentation.
    """
    kafka_security: Security = "PLAINTEXT"
    """How the broker is spoken to: with TLS (`SSL`), with a user (`SASL_PLAINTEXT`), with both (`SASL_SSL`).

    Why: the embedded broker has neither.
    """
    kafka_mechanism: Mechanism = "SCRAM-SHA-512"
    """How the user is proven, where MERCARICH_KAFKA_SECURITY has one.

    Why: the strongest that needs a user and a password alone.
    """
    kafka_user: str = ""
    """The user at the broker.

    Why: without SASL there is none.
    Empty: no user, or the one that the token names.
    """
    kafka_password: SecretStr = SecretStr("")
    """The user's password.

    Why: without SASL there is none.
    Empty: it is read from MERCARICH_KAFKA_PASSWORD_FILE.
    """
    kafka_password_file: Path | None = None
    """The file with the user's password, read again for each connection: whoever writes the file renews it.

    Why: a variable is what most installations have.
    Empty: MERCARICH_KAFKA_PASSWORD has it.
    """
    kafka_token_file: Path | None = None
    """The file with the token for OAUTHBEARER, read again for each connection: whoever writes the file renews it.

    Why: only OAUTHBEARER has one.
    Empty: no token.
    """
    kafka_ca_file: Path | None = None
    """The certificates, in PEM, of which one has signed the broker's; read again for each connection.

    Why: managed brokers have certificates of public authorities.
    Empty: the authorities of the system.
    """
    kafka_cert_file: Path | None = None
    """The certificate, in PEM, by which the broker knows this client; read again for each connection.

    Why: most brokers know their clients by a password.
    Empty: the client shows none.
    """
    kafka_key_file: Path | None = None
    """The key of that certificate, in PEM and without a password; read again for each connection.

    Why: certificate and key are two files where cert-manager and Strimzi write them.
    Empty: the key is in the certificate's file.
    """
    data_dir: Path = Path("var")
    """The folder where one machine keeps its database, keys and logs.

    Why: below the checkout, where `make clean` finds it.
    """
    pictures: Path | None = None
    """The folder of the listings' pictures, one folder a seller in it.

    Why: one machine keeps everything in one place.
    Empty: `pictures` in the data folder.
    """
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    """Lines below this level are not written.

    Why: INFO tells what was decided; DEBUG adds a driver's own lines, ten a second while the broker is away.
    """
    log_format: Literal["json", "text"] = "json"
    """`text` for a person at a terminal.

    Why: what collects logs reads JSON.
    """
    metrics_host: str = "0.0.0.0"
    """The address on which a worker serves /metrics, /healthz and /readyz.

    Why: Prometheus and the kubelet come from outside the pod; `make up` sets 127.0.0.1.
    """
    metrics_port: int = Field(default=0, ge=0, le=65535)
    """The port of a worker's /metrics, /healthz and /readyz.

    Unit: port
    Why: off, so that commands and tests disturb nobody; the chart and `make up` give each process its own.
    Zero: the three are not served.
    """

    @model_validator(mode="after")
    def _kafka_fits_together(self) -> Self:
        problem = self.kafka.problem()
        if problem is not None:
            raise ValueError(problem)
        return self

    @property
    def kafka(self) -> Broker:
        """The broker. Holds a password: never log its fields."""
        return Broker(
            bootstrap=self.kafka_bootstrap,
            prefix=self.kafka_prefix,
            security=self.kafka_security,
            mechanism=self.kafka_mechanism,
            user=self.kafka_user,
            password=self.kafka_password.get_secret_value(),
            password_file=self.kafka_password_file,
            token_file=self.kafka_token_file,
            ca_file=self.kafka_ca_file,
            cert_file=self.kafka_cert_file,
            key_file=self.kafka_key_file,
        )

    @property
    def database(self) -> str:
        """The database's address, default filled in. Holds a password: never log it."""
        return self.database_url.get_secret_value() or f"sqlite:///{self.data_dir.absolute() / 'mercarich.db'}"

    @property
    def pictures_folder(self) -> Path:
        return self.pictures or self.data_dir / "pictures"


Settings = TypeVar("Settings", bound=BaseSettings)


def load(settings: type[Settings]) -> Settings:
    """Read the environment. Raises `BadConfiguration`: one sentence a variable, without its value's secrets."""
    try:
        return settings()
    except ValidationError as error:
        raise BadConfiguration("; ".join(_sentence(settings, e) for e in error.errors(include_url=False))) from None


def _sentence(settings: type[BaseSettings], error: object) -> str:
    assert isinstance(error, dict)
    if not error["loc"]:  # of several variables together; its text names them
        return str(error["msg"]).removeprefix("Value error, ")
    field = str(error["loc"][0])
    variable = f"{settings.model_config.get('env_prefix', '')}{field}".upper()
    given = os.environ.get(variable)
    secret = "SECRET" in variable or "KEY" in variable or "URL" in variable or "PASSWORD" in variable
    shown = "" if given is None or secret else f" (it is {given!r})"
    return f"{variable}: {error['msg']}{shown}"

"""The broker's settings: what cannot work is refused by the name of its variable, and no password is shown."""

from pathlib import Path
from typing import Any

import pytest
from tests.services.certificates import Authority

from mercarich_platform.broker import Broker
from mercarich_platform.settings import BadConfiguration, SharedSettings, load

LOGIN = {"USER": "stock", "PASSWORD": "hunter2"}


@pytest.fixture
def configured(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Return the broker of an environment with these variables, without `MERCARICH_KAFKA_`."""

    def configure(**variables: object) -> Broker:
        for name, value in variables.items():
            monkeypatch.setenv(f"MERCARICH_KAFKA_{name}", str(value))
        return load(SharedSettings).kafka

    return configure


def test_by_default_there_is_no_security_and_no_prefix(configured: Any) -> None:
    broker = configured(BOOTSTRAP="b.example:9092")

    assert broker == Broker("b.example:9092") == Broker.of("b.example:9092")
    assert (broker.with_tls, broker.with_user, broker.wire("check.yahoo")) == (False, False, "check.yahoo")


def test_a_prefix_is_of_the_names_at_the_broker_alone(configured: Any) -> None:
    broker = configured(PREFIX="staging.")

    assert broker.wire("check.yahoo") == "staging.check.yahoo"
    assert broker.plain("staging.check.yahoo") == "check.yahoo"


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"SECURITY": "TLS"}, "MERCARICH_KAFKA_SECURITY: Input should be 'PLAINTEXT', 'SSL', "),
        ({"MECHANISM": "GSSAPI"}, "MERCARICH_KAFKA_MECHANISM: Input should be 'PLAIN', "),
        ({"PREFIX": "stock market"}, "MERCARICH_KAFKA_PREFIX: String should match pattern"),
        ({"PREFIX": "x" * 101}, "MERCARICH_KAFKA_PREFIX: String should match pattern"),
        ({"SECURITY": "SASL_SSL"}, "MERCARICH_KAFKA_USER: SCRAM-SHA-512 needs a user"),
        (
            {"SECURITY": "SASL_SSL", "USER": "stock"},
            "MERCARICH_KAFKA_PASSWORD: SCRAM-SHA-512 needs a password, here or in …_PASSWORD_FILE",
        ),
        (
            {"SECURITY": "SASL_SSL", **LOGIN, "PASSWORD_FILE": "/some/file"},
            "MERCARICH_KAFKA_PASSWORD_FILE has no effect: MERCARICH_KAFKA_PASSWORD is set; remove one of them",
        ),
        (
            {"SECURITY": "SASL_SSL", "USER": "stock", "PASSWORD_FILE": "/nowhere/password"},
            "MERCARICH_KAFKA_PASSWORD_FILE: cannot read /nowhere/password (No such file or directory)",
        ),
        (LOGIN, "MERCARICH_KAFKA_USER has no effect: MERCARICH_KAFKA_SECURITY is PLAINTEXT, which has no users"),
        (
            {"SECURITY": "SSL", **LOGIN},
            "MERCARICH_KAFKA_USER has no effect: MERCARICH_KAFKA_SECURITY is SSL, which has no users",
        ),
        (
            {"SECURITY": "SASL_PLAINTEXT", **LOGIN, "CA_FILE": "/some/ca.crt"},
            "MERCARICH_KAFKA_CA_FILE has no effect: MERCARICH_KAFKA_SECURITY is SASL_PLAINTEXT, which has",
        ),
        (
            {"SECURITY": "SASL_SSL", "MECHANISM": "OAUTHBEARER"},
            "MERCARICH_KAFKA_TOKEN_FILE: OAUTHBEARER needs the file with the token",
        ),
        (
            {"SECURITY": "SASL_SSL", "MECHANISM": "OAUTHBEARER", "TOKEN_FILE": "/some/token", **LOGIN},
            "MERCARICH_KAFKA_USER has no effect: OAUTHBEARER goes by MERCARICH_KAFKA_TOKEN_FILE",
        ),
        (
            {"SECURITY": "SASL_SSL", **LOGIN, "TOKEN_FILE": "/some/token"},
            "MERCARICH_KAFKA_TOKEN_FILE has no effect: SCRAM-SHA-512 goes by a user and a password",
        ),
        (
            {"SECURITY": "SSL", "CA_FILE": "/nowhere/ca.crt"},
            "MERCARICH_KAFKA_CA_FILE: /nowhere/ca.crt holds no certificates in PEM (No such file or directory)",
        ),
        (
            {"SECURITY": "SSL", "KEY_FILE": "/some/tls.key"},
            "MERCARICH_KAFKA_CERT_FILE: MERCARICH_KAFKA_KEY_FILE is the key of a certificate; name that, too",
        ),
        (
            {"SECURITY": "SSL", "CERT_FILE": "/nowhere/tls.crt", "KEY_FILE": "/nowhere/tls.key"},
            "MERCARICH_KAFKA_CERT_FILE: /nowhere/tls.crt and /nowhere/tls.key are no certificate and its key in PEM",
        ),
    ],
)
def test_what_cannot_work_is_refused_by_its_name(configured: Any, given: dict[str, str], says: str) -> None:
    with pytest.raises(BadConfiguration) as caught:
        configured(**given)

    assert str(caught.value).startswith(says)
    assert "hunter2" not in str(caught.value)


def test_a_file_that_is_no_certificate_is_refused(configured: Any, tmp_path: Path) -> None:
    (tmp_path / "ca.crt").write_text("not PEM")

    with pytest.raises(BadConfiguration, match=r"MERCARICH_KAFKA_CA_FILE: .*ca.crt holds no certificates in PEM"):
        configured(SECURITY="SSL", CA_FILE=tmp_path / "ca.crt")


def test_another_certificates_key_is_refused(configured: Any, tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    one, other = authority.issue("one"), authority.issue("other")

    with pytest.raises(BadConfiguration, match="are no certificate and its key in PEM"):
        configured(SECURITY="SSL", CERT_FILE=one.cert, KEY_FILE=other.key)


def test_what_fits_together_is_taken(configured: Any, tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    client = authority.issue("client")
    (tmp_path / "password").write_text("hunter2\n")

    broker = configured(
        SECURITY="SASL_SSL",
        USER="stock",
        PASSWORD_FILE=tmp_path / "password",
        CA_FILE=authority.cert,
        CERT_FILE=client.cert,
        KEY_FILE=client.key,
    )

    assert (broker.mechanism, broker.secret()) == ("SCRAM-SHA-512", "hunter2")


def test_a_password_is_not_shown_by_printing_broker_or_settings(configured: Any) -> None:
    broker = configured(SECURITY="SASL_SSL", **LOGIN)

    assert "hunter2" not in repr(broker) + str(broker) + repr(load(SharedSettings))
    assert broker.secret() == "hunter2"

"""Kafka with TLS, users and an authorizer that lets this user have one prefix: everything works, and what is refused is
told as such."""

import logging
import shutil
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
from kafka import KafkaAdminClient
from kafka.admin import ScramMechanism, UserScramCredentialUpsertion
from tests.integration.platform.conftest import Eventually, Running, specs
from tests.services.certificates import Authority
from tests.services.secured_kafka import PASSWORD, PREFIX, USER, SecuredKafka

from mercarich_platform.broker import Broker
from mercarich_platform.kafka import Publisher, Record, Topics, ensure_topics, group_states, read_topics
from mercarich_platform.logging import configure
from mercarich_platform.outages import BrokerAway
from mercarich_platform.worker import Undecodable, Worker

WAYS = ("PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512", "OAUTHBEARER", "a certificate")


@pytest.fixture
def broker(secured_kafka: SecuredKafka) -> Broker:
    return Broker(
        secured_kafka.secured,
        prefix=PREFIX,
        security="SASL_SSL",
        user=USER,
        password=PASSWORD,
        ca_file=secured_kafka.authority.cert,
    )


@pytest.fixture
def start(unique: str) -> Iterator[Callable[..., Running]]:
    started: list[Running] = []

    def start(broker: Broker, handle: Callable[[Record, threading.Event], None], **more: object) -> Running:
        worker = Worker(
            broker=broker,
            group=unique,
            topics=[unique],
            handle=handle,
            slots=2,
            dead_letters=lambda topic: f"dlq.{topic}",
            ensure=specs(unique),
            **more,  # type: ignore[arg-type]
        )
        started.append(Running(worker).start())
        return started[-1]

    yield start
    for running in started:
        running.end()


@pytest.mark.parametrize("way", WAYS)
def test_a_worker_reads_commits_and_buries_by_each_way_to_be_known(
    secured_kafka: SecuredKafka,
    broker: Broker,
    way: str,
    start: Callable[..., Running],
    unique: str,
    eventually: Eventually,
) -> None:
    broker = _by(way, broker, secured_kafka)
    publisher = Publisher(broker, client_id="test", topics=specs(unique))
    for value in (b"garbage", b"good"):
        publisher.publish(unique, value, key=b"k")
    publisher.flush(30)
    publisher.close()
    handled: list[Record] = []

    def handle(record: Record, _stop: threading.Event) -> None:
        if record.value == b"garbage":
            raise Undecodable("not a message")
        handled.append(record)

    start(broker, handle)
    eventually(lambda: handled and group_states(broker, [(unique, unique)])[0].lag == 0, 60)
    [state] = group_states(broker, [(unique, unique)])
    assert [(record.topic, record.value) for record in handled] == [(unique, b"good")]
    assert (state.group, state.topic, state.members, state.partitions) == (unique, unique, 1, 3)
    assert [record.value for record in read_topics(broker, [f"dlq.{unique}"])] == [b"garbage"]
    with Topics(Broker(secured_kafka.inner)) as all_topics:
        assert list(all_topics.ids([PREFIX + unique, unique])) == [PREFIX + unique]


def test_a_wrong_password_is_told_and_the_right_one_ends_it(
    secured_kafka: SecuredKafka,
    broker: Broker,
    start: Callable[..., Running],
    tmp_path: Path,
    port: int,
    eventually: Eventually,
) -> None:
    file = tmp_path / "password"
    file.write_text("wrong horse")
    start(replace(broker, password="", password_file=file), lambda *_: None, health_host="127.0.0.1", health_port=port)

    eventually(lambda: _ready(port) == f"the Kafka broker at {broker} refused the user {USER} (SCRAM-SHA-512)", 60)
    file.write_text(PASSWORD)

    eventually(lambda: _ready(port) == "ok", 60)


def test_a_user_that_comes_later_is_known_and_allowed_nothing_yet(
    secured_kafka: SecuredKafka, broker: Broker, eventually: Eventually
) -> None:
    late = replace(broker, user="late", prefix="late.")
    assert "refused the user late" in _told(late)
    _let_in(secured_kafka, "late", PASSWORD)

    eventually(lambda: "does not allow the user late what is needed" in _told(late), 40)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"password": "wrong horse"}, f"refused the user {USER} (SCRAM-SHA-512)"),
        ({"password": "wrong horse", "mechanism": "PLAIN"}, f"refused the user {USER} (PLAIN)"),
        ({"user": "nobody"}, "refused the user nobody (SCRAM-SHA-512)"),
        ({"ca_file": None}, "the certificate of the Kafka broker at "),
        ({"prefix": "other."}, f"does not allow the user {USER} what is needed (TopicAuthorizationFailedError)"),
    ],
)
def test_what_the_broker_refuses_is_told_as_such(broker: Broker, change: dict[str, object], says: str) -> None:
    refused = replace(broker, **change)  # type: ignore[arg-type]

    assert says in _told(refused)
    assert "horse" not in _told(refused)


def test_another_authoritys_certificate_is_not_accepted(broker: Broker, tmp_path: Path) -> None:
    other = Authority(tmp_path, "other")

    with pytest.raises(BrokerAway, match=r"the certificate of the Kafka broker at .* is not accepted"):
        Topics(replace(broker, ca_file=other.cert))


def test_a_token_that_ended_is_refused_and_the_next_one_is_taken(secured_kafka: SecuredKafka, broker: Broker) -> None:
    by_token = _by("OAUTHBEARER", broker, secured_kafka)
    secured_kafka.token(seconds=-3600)
    with pytest.raises(BrokerAway, match=r"refused the token \(OAUTHBEARER\)"):
        Topics(by_token)

    secured_kafka.token()

    Topics(by_token).close()


def test_certificates_that_were_renewed_are_read_for_the_next_connection(
    secured_kafka: SecuredKafka, broker: Broker, unique: str, tmp_path: Path, eventually: Eventually
) -> None:
    """The client's certificate of an unknown authority is refused; the publisher needs no restart for the right one."""
    wrong = Authority(tmp_path, "other").issue("renewed")
    publisher = Publisher(
        replace(_by("a certificate", broker, secured_kafka), cert_file=wrong.cert, key_file=wrong.key),
        client_id="test",
        topics=specs(unique),
    )
    with pytest.raises(BrokerAway, match="do not agree on TLS"):
        publisher.publish(unique, b"1")

    shutil.copy(secured_kafka.client.cert, wrong.cert)
    shutil.copy(secured_kafka.client.key, wrong.key)

    publisher.publish(unique, b"1")
    publisher.flush(30)
    publisher.close()


def test_a_password_that_was_renewed_is_read_for_the_next_connection_of_the_same_client(
    secured_kafka: SecuredKafka, broker: Broker, tmp_path: Path, eventually: Eventually
) -> None:
    """The user is allowed nothing, which it is told once it is known. The brokers knew the new password first."""
    file = tmp_path / "password"
    theirs = replace(broker, user="renewed", password="", password_file=file)
    _let_in(secured_kafka, "renewed", "first horse")
    file.write_text("first horse")
    eventually(lambda: "does not allow the user renewed" in _told(theirs), 40)

    with Topics(theirs) as topics:
        _let_in(secured_kafka, "renewed", "second horse")
        eventually(lambda: "refused the user renewed" in _told(theirs), 40)
        for node in list(topics._admin._manager._conns):
            topics._admin._client.close(node)
        eventually(lambda: "refused the user renewed" in _refused(topics), 40)
        file.write_text("second horse\n")

        eventually(lambda: "does not allow the user renewed" in _refused(topics), 40)


def test_neither_password_nor_token_is_logged_by_the_driver(
    secured_kafka: SecuredKafka, broker: Broker, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    root = logging.getLogger()
    monkeypatch.setattr(root, "handlers", [])
    monkeypatch.setattr(root, "level", root.level)
    configure("test", level="DEBUG")
    try:
        for way in WAYS[:4]:
            Topics(_by(way, broker, secured_kafka)).close()
    finally:
        configure("test")
    logged = capsys.readouterr().out

    assert '"logger":"kafka.' in logged
    assert PASSWORD not in logged
    assert secured_kafka.token().read_text().strip() not in logged


def _by(way: str, broker: Broker, kafka: SecuredKafka) -> Broker:
    if way == "OAUTHBEARER":
        return replace(broker, mechanism=way, user="", password="", token_file=kafka.token())
    if way == "a certificate":
        mutual = replace(broker, bootstrap=kafka.mutual, security="SSL", user="", password="")
        return replace(mutual, cert_file=kafka.client.cert, key_file=kafka.client.key)
    return replace(broker, mechanism=way)  # type: ignore[arg-type]


def _refused(topics: Topics) -> str:
    with pytest.raises(BrokerAway) as caught:
        topics.ids(["topic"])
    return str(caught.value)


def _let_in(kafka: SecuredKafka, user: str, password: str) -> None:
    """Give the user, who may be new, this password."""
    admin = KafkaAdminClient(bootstrap_servers=kafka.inner)
    admin.alter_user_scram_credentials(
        [UserScramCredentialUpsertion(user, ScramMechanism.SCRAM_SHA_512, password.encode())]
    )
    admin.close()


def _told(broker: Broker) -> str:
    """Return why topics cannot be made."""
    with pytest.raises(BrokerAway) as caught:
        ensure_topics(broker, specs("topic"), timeout_seconds=0)
    return str(caught.value)


def _ready(port: int) -> str:
    try:
        return httpx.get(f"http://127.0.0.1:{port}/readyz", trust_env=False).text
    except httpx.TransportError:
        return ""

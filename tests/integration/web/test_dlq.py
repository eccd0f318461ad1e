"""`mercarich dlq list|show|replay`: records that no worker could handle are shown and replayed."""

from uuid import uuid4

import pytest
from sqlalchemy import Engine
from tests.integration.web.conftest import Mercarich

from mercarich_contracts.topics import DEAD_LETTERS, TOPICS
from mercarich_platform.clock import utc_now
from mercarich_platform.dead_letters import DeadLetters
from mercarich_platform.kafka import Publisher, Record, ensure_topics, read_topics
from mercarich_platform.outages import BrokerAway
from mercarich_platform.outcomes import Rejected
from mercarich_web.identity.sql.audit import SqlAudit
from mercarich_web.workers.dead_letters_kafka import KafkaDeadLetters
from mercarich_web.workers.replaying import DeadLetterDesk

TOPIC = "check.mercari"


@pytest.fixture
def letter(kafka_bootstrap: str) -> bytes:
    """A record that a worker could not parse, in the broker that other tests use, too."""
    ensure_topics(kafka_bootstrap, (*TOPICS, *DEAD_LETTERS))
    body = f'{{"v": 99, "mark": "{uuid4().hex}", "refresh_token=Atzr|secret": 1}}'.encode() + b"\xff"
    publisher = Publisher(kafka_bootstrap, client_id="test", topics=(*TOPICS, *DEAD_LETTERS))
    letters = DeadLetters(publisher, group="checker-mercari", topic_of=lambda topic: f"mercarich.dlq.{topic}")
    letters.put(Record(TOPIC, 3, 17, b"k\xff", body, (), 1_700_000_000_000), Rejected("CheckBatch of version 99"))
    publisher.close()
    return body


def test_dead_letters_are_listed_shown_without_secrets_and_replayed(
    mercarich: Mercarich, letter: bytes, kafka_bootstrap: str
) -> None:
    mark = letter.decode(errors="replace").split('"mark": "')[1][:32]
    found = mercarich.json("dlq", "list", "--topic", TOPIC)["letters"]
    (mine,) = [one for one in found if mark in one["value"]]
    assert mine["id"].startswith(f"mercarich.dlq.{TOPIC}/")
    assert (mine["group"], mine["error"]) == ("checker-mercari", "Rejected: CheckBatch of version 99")
    assert (mine["key"], mine["value"][-1], "[redacted]" in mine["value"]) == ("k\ufffd", "\ufffd", True)
    assert mine["id"] in mercarich.page("dlq", "list")
    assert mercarich.json("dlq", "show", mine["id"]) == mine

    shown = mercarich.page("dlq", "show", mine["id"])
    assert mark in shown
    assert "Atzr|secret" not in shown

    assert mercarich.page("dlq", "replay", mine["id"]) == f"1 published again to {TOPIC}\n"
    again = [record for record in read_topics(kafka_bootstrap, [TOPIC]) if record.value == letter]
    assert [(record.key, record.value) for record in again] == [(b"k\xff", letter)]
    assert f"published again to {TOPIC}" in mercarich.page("dlq", "replay", "--all", TOPIC)


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (["dlq"], 2, "required"),
        (["dlq", "show"], 2, "required"),
        (["dlq", "show", "nothing/0/1"], 1, "there is no dead letter 'nothing/0/1'"),
        (["dlq", "replay"], 2, "required"),
        (["dlq", "replay", "nothing/0/1"], 1, "there is no dead letter"),
        (["dlq", "replay", "--all", "no.such.topic"], 1, "of the topic 'no.such.topic'"),
        (["dlq", "list", "--limit", "0"], 2, "expected a whole number"),
    ],
)
def test_bad_input_is_refused_with_a_sentence(mercarich: Mercarich, words: list[str], code: int, says: str) -> None:
    done = mercarich(*words)

    assert done.returncode == code
    assert says in done.stderr


def test_a_broker_that_is_away_is_told_as_such(mercarich: Mercarich) -> None:
    mercarich.environment["MERCARICH_KAFKA_BOOTSTRAP"] = "127.0.0.1:1"

    done = mercarich("dlq", "list")

    assert done.returncode == 75
    assert "127.0.0.1:1" in done.stderr


def test_what_could_not_be_read_whole_is_no_answer(letter: bytes, kafka_bootstrap: str) -> None:
    with pytest.raises(BrokerAway, match="not read to the end"):
        list(read_topics(kafka_bootstrap, [f"mercarich.dlq.{TOPIC}"], timeout_seconds=0))


def test_a_list_holds_the_newest_and_of_one_topic_reads_no_other(
    letter: bytes, kafka_bootstrap: str, engine: Engine
) -> None:
    letters = KafkaDeadLetters(kafka_bootstrap)

    assert letter in [one.value for one in letters.read(TOPIC)]
    assert {one.id.partition("/")[0] for one in letters.read(TOPIC)} == {f"mercarich.dlq.{TOPIC}"}
    assert list(letters.read("no.such.topic")) == []
    [newest] = DeadLetterDesk(letters, SqlAudit(engine), utc_now).list(TOPIC, 1).letters
    assert newest.first_seen == max(one.first_seen for one in letters.read(TOPIC))

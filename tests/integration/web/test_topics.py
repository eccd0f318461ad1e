"""`mercarich topics` with a broker and without one."""

from pathlib import Path

from tests.integration.web.conftest import Mercarich

from mercarich_contracts.topics import DEAD_LETTERS, TOPICS
from mercarich_local.broker import EmbeddedBroker
from mercarich_platform.kafka import Topics


def test_every_topic_exists_afterwards_and_a_second_time_changes_nothing(kafka_bootstrap: str) -> None:
    mercarich = Mercarich(MERCARICH_KAFKA_BOOTSTRAP=kafka_bootstrap)

    mercarich.page("topics", "ensure", "--seconds", "20")
    again = mercarich.page("topics", "ensure")

    assert again == "all topics are there\n"
    names = [topic.name for topic in (*TOPICS, *DEAD_LETTERS)]
    with Topics(kafka_bootstrap) as topics:
        assert sorted(topics.ids(names)) == sorted(names)


def test_a_check_names_what_is_missing_and_creates_nothing(port: int, tmp_path: Path) -> None:
    with EmbeddedBroker(port, tmp_path / "broker.log"):
        mercarich = Mercarich(MERCARICH_KAFKA_BOOTSTRAP=f"127.0.0.1:{port}")
        names = sorted(topic.name for topic in (*TOPICS, *DEAD_LETTERS))
        for _ in range(2):
            done = mercarich("topics", "check")
            assert (done.returncode, done.stdout) == (1, f"topics missing: {', '.join(names)}\n")

        mercarich.page("topics", "ensure")
        assert mercarich.page("topics", "check") == "all topics are there\n"


def test_a_broker_that_is_away_is_said_in_a_sentence(port: int) -> None:
    done = Mercarich(MERCARICH_KAFKA_BOOTSTRAP=f"127.0.0.1:{port}")("topics", "ensure", "--seconds", "0")

    assert done.returncode == 75
    assert f"127.0.0.1:{port}" in done.stderr

"""Topics: their names are what dashboards and runbooks use, and each has its dead letters."""

from mercarich_contracts.market import Marketplace
from mercarich_contracts.messages import CheckBatch, JobWaiting, ListingsChanged, RevivalWanted
from mercarich_contracts.topics import CHECK, DAY_MS, DEAD_LETTERS, LISTINGS_CHANGED, TOPICS, UPDATE


def test_the_topics_and_what_they_carry() -> None:
    assert {topic.name: topic.message for topic in TOPICS} == {
        "check.yahoo": CheckBatch,
        "check.mercari": CheckBatch,
        "update.yahoo": RevivalWanted,
        "update.mercari": RevivalWanted,
        "listings.changed": ListingsChanged,
        "jobs.search": JobWaiting,
        "jobs.import": JobWaiting,
    }


def test_each_marketplace_has_topics_of_its_own() -> None:
    for marketplace in Marketplace:
        assert CHECK[marketplace].name == f"check.{marketplace}"
        assert UPDATE[marketplace].name == f"update.{marketplace}"


def test_each_topic_has_dead_letters_that_are_kept_longer() -> None:
    assert LISTINGS_CHANGED.dead_letters == "mercarich.dlq.listings.changed"
    assert [letters.name for letters in DEAD_LETTERS] == [f"mercarich.dlq.{topic.name}" for topic in TOPICS]
    assert {letters.retention_ms for letters in DEAD_LETTERS} == {30 * DAY_MS}
    assert {topic.retention_ms for topic in TOPICS} == {DAY_MS}


def test_names_are_legal_for_kafka() -> None:
    for name in [topic.name for topic in TOPICS] + [letters.name for letters in DEAD_LETTERS]:
        assert len(name) <= 249
        assert set(name) <= set("abcdefghijklmnopqrstuvwxyz.")

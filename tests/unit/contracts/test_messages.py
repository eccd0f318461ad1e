"""Messages: round trip, tolerance of new fields, and one sentence for a message that cannot be parsed."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mercarich_contracts.market import Marketplace
from mercarich_contracts.messages import BatchItem, CheckBatch, ListingsChanged, Message, RevivalWanted, Unreadable

BATCH = CheckBatch(
    marketplace=Marketplace.YAHOO,
    run_id=7,
    generation=3,
    items=(BatchItem(id=1, item_id="x100"), BatchItem(id=2, item_id="x200", seller_id="s1")),
    max_workers=14,
    without_update=True,
)
EXAMPLES: list[Message] = [
    BATCH,
    ListingsChanged(user_id=5),
    ListingsChanged(user_id=5, restores=True, marketplace=Marketplace.MERCARI, max_item_count=10),
    RevivalWanted(marketplace=Marketplace.MERCARI, listing_ids=(1, 2)),
]


@pytest.mark.parametrize("message", EXAMPLES, ids=lambda message: type(message).__name__)
def test_a_message_comes_back_as_it_went(message: Message) -> None:
    assert type(message).decode(message.encode()) == message


@pytest.mark.parametrize("message", EXAMPLES, ids=lambda message: type(message).__name__)
def test_the_bytes_name_their_schema_and_version(message: Message) -> None:
    fields = json.loads(message.encode())

    assert fields["v"] == 1
    assert fields["schema"] in {"check_batch", "listings_changed", "revival_wanted"}


def test_a_field_that_this_code_does_not_know_is_ignored() -> None:
    fields = json.loads(BATCH.encode()) | {"priority": 9}
    fields["items"][0]["colour"] = "red"

    assert CheckBatch.decode(json.dumps(fields).encode()) == BATCH


def test_a_field_that_came_later_may_be_missing() -> None:
    fields = json.loads(BATCH.encode())
    del fields["without_update"], fields["max_workers"]

    assert CheckBatch.decode(json.dumps(fields).encode()).max_workers == 4


@pytest.mark.parametrize("version", [0, 2, 99])
def test_another_version_is_unreadable_and_named(version: int) -> None:
    fields = json.loads(BATCH.encode()) | {"v": version}

    with pytest.raises(Unreadable, match=f"CheckBatch message of version {version}; this code reads version 1"):
        CheckBatch.decode(json.dumps(fields).encode())


@pytest.mark.parametrize(
    ("value", "says"),
    [
        (b"", "not a CheckBatch message: body: "),
        (b"\xff\xfe", "not a CheckBatch message: body: "),
        (b'{"v": 1', "not a CheckBatch message: body: "),
        (b"[]", "not a CheckBatch message: body: "),
        (ListingsChanged(user_id=1).encode(), "not a CheckBatch message: schema: "),
    ],
    ids=["empty", "binary", "cut", "a list", "another message"],
)
def test_garbage_is_unreadable_with_one_sentence(value: bytes, says: str) -> None:
    with pytest.raises(Unreadable) as raised:
        CheckBatch.decode(value)

    assert str(raised.value).startswith(says)
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize("count", [0, 10_001])
def test_a_batch_without_items_or_with_too_many_is_unreadable(count: int) -> None:
    fields = json.loads(BATCH.encode()) | {"items": [{"id": n, "item_id": f"x{n}"} for n in range(count)]}

    with pytest.raises(Unreadable, match="CheckBatch message: items: "):
        CheckBatch.decode(json.dumps(fields).encode())


@pytest.mark.parametrize("kind", [CheckBatch, ListingsChanged, RevivalWanted])
@given(value=st.binary(max_size=300))
def test_no_bytes_raise_anything_but_unreadable(kind: type[Message], value: bytes) -> None:
    _decode_or_unreadable(kind, value)


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


@given(key=st.sampled_from(sorted(json.loads(BATCH.encode()))), value=_JSON)
def test_no_wrong_field_raises_anything_but_unreadable(key: str, value: object) -> None:
    _decode_or_unreadable(CheckBatch, json.dumps(json.loads(BATCH.encode()) | {key: value}).encode())


def _decode_or_unreadable(kind: type[Message], value: bytes) -> None:
    try:
        decoded = kind.decode(value)
    except Unreadable:
        return
    assert kind.decode(decoded.encode()) == decoded

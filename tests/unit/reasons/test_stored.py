"""A stored reason is read back unchanged, whatever its values are, and fits its column."""

import pytest
from tests.unit.reasons.examples import example

from mercarich_reasons.accounts import TooManyKeys
from mercarich_reasons.imports import UnknownColumn
from mercarich_reasons.reason import LONGEST, dumps, values
from mercarich_reasons.refusal import Refusal
from mercarich_reasons.stock import ByHand
from mercarich_reasons.stored import CATALOGUE, LaterCode, OldSentence, coded, loads
from mercarich_reasons.telling import Language, tell


@pytest.mark.parametrize("missing", [False, True])
@pytest.mark.parametrize("code", CATALOGUE)
def test_a_reason_comes_back_as_it_was_stored(code: str, missing: bool) -> None:
    reason = example(CATALOGUE[code], missing=missing)

    assert loads(dumps(reason)) == reason


@pytest.mark.parametrize("text", ["x" * 10_000, "長" * 10_000, '"\\' * 5_000, "\x00" * 10_000, "😀" * 10_000])
@pytest.mark.parametrize("code", CATALOGUE)
def test_a_long_text_is_cut_to_what_the_column_takes(code: str, text: str) -> None:
    stored = dumps(example(CATALOGUE[code], text=text))

    assert len(stored) <= LONGEST
    assert type(loads(stored)) is CATALOGUE[code]


def test_a_short_text_is_stored_whole() -> None:
    assert loads(dumps(OldSentence("長" * 200))) == OldSentence("長" * 200)


@pytest.mark.parametrize(
    "text",
    ["", "sold: won", "{", '{"code"', '{"code":1}', '{"code":"sold', "[]", '{"code":"by_hand","values":[1]}', "null"],
)
def test_no_text_is_refused(text: str) -> None:
    assert tell(loads(text), Language.JA) or not text


def test_a_code_of_a_later_release_keeps_its_values() -> None:
    later = loads('{"code":"moon_full","values":{"phase":4}}')

    assert later == LaterCode("moon_full", {"phase": 4})
    assert coded(later) == ("moon_full", {"phase": 4})


def test_a_value_of_a_later_release_keeps_what_is_known() -> None:
    assert loads('{"code":"by_hand","values":{"person":"hanako","shoe_size":38}}') == ByHand("hanako")


def test_programs_get_a_code_and_plain_values() -> None:
    assert coded(None) is None
    assert coded(loads("the moon was full")) == ("old_sentence", {"text": "the moon was full"})
    assert coded(UnknownColumn("x", ("sku", "asin"))) == ("unknown_column", {"column": "x", "known": ["sku", "asin"]})
    assert values(UnknownColumn("x", ("sku",))) == {"column": "x", "known": ["sku"]}


def test_a_refusal_tells_its_reason_in_english() -> None:
    refused = Refusal(TooManyKeys(20))

    assert refused.reason == TooManyKeys(20)
    assert str(refused) == "there are 20 keys; revoke one first"

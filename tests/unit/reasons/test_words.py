"""Every reason has words in every language: complete tables, and no English on a Japanese page."""

import re
from collections.abc import Mapping
from dataclasses import fields

import pytest
from tests.unit.reasons.examples import AT, example

from mercarich_contracts.market import Marketplace, Reason, State
from mercarich_reasons.jobs import NoAddress, RowsImported
from mercarich_reasons.push import NotShown
from mercarich_reasons.stock import ByImport, ReplacedBy, SourceSeen
from mercarich_reasons.stored import CATALOGUE, LaterCode, OldSentence
from mercarich_reasons.telling import Language, places, source_words, tell
from mercarich_reasons.words import en, ja

TABLES = {Language.EN: en, Language.JA: ja}
JAPANESE = re.compile(r"[\u3040-\u30ff\u4e00-\u9fff]")
ENGLISH = re.compile(r"[A-Za-z]+ [A-Za-z]+")
"""Two words in a row."""
ENGLISH_ONLY = {"marketplace_away": {"text"}}
"""Values that stand in no Japanese sentence, since they are English."""
NAMES = ("CR LF", "CSV UTF-8")
BARE = frozenset({"source_seen", "approved_item_seen", "file_unreadable", OldSentence.code})
"""Codes whose sentence is nothing but their values."""


@pytest.mark.parametrize("language", Language)
def test_every_code_has_words_and_no_other(language: Language) -> None:
    told = TABLES[language].REASONS

    assert CATALOGUE.keys() - told.keys() == set(), "write their words"
    assert told.keys() - CATALOGUE.keys() == set(), "there are no such codes"


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("code", CATALOGUE)
def test_a_template_has_places_for_values_of_its_code(language: Language, code: str) -> None:
    names = {field.name for field in fields(CATALOGUE[code])}

    assert places(TABLES[language].REASONS[code]) <= names


@pytest.mark.parametrize("code", CATALOGUE)
def test_both_languages_tell_the_same_values(code: str) -> None:
    assert places(en.REASONS[code]) - ENGLISH_ONLY.get(code, set()) == places(ja.REASONS[code])


@pytest.mark.parametrize("code", CATALOGUE)
def test_what_may_be_missing_leaves_no_gap(code: str) -> None:
    """A value without a text for its absence is inside brackets, or is never missing."""
    for language in Language:
        told = tell(example(CATALOGUE[code], missing=True), language)
        assert told, language
        assert not re.search(r"\(\)|（）|None|[{}\[\]|]| {2}", told), told


@pytest.mark.parametrize("code", CATALOGUE)
def test_japanese_has_no_english_in_it(code: str) -> None:
    template = re.sub(r"\{\w+(\|[^}]*)?\}", lambda place: (place[1] or "")[1:], ja.REASONS[code])
    for name in NAMES:
        template = template.replace(name, "")

    assert not ENGLISH.search(template), template
    assert JAPANESE.search(template) or code in BARE, template


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize(
    ("table", "codes"), [("MARKETPLACES", Marketplace), ("STATES", State), ("STATE_REASONS", Reason)]
)
def test_marketplaces_states_and_their_reasons_have_words(language: Language, table: str, codes: type[State]) -> None:
    words: Mapping[str, str] = getattr(source_words(language), table)

    assert {code.value for code in codes} - words.keys() == set(), "write their words"
    assert words.keys() - {code.value for code in codes} <= {"set_aside"}
    assert all(JAPANESE.search(word) for word in words.values()) or language is Language.EN


def test_values_are_told_in_the_readers_words() -> None:
    sold = SourceSeen(State.SOLD, Reason.WON)
    replaced = ReplacedBy(Marketplace.MERCARI, "m1", 9, 1500)

    assert (tell(sold, Language.EN), tell(sold, Language.JA)) == ("sold (won by a bidder)", "売り切れ（落札済み）")
    assert tell(replaced, Language.EN) == "replaced by m1 (Mercari), 1,500 yen"
    assert tell(replaced, Language.JA) == "m1（メルカリ）に入れ替えました（1,500円）"


def test_numbers_that_count_have_separators_and_those_that_name_have_none() -> None:
    assert tell(RowsImported(12_345), Language.EN) == "12,345 rows were read."
    told = tell(RowsImported(12_345, made=0, changed=1, unchanged=12_344), Language.EN)
    assert told == "12,345 rows were read: 0 new, 1 changed, 12,344 unchanged."
    assert tell(ByImport(12_345), Language.EN) == "by import 12345"


def test_an_optional_part_is_left_out_without_its_value() -> None:
    bare = ReplacedBy(Marketplace.MERCARI, "m1", 9)

    assert tell(bare, Language.EN) == "replaced by m1 (Mercari)"
    assert tell(NotShown(3), Language.EN) == "accepted, but Amazon shows 3"
    assert tell(NotShown(), Language.EN) == "accepted, but Amazon shows no quantity"


def test_a_time_is_told_as_the_reader_has_it() -> None:
    expired = example(CATALOGUE["expired"])

    assert "2026-11-25 14:03 JST" in tell(expired, Language.EN)
    assert "11/25 14:03" in tell(expired, Language.JA, moment=lambda at: f"{at:%m/%d} 14:03" if at == AT else "")


def test_what_other_releases_wrote_is_told_as_it_is() -> None:
    assert tell(None, Language.JA) == ""
    assert tell(OldSentence("the moon was full"), Language.JA) == "the moon was full"
    assert tell(LaterCode("moon_full", {"phase": 4}), Language.JA) == "moon_full(phase=4)"


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("given", ["{given}", "{0.__class__}", "{given|x}", "[{given}]", "%(given)s %s %n", "{", "}"])
def test_a_value_that_looks_like_a_template_stays_as_it_is(given: str, language: Language) -> None:
    assert given in tell(NoAddress(given), language)

"""The catalogues of the pages' sentences: in step with templates and code, and complete in both languages."""

import re
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from tools import messages

from mercarich_web.site.languages import LANGUAGES, catalogue, chosen, sentences

NAMED = re.compile(r"%\(\w+\)s")


def own_english() -> Catalog:
    return messages.read(messages.WEB / "locales/en.po", "en")


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_sentence_of_the_pages_is_in_the_catalogue_and_no_other(language: str) -> None:
    of_code = {one if isinstance(one, str) else one[0] for one in messages.messages()}
    of_catalogue = {one.id if isinstance(one.id, str) else one.id[0] for one in sentences(language) if one.id}

    assert of_code - of_catalogue == set(), "run: python -m tools.messages"
    assert of_catalogue - of_code == set(), "run: python -m tools.messages"


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_sentence_is_translated(language: str) -> None:
    assert messages.missing(sentences(language)) == []


def test_english_has_a_catalogue_only_of_what_it_says_in_other_words() -> None:
    assert [one.id for one in own_english() if one.id and one.id == one.string] == []


def test_english_counts() -> None:
    english, pattern = catalogue("en"), ("%(num)s notice", "%(num)s notices")

    assert [english.ungettext(*pattern, number) for number in (0, 1, 2)] == [pattern[1], pattern[0], pattern[1]]


def test_a_translation_names_the_same_values_as_the_sentence() -> None:
    for one in [*sentences("ja"), *own_english()]:
        if not one.id:
            continue
        source = one.id if isinstance(one.id, str) else one.id[1]
        told = one.string if isinstance(one.string, str) else "".join(one.string or ())
        assert sorted(NAMED.findall(source)) == sorted(NAMED.findall(told)), source


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_sentence_can_be_filled_in(language: str) -> None:
    """A literal per cent sign is written twice."""
    for one in sentences(language):
        told = [one.string] if isinstance(one.string, str) else [*(one.string or ())]
        assert [text for text in told if text.replace("%%", "").count("%") != len(NAMED.findall(text))] == []


def test_a_gap_in_a_catalogue_is_found() -> None:
    gap = Catalog(locale="ja")
    gap.add("Sign in", "")

    assert messages.missing(gap) == ["Sign in"]


@pytest.mark.parametrize(
    ("accepted", "language"),
    [
        ("en-US,en;q=0.9,ja;q=0.8", "en"),
        ("ja", "ja"),
        ("fr,en;q=0.2", "en"),
        ("de", "ja"),
        ("", "ja"),
        ("en;q=x", "ja"),
    ],
)
def test_the_browsers_wish_is_followed_where_we_can(accepted: str, language: str) -> None:
    assert chosen(None, None, accepted=accepted) == language


def test_what_was_chosen_goes_before_the_browsers_wish() -> None:
    assert chosen(None, "ja", accepted="en") == "ja"
    assert chosen("en", "ja") == "en"


def test_catalogues_come_with_the_package() -> None:
    assert {file.stem for file in Path(messages.WEB / "locales").glob("*.po")} == set(LANGUAGES)

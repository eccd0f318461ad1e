"""The words of subjects: collected for the templates, and said in the reader's language."""

from types import ModuleType

import pytest

from mercarich_contracts.sites import SITES, Site
from mercarich_web import words
from mercarich_web.sentences import Said
from mercarich_web.site.languages import catalogue
from mercarich_web.site.telling import said


def test_two_subjects_do_not_define_the_same_words() -> None:
    one, other = ModuleType("one"), ModuleType("other")
    one.STATES, other.STATES = {"a": "A"}, {"b": "B"}  # type: ignore[attr-defined]

    with pytest.raises(ValueError, match="STATES"):
        words._collected((one, other))
    other.STATES = one.STATES  # type: ignore[attr-defined]
    assert words._collected((one, other)).STATES == {"a": "A"}


@pytest.mark.parametrize("language", ["en", "ja"])
@pytest.mark.parametrize("site", SITES.values(), ids=str)
def test_a_marketplace_within_a_sentence_has_its_name(site: Site, language: str) -> None:
    sentence = Said("Replacement search, %(market)s", {"market": site.marketplace})

    assert getattr(site.words, language) in said(sentence, catalogue(language), language)

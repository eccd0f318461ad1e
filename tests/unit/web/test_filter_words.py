"""Each filter and each state of a replacement has a word on the pages."""

from mercarich_contracts.revivals import RevivalState
from mercarich_replacements.filters import Filter
from mercarich_web.replacements.words import REFUSED_BY, REPLACEMENTS


def test_each_filter_that_is_stored_has_a_word() -> None:
    assert set(REFUSED_BY) == set(Filter) - {Filter.NOT_SEEN}


def test_each_state_of_a_replacement_has_a_word() -> None:
    assert set(REPLACEMENTS) == set(RevivalState)

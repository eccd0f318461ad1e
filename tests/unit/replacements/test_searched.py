"""Where a replacement is searched: the source's own marketplace first, the others when the rules allow them."""

from collections.abc import Sequence
from dataclasses import replace

import pytest
from tests.unit.replacements.test_trying import RULES

from mercarich_contracts.market import Marketplace
from mercarich_replacements import rules
from mercarich_replacements.rules import searched

YAHOO, MERCARI = Marketplace.YAHOO, Marketplace.MERCARI


@pytest.mark.parametrize(
    ("source", "others", "expected"),
    [
        (YAHOO, False, [YAHOO]),
        (MERCARI, False, [MERCARI]),
        (YAHOO, True, [YAHOO, MERCARI]),
        (MERCARI, True, [MERCARI, YAHOO]),
    ],
)
def test_its_own_marketplace_comes_first(source: Marketplace, others: bool, expected: Sequence[Marketplace]) -> None:
    assert searched(source, replace(RULES, other_marketplace=others)) == expected


def test_a_marketplace_without_a_search_is_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rules, "SEARCHED", (YAHOO,))

    assert searched(MERCARI, RULES) == []
    assert searched(MERCARI, replace(RULES, other_marketplace=True)) == [YAHOO]
    assert searched(YAHOO, replace(RULES, other_marketplace=True)) == [YAHOO]

"""The sellers' page on prices that follow: its words are those of the pages, its codes those of the reasons."""

import re
from pathlib import Path

from tools.messages import messages

from mercarich_reasons.push import AmazonRefused, UnknownSku
from mercarich_reasons.repricing import (
    OfferOnSalePrice,
    PriceChangedElsewhere,
    PriceNotRead,
    PriceNotTaken,
    PriceRefused,
)

PAGE = (Path(__file__).parents[3] / "docs" / "start" / "prices.md").read_text()
STOPS = (
    *(PriceChangedElsewhere, OfferOnSalePrice, PriceNotRead, PriceNotTaken),
    *(PriceRefused, AmazonRefused, UnknownSku),
)


def test_it_has_the_code_of_each_reason_for_which_a_price_stops_by_itself() -> None:
    told = re.findall(r"^\|.*\| `(\w+)` \|", PAGE, re.MULTILINE)
    assert sorted(told) == sorted(one.code for one in STOPS)


def test_its_words_in_italics_are_those_of_the_pages() -> None:
    said = {text for message in messages() for text in ([message] if isinstance(message, str) else message)}
    names = set(re.findall(r"(?<!\*)\*([^*]+)\*(?!\*)", " ".join(PAGE.split())))
    assert names - said == {"Back to …", "on its way"}, "the amount follows, and a part of a sentence"

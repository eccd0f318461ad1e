"""Why a candidate was refused, for a seller: with the numbers that the seller can act on."""

import math
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest

from mercarich_contracts.market import Reason as StateReason
from mercarich_contracts.market import State
from mercarich_reasons import candidates, pictures, replacements
from mercarich_reasons.candidates import (
    Colour,
    ColoursDiffer,
    ConditionDiffers,
    NotBuyable,
    PageToldNothing,
    PostageUnknown,
    PriceAboveBreakEven,
    PriceAboveLimit,
    RatingTooLow,
    SeveralVariants,
    ShipsTooLate,
    VolumesDiffer,
)
from mercarich_reasons.pictures import FewFeaturesMatch, HistogramsDiffer, PictureNotNow, PictureUnavailable
from mercarich_reasons.reason import Reason, dumps
from mercarich_reasons.stored import CATALOGUE, loads
from mercarich_reasons.telling import Language, tell
from mercarich_reasons.words import en, ja
from mercarich_replacements import matching
from mercarich_replacements.matching import DEFAULT, Likeness, pictures_against, quick_against
from mercarich_replacements.titles import read

URL = "https://pictures/new1"


@pytest.mark.parametrize(
    ("reason", "in_english", "in_japanese"),
    [
        (
            PriceAboveLimit(1500, 1000),
            "1,500 yen is more than your limit of 1,000 yen",
            "1,500円は上限1,000円を超えています",
        ),
        (
            PriceAboveBreakEven(1500, 1000, 300),
            "1,500 yen including 300 yen for postage is more than the break-even price of 1,000 yen",
            "1,500円（送料300円込み）は損益分岐点1,000円を超えています",
        ),
        (RatingTooLow(79, 80), "79 % good ratings, less than 80 %", "良い評価が79%です（基準80%以上）"),
        (ShipsTooLate(7, 6), "it ships within 7 days, more than 6", "発送まで7日かかります（上限6日）"),
        (
            NotBuyable(State.SOLD, StateReason.WON),
            "it is sold (won by a bidder)",
            "購入できません：売り切れ（落札済み）",
        ),
        (
            VolumesDiffer(("1-3", "上"), None),
            "the volume differs: 1-3, 上 / not named",
            "巻数が異なります（1-3、上／記載なし）",
        ),
        (
            ColoursDiffer((Colour.BLACK, Colour.RED), (Colour.NAVY,)),
            "the colour in the title differs: black, red / navy",
            "商品名の色が異なります（黒、赤／紺）",
        ),
        (
            ConditionDiffers(4, 3),
            "its condition is “slightly used”, the old source's “no visible flaws”",
            "商品の状態が「やや傷や汚れあり」です（元の仕入れ元は「目立った傷や汚れなし」）",
        ),
        (
            FewFeaturesMatch(least=0.05, share=0.021),
            "a share of 0.021 of the pictures' features matches, less than 0.05",
            "画像の特徴の一致が0.021です（基準0.05以上）",
        ),
        (
            PostageUnknown(900, 1000),
            "its postage is not known; its price of 900 yen alone is within the limit of 1,000 yen",
            "送料が不明です（商品価格は900円、上限は1,000円）",
        ),
        (
            PriceAboveLimit(2000, 1000, counted_jpy=1500),
            "2,000 yen including 1,500 yen counted for a postage that is not known"
            " is more than your limit of 1,000 yen",
            "2,000円（送料不明のため1,500円として計算）は上限1,000円を超えています",
        ),
        (
            SeveralVariants(3),
            "it is sold in 3 variants, and it is not known which of them this would be",
            "3種類のバリエーションがあり、どれに当たるか判別できません",
        ),
        (PageToldNothing(), "its page could not be read", "商品ページを確認できません"),
        (
            PictureUnavailable.of(URL, "not_allowed"),
            f"the picture {URL} cannot be fetched: not_allowed",
            f"画像を取得できません（not_allowed）：{URL}",
        ),
        (
            PictureNotNow.of("breaker_open"),
            "its picture cannot be fetched now: not asked at present",
            "画像を今は取得できません（現在は確認を停止中）",
        ),
    ],
)
def test_a_reason_is_told_in_both_languages(reason: Reason, in_english: str, in_japanese: str) -> None:
    assert loads(dumps(reason)) == reason
    assert tell(reason, Language.EN) == in_english
    assert tell(reason, Language.JA) == in_japanese


@pytest.mark.parametrize("code", sorted(CATALOGUE))
@pytest.mark.parametrize("table", [en, ja])
def test_each_reason_of_a_candidate_has_words_for_its_values(table: Any, code: str) -> None:
    kind = CATALOGUE[code]
    if kind.__module__ not in {candidates.__name__, pictures.__name__, replacements.__name__}:
        return
    template = table.REASONS[code]
    for field in fields(kind):
        assert "{" + field.name in template or (field.name == "why" and "{state" in template)


def test_each_colour_and_condition_has_words() -> None:
    for table in (en, ja):
        assert set(table.COLOURS) == set(Colour)
        assert set(table.CONDITIONS) == set(range(1, 7))
    for colour in Colour:
        assert read(f"ソニー {colour}").colours == {colour}


@pytest.mark.parametrize("number", [math.nan, math.inf, -math.inf])
def test_a_number_that_is_not_finite_is_stored_as_none(number: float) -> None:
    """JSON cannot express it."""
    histograms = quick_against(DEFAULT, min(number, -1.0))
    unlike = pictures_against(DEFAULT, Likeness(0.5, 0.5, 80, number, number, number))
    for reason in (histograms, unlike):
        if reason is not None:
            assert loads(dumps(reason)) == reason
    assert HistogramsDiffer(least=-1.0) == quick_against(DEFAULT, -math.inf)


def test_the_filters_write_no_sentences() -> None:
    """Reasons are classes; a text in a `return` would be the same in every language."""
    folder = Path(matching.__file__).parent
    for module in ("filters.py", "matching.py", "trying.py"):
        assert 'return f"' not in (folder / module).read_text(encoding="utf-8")

"""What titles name, however sellers spell it, and which differences refuse a candidate."""

import math

import pytest

from mercarich_reasons.candidates import (
    Colour,
    ColoursDiffer,
    MayBePart,
    MeasuresDiffer,
    ModelsDiffer,
    PieceCountsDiffer,
    VolumesDiffer,
)
from mercarich_reasons.pictures import (
    FewFeaturesAgree,
    FewFeaturesMatch,
    HistogramsDiffer,
    PartInOtherColour,
    PictureColoursDiffer,
    SpotDiffers,
)
from mercarich_reasons.reason import Reason
from mercarich_replacements import titles
from mercarich_replacements.matching import (
    DEFAULT,
    NOTHING_ALIKE,
    SEED,
    Likeness,
    pictures_against,
    quick_against,
    titles_against,
)


@pytest.mark.parametrize(
    ("title", "volumes"),
    [
        ("ワンピース 第3巻", {"3"}),
        ("ワンピース ３巻 美品", {"3"}),
        ("Photo book Vol.12", {"12"}),
        ("コミック 1~3巻", {"1-3"}),
        ("コミック 第1巻〜第3巻", {"1-3"}),
        ("全20巻 完結", {"1-20"}),
        ("小説 上巻", {"上"}),
        ("24時間以内発送 2021年製 3月購入 Ver.2 1/7スケール", set()),
    ],
)
def test_volumes_are_read(title: str, volumes: set[str]) -> None:
    assert titles.read(title).volumes == volumes


@pytest.mark.parametrize(
    ("title", "pieces"),
    [
        ("フィギュア 3個セット", {"3"}),
        ("セット 4点 箱付き", {"4"}),
        ("漫画 1~5巻", {"5"}),
        ("MX-301030 箱付き", set()),
        ("1点もの", set()),
        ("2台目の購入", set()),
        ("vol.7 箱付き", set()),
    ],
)
def test_numbers_of_pieces_are_read(title: str, pieces: set[str]) -> None:
    assert titles.read(title).pieces == pieces


def test_models_and_colours_have_one_spelling() -> None:
    first, second = titles.read("ＭＸ－００１２３ ブラック"), titles.read("黒 mx00123 Ver.22")
    assert first.models == second.models == {"mx00123"}
    assert first.colours == second.colours == {"black"}


@pytest.mark.parametrize(
    ("ours", "theirs", "reason"),
    [
        ("漫画 第3巻", "漫画 vol.4", VolumesDiffer(("3",), ("4",))),
        ("漫画 第3巻", "漫画", VolumesDiffer(("3",), None)),
        ("フィギュア", "フィギュア 3個セット", PieceCountsDiffer(None, ("3",))),
        ("カメラ MX-100", "カメラ MX-200", ModelsDiffer(("mx100",), ("mx200",))),
        ("時計 赤", "時計 ブルー", ColoursDiffer((Colour.RED,), (Colour.BLUE,))),
        ("SSD 128GB", "SSD 256GB", MeasuresDiffer(("128gb",), ("256gb",))),
        ("カメラ", "カメラ 箱のみ", MayBePart(("のみ",))),
    ],
)
def test_m7_titles_that_name_different_goods_refuse(ours: str, theirs: str, reason: Reason) -> None:
    assert titles_against(DEFAULT, ours, theirs) == reason
    assert titles_against(SEED, ours, theirs) is None


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        ("【美品】ソニー ヘッドホン MX-00012 黒", "SONY ヘッドホン mx00012 ブラック 送料無料"),
        ("時計 赤", "時計 MX-200"),
        ("時計 赤×黒", "時計 ブラック"),
        ("カメラ 箱のみ", "カメラ 箱のみ 美品"),
    ],
)
def test_m7_titles_of_the_same_goods_do_not(ours: str, theirs: str) -> None:
    assert titles_against(DEFAULT, ours, theirs) is None


ALIKE = Likeness(0.5, 0.5, 80, 3.0, 0.01, 0.001)


@pytest.mark.parametrize(
    ("seen", "reason"),
    [
        (ALIKE, None),
        (NOTHING_ALIKE, FewFeaturesMatch(least=0.05, share=0.0)),
        (Likeness(0.5, 0.02, 80, 3.0, 0.01, 0.0), FewFeaturesMatch(least=0.05, share=0.02)),
        (Likeness(0.5, 0.5, 9, 3.0, 0.01, 0.0), FewFeaturesAgree(features=9, least=16)),
        (Likeness(0.5, 0.5, 80, 20.04, 0.01, 0.0), PictureColoursDiffer(most=5.5, distance=20.0)),
        (Likeness(0.5, 0.5, 80, 3.0, 0.2, 0.0), PartInOtherColour(most=0.028, share=0.2)),
        (Likeness(0.5, 0.5, 80, 3.0, 0.01, 0.05), SpotDiffers(most=0.012, share=0.05)),
        (Likeness(0.5, 0.5, 80, math.inf, 0.01, 0.0), PictureColoursDiffer(most=5.5)),
    ],
)
def test_m7_pictures_refuse_with_what_they_show(seen: Likeness, reason: Reason | None) -> None:
    assert pictures_against(DEFAULT, seen) == reason


def test_what_both_titles_name_is_not_doubted_for_a_picture() -> None:
    other_light = Likeness(0.5, 0.5, 80, 20.0, 0.2, 0.0)
    assert pictures_against(DEFAULT, other_light, "時計 赤", "時計 レッド") is None
    assert pictures_against(DEFAULT, other_light, "時計 赤", "時計") is not None


def test_a_small_odd_spot_is_doubted_on_what_comes_in_volumes() -> None:
    assert pictures_against(DEFAULT, ALIKE, "カメラ", "カメラ") is None
    assert pictures_against(DEFAULT, ALIKE, "コミック", "コミック") is not None
    assert pictures_against(DEFAULT, ALIKE, "コミック 3巻", "コミック 第3巻") is None


def test_m7_the_seeds_rules_go_by_histogram_and_features() -> None:
    assert quick_against(SEED, 0.80) == HistogramsDiffer(least=0.8, correlation=0.8)
    assert quick_against(SEED, 0.81) is None
    assert quick_against(DEFAULT, -0.2) is None
    assert pictures_against(SEED, Likeness(0.5, 0.5, 0, 99.0, 1.0, 1.0)) is None
    assert pictures_against(SEED, Likeness(0.5, 0.05, 80, 0.0, 0.0, 0.0)) is not None

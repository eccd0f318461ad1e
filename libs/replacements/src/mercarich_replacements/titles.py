"""Extract from a title, in a normalised form: volume, pieces, model, colour, measures, and "only a part"."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass

from mercarich_reasons.candidates import Colour

_VOLUME = re.compile(
    r"(?:第\s*)?(\d{1,3})\s*巻?\s*[-~〜ー–]\s*(?:第\s*)?(\d{1,3})\s*巻|第?\s*(\d{1,3})\s*巻|\bvol\.?\s*(\d{1,3})\b|全\s*(\d{1,3})\s*巻"
)
_HALVES = re.compile(r"[上中下前後](?=[巻編])")
_PIECES = re.compile(
    r"(?<![a-z0-9.-])(\d{1,3})\s?(?:個|点|本|枚|冊|体|台|箱|足|着|袋|缶)(?!目|もの|物|限|以|付|入|あり|なし|無)"
)
_MODEL = re.compile(r"(?<![a-z0-9])(?=[a-z0-9-]*\d{2})(?=[a-z0-9-]*[a-z])[a-z][a-z0-9]*(?:-[a-z0-9]+)*")
_MEASURE = re.compile(r"(?<![\d.])(\d+(?:\.\d+)?)\s*(tb|gb|mb|ml|kg|cm|mm|インチ)(?![a-z])")
_PART = ("のみ", "空箱", "ジャンク", "説明書だけ", "レプリカ", "互換品", "部品取り")

_IN_VOLUMES = (
    "ソフト",
    "写真集",
    "コミック",
    "漫画",
    "マンガ",
    "小説",
    "文庫",
    "雑誌",
    "全集",
    "参考書",
    "過去問",
    "カード",
    "dvd",
    "blu-ray",
    "ブルーレイ",
    "cd",
)

_COLOURS: Mapping[Colour, tuple[str, ...]] = {
    Colour.RED: ("レッド", "赤", "red"),
    Colour.BLUE: ("ブルー", "青", "blue"),
    Colour.GREEN: ("グリーン", "緑", "green"),
    Colour.YELLOW: ("イエロー", "黄", "yellow"),
    Colour.BLACK: ("ブラック", "黒", "black"),
    Colour.WHITE: ("ホワイト", "白", "white"),
    Colour.PINK: ("ピンク", "桃色", "pink"),
    Colour.PURPLE: ("パープル", "紫", "purple"),
    Colour.ORANGE: ("オレンジ", "橙", "orange"),
    Colour.BROWN: ("ブラウン", "茶", "brown"),
    Colour.SILVER: ("シルバー", "銀", "silver"),
    Colour.GOLD: ("ゴールド", "金色", "gold"),
    Colour.GREY: ("グレー", "灰色", "gray", "grey"),
    Colour.NAVY: ("ネイビー", "紺", "navy"),
    Colour.BEIGE: ("ベージュ", "beige"),
}
_NO_MODELS = re.compile(r"(?:vol|ver|no|ps|a|b)\.?\d{1,3}")


@dataclass(frozen=True, slots=True)
class Named:
    """What one title names; empty sets for what it does not."""

    volumes: frozenset[str]
    pieces: frozenset[str]
    models: frozenset[str]
    colours: frozenset[Colour]
    measures: frozenset[str]
    parts: frozenset[str]
    in_volumes: bool
    """Whether it is of a kind that comes in volumes or editions which look alike."""


def read(title: str) -> Named:
    text = unicodedata.normalize("NFKC", title).casefold()
    return Named(
        volumes=_volumes(text),
        pieces=_pieces(text),
        models=frozenset(
            word.replace("-", "") for word in _MODEL.findall(text) if not _NO_MODELS.fullmatch(word.replace("-", ""))
        ),
        colours=frozenset(colour for colour, words in _COLOURS.items() if any(_says(text, word) for word in words)),
        measures=frozenset(f"{number}{unit}" for number, unit in _MEASURE.findall(text)),
        parts=frozenset(word for word in _PART if word in text),
        in_volumes=any(word in text for word in _IN_VOLUMES),
    )


def _volumes(text: str) -> frozenset[str]:
    """Return volumes such as `3` or `3-5`; halves (上, 下) as their word."""
    found = set(_HALVES.findall(text))
    for match in _VOLUME.finditer(text):
        first, last, *single, whole = match.groups()
        if first:
            found.add(f"{int(first)}-{int(last)}")
        elif whole:
            found.add(f"1-{int(whole)}")
        else:
            found.update(str(int(number)) for number in single if number)
    return frozenset(found)


def _pieces(text: str) -> frozenset[str]:
    """Return the number of pieces: as named, or the size of a range of volumes."""
    said = {str(int(count)) for count in _PIECES.findall(text) if int(count) > 1}
    ranges = [volumes.split("-") for volumes in _volumes(text) if "-" in volumes]
    return frozenset(said or {str(int(last) - int(first) + 1) for first, last in ranges})


def _says(text: str, word: str) -> bool:
    return bool(re.search(rf"(?<![a-z]){word}(?![a-z])", text)) if word.isascii() else word in text

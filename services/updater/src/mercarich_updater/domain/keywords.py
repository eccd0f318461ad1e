"""Search words from a title: the title without decoration and sales phrases."""

import re

LONGEST = 80
"""Characters. A longer query finds less, and both marketplaces cut it off."""

_BRACKETED = re.compile(r"[【\[(（《〈][^】\])）》〉]*[】\])）》〉]")
_DECORATION = re.compile(r"[★☆◆◇■□●○◎♪♡♥※~〜！!？?]+")
_FOR_SHOW = frozenset(
    [
        "美品",
        "極美品",
        "新品",
        "未使用",
        "中古",
        "完品",
        "動作品",
        "希少",
        "限定",
        "専用",
        "箱付き",
        "箱なし",
        "付属品完備",
        "付属品あり",
        "動作確認済み",
        "動作確認済",
        "送料無料",
        "送料込み",
        "送料込",
        "匿名配送",
        "即購入OK",
        "即購入可",
        "即決",
        "早い者勝ち",
        "値下げ",
        "最終値下げ",
    ]
)


def keyword(title: str) -> str:
    """Return the query; empty if the title has nothing but decoration."""
    bare = _DECORATION.sub(" ", _BRACKETED.sub(" ", title))
    words: list[str] = []
    for word in bare.split():
        if word not in _FOR_SHOW and len(" ".join([*words, word])) <= LONGEST:
            words.append(word)
        elif not words and word not in _FOR_SHOW:
            words.append(word[:LONGEST])  # a title without spaces
    return " ".join(words)

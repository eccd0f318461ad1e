"""The words of the market: titles, conditions, places, shops."""

import re

CONDITIONS = (
    "新品、未使用",
    "未使用に近い",
    "目立った傷や汚れなし",
    "やや傷や汚れあり",
    "傷や汚れあり",
    "全体的に状態が悪い",
)
PREFECTURES = ("東京都", "大阪府", "愛知県", "福岡県", "北海道", "兵庫県", "群馬県", "神奈川県", "京都府")

_BRANDS = ("ソニー", "任天堂", "バンダイ", "パナソニック", "キヤノン", "カシオ", "サンリオ", "ヤマハ", "シマノ")
THINGS = (
    "ヘッドホン",
    "デジタルカメラ",
    "フィギュア",
    "腕時計",
    "ゲームソフト",
    "キーボード",
    "リール",
    "ぬいぐるみ",
    "レンズ",
    "スピーカー",
    "写真集",
)
_LEADS = ("【美品】", "【新品】", "【送料無料】", "★希少★", "【限定】", "")
_TAILS = ("箱付き", "動作確認済み", "即購入OK", "付属品完備", "匿名配送", "")
_MODEL = re.compile(r"MX-(\d{5,})", re.IGNORECASE)


def title(product: int, noise: bytes) -> str:
    """Return the Japanese title of one piece of a product. Pieces share brand, thing and model."""
    lead = _LEADS[noise[8] % len(_LEADS)]
    tail = _TAILS[noise[9] % len(_TAILS)]
    return f"{lead}{product_name(product)} {tail}".strip()


def product_name(product: int) -> str:
    return f"{brand_of(product)} {thing_of(product)} MX-{product:05d}"


def brand_of(product: int) -> str:
    return _BRANDS[product % len(_BRANDS)]


def thing_of(product: int) -> str:
    return THINGS[product % len(THINGS)]


def product_in(keyword: str) -> int | None:
    """Return the product that a search text names by its model; None when it names none."""
    found = _MODEL.search(keyword)
    return int(found.group(1)) if found else None


def seller_name(group: int, kind: str) -> str:
    return f"ショップ{group:04d}" if kind == "shops" else f"出品者{group:04d}"

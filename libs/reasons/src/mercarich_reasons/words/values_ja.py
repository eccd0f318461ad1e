"""Japanese: values that sentences name."""

from collections.abc import Mapping

STATES: Mapping[str, str] = {
    "available": "販売中",
    "unbuyable": "即決価格なし",
    "sold": "売り切れ",
    "ended": "終了",
    "gone": "削除済み",
    "suspended": "公開停止",
    "unknown": "不明",
}
"""Of a source."""
STATE_REASONS: Mapping[str, str] = {
    "auction_only": "オークション形式のみ",
    "no_price": "価格なし",
    "flea_market": "フリマ形式",
    "in_transaction": "取引中",
    "sold_out": "売り切れ",
    "won": "落札済み",
    "closed_without_bids": "入札なしで終了",
    "closed": "終了",
    "cancelled": "取り消し",
    "not_found": "見つからない",
    "deleted_by_seller": "出品者により削除",
    "deleted_by_marketplace": "運営により削除",
    "stopped_by_seller": "出品者により停止",
    "stopped_by_marketplace": "運営により停止",
    "not_found_once": "一度見つからず、再確認の予定",
    "not_found_unproven": "ページがなく、商品がない証拠もなし",
    "closing": "終了処理中",
    "blocked": "ブロックされた",
    "rate_limited": "アクセス過多",
    "auth": "アクセス拒否",
    "bad_request": "リクエスト拒否",
    "transient": "一時的な障害",
    "timed_out": "時間切れ",
    "unparsable": "ページを解釈できない",
    "empty": "空の応答",
    "unknown_status": "不明な状態",
    "breaker_open": "現在は確認を停止中",
    "malformed_id": "IDの形式が不正",
    "oversized": "応答が大きすぎる",
    "set_aside": "除外中",
}
"""Why a source is in its state."""

CONDITIONS: Mapping[int, str] = {
    1: "新品、未使用",
    2: "未使用に近い",
    3: "目立った傷や汚れなし",
    4: "やや傷や汚れあり",
    5: "傷や汚れあり",
    6: "全体的に状態が悪い",
}
"""Of an item, as the marketplaces order them."""
COLOURS: Mapping[str, str] = {
    "red": "赤",
    "blue": "青",
    "green": "緑",
    "yellow": "黄",
    "black": "黒",
    "white": "白",
    "pink": "ピンク",
    "purple": "紫",
    "orange": "オレンジ",
    "brown": "茶",
    "silver": "銀",
    "gold": "金",
    "grey": "グレー",
    "navy": "紺",
    "beige": "ベージュ",
}
ORDER_DECISIONS: Mapping[str, str] = {
    "ordered": "発注済み",
    "bought": "仕入れ済み",
    "shipped_by_others": "別ルートで発送",
    "cannot_be_sourced": "仕入れ不可",
}
OFFER_CONDITIONS: Mapping[str, str] = {
    "new_new": "新品",
    "used_like_new": "中古 - ほぼ新品",
    "used_very_good": "中古 - 非常に良い",
    "used_good": "中古 - 良い",
    "used_acceptable": "中古 - 可",
}
"""Of an offer at Amazon."""

"""Japanese."""

from collections.abc import Mapping

SEEN = "{word}（{because}）"
YEN = "{:,}円"
LISTED = "、"
MARKETPLACES: Mapping[str, str] = {"yahoo": "ヤフオク!", "mercari": "メルカリ"}
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
    "not_found_once": "1度見つからず、再確認予定",
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

REASONS: Mapping[str, str] = {
    # a listing's life
    "source_seen": "{state}",
    "source_on_sale_again": "2回目の確認で販売中でした",
    "no_replacement_yet": "代わりの仕入元が見つかりません（仕入元：{state}）",
    "replaced_by": "{item_id}（{marketplace}）に入れ替えました[（{price_jpy}）]",
    "replacement_waits": "{item_id}（{marketplace}）が承認待ちです",
    "replacement_approved": "{item_id}を{person}が承認しました",
    "replacement_refused": "{item_id}を{person}が却下しました",
    "replacement_taken_back": "{item_id}を{person}が取り消しました",
    "replacement_undone": "{item_id}を{person}が却下または取り消しました",
    "approved_item_seen": "{item_id}：{state}",
    "approved_item_used": "{item_id}は別の出品で使用中です",
    "approved_item_gone": "{item_id}はなくなりました",
    "by_hand": "手動（{person}）",
    "by_import": "インポート{job_id}",
    "expired": "{sku}：{withdrawn_at}から取下げ中のまま期限が切れました",
    "deleted_by_hand": "{sku}：手動（{person}）",
    # pushes
    "amazon_refused": "Amazonが拒否しました：{text}",
    "amazon_unreachable": "Amazonから有効な応答がありません：{text}",
    "not_shown": "Amazonは受け付けましたが、表示は{shown|数量なし}です",
    "newer_quantity": "このフィードの後に新しい数量を送信します",
    "feed_forgotten": "このフィードはAmazonに残っていません",
    "feed_ended_as": "Amazonがフィードを終了しました（{state}）",
    "feed_without_report": "フィードは完了しましたが、レポートがありません",
    "feed_refused": "Amazonがフィード全体を拒否しました：{text}",
    "feed_incomplete": "Amazonが処理したのはフィードの{sent}件中{processed}件だけです",
    # of earlier and later releases
    "old_sentence": "{text}",
}

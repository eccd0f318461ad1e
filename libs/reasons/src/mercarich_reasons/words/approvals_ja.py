"""Japanese: replacements that a seller's rule approves, or the link of a message."""

from collections.abc import Mapping

APPROVALS: Mapping[str, str] = {
    "nothing_to_take_back": "{sku}には、取り消せる代わりの仕入れ元がありません",
    "changed_since_shown": "{sku}は、表示したあとに内容が変わりました",
    "link_expired": "このリンクの有効期限（{at}）は過ぎています",
    "link_ended": "このリンクは無効になりました",
    "approved_by_rule_already": "{sku}の{item_id}は、{at}に自動承認のルールで承認されました。最後にもう一度確認してから"
    "出品されます",
    "rule_approved": "自動承認のルールで{item_id}を承認：画像の一致{alike_percent}%（基準{least_alike_percent}%以上）、"
    "送料込み{cost_jpy}[（上限{most_jpy}）][、販売時の利益{profit_jpy}（基準{least_profit_jpy}以上）]、"
    "評価{ratings}件（基準{least_ratings}件以上）のうち良い評価{good_percent}%（基準{least_good_percent}%以上）、"
    "商品の状態「{condition}」（最初の仕入れ元「{first_condition}」）",
    "facts_not_kept": "ルールに必要な情報を残していなかった以前のバージョンで見つかったものです",
    "likeness_not_known": "画像の一致度が不明です",
    "alike_too_little": "画像の一致が{alike_percent}%です（基準{least_percent}%以上）",
    "cost_not_known": "価格または送料が不明です",
    "first_cost_not_known": "最初の仕入れ値が不明です",
    "too_far_above_first": "送料込みで{cost_jpy}です（上限{most_jpy}、最初の仕入れ元{first_jpy}）",
    "profit_not_known": "販売時の利益が不明です",
    "earns_less_than_rule": "販売時の利益が{profit_jpy}です（基準{least_jpy}以上）",
    "rating_not_known": "出品者の評価が不明です",
    "rated_too_low": "出品者の良い評価が{good_percent}%です（基準{least_percent}%以上）",
    "rated_too_seldom": "出品者の評価が{ratings}件です（基準{least}件以上）",
    "condition_not_known": "商品の状態が不明です",
    "first_condition_not_known": "最初の仕入れ元の状態が不明です",
    "worse_than_first": "商品の状態が「{condition}」で、最初の仕入れ元「{first_condition}」より劣ります",
    "days_approvals_used": "24時間以内の自動承認が{approvals}件に達しています（上限{most}件）",
}

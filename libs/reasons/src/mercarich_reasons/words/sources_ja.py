"""Japanese: another source that a seller chooses."""

from collections.abc import Mapping

SOURCES: Mapping[str, str] = {
    "source_chosen": "{person}が仕入れ元を{old_item_id}（{old_marketplace}）から"
    "{item_id}（{marketplace}[、{price_jpy}][＋送料{shipping_jpy}]）に変更[。出品数は以後{pieces}点まで]",
    "other_item_looked_at": "{person}が{item_id}（{marketplace}）の確認を依頼",
    "chosen_not_on_sale": "{item_id}は販売中ではありません（{state}）。別の商品を選んでください",
    "chosen_not_seen_now": "{item_id}は直近{minutes}分以内に販売中と確認できていません[（最後の確認：{at}）]。"
    "先に確認してください",
    "chosen_dearer": "{item_id}は{shown_jpy}から{cost_jpy}（送料込み）に値上がりしました。"
    "もう一度比べてから決めてください",
    "chosen_already": "{item_id}はすでに{sku}の仕入れ元です",
    "chosen_for_order": "{item_id}は対応中の注文{order_id}のための商品です。1点の商品は一度しか売れないため、"
    "別の商品を選んでください",
    "chosen_without_price": "{item_id}は販売中ですが、価格を確認できていません。別の商品を選んでください",
    "listing_changed_since": "ページを開いた後に{sku}が変更されました。現在の仕入れ元は{item_id}（{marketplace}）です。"
    "もう一度比べてから決めてください",
    "no_look_now": "現在{marketplace}の商品は手動で確認できません。まだ確認が完了していないか、保留中です。"
    "数分後にもう一度お試しください",
    "look_waits_for_route": "{route}の手動での確認は待機中です。現在、サイトの応答が正しくなく、結果を信頼できません。"
    "数分後にもう一度お試しください",
    "looks_need_account": "まだ商品を確認できません。先にAmazonアカウントを連携してください",
    "looks_used_up": "手動の確認は24時間に{most}回までです。時間をおいてお試しください",
}

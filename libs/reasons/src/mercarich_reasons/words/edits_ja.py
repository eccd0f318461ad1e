"""Japanese: what a seller changes of a listing."""

from collections.abc import Mapping

EDITS: Mapping[str, str] = {
    "listing_edited": "[「{file}」のインポートで]{person}が変更[。仕入れ元：{marketplace}][ {item_id}]"
    "[。商品名：{title}][（変更前：{old_title}）]"
    "[。ASIN：{asin}][（変更前：{old_asin}）]"
    "[。出品時の数量：{listing_quantity}][（変更前：{old_listing_quantity}）]"
    "[。Amazonでの価格：{offer_price_jpy}][（変更前：{old_offer_price_jpy}）]"
    "[。最低価格：{least_price_jpy}][（変更前：{old_least_price_jpy}）]"
    "[。最高価格：{most_price_jpy}][（変更前：{old_most_price_jpy}）]"
    "[。自分用メモ：{note_length}文字]"
    "[。出荷までの日数：{handling_days}][（変更前：{old_handling_days}）]",
    "listing_edited_since": "ページを開いた後に{sku}が変更されました[。現在の商品名は{title}][。現在のASINは{asin}]"
    "[。現在の出品時の数量は{listing_quantity}][。現在のAmazonでの価格は{offer_price_jpy}]"
    "[。現在の自分用メモは{note_length}文字][。現在の出荷までの日数は{handling_days}]。"
    "入力内容を確認してから、もう一度保存してください",
    "lead_time_of_listing": "{days}日（この出品の設定）[。仕入れ元は{source_days}日]",
    "lead_time_of_source": "{days}日（仕入れ元の日数）[。この出品の設定は{handling_days}日]",
    "lead_time_of_amazon": "Amazonでの設定のまま（日数を送信していません）",
    "listing_read_before": "{sku}は読み取った後に変更されました。今回は何も変更していません。出品をもう一度読み取り、"
    "その応答のETagをIf-Matchに入れて、変更する内容を送信してください",
}

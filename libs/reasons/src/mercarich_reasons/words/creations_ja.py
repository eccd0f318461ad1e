"""Japanese: why an offer was created at Amazon, or was not."""

from collections.abc import Mapping

CREATIONS: Mapping[str, str] = {
    "creation_asked": "ASIN {asin}に「{sold_as}」、{price_jpy}で出品します（{person}）",
    "take_over_asked": "{person}の依頼",
    "given_up_by_hand": "{person}が取りやめました",
    "sold_by_amazon": "新しい出品がAmazonで販売されています[。出荷までの日数：{handling_days}]",
    "found_at_amazon": "Amazonに出品があります",
    "not_at_amazon": "このSKUの出品がAmazonにありません。ここで作成するか、先にセラーセントラルで出品してください",
    "not_at_amazon_yet": "このSKUの出品はAmazonにまだ表示されていません。出品した直後は15分ほどかかることがあります",
    "sku_taken": "このSKUの出品がすでにAmazonにあるため、送信していません。引き継ぐか、別のSKUを使ってください",
    "asin_restricted": "ASIN {asin}は「{sold_as}」で出品できません[：{text}][（コード{issue}）]",
    "asin_missing": "Amazonの商品が選ばれていません。出品のページでASINを検索するか、CSVで取り込んでください",
    "asin_malformed": "「{given}」はASINでもAmazonの商品ページのアドレスでもありません",
    "no_draft_any_more": "{sku}はもう下書きではありません（出品中または登録中です）",
    "sold_as_nothing": "仕入れ元の状態が不明か、悪すぎます。コンディションを選んでください",
    "no_price_by_formula": "仕入れ元の費用が不明なため、価格を計算できません。価格を入力してください",
    "price_below_cost": "{price_jpy}では赤字です。仕入れの費用が残るのは{least_jpy}からです",
    "excluded_word_in_offer": "商品名または説明に除外ワード「{word}」があります",
    "source_not_looked_at": "仕入れ元が販売中であることを、まだ確認できていません",
    "creations_of_today": "24時間に{most}件の新しい出品を送信しました。続きは自動で送信します",
    "another_store_linked": "新しい出品が販売される前に、別のストアが連携されました",
    "being_registered": "{sku}はAmazonに登録中です。販売中または下書きになるまでお待ちください",
    "new_offer_not_shown": "Amazonは新しい出品を受け付けましたが、表示していません",
    "not_sold_yet": "Amazonに新しい出品がありますが、販売されておらず、理由も示されていません",
}

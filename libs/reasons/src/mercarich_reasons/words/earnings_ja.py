"""Japanese: what a sale earns."""

from collections.abc import Mapping

EARNINGS: Mapping[str, str] = {
    "offer_price_not_told": "Amazonでの販売価格が未入力です（CSVのpriceで入力してください）",
    "order_price_not_told": "注文金額は未確定です",
    "no_source_known": "購入できる仕入れ元が見つかっていません",
    "source_not_seen": "仕入れ元の価格がまだ確認できていません",
    "source_not_buyable": "仕入れ元は現在購入できません（{state}）",
    "source_postage_not_known": "仕入れ元の送料が不明です",
    "earns_too_little": "{offer_price_jpy}で売れると利益は{profit_jpy}で、下限の{limit_jpy}を下回ります："
    "仕入れ{price_jpy}[＋送料{postage_jpy}]、手数料{fee_jpy}、経費{costs_jpy}",
    "earns_enough_again": "{offer_price_jpy}で売れると利益は{profit_jpy}です（下限{limit_jpy}）："
    "仕入れ{price_jpy}[＋送料{postage_jpy}]、手数料{fee_jpy}、経費{costs_jpy}",
    "loss_rule_ended": "赤字でも取り下げない設定になりました（通知のみ）",
    "profit_below_limit": "現在の利益は{profit_jpy}で、同意した下限{limit_jpy}を下回っています。"
    "下限を{profit_jpy}にするか、仕入れ元が安くなるまでお待ちください",
    "limit_beyond_price": "下限{limit_jpy}は販売価格{offer_price_jpy}を超えています。"
    "{least_jpy}から{offer_price_jpy}までで入力してください（販売価格を超える損失は、購入者への返金より高くつきます）",
    "listing_not_paused": "{sku}は一時停止中ではありません。ページを読み込み直してください",
    "price_no_longer_asks": "保留は解除されましたが、最後に確認した価格では対象ではなくなっています",
    "fee_estimated": "{at}のAmazonの見積もり（販売価格{of_price_jpy}の場合）",
    "fee_by_setting": "ルールの{percent}%（Amazonの見積もりなし）",
    "fees_forbidden": "Amazonが手数料の見積もりを許可していません[：{text}][（コード{issue}）]",
    "fee_refused": "Amazonが手数料の見積もりを拒否しました[：{text}][（コード{issue}）]",
    "fee_not_told": "Amazonの手数料の見積もりがまだありません[：{text}][（コード{issue}）]",
}

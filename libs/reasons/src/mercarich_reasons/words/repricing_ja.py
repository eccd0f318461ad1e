"""Japanese: changes of an offer's price."""

from collections.abc import Mapping

REACHED: Mapping[str, str] = {
    "profit": "希望する利益",
    "least": "下限価格",
    "most": "上限価格",
    "floor": "赤字にならない最低価格",
}
"""What a price goes by."""
REPRICING: Mapping[str, str] = {
    "price_follows": "{from_jpy}から{to_jpy}へ（{reached}）：仕入れ{price_jpy}＋送料{postage_jpy}、手数料{fee_jpy}、"
    "経費{costs_jpy}、利益{profit_jpy}",
    "price_taken_back": "{person}が{from_jpy}から{to_jpy}に戻しました",
    "price_at_amazon": "{from_jpy}から{to_jpy}になりました",
    "price_changed_elsewhere": "Amazonでの価格は{known_jpy}ではなく{shown_jpy}です。"
    "Amazon側で変更されたため、そのままにします",
    "price_not_read": "Amazonからこの出品の価格を確認できません",
    "offer_on_sale_price": "Amazonでセール価格が設定されています。先にAmazonで終了してください",
    "price_refused": "Amazonが価格{to_jpy}を拒否しました[：{text}][（コード{issue}）]",
    "price_not_taken": "Amazonは価格{to_jpy}を受け付けましたが、反映されませんでした",
    "price_overtaken": "{to_jpy}は送信しません：出品が停止中か、仕入れ元または価格が変わりました",
    "price_differs": "{shown_jpy}で解除されましたが、現在の仕入れ元の価格では{to_jpy}になります。再確認が必要です",
    "price_waits": "{from_jpy}から{to_jpy}への変更をまもなくAmazonに送信します",
    "price_sent": "{from_jpy}から{to_jpy}への変更を{at}に送信しました。Amazonに反映されるまで確認します",
    "follows_no_more": "{at}から、価格は仕入れ元に追従していません。再開するまで追従しません",
    "following_stopped_by_hand": "{person}による",
    "price_bounds_crossed": "下限価格{least_jpy}が上限価格{most_jpy}を上回っています。逆に入力してください",
    "no_price_to_take_back": "{sku}には元に戻せる価格変更がありません。ページを読み込み直してください",
    "price_on_its_way": "{sku}の価格{to_jpy}はAmazonに反映中です。反映されてから元に戻してください",
    "price_changed_again": "{sku}の価格はその後{from_jpy}から{to_jpy}に変わりました。ページを読み込み直してください",
    "price_is_another": "{sku}の価格はすでに{to_jpy}ではありません[（現在{price_jpy}）]。元に戻す変更はありません",
    "no_offer_for_price": "Amazonに{sku}の出品がないため、価格を元に戻せません",
    "amazon_does_not_serve": "Amazonの認証が無効なため、{sku}の価格を元に戻せません。"
    "先にアカウントを連携し直してください",
    "follows_already": "{sku}の価格追従は停止されていません。ページを読み込み直してください",
    "following_resumed": "{person}による[（{price_jpy}から）]",
}

"""Japanese."""

from collections.abc import Mapping

from mercarich_contracts import sites
from mercarich_reasons.words.accounts_ja import ACCOUNTS
from mercarich_reasons.words.approvals_ja import APPROVALS
from mercarich_reasons.words.browsers_ja import BROWSERS
from mercarich_reasons.words.chats_ja import CHATS
from mercarich_reasons.words.creations_ja import CREATIONS
from mercarich_reasons.words.earnings_ja import EARNINGS
from mercarich_reasons.words.edits_ja import EDITS
from mercarich_reasons.words.files_ja import FILES
from mercarich_reasons.words.repricing_ja import REACHED, REPRICING
from mercarich_reasons.words.sources_ja import SOURCES
from mercarich_reasons.words.troubles_ja import TROUBLES
from mercarich_reasons.words.values_ja import (
    COLOURS,
    CONDITIONS,
    OFFER_CONDITIONS,
    ORDER_DECISIONS,
    STATE_REASONS,
    STATES,
)

__all__ = [
    "COLOURS",
    "CONDITIONS",
    "LISTED",
    "MARKETPLACES",
    "OFFER_CONDITIONS",
    "ORDER_DECISIONS",
    "REACHED",
    "REASONS",
    "ROUTES",
    "SEEN",
    "STATES",
    "STATE_REASONS",
    "YEN",
]

SEEN = "{word}（{because}）"
YEN = "{:,}円"
LISTED = "、"
_NEEDS = "{marketplace}の仕入れ元{sources}件の確認には毎秒{needed_per_second}回の呼び出しが"
_PASS = "1巡に{pass_hours}時間かかります（プランでは{planned_hours}時間）"
_WITH_THE_FILE = "このファイルの新しい仕入れ元{new_sources}件を加えると、"
MARKETPLACES = sites.words("ja")
ROUTES = sites.route_words("ja")
REASONS: Mapping[str, str] = {
    # a listing's life
    "source_seen": "{state}",
    "source_on_sale_again": "2回目の確認で販売中でした",
    "source_not_gone": "保留は解除されましたが、仕入れ元は現在「{state}」のため取り下げません",
    "no_replacement_yet": "代わりの仕入れ元が見つかりません（仕入れ元：{state}）",
    "replaced_by": "{item_id}（{marketplace}）に入れ替えました[（{price_jpy}）][（別途送料{shipping_jpy}）]",
    "replacement_waits": "{item_id}（{marketplace}）が承認待ちです",
    "replacement_approved": "{item_id}を{person}が承認しました",
    "replacement_refused": "{item_id}を{person}が却下しました",
    "replacement_taken_back": "{item_id}を{person}が取り消しました",
    "replacement_undone": "{item_id}を{person}が却下または取り消しました",
    "approved_item_seen": "{item_id}：{state}",
    "approved_item_used": "{item_id}は別の出品または注文で使用中です",
    "approved_item_gone": "{item_id}はなくなりました",
    "approved_item_dearer": "{item_id}は承認時の{approved_jpy}では買えなくなりました[（送料込み{cost_jpy}）]",
    "by_hand": "手動（{person}）",
    "put_back": "{person}が元に戻しました",
    "by_import": "インポート{job_id}",
    "expired": "{sku}：{withdrawn_at}に取り下げたまま期限が切れました",
    "deleted_by_hand": "{sku}：手動（{person}）",
    # offers at Amazon
    "offers_forbidden": "Amazonの許可がないため、出品を確認できません[：{text}][（コード{issue}）]",
    "report_header_unknown": "AmazonのレポートにSKUまたは数量の列が見つかりません。先頭行：{header}",
    "offers_not_separable": "Amazonのレポートがなく、検索でも{created_at}に作成された出品を区別できません",
    "offers_being_read": "出品を読み込み中です。終わるまでお待ちください",
    "offers_read_often": "出品の読み込みは{hours}時間に{most}回までです。時間をおいてお試しください",
    "no_source_address": "{given}は商品ページのURLではありません。例：https://jp.mercari.com/item/m12345678901",
    "no_such_offer": "Amazonの最新のレポートに出品{sku}がありません。新しい出品なら、もう一度読み込んでください",
    "offer_watched": "{sku}はすでに登録済みの出品です。仕入れ元はここでは変わりません",
    "nothing_to_take_over": "固有の仕入れ元がある出品がありません。先に仕入れ元を指定してください",
    "matching_columns": "先頭行に列名 sku と source が必要です。現在の先頭行：{found}",
    "matching_cells": "SKUがないか、先頭行よりセルが少ない行です",
    # pushes
    "amazon_refused": "Amazonが拒否しました[：{text}][（コード{issue}）]",
    "unknown_sku": "このSKUはAmazonにありません[：{text}][（コード{issue}）]",
    "amazon_unreachable": "Amazonから有効な応答がありません[：{text}][（コード{issue}）]",
    "changed_at_amazon": "Amazonの在庫数は{shown}です（売れたか、Amazon側で変更されました）",
    "orders_forbidden": "Amazonの許可がないため、注文を確認できません[：{text}][（コード{issue}）]",
    "ordered_at_amazon": "注文番号{order_id}、数量{quantity}[、残り{left}]",
    "not_for_sale": "Amazonに数量はありますが、出品は販売されていません[：{text}][（コード{issue}）]",
    "not_shown": "Amazonは受け付けましたが、表示は{shown|数量なし}です",
    "comes_back": "在庫0にしても再び出品されます。現在のAmazonの表示は{shown|数量なし}です",
    "came_back": "削除済みですが、Amazonの在庫数は{shown}です（0にします）",
    "came_back_again": "削除済みで0にしましたが、Amazonの在庫数がまた{shown}になりました（変更していません。"
    "仕入れ元がなければセラーセントラルで出品を終了してください）",
    "newer_quantity": "このフィードの後に新しい数量を送信します",
    "feed_not_sent": "フィードを送信できませんでした[：{text}][（コード{issue}）]",
    "feed_never_arrived": "フィードはAmazonに届いていません",
    "feed_not_followed": "フィードの結果を確認できません[：{text}][（コード{issue}）]",
    "feed_stuck": "フィードの処理が進んでいません（{state}）",
    "feed_forgotten": "このフィードはAmazonに残っていません",
    "feed_ended_as": "Amazonがフィードを終了しました（{state}）",
    "feed_without_report": "フィードは完了しましたが、レポートがありません",
    "feed_refused": "Amazonがフィード全体を拒否しました[：{text}][（コード{issue}）]",
    "feed_incomplete": "Amazonが処理したのはフィードの{sent}件中{processed}件だけです",
    # a person's word on a replacement
    "nothing_waits": "{sku}には、承認待ちの代わりの仕入れ元がありません",
    "approved_already": "{sku}の{item_id}は、{at}に{by}さんが承認しました。最後にもう一度確認してから出品されます",
    "refused_already": "{sku}の{item_id}は、{at}に{by}さんが不採用にしました。引き続き代わりの仕入れ元を探します",
    "in_use_already": "{sku}の{item_id}は、{at}に{by}さんが承認し、すでに仕入れ元になっています",
    "went_up_by_itself": "{sku}の{item_id}は、{at}に自動で復活しました。承認は不要です",
    "other_replacement": "{sku}の代わりの仕入れ元は、別の商品（{marketplace} {item_id}）に変わっています",
    "other_source": "{sku}の仕入れ元は{item_id}から変更されています",
    # 注文の代わりの仕入れ元
    "found_for_order": "{judged}件のうち{found}件が使えます",
    "none_for_order": "{judged}件を確認しましたが、使えるものはありません（価格が上限を超えるもの{too_dear}件）",
    "order_search_unsure": "まだ見つかっていません。{judged}件のうち{unknown}件を確認できませんでした",
    "order_search_failed": "マーケットを検索できませんでした（{text}）",
    # candidates
    "gone_source_itself": "在庫切れになった仕入れ元です",
    "taken_back_before": "以前に不採用にしたか、取り消した商品です",
    "excluded_seller": "除外した出品者です（{seller_id}）",
    "excluded_word": "除外ワード「{word}」を含みます",
    "volumes_differ": "巻数が異なります（{ours|記載なし}／{theirs|記載なし}）",
    "piece_counts_differ": "個数が異なります（{ours|記載なし}／{theirs|記載なし}）",
    "models_differ": "型番が異なります（{ours|記載なし}／{theirs|記載なし}）",
    "colours_differ": "商品名の色が異なります（{ours|記載なし}／{theirs|記載なし}）",
    "measures_differ": "サイズ・容量が異なります（{ours|記載なし}／{theirs|記載なし}）",
    "may_be_part": "部品・ジャンク品の可能性があります（{words}）",
    "not_buyable": "購入できません：{state}",
    "several_variants": "{variants}種類のバリエーションがあり、どれに当たるか判別できません",
    "pre_order": "予約商品のため、すぐに発送されません",
    "ratings_unknown": "出品者の評価が不明です",
    "no_ratings": "出品者にまだ評価がありません",
    "rating_too_low": "良い評価が{good_percent}%です（基準{least_percent}%以上）",
    "already_used": "別の出品または対応中の注文で使用中です",
    "just_used": "直前に別の出品または注文で使用されました",
    "just_gone": "確認した直後に在庫がなくなりました",
    "condition_unknown": "商品の状態が不明です",
    "old_condition_unknown": "元の仕入れ元の状態が不明です",
    "condition_differs": "商品の状態が「{condition}」です（元の仕入れ元は「{wanted_condition}」）",
    "condition_worse": "商品の状態が「{condition}」で、元の仕入れ元の「{wanted_condition}」より劣ります",
    "condition_beyond_limit": "商品の状態が「{condition}」で、他方のサイトの下限「{worst_condition}」より劣ります",
    "condition_not_taken": "元の状態が「{wanted_condition}」のときは他方のサイトから仕入れません",
    "first_price_unknown": "最初の仕入れ値が不明です",
    "price_missing": "価格の表示がありません",
    "postage_unknown": "送料が不明です（商品価格は{price_jpy}、上限は{limit_jpy}）",
    "price_above_limit": (
        "{cost_jpy}[（送料{shipping_jpy}込み）][（送料不明のため{counted_jpy}として計算）]"
        "は上限{limit_jpy}を超えています"
    ),
    "price_above_break_even": (
        "{cost_jpy}[（送料{shipping_jpy}込み）][（送料不明のため{counted_jpy}として計算）]"
        "は損益分岐点{limit_jpy}を超えています"
    ),
    "price_above_loss_limit": (
        "{cost_jpy}[（送料{shipping_jpy}込み）][（送料不明のため{counted_jpy}として計算）]"
        "は赤字ストップの設定で残る{limit_jpy}を超えています"
    ),
    "just_too_dear": "この価格では赤字ストップの対象になります",
    "title_missing": "商品名がありません",
    "title_too_long": "商品名が長すぎます（{length}文字、上限{most}文字）",
    "ships_from": "対象外の発送元です（{place}）",
    "ships_too_late": "発送まで{days}日かかります（上限{most}日）",
    "picture_missing": "画像がありません",
    "old_picture_missing": "元の仕入れ元の画像がありません",
    "picture_unavailable": "画像を取得できません[（{why}）][（{error}）]：{url}",
    "picture_not_now": "画像を今は取得できません[（{why}）][（{error}）]",
    "picture_undecodable": "画像を読み取れません：{url}",
    "picture_too_narrow": "画像が細すぎます：{url}",
    "pictures_incomparable": "画像を比較できません：{url}",
    "histograms_differ": "画像の明度分布の類似度が{correlation|不明}です（基準{least}超）",
    "few_features_match": "画像の特徴の一致が{share|不明}です（基準{least}以上）",
    "few_features_agree": "位置が一致する特徴点が{features}個です（基準{least}個以上）",
    "picture_colours_differ": "画像の色の差が{distance|不明}です（上限{most}）",
    "part_in_other_colour": "色の異なる部分の割合が{share|不明}です（上限{most}）",
    "spot_differs": "模様の異なる部分の割合が{share|不明}です（上限{most}）",
    "page_told_nothing": "商品ページを確認できません[（{why}）]",
    "not_looked_at": "その前の条件で除外されたため、確認していません",
    # holds of the brake
    "too_many_falls": "[確認した{checked}件のうち]{fallen}件が一度に取り下げの対象になりました",
    "canaries_differ": (
        "[{route}：]動作確認用の商品{asked}件中{wrong}件の応答が想定と異なります（{item_id}：想定は{expected}、結果は{state|応答なし}）"
    ),
    "no_canary_vouches": "{route}の応答を信頼できることを示す、動作確認用の商品がありません",
    "too_many_losses": "[確認した{checked}件のうち]{fallen}件が一度に価格を理由とする取り下げの対象になりました",
    "too_many_recoveries": "[確認した{checked}件のうち]{recovered}件が一度に価格を理由とする再出品の対象になりました",
    "too_many_prices": "[確認した{checked}件のうち]{changed}件の価格が一度に変更の対象になりました",
    "too_many_absent": "[{route}：][確認した{checked}件のうち]{absent}件の仕入れ元が一度に見つからなくなりました",
    "too_many_unreadable": "読み取れないページが多すぎます",
    # runs
    "newer_run_started": "新しい実行が始まりました",
    "database_restored": "データベースがバックアップから復元されました",
    "run_paused": "{marketplace}は一時停止中です。再開すると自動で続行します",
    "canaries_not_asked_yet": "動作確認用の商品をまだ確認していません",
    "no_canaries_to_ask": "応答の大半が不明で、動作確認用の商品もありません",
    "second_look_waits": "{held}件の変更を保留中です（再確認：{at}）",
    "second_look_goes_on": "{held}件の変更を保留中です（再確認中）",
    "items_set_aside": "確認中にワーカーが異常終了した{items}件を除外しました。次の実行でもう一度確認します",
    "left_to_watch": "常時確認で期限内に確認済みの仕入れ元は、対象から外しました",
    "deadline_passed": "期限内に終わりませんでした。残りは次の実行で最初に処理します",
    # looks at the source of an offer
    "look_not_wanted": "予定なし（販売中ではありません）",
    "seller_not_served": "予定なし（利用者が停止中か、Amazonアカウントが未連携です）",
    "looks_paused": "{marketplace}を一時停止中のため、予定なし",
    "look_goes_on": "実行{run_id}がこれから確認します",
    "look_waits": "[実行{run_id}：]前回の確認で結果が得られなかったため[（{why}）]、{until}に再確認します",
    "look_after_end": "{at}（オークションの終了後）、遅くとも{by}まで",
    "look_for_order": "{at}（注文済みで、まだ購入されていないため）",
    "second_look_due": "{at}に再確認、遅くとも{by}まで",
    "look_by_plan": "遅くとも{by}まで（プランは{hours}時間ごと）",
    "look_late": "遅れています（プランは{hours}時間ごとで、{by}までの予定でした）",
    # jobs: searches, imports
    "file_empty": "ファイルが空です。",
    "file_without_rows": "見出し行の下にデータがありません。",
    "rows_wrong": "{problems}件の問題が見つかったため、1行も取り込みませんでした。"
    "修正して再度アップロードしてください。",
    "rows_imported": "{rows}行を読み込みました[（新規{made}件、変更{changed}件、変更なし{unchanged}件）]"
    "[。問題のある{left_out}行は取り込んでいません]。",
    "import_stopped": "{person}が停止しました。1行も取り込んでいません。",
    "import_not_accepted": "{days}日以内に承認されなかったため、取り込みを終了しました。何も取り込まれていません。",
    "import_closed": "{minutes}分間進まなかったため、取り込みを終了しました。"
    "1行も取り込んでいません。再度アップロードしてください。",
    "file_not_stored": "ファイルを最後まで保存できませんでした。再度アップロードしてください。",
    "searches_failed": "{searches}件の検索のうち{failed}件を読み取れませんでした。",
    "search_stopped": "{person}が停止しました。見つかった商品は下書きに残っています。",
    "search_closed": "{minutes}分間進まなかったため、検索を終了しました。"
    "見つかった商品は下書きに残っています。残りはもう一度検索してください。",
    "marketplace_paused": "{marketplace}は一時停止中です。再開されると検索は自動で続きます。",
    "marketplace_away": "{marketplace}が現在応答していません。検索は自動で再開します。",
    "search_unusable": "{marketplace}の検索結果を取得できませんでした（{text}）",
    "answer_unreadable": "{marketplace}のプロキシの応答を読み取れませんでした",
    "no_file": "ファイルを選択してください",
    "file_encoding": "文字コードを判別できないか、混在しています。UTF-8のCSVか.xlsxで保存してください",
    "no_spreadsheet": "名前にかかわらず、文書やWebページのファイルです。CSVまたは.xlsxで保存してください",
    "numbers_document": "Numbersの書類です。Numbersの「書き出す」でCSVまたはExcelにしてください",
    "workbook_sheets": "出品のあるシートが複数あります。1つだけ残して非表示にするか、シートごとに保存してください",
    "workbook_locked": "パスワード付きのブックです。パスワードを外して保存してください",
    "workbook_too_large": "ブックが大きすぎます（上限{megabytes}MB）。シートをCSVで保存してください",
    "workbook_unreadable": "ブックが破損しているか、対応していない形式です。.xlsxまたはCSVで保存してください",
    "workbooks_wait": "他のブックを処理中です。1分ほど待つか、シートをCSVで保存してください",
    "file_too_large": "ファイルが{megabytes}MBを超えています。分割してください",
    "file_to_mend_gone": "{problems}件の問題が見つかったため、1行も取り込みませんでした。"
    "お預かりできるファイルは合計{megabytes}MBまでのため、修正用ファイルは新しいファイルと入れ替わりに削除されました。"
    "お手元のファイルを修正して、もう一度アップロードしてください。",
    "files_take_too_much": "取り込み中のファイルが合計{megabytes}MBに達しています。完了を待つか、1件停止してください",
    "too_many_files": "1時間に送信できるファイルは{most}件までです。{minutes}分後にもう一度送信してください",
    "file_unreadable": "{file}：{text}",
    "too_many_jobs": "{username}には未完了の処理が{most}件あります。完了を待つか、1件停止してください",
    "pages_out_of_range": "ページ数は1〜{most}で指定してください（入力：{pages}）",
    "prices_crossed": "最低価格{lowest_jpy}が最高価格{highest_jpy}を上回っています",
    "not_searched": "{marketplace}では検索できません。出品中の商品の監視のみ対応しています",
    "no_search": "キーワードまたはURLを1つ以上入力してください",
    "too_many_searches": "検索が{searches}件あります。1回に{most}件までです",
    "search_too_long": "「{given}…」は{most}文字を超えています",
    "no_address": "「{given}」はURLとして読み取れません",
    "no_result_page": "「{given}」は検索結果のページではありません（対応：{expected}）",
    "no_keyword": "「{given}」にキーワードがありません",
    "keyword_too_long": "「{given}…」のキーワードは{characters}文字あります。{most}文字までです",
    "no_price": "「{given}」の価格「{price}」を読み取れません",
    **FILES,
    "database_not_empty": "このデータベースには利用者が{sellers}名います。移行先は空である必要があります",
    "tables_missing": "移行元に次のテーブルが見つかりません：{tables}",
    # settings and rules
    "unknown_setting": "「{key}」という設定はありません（使える設定：{known}）",
    "no_worker_setting": "「{key}」というワーカー設定はありません（使える設定：{known}）",
    "no_sellers_setting": "{key}は利用者ごとに変えられません（変えられる設定：{known}）",
    "no_whole_number": "{key}：{low}〜{high}の整数を入力してください（入力：{given}）",
    "no_number": "{key}：{low}〜{high}の数値を入力してください（入力：{given}）",
    "no_choice": "{key}：{choices}のいずれかを入力してください（入力：{given}）",
    "no_text": "{key}：表示できる文字で{most}文字以内にしてください",
    "no_condition_pair": "1=1 3=2のように、1〜6の数字の組を入力してください（入力：{given}）",
    "workers_crossed": "{key}_MINの{low}が{key}の{high}を上回っています",
    "most_below_least": "{key}：{given}は{least_key}（{least}）を下回ります。先にそちらを下げてください",
    "least_above_most": "{key}：{given}は{most_key}（{most}）を上回ります。先にそちらを上げてください",
    "checks_not_in_plan": "このプランで選べる1日の確認回数は{checks}です（入力：{given}）",
    "no_excluded_seller": "出品者のIDは半角の英数字・記号{most}文字以内で入力してください（入力：{given}）",
    "no_excluded_word": "語句は表示できる文字で1〜{most}文字で入力してください（入力：{given}）",
    **ACCOUNTS,
    **APPROVALS,
    **CHATS,
    **BROWSERS,
    **CREATIONS,
    **EARNINGS,
    **TROUBLES,
    **REPRICING,
    **SOURCES,
    **EDITS,
    # capacity of a marketplace
    "capacity_short": f"{_NEEDS}必要ですが、使えるのは毎秒{{available_per_second}}回です。{_PASS}",
    "capacity_enough": f"{_NEEDS}必要で、毎秒{{available_per_second}}回まで使えます。{_PASS}",
    "capacity_unknown": f"{_NEEDS}必要です。使える回数はまだわかりません",
    "import_beyond_capacity": f"{_WITH_THE_FILE}{_NEEDS}必要になりますが、"
    f"使えるのは毎秒{{available_per_second}}回です。{_PASS}。承認するまで何も取り込まれません。",
    "import_within_capacity": f"{_WITH_THE_FILE}{_NEEDS}必要になり、毎秒{{available_per_second}}回まで使えます。"
    f"{_PASS}。",
    # of earlier and later releases
    "old_sentence": "{text}",
}

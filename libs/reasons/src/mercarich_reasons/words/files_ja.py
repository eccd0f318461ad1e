"""Japanese: what is wrong with a file of listings, its columns and its lines."""

from collections.abc import Mapping

FILES: Mapping[str, str] = {
    "unknown_column": "「{column}」という列はありません（使える列：{known}）",
    "nameless_column": "{number}列目に名前がありません（使える列：{known}）",
    "column_missing": "この列がありません",
    "column_twice": "この列が2つあります",
    "columns_unknown": "ファイルの{columns}列それぞれに、{fields}のいずれかか「取り込まない」を指定してください",
    "field_twice": "{field}に2つの列が指定されています。1つにしてください",
    "fields_missing": "どの出品にも必要な{fields}の列が指定されていません",
    "amazons_report": "Amazonのレポートには仕入れ元がありません。"
    "「Amazonの出品」で読み込むか、仕入れ元URLの列を追加してください",
    "cell_count": "セルが{cells}個ありますが、見出し行は{columns}個です",
    "cell_empty": "空欄です",
    "cell_too_long": "{characters}文字あります。{most}文字までです",
    "control_character": "制御文字が含まれています",
    "line_break_inside": "タブまたは改行が含まれています",
    "no_marketplace": "{known}のいずれかを入力してください（入力：{given}）",
    "no_item_id": "{marketplace}の商品IDまたは商品ページのURLを入力してください（入力：{given}）",
    "other_marketplace": "URLは{marketplace}の商品ですが、この行では{named}になっています",
    "short_link": "「{given}」は短縮リンクのため商品を特定できません。開いたページのURLを貼り付けてください",
    "no_asin": "半角の英大文字と数字10文字で入力してください（入力：{given}）",
    "not_yes_or_no": "yesまたはnoを入力してください（入力：{given}）",
    "number_out_of_range": "{least}〜{most}の整数を入力してください（入力：{given}）",
    "sku_twice": "{line}行目と同じSKUです",
    "source_twice": "{line}行目と同じ仕入れ元です",
    "source_taken": "SKU {sku}がこの仕入れ元を使っています",
    "being_deleted": "{sku}はAmazonからも削除中です。完了後にもう一度取り込んでください",
    "source_fixed": "この出品は{item_id}から出品中です。出品中の仕入れ元は取り込みでは変更できません",
    "listed_already": "{sku}は出品中です。取り込みでは監視から外せません",
    "record_too_long": "1行が{most}バイトを超えています。引用符が閉じていない可能性があります",
    "wrong_bytes": "ファイルの先頭と異なる文字コードが混ざっています",
    "lone_carriage_return": "改行コードが正しくありません。CR LFまたはLFで保存してください",
    "quote_open": "引用符が閉じていません",
    "text_after_quote": "閉じた引用符の後に文字があります。セル内の引用符は2つ続けて書いてください",
    "too_many_rows": "{most}行を超えています。ファイルを分割してください",
}
